"""A segmenter that knows the colours of the classes."""

from __future__ import annotations

import pytest

from hairnet_model.inference.segmenter import Segmenter
from tests.support import colours
from tests.support.predicting import SIZE


@pytest.fixture(scope="session")
def segmenter(tmp_path_factory):
    """From a file, as the command has it."""
    return Segmenter.load(colours.saved(tmp_path_factory.mktemp("model") / "colours.keras", size=SIZE))
