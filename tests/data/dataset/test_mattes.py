"""Datasets with mattes: what is stored, checked, counted, shown and written as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import UsageError
from hairnet_data.core.progress import silent
from hairnet_data.dataset.codec import decode_matte, encode_matte
from hairnet_data.dataset.data_source import Examples
from hairnet_data.dataset.reader import FEATURES, open_prepared
from hairnet_data.inspection.export_files import export
from hairnet_data.inspection.preview import from_dataset, from_settings
from hairnet_data.inspection.stats import count
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.command import Command
from tests.support.datasets import CopyOf, change_record
from tests.support.portraits import tiny_drawn

SETTINGS = BuildSettings(image_size=64, train_examples=16, eval_examples=4, policy=Policy(group_rate=0.3), matte=True)


@pytest.fixture(scope="module")
def matted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of drawn portraits with mattes."""
    return build(tiny_drawn(), SETTINGS, tmp_path_factory.mktemp("data")).path


def test_examples_have_them(matted: Path, built_drawn: Path) -> None:
    soft = 0
    for example in Examples.open(matted, "train"):
        alpha, mask = example["alpha"], example["mask"]
        assert isinstance(alpha, np.ndarray)
        assert isinstance(mask, np.ndarray)
        assert (alpha.shape, alpha.dtype, example["has_alpha"]) == ((64, 64), np.uint8, 1)
        assert alpha.any() or example["kind"] == "negative" or not (mask == 1).any()
        soft += int(((alpha > 0) & (alpha < 255)).sum())
    assert soft > 500
    assert set(Examples.open(built_drawn, "train")[0]) == set(FEATURES)
    assert set(Examples.open(matted, "train", ["alpha"])[0]) == {"alpha"}


def test_a_dataset_without_them_has_the_same_pictures(matted: Path, tmp_path: Path) -> None:
    settings = BuildSettings(image_size=64, train_examples=16, eval_examples=4, policy=Policy(group_rate=0.3))
    plain = build(tiny_drawn(), settings, tmp_path).path
    for one, other in zip(open_prepared(plain).read("train"), open_prepared(matted).read("train"), strict=True):
        assert all(np.array_equal(one[name], other[name], equal_nan=name == "pose") for name in FEATURES)


def test_no_built_in_name_stands_for_them(matted: Path, tmp_path: Path) -> None:
    assert matted.parent.name.startswith("drawn-")
    with pytest.raises(UsageError, match="'drawn' stands for drawn with default settings"):
        build(tiny_drawn(), SETTINGS, tmp_path, BuildOptions(name="drawn"))


def test_verify_finds_them_sound(matted: Path, command: Command) -> None:
    ran = command("verify", matted, "--workers", 1)
    assert ran.status == 0, ran.out
    assert ran.out.startswith("sound: ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.update(alpha=encode_matte(255 - decode_matte(r["alpha"]))), "the matte is wrong at"),
        (lambda r: r.update(alpha=b"none"), "its matte is no PNG"),
        (lambda r: r.update(alpha=encode_matte(np.ones((8, 8), np.uint8))), "its matte is 8x8, not 64x64"),
        (lambda r: r.update(has_alpha=2), "its has_alpha is 2"),
        (lambda r: r.update(has_alpha=0), "its matte is not known, and not 0"),
        (lambda r: r.pop("alpha"), "its features are has_alpha, image"),
    ],
)
def test_verify_finds_what_is_wrong(matted: Path, copy_of: CopyOf, command: Command, change: Any, words: str) -> None:
    dataset = copy_of(matted)
    records = list(open_prepared(dataset).read("train"))
    index = next(k for k, record in enumerate(records) if decode_matte(bytes(record["alpha"])).any())  # type: ignore[arg-type]
    change_record(dataset, "train", index, change)
    ran = command("verify", dataset, "--workers", 1)
    assert ran.status == 1
    assert words in ran.out


def test_they_are_counted_and_shown(matted: Path, built_drawn: Path, command: Command) -> None:
    counted = count(open_prepared(matted), silent)
    alphas = [example["alpha"] for example in Examples.open(matted, "train", ["alpha"])]
    soft = np.mean([((alpha > 0) & (alpha < 255)).mean() for alpha in alphas])  # type: ignore[operator]
    assert (counted["train"]["matted"], counted["train"]["soft"]) == (1, round(float(soft), 4))
    assert command("stats", matted).out.splitlines()[0].split()[-2:] == ["matted", "soft"]
    assert "soft" not in command("stats", built_drawn).out
    cells = list(from_dataset(open_prepared(matted), "train", 3))
    assert [cell.title for cell in cells][1::2] == ["train 0, matte", "train 5, matte", "train 10, matte"]
    assert np.array_equal(cells[1].image[..., 0], alphas[0])
    again = list(from_settings(tiny_drawn(), SETTINGS, 2))
    assert np.array_equal(again[1].image, cells[1].image)


def test_an_export_is_read_back(matted: Path, negatives_dir: Path, tmp_path: Path) -> None:
    prepared, out = open_prepared(matted), tmp_path / "out"
    export(prepared, out)
    source = Folder.open(out)
    assert source.catalogue().errors == ()
    stored = {f"{s}-{n:05d}": r for s in prepared.shards for n, r in enumerate(prepared.read(s))}
    entries = source.catalogue().entries
    assert len(entries) > 20
    for entry in entries:
        alpha = source.load(entry.id).alpha
        assert alpha is not None
        record = stored[entry.id.partition("_" + entry.person)[0]]
        assert np.array_equal(alpha, decode_matte(bytes(record["alpha"])))  # type: ignore[arg-type]
    settings = BuildSettings(image_size=64, train_examples=4, eval_examples=2, matte=True)
    built = build(Sources(source, tiny_drawn().backgrounds), settings, tmp_path / "data").path
    assert all(example["has_alpha"] for example in Examples.open(built, "train"))
