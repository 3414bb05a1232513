"""`verify` of datasets of others: a picture and a mask in each record, and nothing else that is known."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import UsageError
from hairnet_data.core.progress import silent
from hairnet_data.core.records.example import serialize
from hairnet_data.core.records.shard_file import write_records
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.codec import encode_image, encode_mask
from hairnet_data.verify.any_dataset import find_pictures, verify_any
from hairnet_data.verify.dataset_checks import Report
from tests.support.command import Command

Pair = tuple[bytes, bytes]


def picture(seed: int, height: int = 12, width: int = 16) -> bytes:
    rng = np.random.Generator(np.random.PCG64(seed))
    return encode_image(rng.integers(0, 256, (height, width, 3)).astype(np.uint8), "png")


def mask(*values: int, height: int = 12, width: int = 16) -> bytes:
    return encode_mask(np.resize(np.array(values, np.uint8), (height, width)))


def feature(channels: int, kind: str = "image_feature.Image", classes: int = 0) -> dict[str, Any]:
    image: dict[str, Any] = {"dtype": "uint8", "shape": {"dimensions": ["-1", "-1", str(channels)]}}
    image |= {"label": {"numClasses": str(classes)}} if classes else {}
    return {"pythonClassName": f"tensorflow_datasets.core.features.{kind}", "image": image}


MASK = feature(1, "labeled_image.LabeledImage", 3)


def make(folder: Path, splits: dict[str, list[Pair]], features: dict[str, Any] | None = None) -> Path:
    """A dataset as TFDS writes one, of pictures and masks under the names of the features."""
    features = features or {"image": feature(3), "mask": MASK}
    names = list(features)[:2]
    text = {"pythonClassName": "tensorflow_datasets.core.features.text_feature.Text", "text": {}}
    listed = {"featuresDict": {"features": {**features, "name": text}}, "pythonClassName": "FeaturesDict"}
    folder.mkdir()
    (folder / "features.json").write_text(json.dumps(listed))
    info = {"name": "pets", "version": "3.0.0", "fileFormat": "tfrecord", "splits": []}
    for split, pairs in splits.items():
        records = [serialize(dict(zip(names, pair, strict=True)) | {"name": "x"}) for pair in pairs]
        write_records(folder / f"pets-{split}.tfrecord-00000-of-00001", records, "tfrecord")
        info["splits"].append({"name": split, "shardLengths": [str(len(pairs))], "numBytes": "1"})  # type: ignore[attr-defined]
    (folder / "dataset_info.json").write_text(json.dumps(info))
    return folder


def checked(folder: Path, **given: Any) -> Report:
    with WorkerPool(1) as executor:
        return verify_any(folder, find_pictures(folder, **given), executor, silent)


def palette() -> bytes:
    image = Image.fromarray(np.zeros((12, 16), np.uint8), "P")
    image.putpalette([0, 0, 0, 255, 0, 0])
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_sound_dataset(tmp_path: Path, command: Command) -> None:
    splits = {"train": [(picture(0), mask(0, 1)), (picture(1), mask(0))], "test": [(picture(2), mask(1, 2, 255))]}
    folder = make(tmp_path / "pets", splits)
    report = checked(folder)
    assert not report.findings
    assert report.records == 3
    assert report.notes[-1] == "1 masks hold a single value (train 1)"
    ran = command("verify", folder, "--workers", 1)
    assert ran.status == 0
    assert "sound: 3 records read" in ran.out
    assert command("verify", folder, "--workers", 1, "--classes", 2).status == 1
    assert command("verify", folder, "--source-dir", tmp_path).status == 2


def test_everything_that_is_wrong_is_found(tmp_path: Path) -> None:
    pairs = [
        (picture(0), mask(0, 1)),
        (picture(1), mask(0, 3)),
        (picture(2), mask(0, 1, height=8)),
        (picture(0), mask(0, 1)),
        (picture(4), palette()),
        (b"no picture", mask(0, 1)),
        (picture(6), b"no mask"),
    ]
    folder = make(tmp_path / "pets", {"train": pairs, "test": [(picture(1), mask(0, 1))]})
    found = {(finding.where, finding.what) for finding in checked(folder).findings}
    assert found == {
        ("train 1", "its mask has the values 3, and there are 3 classes"),
        ("train 2", "its mask is 16 x 8 pixels, its picture 16 x 12"),
        ("train 3", "its picture is that of train 0"),
        ("train 4", "its mask is a palette PNG: TensorFlow reads the grey of its colours, not its numbers"),
        ("train 5", "its picture is broken: it does not decode"),
        ("train 6", "its mask is broken: it does not decode"),
        ("test 0", "its picture is that of train 1"),
    }


def test_a_shape_that_the_feature_does_not_have(tmp_path: Path) -> None:
    fixed = feature(3)
    fixed["image"]["shape"]["dimensions"] = ["12", "12", "3"]
    folder = make(tmp_path / "pets", {"train": [(picture(0), mask(0, 1))]}, {"image": fixed, "mask": MASK})
    (finding,) = checked(folder).findings
    assert finding.what == "its picture has the shape (12, 16, 3), the feature (12, 12, 3)"


def test_features_by_other_names(tmp_path: Path) -> None:
    pairs = {"train": [(picture(0), mask(0, 7))]}
    folder = make(tmp_path / "a", pairs, {"photo": feature(3), "segmentation_mask": feature(1)})
    report = checked(folder)
    assert not report.findings
    assert any("give --classes" in note for note in report.notes)
    assert checked(folder, classes=2).findings
    odd = make(tmp_path / "b", pairs, {"one": feature(3), "two": feature(3)})
    with pytest.raises(UsageError, match=r"--mask: it cannot be told .*; the features that are pictures are one, two"):
        find_pictures(odd)
    assert find_pictures(odd, mask="two").image.name == "one"
    with pytest.raises(UsageError, match="no picture is named 'name'"):
        find_pictures(odd, mask="name")


def test_ours_by_what_tfds_wrote_of_it(built_folder: Path, command: Command) -> None:
    pictures = find_pictures(built_folder)
    assert (pictures.image.name, pictures.mask.name, pictures.classes) == ("image", "mask", 3)
    assert pictures.image.shape == (48, 48, 3)
    assert command("verify", built_folder, "--classes", 3).status == 2


def test_a_damaged_shard(tmp_path: Path) -> None:
    folder = make(tmp_path / "pets", {"train": [(picture(0), mask(0, 1))] * 1})
    (shard,) = folder.glob("*tfrecord*")
    shard.write_bytes(shard.read_bytes()[:-3])
    (finding,) = checked(folder).findings
    assert finding.what.startswith("its shard ")
