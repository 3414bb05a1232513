"""`hairnet-model about`: what files of every kind say of their training, without opening a network."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from hairnet_data.core.ledger import LedgerEntry, Licence
from hairnet_model.model_io import model_file, shipped
from hairnet_model.model_io.about import read_about
from hairnet_model.model_io.errors import ModelError
from hairnet_model.model_io.model_file import Model
from tests.support import colours
from tests.support.command import Command

LEDGER = (LedgerEntry("portraits", "folder", Licence("MIT", use="any"), 3, 2),)


@pytest.mark.parametrize("name", shipped.NETWORKS)
def test_the_card_says_it_of_what_ships(name: str) -> None:
    network = shipped.NETWORKS[name]
    uses = {entry.terms.use for entry in read_about(name).ledger}
    assert uses == ({"any"} if name == "drawn" else {"any", "research"})
    for file in {*network.files()} - {network.pose_keras}:  # that is a head without a network
        assert read_about(file).ledger == read_about(name).ledger


def test_a_copy_of_what_ships_says_nothing(tmp_path: Path) -> None:
    copy = shutil.copy(shipped.NETWORKS["hairnet"].litert, tmp_path / "copy.tflite")
    about = read_about(copy)
    assert about.ledger == ()
    assert about.values["classes"] == ["background", "hair", "face"]


def test_a_model_takes_it_along(tmp_path: Path) -> None:
    path = colours.saved(tmp_path / "best.keras")
    model = model_file.load(path)
    model_file.save(path, Model(model.network, 64, frozenset("ab"), model.about, LEDGER))
    assert model_file.load(path).ledger == LEDGER
    for given in (path, tmp_path):
        about = read_about(given)
        assert (about.ledger, about.people, about.values["image_size"]) == (LEDGER, 2, 64)


def test_the_command(model_command: Command, tmp_path: Path) -> None:
    status, out, _ = model_command("about")
    assert status == 0
    assert "1,500 portraits (lfw_parts): licence http://vis-www.cs.umass.edu/lfw/" in out
    assert out.splitlines()[-1].endswith("the whole is for research only")
    status, out, _ = model_command("about", "drawn", "--json")
    assert {entry["source"] for entry in json.loads(out)["ledger"]} == {"drawn"}
    copy = shutil.copy(shipped.NETWORKS["hairnet"].keras, tmp_path / "copy.keras")
    _, out, _ = model_command("about", copy)
    assert "it does not say which pictures it was trained on" in out


@pytest.mark.parametrize("kind", ["missing", "text", "litert", "other", "ledger"])
def test_what_says_nothing_is_one_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ("a.tflite" if kind == "litert" else "a.keras")
    if kind in ("text", "litert"):
        path.write_bytes(b"nothing of the kind" * 9)
    if kind in ("other", "ledger"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("hairnet.json", "[]" if kind == "other" else '{"classes": [], "ledger": [{"what": "x"}]}')
    with pytest.raises(ModelError, match=r"hairnet-model train. or .export. made$") as raised:
        read_about(path)
    assert "\n" not in str(raised.value)
