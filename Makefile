# Two commands for a fresh machine with Python, pip, make and git: `make demo` and `make test`.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
OUT := out
DEMO := $(OUT)/data/hairnet_synthetic/drawn/1.6.0

# Packages are installed without bytecode, which would take a third of the time: each module is compiled when it is first
# imported, which must not be forbidden then.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo web test pytest format lint types clean

demo: .venv/installed
	$(BIN)/hairnet-data build --data-dir $(OUT)/data
	$(BIN)/hairnet-data verify $(DEMO)
	$(BIN)/hairnet-data preview --dataset $(DEMO) --out $(OUT)/preview.png
	$(BIN)/hairnet-data preview --dataset $(DEMO) --out $(OUT)/preview.html
	$(BIN)/hairnet-model train $(DEMO) --out $(OUT)/run --steps 250 $(if $(wildcard $(OUT)/run),--resume)
	$(BIN)/hairnet-model evaluate $(DEMO) --model $(OUT)/run --worst $(OUT)/worst.png
	$(BIN)/hairnet-data export $(DEMO) --split test --index 10 --out $(OUT)/portrait --overwrite
	$(BIN)/hairnet-model predict $(OUT)/portrait/images --truth $(OUT)/portrait/masks --out $(OUT)/found --overlay --panels
	@echo "Done: look at $(OUT)/preview.png, $(OUT)/run/curves.png, $(OUT)/worst.png and $(OUT)/found, open $(OUT)/preview.html"

web:  # the page that `hairnet-model web` writes; it needs Node
	cd hairnet_model/web && npm ci --no-audit --no-fund && npm run build

test: lint  # types beside the tests: mypy takes one core, and the last files of the tests leave one idle
	$(MAKE) --no-print-directory --jobs 2 types pytest

pytest: .venv/developing
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --durations=10

format: .venv/developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/developing
	$(BIN)/mypy

.venv/created:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 to 3.13 found; install one, or name it: make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/created pyproject.toml
	$(BIN)/python $(INSTALL) --editable .
	touch $@

.venv/developing: .venv/created pyproject.toml
	$(BIN)/python $(INSTALL) --editable ".[dev]"
	touch $@ .venv/installed

clean:
	rm -rf .venv $(OUT) build dist *.egg-info
