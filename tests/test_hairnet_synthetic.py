"""The TFDS builder: `tfds.load` generates or reads, and any TFDS program reads what `hairnet-data build` built."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from hairnet_data.building import identity
from hairnet_data.building import plan as planning
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.classes import NAMES
from hairnet_data.dataset.codec import decode_matte
from hairnet_data.dataset.reader import FEATURES, open_prepared
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.sources import registry as opening
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources, open_sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.datasets import evaluation_counts

tfds = pytest.importorskip("tensorflow_datasets")

SPLITS = ["train", *(split.name for split in EVALUATION_SPLITS)]


@pytest.fixture(scope="module")
def few_drawn() -> Any:
    """The default settings with few and small drawings: what is named `drawn` is named so by the same rules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Drawn.__init__, "__defaults__", (6, 3, 3, 64))
        patch.setattr(DrawnBackgrounds.__init__, "__defaults__", (4, 2, 2, 64))
        patch.setattr(opening, "FEWEST_DRAWN", 6)
        for module in (planning, identity):
            patch.setattr(module, "default_examples", lambda portraits, pools: 24)
        yield


@pytest.fixture(scope="module")
def generated(few_drawn: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data dir where `tfds.load` has generated the default dataset, in this process."""
    import hairnet_synthetic  # noqa: F401 - registers

    data_dir = tmp_path_factory.mktemp("generated")
    threads = cv2.getNumThreads()
    tfds.load("hairnet_synthetic/drawn", data_dir=data_dir)
    assert cv2.getNumThreads() == threads
    return data_dir


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.tfrecord-*")}


def check_examples(dataset: Any, path: Path, side: int) -> None:
    """Whether TensorFlow decodes every record to what this package reads."""
    prepared = open_prepared(path)
    for split in prepared.shards:
        read = list(tfds.as_numpy(dataset[split]))
        assert len(read) == prepared.records(split)
        for index, example in enumerate(read):
            record = prepared.record(split, index)
            mask = cv2.imdecode(np.frombuffer(record["mask"], np.uint8), cv2.IMREAD_UNCHANGED)  # type: ignore[arg-type]
            assert example["image"].shape == (side, side, 3)
            assert example["image"].dtype == np.uint8
            assert example["mask"].shape == (side, side, 1)
            assert example["mask"].dtype == np.uint8
            assert np.array_equal(example["mask"][..., 0], mask), "class ids, not the grey of a palette"
            assert set(np.unique(mask)) <= {0, 1, 2}
            assert example["index"] == index
            for name in ("kind", "source_id", "person", "recipe"):
                assert example[name] == record[name]
            for name in ("source_ids", "people"):
                assert list(example[name]) == record[name]


def test_load_generates(generated: Path) -> None:
    path = generated / "hairnet_synthetic" / "drawn" / "1.6.0"
    dataset, info = tfds.load("hairnet_synthetic/drawn", data_dir=generated, with_info=True)
    assert list(dataset) == SPLITS
    assert {name: split.num_examples for name, split in info.splits.items()} == {
        "train": 24,
        **evaluation_counts({"validation": 3, "test": 3}, {"validation": 2, "test": 2}),
    }
    check_examples(dataset, path, 224)
    assert not [file for file in path.iterdir() if "scratch" in file.name]
    assert {file.name for file in path.parent.parent.iterdir()} <= {"drawn", ".config"}


def test_load_supervised(generated: Path) -> None:
    pairs = tfds.load("hairnet_synthetic/drawn", data_dir=generated, as_supervised=True, split="train")
    image, mask = next(iter(tfds.as_numpy(pairs)))
    assert (image.shape, mask.shape) == ((224, 224, 3), (224, 224, 1))
    assert len(list(tfds.load("hairnet_synthetic/drawn:1.6.0", data_dir=generated, split="train[:25%]"))) == 6


def test_the_command_and_the_builder_make_the_same(generated: Path, tmp_path: Path) -> None:
    settings = BuildSettings()
    outcome = build(open_sources("drawn", None, None, tmp_path), settings, tmp_path / "data")
    theirs = generated / "hairnet_synthetic" / "drawn" / "1.6.0"
    assert outcome.path.parts[-3:] == theirs.parts[-3:]
    assert digests(outcome.path) == digests(theirs)
    for name in ("croissant.json", "examples.jsonl.gz", "SHA256SUMS"):
        assert (outcome.path / name).read_bytes() == (theirs / name).read_bytes()
    again = build(open_sources("drawn", None, None, tmp_path), settings, generated)
    assert not again.made, "what the builder generated is found"
    # And the other way round: what the command built is read, not generated.
    times = {file: file.stat().st_mtime_ns for file in outcome.path.iterdir()}
    assert len(list(tfds.load("hairnet_synthetic/drawn", data_dir=tmp_path / "data", split="test"))) == 3
    assert {file: file.stat().st_mtime_ns for file in outcome.path.iterdir()} == times


@pytest.mark.parametrize(("image_format", "name"), [("jpeg", None), ("png", "my.own-set")])
def test_any_tfds_program_reads_a_set_of_its_own_name(tmp_path: Path, image_format: str, name: str | None) -> None:
    sources = Sources(Drawn(5, 2, 2, 64), DrawnBackgrounds(3, 2, 2, 64))
    settings = BuildSettings(image_size=48, train_examples=15, image_format=image_format)
    path = build(sources, settings, tmp_path, BuildOptions(name=name)).path
    builder = tfds.builder_from_directory(path)
    assert builder.info.features["image"].shape == (48, 48, 3)
    check_examples(builder.as_dataset(), path, 48)
    loaded = tfds.load(f"hairnet_synthetic/{path.parent.name}", data_dir=tmp_path, split="validation")
    assert len(list(loaded)) == 2


def test_mattes_are_features_where_they_were_asked_for(generated: Path, tmp_path: Path) -> None:
    settings = BuildSettings(image_size=64, train_examples=6, eval_examples=2, matte=True)
    built = build(Sources(Drawn(6, 3, 3, 64), DrawnBackgrounds(4, 2, 2, 64)), settings, tmp_path).path
    builder = tfds.builder_from_directory(str(built))
    assert builder.info.features["alpha"].shape == (64, 64, 1)
    stored = open_prepared(built).read("train")
    for example, record in zip(tfds.as_numpy(builder.as_dataset(split="train")), stored, strict=True):
        np.testing.assert_array_equal(example["alpha"][..., 0], decode_matte(bytes(record["alpha"])))  # type: ignore[arg-type]
        assert example["has_alpha"] == 1
    assert "alpha" not in tfds.builder("hairnet_synthetic/drawn", data_dir=generated).info.features


def test_read_without_our_code(generated: Path) -> None:
    """A program that has never heard of this package, in a process that cannot import it."""
    path = generated / "hairnet_synthetic" / "drawn" / "1.6.0"
    code = (
        "import sys; sys.modules['hairnet_data'] = sys.modules['hairnet_synthetic'] = None\n"
        "import tensorflow_datasets as tfds\n"
        f"data = tfds.builder_from_directory({str(path)!r}).as_dataset(split='train', as_supervised=True)\n"
        "image, mask = next(iter(tfds.as_numpy(data)))\n"
        "print(image.shape, mask.shape, mask.max() <= 2)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert ran.stdout == "(224, 224, 3) (224, 224, 1) True\n", ran.stderr[-2000:]


def test_features_documents_and_card(generated: Path) -> None:
    builder = tfds.builder("hairnet_synthetic/drawn", data_dir=generated)
    info = builder.info
    assert info.supervised_keys == ("image", "mask")
    assert sorted(info.features) == sorted(FEATURES)
    assert info.features["mask"].names == list(NAMES)
    for name, feature in info.features.items():
        assert feature._doc.desc, f"{name} is not documented"
    assert len(info.description) > 200
    assert "@software{hairnet" in info.citation
    assert "kae2013" not in info.citation
    assert info.redistribution_info.license == "https://spdx.org/licenses/Apache-2.0"
    other = tfds.builder("hairnet_synthetic/lfw_parts", data_dir=generated).info
    assert "kae2013" in other.citation
    assert "umass.edu" in other.homepage
    assert set(builder.builder_configs) == {"drawn", "lfw_parts"}
    assert all(config.description for config in builder.builder_configs.values())
    metadata = json.loads((Path(builder.data_dir) / "metadata.json").read_text())
    assert metadata["identity"]["image_size"] == 224
    assert list(metadata["splits"]) == SPLITS


@pytest.mark.parametrize("file_format", ["tfrecord", "array_record"])
def test_few_examples_a_split(few_drawn: None, tmp_path: Path, file_format: str) -> None:
    builder = tfds.builder("hairnet_synthetic/drawn", data_dir=tmp_path, file_format=file_format)
    config = tfds.download.DownloadConfig(max_examples_per_split=2, num_shards=4, manual_dir=tmp_path)
    with pytest.warns(UserWarning, match="hairnet_synthetic: no effect here: manual_dir, num_shards$"):
        builder.download_and_prepare(download_config=config)
    assert {name: split.num_examples for name, split in builder.info.splits.items()} == dict.fromkeys(SPLITS, 2)
    if file_format == "array_record":
        assert [example["index"] for example in builder.as_data_source(split="train")] == [0, 1]
    else:
        with pytest.raises(NotImplementedError, match=r"format FileFormat\.TFRECORD is not supported"):
            builder.as_data_source(split="train")


def test_manual_dir_is_the_source_s_folder(few_drawn: None, tmp_path: Path) -> None:
    from tests.support.lfw import make_lfw

    folder = make_lfw(tmp_path / "public")
    builder = tfds.builder("hairnet_synthetic/lfw_parts", data_dir=tmp_path / "data")
    config = tfds.download.DownloadConfig(max_examples_per_split=5, manual_dir=folder)
    builder.download_and_prepare(download_config=config)
    assert builder.info.splits["train"].num_examples == 5
    assert "kae2013" in builder.info.citation


def test_shuffled_files(generated: Path) -> None:
    builder = tfds.builder("hairnet_synthetic/drawn", data_dir=generated)
    for read in (
        builder.as_dataset,
        lambda **kwargs: tfds.load("hairnet_synthetic/drawn", data_dir=generated, **kwargs),
    ):
        shuffled = read(split="train", shuffle_files=True)
        assert sorted(int(example["index"]) for example in tfds.as_numpy(shuffled)) == list(range(24))
    # TFDS's own reader, which knows nothing of this package, must be told.
    config = tfds.ReadConfig(enable_ordering_guard=False)
    plain = tfds.builder_from_directory(builder.data_dir)
    assert len(list(plain.as_dataset(split="train", shuffle_files=True, read_config=config))) == 24


def test_building_needs_no_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from hairnet_data.building.pipeline import build\n"
        "from hairnet_data.building.settings import BuildSettings\n"
        "from hairnet_data.sources.registry import Sources\n"
        "from hairnet_data.sources.scenes.source import DrawnBackgrounds\n"
        "from hairnet_data.sources.drawn.source import Drawn\n"
        "sources = Sources(Drawn(2, 1, 1, 32), DrawnBackgrounds(2, 1, 1, 32))\n"
        "print(build(sources, BuildSettings(image_size=32, train_examples=4), Path(sys.argv[1])).made)\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert ran.stdout == "True\n[]\n", ran.stderr[-2000:]


@pytest.mark.usefixtures("few_drawn")
class TestBuilder(tfds.testing.DatasetBuilderTestCase):  # type: ignore[misc]
    """TFDS's own tests of a builder."""

    from hairnet_synthetic import Builder as DATASET_CLASS

    EXAMPLE_DIR = Path(__file__).parent  # it must exist; nothing is downloaded
    BUILDER_CONFIG_NAMES_TO_TEST: ClassVar = ["drawn"]
    OVERLAPPING_SPLITS: ClassVar = [  # the portraits of `test`
        *(split.name for split in EVALUATION_SPLITS if split.pool == "test" and not split.negatives_only)
    ]
    SPLITS: ClassVar = {
        "train": 24,
        **evaluation_counts({"validation": 3, "test": 3}, {"validation": 2, "test": 2}),
    }
