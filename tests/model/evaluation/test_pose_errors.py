"""Errors of poses: by hand, by groups, with and without a constant offset."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.evaluation.pose_errors import compare_poses, lines, pose_of
from hairnet_model.inference.components import Head, HeadPose
from hairnet_model.inference.cuts import Located


def test_errors_are_those_of_the_angles() -> None:
    yaw = np.array([0.0, 20, -45, 80, -99, 100, 179, -180])
    wanted = np.column_stack([yaw, np.zeros((8, 2)), np.full((8, 2), 0.5), np.full(8, 0.03)])
    found = wanted.copy()
    found[:, 0] += 4  # a constant offset, over the jump at 180 too
    found[:, 2] += [1, -1] * 4
    found[:, 3] += 0.1
    found[:, 5] *= np.exp(0.05)
    report = compare_poses(found, wanted, np.ones(8, bool))
    assert report.total.angles == pytest.approx((4, 0, 1), abs=1e-3)
    assert report.total.unbiased == pytest.approx((0, 0, 1), abs=1e-3)
    assert report.bias == pytest.approx((4, 0, 0), abs=1e-3)
    assert report.total.geodesic == pytest.approx(np.sqrt(17), abs=0.01)
    assert (report.total.centre, report.total.size) == pytest.approx((0.1, 0.05), abs=1e-5)
    assert {band: errors.heads for band, errors in report.bands.items()} == {
        (0, 30): 2, (30, 60): 1, (60, 100): 2, (100, 180): 3,
    }  # fmt: skip


def test_negatives_and_unknown_poses_count_as_found_or_not() -> None:
    wanted = np.full((4, 6), np.nan)
    found = np.tile([0, 0, 0, 0.5, 0.5, 0.03], (4, 1))
    found[[1, 3]] = np.nan
    report = compare_poses(found, wanted, np.array([True, True, False, False]))
    assert (report.total, report.bands) == (None, {})
    assert (report.missed, report.invented) == (0.5, 0.5)
    assert lines({"test": report}) == [
        "test: 50.0 % of the pictures of somebody show no head in its place; "
        "50.0 % of the pictures of nobody are called a head"
    ]


def test_the_table_has_a_line_a_group() -> None:
    wanted = np.array([[0, 0, 0, 0.5, 0.5, 0.03], [120, 0, 0, 0.5, 0.5, 0.03]])
    text = lines({"test": compare_poses(wanted, wanted, np.ones(2, bool))})
    assert [" ".join(line.split()[:3]) for line in text[1:4]] == ["test all 2", "test 0-30 1", "test 100-180 1"]


def test_the_head_over_the_known_origin_counts_in_frames_of_the_picture() -> None:
    heads = (
        Head((0, 0, 60, 60), 0.9),
        Head((10, 10, 40, 40), 0.9, HeadPose(10, 20, 30, 60, 20, 2, 0.9)),
        Head((0, 0, 5, 5), 0.9, HeadPose(0, 0, 0, 5, 5, 1, 0.9)),
    )
    located = Located(50, 100, np.zeros((64, 64, 3), np.float32), (), heads, 1)
    known, unknown = np.array([0, 0, 0, 0.2, 0.5, 0.02]), np.full(6, np.nan)
    for pose in (known, unknown):
        assert pose_of(located, pose) == pytest.approx((10, 20, 30, 0.6, 0.45, 0.02))
    small = np.array([0, 0, 0, -0.01, 0.26, 0.01])  # in pixels of the photo -1 and 1, in the rim of the small one alone
    assert pose_of(located, small) == pytest.approx((0, 0, 0, 0.05, 0.3, 0.01))
    beside = np.array([0, 0, 0, 0.9, 0.5, 0.02])
    assert np.isnan(pose_of(located, beside)).all()
    assert np.isnan(pose_of(Located(50, 100, located.whole, (), (), 1), unknown)).all()
