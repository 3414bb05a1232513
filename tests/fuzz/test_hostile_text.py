"""Text that is made to hurt, in TOML and in recipes. Each is one line, in time and in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.labels.class_config import read_config
from hairnet_data.recipes.policy import read_policy
from hairnet_data.recipes.recipe import Recipe
from tests.fuzz.answers import asked


@pytest.mark.parametrize(
    "text",
    [
        b"a" + b".a" * 100_000 + b" = 1",
        b"a = " + b"[" * 50_000,
        b"a = " + b"{a=" * 50_000,
        b"a = " + b"9" * 5000,
        b"scale = [0x" + b"f" * 50_000 + b", 1]",
        b"# " + b"x" * (1 << 20),
        b"a = '" + b"x" * 200_000 + b"'",
        b"\xff\xfe",
    ],
    ids=["dots", "arrays", "tables", "digits", "hex", "large", "long value", "not UTF-8"],
)
def test_toml_that_tires_its_reader(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.toml").write_bytes(text)
    assert asked(lambda: read_policy(tmp_path / "a.toml")) is None
    assert asked(lambda: read_config(tmp_path / "a.toml", "a.toml")) is None
    (tmp_path / "a.toml").write_bytes(b"[options]\nseed = 1\n[colours]\nhair = '" + text.replace(b"'", b"") + b"'")
    assert asked(lambda: read_config(tmp_path / "a.toml", "a.toml")) is None


def test_a_recipe_that_quotes_a_megabyte_is_told_in_a_line() -> None:
    with pytest.raises(DatasetError) as caught:
        Recipe.from_json('{"version":"' + "x" * (1 << 20) + '"}')
    assert len(str(caught.value)) < 1000
