"""Groups by a trait: their scores, intervals, and which is called the worst."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.by_trait import ByTrait, read_traits
from hairnet_model.evaluation.evaluate import Case
from hairnet_model.evaluation.trait_table import print_traits

TRUTH = np.repeat(np.array([0, 1, 2], np.uint8), 12).reshape(6, 6)


def case(index: int, tone: str, wrong: int, kind: str = "portrait", split: str = "test") -> Case:
    """A picture of which so many pixels of hair are taken for background."""
    predicted = TRUTH.copy()
    predicted.ravel()[12 : 12 + wrong] = 0
    traits = {"tone": tone} if tone else {}
    image = np.zeros((6, 6, 3), np.uint8)
    counts = metrics.count(TRUTH, predicted)
    return Case(split, index, kind, f"person {index % 7}", f"id_{index}", traits, image, TRUTH, predicted, counts)


def collected(cases: Sequence[Case], table: dict[tuple[str, str], dict[str, str]] | None = None) -> ByTrait:
    groups = ByTrait("tone", table or {})
    for each in cases:
        groups.add(each)
    return groups


def test_groups_have_the_scores_of_their_pictures() -> None:
    rng = np.random.default_rng(1)
    wrong = rng.integers(0, 12, 40)
    cases = [case(i, "10" if i % 2 else "9", int(wrong[i])) for i in range(40)]
    report = collected([*cases, case(40, "", 5), case(41, "9", 12, kind="negative")]).reports()["test"]
    assert [group.value for group in report.groups] == ["9", "10"], "numbers by size"
    for group, part in zip(report.groups, (cases[::2], cases[1::2]), strict=True):
        scores = metrics.score(metrics.total(each.counts for each in part))
        assert group.pictures == 20
        assert (group.miou, group.hair_f1, group.face_f1) == (scores.miou, scores.f1[1], scores.f1[2])
        for score, (low, high) in zip((group.miou, group.hair_f1), group.intervals[:2], strict=True):
            assert low < score < high
        assert group.intervals[2] == (1, 1)
    assert report.everybody.pictures == 41


def test_an_interval_covers_what_chance_gives() -> None:
    """Accuracy of hair over repeated draws of 50 pictures: the interval of one draw is as wide as their spread."""
    rng = np.random.default_rng(2)
    draws = [[case(i, "1", int(wrong)) for i, wrong in enumerate(rng.integers(0, 12, 50))] for _ in range(60)]
    scores = [metrics.score(metrics.total(each.counts for each in draw)).f1[1] for draw in draws]
    low, high = collected(draws[0]).reports()["test"].groups[0].intervals[1]
    spread = 2 * 1.96 * float(np.std(scores))
    assert high - low == pytest.approx(spread, rel=0.3)


def test_the_worst_group_is_named_if_it_is_large_enough(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [case(i, "1", i % 3) for i in range(20)] + [case(i, "2", 6 + i % 3) for i in range(20)]
    few = [case(i, "3", 12) for i in range(9)]
    reports = collected([*cases, *few]).reports()
    worst = reports["test"].worst
    assert worst is not None
    assert worst.value == "2"
    print_traits(reports)
    printed = capsys.readouterr().out
    assert "test by tone" in printed
    assert "worst by tone: 2, mIoU" in printed
    assert "within its interval" not in printed
    alike = collected([case(i, str(i % 2), (i // 2) % 5) for i in range(40)]).reports()["test"]
    assert alike.worst_line().endswith("within its interval")
    alone = collected([*cases[:20], *few]).reports()["test"]
    assert alone.worst is None
    assert "none is called the worst" in alone.worst_line()


def test_a_table_wins_and_a_picture_before_a_person(tmp_path: Path) -> None:
    people, pictures = tmp_path / "people.csv", tmp_path / "pictures.csv"
    people.write_text("person,tone,hair\nperson 0,a,\nperson 1,b,curly\n")
    pictures.write_text("\ufefftone,picture\r\nz,id_0\r\n\r\n")
    table = {**read_traits(people), **read_traits(pictures)}
    assert table[("person", "person 0")] == {"tone": "a"}
    groups = collected([case(0, "1", 0), case(1, "1", 0), case(2, "1", 0)], table).reports()["test"].groups
    assert [(group.value, group.pictures) for group in groups] == [("1", 1), ("b", 1), ("z", 1)]


def test_an_unknown_trait_is_one_line() -> None:
    with pytest.raises(UsageError, match=r"--by: no portrait has the trait 'tone'; give --traits"):
        collected([case(0, "", 0)]).reports()
    groups = ByTrait("tones")
    groups.add(case(0, "1", 0))
    with pytest.raises(UsageError, match=r"did you mean tone\?"):
        groups.reports()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "has no column picture or portrait or person"),
        ("id,tone\n", "has no column picture or portrait or person"),
        ("person,tone,tone\n", "a column twice"),
        ("person,tone\nann\n", r"line 2: has 1 cells, the first line 2"),
        ("person,tone\nann,1\nann,2\n", r"line 3: names 'ann' again"),
    ],
)
def test_damaged_tables(tmp_path: Path, text: str, error: str) -> None:
    (tmp_path / "traits.csv").write_text(text)
    with pytest.raises(DatasetError, match=error):
        read_traits(tmp_path / "traits.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_traits(tmp_path / "missing.csv")
