from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hairnet_model.networks.outputs import class_ids, probabilities


def test_the_rule_of_2019_by_hand() -> None:
    maps = np.array([[0, 0], [51, 50], [50, 51], [50, 50], [200, 255], [255, 200], [-9, 300]], np.float32)
    assert class_ids(maps).tolist() == [0, 2, 1, 0, 1, 2, 1]


@given(hnp.arrays(np.float32, (5, 3), elements=st.floats(-50, 50, width=32)))
def test_logits_become_probabilities(logits: np.ndarray) -> None:
    result = probabilities(logits)
    np.testing.assert_allclose(result.sum(-1), 1, rtol=1e-5)
    assert (np.take_along_axis(result, class_ids(logits)[:, None].astype(int), 1)[:, 0] == result.max(-1)).all()


@given(hnp.arrays(np.float32, (5, 2), elements=st.floats(-100, 300, width=32)))
def test_maps_become_probabilities_of_the_same_classes(maps: np.ndarray) -> None:
    result = probabilities(maps)
    np.testing.assert_allclose(result.sum(-1), 1, rtol=1e-5)
    assert (np.take_along_axis(result, class_ids(maps)[:, None].astype(int), 1)[:, 0] >= result.max(-1) - 1e-6).all()
