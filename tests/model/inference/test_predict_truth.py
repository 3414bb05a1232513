"""The true masks that panels are drawn with."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model.inference import predict
from tests.support import colours
from tests.support.predicting import lines, portrait, put, run


@pytest.fixture
def shown(monkeypatch):
    """The truths that panels are drawn with."""
    seen = []
    draw = predict.draw_panels
    monkeypatch.setattr(predict, "draw_panels", lambda *given: seen.append(given[2]) or draw(*given))
    return seen


def test_the_truth_is_found_by_its_name(tmp_path, segmenter, shown):
    masks = [portrait(tmp_path / "in" / name, 50, 40) for name in ("a.jpg", "b.jpg", "c.jpg", "x/a.jpg")]
    truth = tmp_path / "truth"
    put(truth / "a.png", masks[0])
    put(truth / "b.ppm", colours.painted(masks[1]))
    put(truth / "x" / "a.png", np.zeros_like(masks[3]))
    outcome = run([tmp_path / "in"], tmp_path / "out", segmenter, panels=True, truth=truth)
    assert (outcome.masks, outcome.errors) == (4, ())
    np.testing.assert_array_equal(shown[0], masks[0])
    np.testing.assert_array_equal(shown[1], masks[1])
    assert shown[2] is None
    assert not shown[3].any()
    one = run([tmp_path / "in" / "a.jpg"], tmp_path / "out", segmenter, panels=True, truth=truth / "b.ppm")
    assert one.exit_code == 0
    np.testing.assert_array_equal(shown[4], masks[1])


def test_a_wrong_truth_is_told_and_the_mask_is_made_all_the_same(tmp_path, segmenter, shown):
    for name in ("a", "b", "c", "d"):
        mask = portrait(tmp_path / "in" / f"{name}.png")
    put(tmp_path / "truth" / "a.png", mask[:-1])
    put(tmp_path / "truth" / "b.png", mask * 100)
    put(tmp_path / "truth" / "c.png", colours.painted(mask) // 2)
    (tmp_path / "truth" / "d.png").write_bytes(b"x")
    outcome = run([tmp_path / "in"], tmp_path / "out", segmenter, panels=True, truth=tmp_path / "truth")
    assert (outcome.masks, outcome.exit_code) == (4, 1)
    told = lines(outcome)
    assert ["64 x 63 pixels" in told[0], "no class" in told[1], "no class" in told[2], "d.png" in told[3]] == [True] * 4
    assert shown == [None] * 4


def test_a_truth_that_does_not_fit_the_call(tmp_path, segmenter):
    mask = portrait(tmp_path / "in" / "a.png")
    portrait(tmp_path / "in" / "b.png")
    put(tmp_path / "a.png", mask)
    for truth, panels in ((tmp_path / "a.png", False), (tmp_path / "a.png", True), (tmp_path / "none", True)):
        with pytest.raises(UsageError, match="--truth"):
            run([tmp_path / "in"], tmp_path / "out", segmenter, panels=panels, truth=truth)
    assert not (tmp_path / "out").exists()
