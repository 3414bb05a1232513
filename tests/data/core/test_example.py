"""Records: features there and back, lists among them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.records.example import SEQUENCES, parse, serialize

lists = st.lists(st.text(max_size=12), max_size=5)


@given(st.text(max_size=12), st.integers(0, 1 << 62), lists, lists)
def test_features_come_back(text: str, number: int, ids: list[str], people: list[str]) -> None:
    data = serialize({"kind": text, "index": number, "source_ids": ids, "people": people})
    assert parse(data) == {
        "kind": text.encode(),
        "index": number,
        "source_ids": [id.encode() for id in ids],
        "people": [person.encode() for person in people],
    }
    assert serialize(parse(data)) == data


def test_lists_without_and_with_one_value_are_lists() -> None:
    assert parse(serialize({"people": [], "source_ids": ["a"]})) == {"people": [], "source_ids": [b"a"]}


def test_other_features_have_one_value() -> None:
    for values in ([], ["a", "b"]):
        with pytest.raises(ValueError, match=f"kind has {len(values)} values"):
            parse(serialize({"kind": values}))
    assert {"people", "source_ids"} == SEQUENCES


def test_tfds_reads_what_we_write() -> None:
    from tensorflow_datasets.proto import tf_example_generated_pb2 as theirs

    features = {
        "kind": "grün",
        "index": -7,
        "people": ["a", "b"],
        "source_ids": [],
        "pose": [1.5, -2.0],
        "image": b"\xff",
    }
    data = serialize(features)
    example = theirs.Example.FromString(data)
    assert set(example.features.feature) == set(features)
    assert list(example.features.feature["pose"].float_list.value) == features["pose"]
    assert example.features.feature["source_ids"].WhichOneof("kind") == "bytes_list"
    assert example.SerializeToString(deterministic=True) == data


def test_a_worker_of_a_build_imports_neither_tensorflow_nor_tfds() -> None:
    """Every worker process would spend as long on that as on all else that it imports."""
    code = (
        "import sys, hairnet_data.building.pipeline; print([name for name in sys.modules if name.startswith('tensor')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
