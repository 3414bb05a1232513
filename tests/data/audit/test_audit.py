"""Every kind of damage is found, and first of its kind."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hairnet_data.audit.agreement import softmin
from hairnet_data.audit.audit import Audit, audit
from hairnet_data.audit.finding import NEEDS_NETWORK, TITLES
from hairnet_data.audit.report import summary
from tests.data.audit.conftest import Knowing, Planted


@pytest.mark.parametrize(
    ("kind", "id", "said"),
    [
        ("shifted", "20", "to the left"),
        ("scaled", "21", "at 94% of its size"),
        ("mirrored", "22", "mirrored"),
        ("exchanged", "23", "exchanged"),
        ("wrong_photo", "24", "other masks fit hair and face better"),
        ("missing", "25", "of the hair"),
        ("islands", "26", "1 piece of hair or face"),
        ("holes", "27", "1 hole"),
        ("outliers", "28", "darker"),
        ("copies", "29", "mirrored, in the pools train and test"),
    ],
)
def test_what_is_planted_is_found_first(found: Audit, kind: str, id: str, said: str) -> None:
    first = found.findings[kind][0]
    assert (first.id, said in first.reason) == (id, True), first
    assert first.score >= 1


def test_sound_masks_are_not_reported(found: Audit) -> None:
    reported = {finding.id for kind in TITLES if kind != "labels" for finding in found.reported(kind)}
    assert reported == {f"{number}" for number in range(20, 30)}


def test_a_copy_names_the_other_one(found: Audit) -> None:
    (copy,) = found.reported("copies")
    assert (copy.id, copy.other) == ("29", "05")


def test_a_network_that_sees_no_head_has_no_opinion(planted: Planted) -> None:
    found = audit(planted, Knowing(sees_nobody=("01", "02", "20")))
    assert found.unseen == 3
    assert not [kind for kind in TITLES for finding in found.reported(kind) if finding.id in ("01", "02")]
    assert found.findings["shifted"][0].id == "20"  # by the edges of its photo
    assert "In 3 of them the network sees no head: it has no opinion of their masks." in list(summary(found))


def test_without_a_network_edges_and_regions_are_looked_at(planted: Planted) -> None:
    found = audit(planted)
    assert not any(found.findings[kind] for kind in NEEDS_NETWORK)
    for kind, id in (("shifted", "20"), ("islands", "26"), ("holes", "27"), ("copies", "29")):
        assert found.findings[kind][0].id == id


def test_the_result_is_json(found: Audit) -> None:
    content = json.loads(json.dumps(found.to_json()))
    assert content["portraits"] == 30
    assert {"kind", "id", "score", "reason"} <= content["findings"][0].keys()


def test_softmin_is_weighted_towards_the_smallest() -> None:
    values = np.array([1, 1, 1, 0], np.float32)
    assert softmin(values) < 0.001
    assert softmin(values, temperature=1e6) == pytest.approx(0.75, abs=1e-3)
    assert softmin(np.full(9, 0.4, np.float32)) == pytest.approx(0.4)
