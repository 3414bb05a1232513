"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

import hairnet_model  # noqa: F401  (first: it says how TensorFlow computes, before a test imports that)
from tests.support import chromium

# A shell starts what runs in its background deaf to Ctrl-C, and children inherit that: the tests of Ctrl-C would fail.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Processes that tests start keep what they compile: without, each of hundreds compiles the packages anew. So do we:
# to rewrite the assertions of all modules takes pytest seconds, in each of its workers.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# An example that is slow on a busy machine is no failure.
settings.register_profile("hairnet", deadline=None)
settings.load_profile("hairnet")

_LONGEST = (
    *("training/test_resume.py", "training/test_devices.py", "model/test_cli_process.py"),
    *("tests/test_docs_commands.py", "networks/test_fcn.py", "rendering/test_alignment.py", "core/test_paths.py"),
    *("fuzz/test_hostile_pictures.py", "export/test_pipeline.py", "model/test_cli.py", "tests/test_tour.py"),
    *("tests/test_hairnet_synthetic.py", "building/test_interrupts.py", "tests/test_other_systems.py"),
    *("verify/test_source_checks.py", "building/test_dead_workers.py", "video/test_segmenting.py"),
    *("training/test_train.py", "model_io/test_weights.py"),
)
"""The ends of the paths of files that take longest, roughly in that order."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first: one of minutes that began last would leave all other cores idle."""

    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((number for number, end in enumerate(_LONGEST) if path.endswith(end)), len(_LONGEST))

    items.sort(key=rank)  # stable: the order of all other files, and inside a file, stays


def pytest_collection_finish() -> None:
    """Spares Python from looking for garbage in what is imported by now: a million objects, each time anew."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, started by Playwright."""
    pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")
    with chromium.launched() as launched:
        yield launched
