"""The examples that feed Grain and PyTorch: pictures and masks are what `tf.data` gives, every one once."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from hairnet_data.dataset.reader import open_prepared
from tests.support.paths import ROOT

EXAMPLES = ROOT / "examples"

Pair = tuple[bytes, bytes]


def load(name: str) -> ModuleType:
    """An example as a module, registered so that worker processes can unpickle what it defines."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def by_tf_data(dataset: Path, split: str) -> list[Pair]:
    """Pictures and masks of a split as `tf.data` and TensorFlow's own decoders give them, sorted."""
    import tensorflow as tf

    features = {name: tf.io.FixedLenFeature((), tf.string) for name in ("image", "mask")}

    def decode(data: Any) -> tuple[Any, Any]:
        record = tf.io.parse_single_example(data, features)
        image = tf.io.decode_jpeg(record["image"], channels=3, dct_method="INTEGER_ACCURATE")  # PNG too
        return image, tf.io.decode_png(record["mask"], channels=1)[..., 0]

    files = [str(shard.path) for shard in open_prepared(dataset).shards[split]]
    pairs = tf.data.TFRecordDataset(files).map(decode).as_numpy_iterator()
    return sorted((image.tobytes(), mask.tobytes()) for image, mask in pairs)


@pytest.mark.parametrize("which", ["built_lfw", "built_folder"])  # JPEG, PNG
def test_grain(which: str, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("grain", reason="grain is not installed: pip install grain")
    dataset = request.getfixturevalue(which)
    example = load("grain_pipeline")
    pairs_read: list[Pair] = []
    for batch in example.batches(str(dataset), size=16):
        assert batch["image"].dtype == batch["mask"].dtype == np.uint8
        assert batch["image"].shape[0] == batch["mask"].shape[0] <= 16
        pairs_read += [(i.tobytes(), m.tobytes()) for i, m in zip(batch["image"], batch["mask"], strict=True)]
    expected = by_tf_data(dataset, "train")
    assert sorted(pairs_read) == expected
    assert pairs_read != expected  # shuffled


def test_grain_resumes_where_it_stopped(built_lfw: Path) -> None:
    pytest.importorskip("grain", reason="grain is not installed: pip install grain")
    example = load("grain_pipeline")
    every = [batch["mask"] for batch in example.batches(str(built_lfw), size=8)]
    stopped = iter(example.batches(str(built_lfw), size=8))
    for _ in range(2):
        next(stopped)
    again = iter(example.batches(str(built_lfw), size=8))
    again.set_state(stopped.get_state())
    np.testing.assert_equal([batch["mask"] for batch in again], every[2:])


@pytest.mark.parametrize("which", ["built_lfw", "built_folder"])  # JPEG, PNG
@pytest.mark.parametrize("workers", [0, 2])
def test_torch(which: str, workers: int, request: pytest.FixtureRequest) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch")
    dataset = request.getfixturevalue(which)
    example = load("torch_loader")
    pairs_read: list[Pair] = []
    for batch in example.batches(str(dataset), size=16, workers=workers):
        assert batch["image"].dtype == batch["mask"].dtype == torch.uint8
        pairs = zip(batch["image"].numpy(), batch["mask"].numpy(), strict=True)
        pairs_read += [(image.tobytes(), mask.tobytes()) for image, mask in pairs]
    expected = by_tf_data(dataset, "train")
    assert sorted(pairs_read) == expected
    assert pairs_read != expected  # shuffled


@pytest.mark.parametrize(("name", "needs"), [("grain_pipeline", "grain"), ("torch_loader", "torch")])
def test_they_run_as_they_stand_and_log_nothing(name: str, needs: str, built_lfw: Path) -> None:
    """TensorFlow cannot be imported without lines on standard error: they do without it."""
    pytest.importorskip(needs, reason=f"{needs} is not installed: pip install {needs}")
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), str(built_lfw)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("40 examples, ")
    assert ran.stderr == ""
