"""The documentation holds together: links lead somewhere, blocks are what they say, the reference is up to date."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.rendering.versions import RENDERER_VERSION
from tests.support import pages
from tests.support.pages import PAGES
from tests.support.paths import ROOT
from tests.support.portraits import tiny_drawn

BLOCKS = [block for page in PAGES for block in pages.blocks(page)]

LANGUAGES = {"sh", "console", "text", "toml", "python"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in pages.links(page):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        if anchor:
            assert anchor in pages.anchors(target), f"{link}: {target.name} has no such heading"


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in pages.links(ROOT / "README.md") if ":" not in link}
    assert not {page for page in PAGES if page.name != "README.md"} - linked


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_what_it_says(block: pages.Block) -> None:
    assert block.language in LANGUAGES
    if block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "python":
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    assert hasattr(module, name.name) or importlib.util.find_spec(f"{node.module}.{name.name}")
            elif isinstance(node, ast.Import):
                assert all(importlib.util.find_spec(name.name) for name in node.names)


def _load(name: str) -> Any:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_commands_say() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert text == _load("cli").page(), "run `python docs/cli.py`"


@pytest.mark.parametrize("program", pages.PROGRAMS)
def test_the_reference_has_every_option_that_help_prints(program: str) -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, parser in pages.parsers()[program].commands.items():
        (section,) = re.findall(rf"^### {program} {name}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
        printed = parser.get_help(parser.context_class(parser, info_name=f"{program} {name}"))
        options = set(re.findall(r"^ +(--[a-z0-9-]+)", printed, re.MULTILINE)) - {"--help"}
        assert options == set(re.findall(r"^\| `(--[a-z0-9-]+)", section, re.MULTILINE))


def test_help_is_printed_by_the_program_itself() -> None:
    code = "from hairnet_data.cli.app import main\nmain()"
    ran = subprocess.run([sys.executable, "-c", code, "build", "--help"], capture_output=True, text=True, check=True)
    assert "--train-examples" in ran.stdout


@pytest.mark.parametrize("path", [*PAGES, ROOT / "Makefile", *ROOT.glob("examples/*.py")], ids=lambda path: path.name)
def test_datasets_have_the_version_that_is_built(path: Path) -> None:
    text = re.sub(r"^sed .*", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = text.replace("oxford_iiit_pet/4.0.0", "")  # somebody else's dataset
    versions = set(re.findall(r"/(\d+\.\d+\.\d+)\b", text))
    assert versions <= {RENDERER_VERSION}, "see CONTRIBUTING.md, Versions"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


@pytest.mark.parametrize("name", ["segmentation.png", "examples.png"])
def test_the_pictures_of_the_readme_are_small_and_transparent(name: str) -> None:
    path = ROOT / "docs" / name
    assert path.stat().st_size < {"segmentation.png": 300_000}.get(name, 450_000)
    with Image.open(path) as picture:
        assert picture.mode == "RGBA"  # looks right on a light and on a dark page
        assert picture.getpixel((0, picture.height - 1))[3] == 0  # type: ignore[index]


def test_tfds_reads_without_the_log_of_tensorflow(tmp_path: Path) -> None:
    """The block of docs/records.md, in a process of its own where TensorFlow is not started yet."""
    made = build(tiny_drawn(), BuildSettings(image_size=64, train_examples=8), tmp_path / "data", BuildOptions())
    (code,) = (block.text for block in pages.blocks(ROOT / "docs" / "records.md") if block.language == "python")
    loads = 'tfds.load("hairnet_synthetic/drawn", split="train", data_dir="data", as_supervised=True)'
    assert loads in code
    code = code.replace(loads, f'tfds.builder_from_directory("{made.path}").as_dataset("train", as_supervised=True)')
    paths = os.pathsep.join((str(ROOT), str(ROOT / "datasets")))
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "(64, 64, 3) (64, 64, 1)" in ran.stdout
    assert ran.stderr == ""
