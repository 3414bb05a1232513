"""The datasets of a data folder are listed."""

from __future__ import annotations

import shutil
from pathlib import Path

from hairnet_data.dataset.lookup import list_datasets


def test_all_are_listed_and_the_unfinished_are_not(data_dir: Path, built_drawn: Path) -> None:
    home = data_dir / "hairnet_synthetic"
    shutil.copytree(home / built_drawn.parts[-2], home / ".incomplete-x" / "old" / "1.6.0")
    shutil.copytree(home / built_drawn.parts[-2], home / "broken")
    (home / "broken" / "1.6.0" / "metadata.json").write_text("{")
    ours, broken = sorted(list_datasets(data_dir), key=lambda summary: summary.name == "broken")
    assert (ours.name, ours.version, ours.source) == (built_drawn.parts[-2], "1.6.0", "drawn")
    assert ours.examples["train"] == 40
    assert ours.size > 0
    assert broken.source == ""
    assert list_datasets(data_dir / "nothing") == []
