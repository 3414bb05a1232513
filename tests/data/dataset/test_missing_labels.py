"""Labels that are missing, from the folder to the record and back: hair is labelled, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hairnet_data.building.picture_scan import head_of
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.classes import BACKGROUND, HAIR, UNLABELLED, ids_of
from hairnet_data.core.drawing.contact_sheet import Cell, contact_sheet
from hairnet_data.core.drawing.overlay import outline, outline_layer
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.progress import silent
from hairnet_data.dataset.codec import decode_mask, encode_mask
from hairnet_data.dataset.provenance import open_available_sources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.inspection import preview
from hairnet_data.inspection.export_files import export
from hairnet_data.inspection.gallery import write_gallery
from hairnet_data.inspection.stats import count
from hairnet_data.rendering import renderer
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.datasets import CopyOf, change_record, rewrite
from tests.support.portraits import draw_head, save_picture
from tests.support.verifying import verify_all

CONFIG = """\
[indices]
hair = 1
ignore = 0
[options]
person = "^([a-z]+)_"
fractions = [0.6, 0.2, 0.2]
ignored = ["background", "face"]
"""


@pytest.fixture(scope="module")
def hair_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source `folder` that labels hair alone."""
    root = tmp_path_factory.mktemp("own") / "hair_only"
    root.mkdir()
    (root / "classes.toml").write_text(CONFIG)
    for number in range(30):
        person = "abcdefghijklmnopqrstuvwxyz"[number // 2] * 2
        photo, mask = draw_head(number, 60, 80 if number % 2 else 60)
        save_picture(root / "images" / f"{person}_{number}.png", photo)
        save_picture(root / "masks" / f"{person}_{number}.png", (mask == HAIR).astype(np.uint8))
    return root


@pytest.fixture(scope="module")
def built(hair_only: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of it. Read it only."""
    settings = BuildSettings(image_size=64, train_examples=60)
    sources = Sources(Folder.open(hair_only), DrawnBackgrounds(4, 2, 2, size=64))
    return build(sources, settings, tmp_path_factory.mktemp("data"), BuildOptions(name="hair")).path


def test_the_metadata_says_so(built: Path) -> None:
    metadata = json.loads((built / "metadata.json").read_text())
    assert metadata["unlabelled"] == ["background", "face"]
    assert metadata["labelled"] == ["hair"]
    assert metadata["classes"] == ["background", "hair", "face"]


def test_others_do_not_say_anything(built_folder: Path) -> None:
    metadata = json.loads((built_folder / "metadata.json").read_text())
    assert not {"unlabelled", "labelled"} & {*metadata, *metadata["identity"]["source"]}


def test_masks_hold_hair_background_and_255(built: Path) -> None:
    held = {"portrait": set(), "group": set(), "negative": set()}
    for split in open_prepared(built).shards:
        for record in open_prepared(built).read(split):
            held[record["kind"].decode()].update(np.unique(decode_mask(bytes(record["mask"]))).tolist())
    shown = {BACKGROUND, HAIR, UNLABELLED}
    assert held == {"portrait": shown, "group": shown, "negative": {BACKGROUND}}


def test_verify_finds_it_sound_and_compares_all_masks(built: Path, hair_only: Path) -> None:
    report = verify_all(built, hair_only)
    assert [str(finding) for finding in report.findings] == []
    assert report.masks == report.images == report.records > 90


def test_verify_reports_hair_that_is_never_there(built: Path, copy_of: CopyOf) -> None:
    damaged = copy_of(built)

    def bald(records: list[dict[str, Any]]) -> None:
        for record in records:
            mask = decode_mask(record["mask"])
            record["mask"] = encode_mask(np.where(mask == HAIR, np.uint8(UNLABELLED), mask))

    rewrite(damaged, "train", bald)
    assert [str(finding) for finding in verify_all(damaged).findings] == ["train: no portrait shows any hair"]


def _mask_with(value: int, dataset: Path) -> list[str]:
    def change(record: dict[str, Any]) -> None:
        mask = decode_mask(record["mask"])
        mask[3, 4] = value
        record["mask"] = encode_mask(mask)

    change_record(dataset, "test", 0, change)
    return [finding.what for finding in verify_all(dataset).findings]


def test_verify_refuses_other_values(built: Path, copy_of: CopyOf) -> None:
    assert _mask_with(254, copy_of(built)) == ["its mask has class 254"]


def test_verify_refuses_255_elsewhere(built_folder: Path, copy_of: CopyOf) -> None:
    assert _mask_with(UNLABELLED, copy_of(built_folder)) == ["its mask has class 255"]


def test_verify_compares_what_is_unlabelled(built: Path, hair_only: Path, copy_of: CopyOf) -> None:
    damaged = copy_of(built)

    def label(record: dict[str, Any]) -> None:
        mask = decode_mask(record["mask"])
        mask[mask == UNLABELLED] = BACKGROUND
        record["mask"] = encode_mask(mask)

    change_record(damaged, "test", 0, label)
    (finding,) = verify_all(damaged, hair_only).findings
    assert "the mask is wrong at" in finding.what


def test_a_negative_is_background_everywhere(built: Path, copy_of: CopyOf) -> None:
    damaged = copy_of(built)
    blank = encode_mask(np.full((64, 64), UNLABELLED, np.uint8))
    change_record(damaged, "test_negatives", 0, lambda record: record.update(mask=blank))
    assert [finding.what for finding in verify_all(damaged).findings] == [
        "a negative's mask has 4,096 pixels that are not background"
    ]


@pytest.mark.parametrize("names", [["hair"], ["hair", "hair"], "hair", ["hair", 1], [["hair"], "face"], None, 7])
def test_metadata_that_means_nothing_is_refused(names: Any, built: Path, copy_of: CopyOf) -> None:
    with pytest.raises(ValueError, match="its unlabelled pixels may be"):
        ids_of(names)
    damaged = copy_of(built)
    metadata = json.loads((damaged / "metadata.json").read_text())
    (damaged / "metadata.json").write_text(json.dumps({**metadata, "unlabelled": names}))
    with pytest.raises(DatasetError, match="is no dataset of this kind"):
        open_prepared(damaged)


def test_stats_count_it(built: Path) -> None:
    shares = count(open_prepared(built), silent)["test"]["classes"]
    assert shares["face"] == 0
    assert shares["unlabelled"] > 0.3
    assert sum(shares.values()) == pytest.approx(1, abs=2e-4)


def test_the_round_trip_is_exact(built: Path, tmp_path: Path) -> None:
    prepared = open_prepared(built)
    export(prepared, tmp_path / "out", ["test", "train"])
    again = Folder.open(tmp_path / "out")
    assert again.settings()["unlabelled"] == ["background", "face"]
    assert again.settings()["labelled"] == ["background", "hair"]
    assert again.catalogue().errors == ()
    seen = 0
    for split in ("test", "train"):
        for record in prepared.read(split):
            if record["kind"] == b"portrait":
                id = next(e.id for e in again.catalogue().entries if e.id.startswith(f"{split}-{record['index']:05d}_"))
                np.testing.assert_array_equal(again.load(id).mask, decode_mask(bytes(record["mask"])))
                seen += 1
    assert seen > 30


def test_any_tfds_program_reads_it(built: Path) -> None:
    import hairnet_synthetic  # noqa: F401
    import tensorflow_datasets as tfds

    loaded = tfds.load("hairnet_synthetic/hair", data_dir=built.parents[2], split="test")
    masks = [example["mask"][..., 0] for example in tfds.as_numpy(loaded)]
    stored = [decode_mask(bytes(record["mask"])) for record in open_prepared(built).read("test")]
    np.testing.assert_array_equal(masks, stored)
    assert np.max(masks) == UNLABELLED


def test_what_nobody_labelled_is_of_no_head() -> None:
    mask = np.full((32, 32), UNLABELLED, np.uint8)
    image = np.zeros((32, 32, 3), np.uint8)
    assert not any(head_of(Portrait(image, mask)))
    mask[8:16, 8:16] = HAIR
    only_hair = np.where(mask == HAIR, np.uint8(HAIR), np.uint8(BACKGROUND))
    assert (
        head_of(Portrait(image, mask))
        == head_of(Portrait(image, only_hair))
        != bytes(len(head_of(Portrait(image, mask))))
    )


def test_no_fill_is_painted_where_a_portrait_fills_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither without unlabelled pixels nor with them."""
    from hairnet_data.recipes.recipe import Affine, Recipe

    monkeypatch.setattr(renderer, "paint_box", lambda *args: pytest.fail("a fill was painted"))
    recipe = Recipe("train", 0, 32, "portrait", "x@0", affine=Affine(1.0))
    blank = np.zeros((32, 32, 3), np.uint8)
    for value in (HAIR, UNLABELLED):
        mask = np.full((32, 32), value, np.uint8)
        _, rendered = renderer.render(recipe, Portrait(blank, mask), lambda asset: blank)
        np.testing.assert_array_equal(rendered, mask)


# --- shown


def _half(size: int = 90) -> np.ndarray:
    mask = np.full((size, size), UNLABELLED, np.uint8)
    mask[:, : size // 2] = BACKGROUND
    return mask


def test_it_is_hatched_where_it_is_and_nowhere_else() -> None:
    layer = outline_layer(_half(), 90, 90)
    assert not layer[:, :45].any()
    share = (layer[:, 45:, 3] > 60).mean()
    assert 0.2 < share < 0.8, "lines with the picture between them"
    image = np.full((90, 90, 3), 100, np.uint8)
    shown = outline(image, _half())[:, 45:].max(-1)
    assert shown.max() > 160
    assert shown.min() < 90
    # Diagonal: a step right and a step up is the same point of the hatch.
    np.testing.assert_array_equal(layer[1:, 46:-1], layer[:-1, 47:])


def test_lines_lie_over_the_hatch() -> None:
    mask = np.full((90, 90), UNLABELLED, np.uint8)
    mask[20:70, 20:70] = HAIR
    alone = np.where(mask == HAIR, np.uint8(HAIR), np.uint8(0))
    line = outline_layer(alone, 90, 90)
    sure = line[..., 3] == 255
    np.testing.assert_allclose(outline_layer(mask, 90, 90)[sure].astype(int), line[sure], atol=2)
    # The dark edge around a line darkens the hatch too.
    edge = (line[..., 3] > 90) & (line[..., :3].max(-1) == 0) & (mask == UNLABELLED)
    assert edge.sum() > 100
    shown = outline(np.full((90, 90, 3), 100, np.uint8), mask).max(-1)
    assert shown[edge].max() < 0.7 * shown[(mask == UNLABELLED) & (line[..., 3] == 0)].max()


def test_sheet_and_gallery_name_it_where_it_is(tmp_path: Path) -> None:
    image = np.full((90, 90, 3), 100, np.uint8)
    with_it, without = (Cell(image, mask, "one") for mask in (_half(), np.zeros((90, 90), np.uint8)))
    assert contact_sheet([with_it], 3, "t" * 30).shape[1] == contact_sheet([without], 3, "t" * 30).shape[1]
    pages = []
    for cell in (with_it, without):
        write_gallery(tmp_path / "page.html", [cell], "title")
        pages.append((tmp_path / "page.html").read_text())
    assert '<i class="unlabelled"></i>unlabelled' in pages[0]
    assert "unlabelled 50 %" in pages[0]
    assert "50 % of it is not labelled" in pages[0]
    assert "></i>unlabelled" not in pages[1]


def test_explain_shows_it_at_every_step(built: Path, hair_only: Path, tmp_path: Path) -> None:
    prepared = open_prepared(built)
    cells, missing = preview.explain(
        prepared, open_available_sources(prepared, hair_only, None, tmp_path), "test_occluded", 0
    )
    assert not missing
    assert all((cell.mask == UNLABELLED).any() for cell in cells if cell.mask is not None)
    preview.show(cells, tmp_path / "steps.png", "steps")
    assert cv2.imread(str(tmp_path / "steps.png")) is not None
