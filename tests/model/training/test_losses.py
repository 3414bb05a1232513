from __future__ import annotations

from functools import partial

import keras
import numpy as np
import pytest

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.training.losses import LOSSES, cross_entropy_dice, loss_of, squares_2019


def _number(value) -> float:
    return float(keras.ops.convert_to_numpy(value))


def _sure(truth: np.ndarray) -> np.ndarray:
    """Logits of certainty."""
    return 30 * np.eye(3, dtype=np.float32)[truth]


def test_certainty_costs_nothing_and_the_wrong_class_much() -> None:
    truth = np.array([[[0, 1], [2, 2]]], np.uint8)
    right = _sure(truth)
    assert _number(cross_entropy_dice(truth, right)) == pytest.approx(0, abs=1e-6)
    # Cross-entropy 30, and a Dice of hair 1 / (1 + 1 + 1), of face 1 / (2 + 2 + 1).
    expected = 30 + 0.5 * (1 - (1 / 4 + 1 / 4) / 2)
    assert _number(cross_entropy_dice(truth, right[..., [1, 2, 0]])) == pytest.approx(expected, rel=1e-5)


def test_even_logits_by_hand() -> None:
    truth = np.array([[[0, 1], [2, 2]]], np.uint8)
    # Cross-entropy is log 3. Dice of hair (2/3 + 1) / (1 + 4/3 + 1), of face (4/3 + 1) / (2 + 4/3 + 1).
    dice = ((2 / 3 + 1) / (1 + 4 / 3 + 1) + (4 / 3 + 1) / (2 + 4 / 3 + 1)) / 2
    expected = np.log(3) + 0.5 * (1 - dice)
    assert _number(cross_entropy_dice(truth, np.zeros((1, 2, 2, 3), np.float32))) == pytest.approx(expected, rel=1e-6)


def test_a_batch_of_nobody_is_finite() -> None:
    truth = np.zeros((2, 4, 4), np.uint8)
    assert _number(cross_entropy_dice(truth, _sure(truth))) == pytest.approx(0, abs=1e-6)


def _two_heads() -> np.ndarray:
    """A head of 72 pixels in one picture, one of 2 in the next, and nobody in the last."""
    truth = np.zeros((3, 12, 12), np.uint8)
    truth[0, :6, :6], truth[0, 6:, :6] = HAIR, FACE
    truth[1, 0, 0], truth[1, 0, 1] = HAIR, FACE
    return truth


def test_a_small_head_counts_as_much_as_a_large_one() -> None:
    truth, loss = _two_heads(), partial(cross_entropy_dice, small_heads=1.0)
    plain, right = cross_entropy_dice(truth, _sure(truth)), loss(truth, _sure(truth))
    assert _number(plain) == pytest.approx(0, abs=1e-6)
    assert _number(right) == pytest.approx(0, abs=1e-6)
    lost = []
    for picture, area in ((0, 36), (1, 1)):
        found = truth.copy()
        found[picture] = 0
        more = _number(loss(truth, _sure(found))) - _number(cross_entropy_dice(truth, _sure(found)))
        # Of two pictures with heads one has none of its classes: their Dice is 1 / (area + 1).
        assert more == pytest.approx((1 - 1 / (area + 1)) / 2, rel=1e-4)
        lost.append(more)
    assert lost[1] > 0.5 * lost[0]


def test_what_is_invented_costs_by_its_share_of_the_picture() -> None:
    nobody = np.zeros((2, 20, 20), np.uint8)
    for pixels, expected in ((0, 0.0), (2, 0.5), (6, 0.75), (400, 400 / 402)):  # two pixels are `metrics.BLOB` of 400
        found = nobody.copy()
        found[0].flat[:pixels] = HAIR
        more = _number(cross_entropy_dice(nobody, _sure(found), small_heads=0.5)) - _number(
            cross_entropy_dice(nobody, _sure(found))
        )
        assert more == pytest.approx(0.5 * expected / 4, abs=1e-5)  # of hair and face in two pictures


def test_a_face_that_is_invented_beside_hair_costs_too() -> None:
    truth = np.zeros((1, 20, 20), np.uint8)
    truth[0, 10:] = HAIR
    found = truth.copy()
    found[0, 0, :2] = FACE
    more = _number(cross_entropy_dice(truth, _sure(found), small_heads=0.5)) - _number(
        cross_entropy_dice(truth, _sure(found))
    )
    assert more == pytest.approx(0.5 * 0.5, abs=1e-4)


def test_unlabelled_pixels_change_nothing_of_what_small_heads_cost() -> None:
    truth, maps = _scene(3)
    half = truth.copy()
    half[:, :, 4:] = 255
    expected = _number(cross_entropy_dice(truth[:, :, :4], maps[:, :, :4], small_heads=0.5))
    assert _number(cross_entropy_dice(half, maps, small_heads=0.5)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_that_is_trained() -> None:
    truth, maps = _scene(3)
    assert loss_of("classes") is cross_entropy_dice
    assert loss_of("maps_2019") is squares_2019
    expected = _number(cross_entropy_dice(truth, maps, small_heads=0.3))
    assert _number(loss_of("classes", 0.3)(truth, maps)) == expected != _number(cross_entropy_dice(truth, maps))


def test_the_maps_of_2019_are_face_then_hair() -> None:
    truth = np.array([[[0, 1, 2]]], np.uint8)
    expected = np.array([[[[0, 0], [0, 255], [255, 0]]]], np.float32)
    assert _number(squares_2019(truth, expected)) == 0
    assert _number(squares_2019(truth, expected[..., ::-1])) == pytest.approx(4 * 255**2 / 6)


# --------------------------------------------------------------------- pixels without a label

NOT_HAIR = 128 + 0b101
LOSSES_AND_MAPS = [(cross_entropy_dice, 3), (squares_2019, 2)]


def _scene(channels: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3, (2, 8, 8)).astype(np.uint8), rng.normal(0, 2, (2, 8, 8, channels)).astype(np.float32)


@pytest.mark.parametrize(("loss", "channels"), LOSSES_AND_MAPS)
def test_an_unlabelled_pixel_changes_nothing(loss, channels: int) -> None:
    """The loss of the labelled half of a picture is that of the picture whose other half nobody labelled."""
    truth, maps = _scene(channels)
    half = truth.copy()
    half[:, :, 4:] = 255
    expected = _number(loss(truth[:, :, :4], maps[:, :, :4]))
    for seed in (0, 1):
        maps[:, :, 4:] = 20 * np.random.default_rng(seed).normal(size=maps[:, :, 4:].shape)
        assert _number(loss(half, maps)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("loss", "channels"), LOSSES_AND_MAPS)
def test_nothing_labelled_at_all_is_nothing_to_learn(loss, channels: int) -> None:
    _, maps = _scene(channels)
    assert _number(loss(np.full((2, 8, 8), 255, np.uint8), maps)) == pytest.approx(0, abs=1e-6)


def test_a_set_of_one_class_costs_what_its_label_does() -> None:
    """To the cross-entropy, a pixel that may have one class only is one with that label."""
    truth, logits = _scene(3)
    as_sets = np.where(np.arange(8) < 4, truth, 128 + (1 << truth.astype(np.int64))).astype(np.uint8)
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    predicted, one = np.exp(logs), np.eye(3)[truth]
    entropy = -(one * logs).sum(-1).mean()
    labelled = one * (np.arange(8) < 4)[:, None]
    # Possible classes of sets are in no sum of the Dice loss.
    shared, both = (labelled * predicted).sum((0, 1, 2)), (labelled + predicted * (1 - one + labelled)).sum((0, 1, 2))
    dice = (2 * shared + 1) / (both + 1)
    assert _number(cross_entropy_dice(as_sets, logits)) == pytest.approx(
        entropy + 0.5 * (1 - dice[1:].mean()), rel=1e-5
    )


def test_known_not_to_be_hair_by_hand() -> None:
    """Three pixels: hair, and two that are background or face; even logits."""
    truth = np.array([[[1, NOT_HAIR, NOT_HAIR]]], np.uint8)
    entropy = (np.log(3) + 2 * np.log(3 / 2)) / 3
    # Hair: found 1/3 in each of three, one of them right. Face: found 1/3 where it cannot be, once.
    dice = ((2 / 3 + 1) / (1 + 1 + 1) + 1 / (1 / 3 + 1)) / 2
    loss = _number(cross_entropy_dice(truth, np.zeros((1, 1, 3, 3), np.float32)))
    assert loss == pytest.approx(entropy + 0.5 * (1 - dice), rel=1e-6)
    maps = np.array([[[[0, 255], [77, 255], [9, 0]]]], np.float32)  # face, hair
    # Of those two the map of hair alone counts.
    assert _number(squares_2019(truth, maps)) == pytest.approx(255**2 / 4)


def _slopes(truth: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """How the loss changes with each logit, by small steps."""
    slopes = np.zeros(logits.shape)
    for index in np.ndindex(*logits.shape):
        ends = []
        for step in (-0.01, 0.01):
            moved = logits.copy()
            moved[index] += step
            ends.append(_number(cross_entropy_dice(truth, moved)))
        slopes[index] = (ends[1] - ends[0]) / 0.02
    return slopes


def test_hair_only_labels_also_say_where_no_hair_is_if_the_rest_is_known_not_to_be() -> None:
    """The rest asks for nothing if it may be anything, and for less hair if it is known not to be hair."""
    logits = np.zeros((1, 1, 2, 3), np.float32)
    anything = _slopes(np.array([[[1, 255]]], np.uint8), logits)[0, 0]
    not_hair = _slopes(np.array([[[1, NOT_HAIR]]], np.uint8), logits)[0, 0]
    assert anything[0, 1] < -0.1
    assert np.abs(anything[1]).max() < 1e-3
    assert not_hair[0, 1] < -0.1
    assert not_hair[1, 1] > 0.1
    assert not_hair[1, 0] == pytest.approx(not_hair[1, 2], abs=1e-3), "it does not prefer one of the others"


@pytest.mark.parametrize("value", [255, NOT_HAIR])
def test_confident_mistakes_stay_finite_and_can_be_unlearned(value: int) -> None:
    truth = np.array([[[0, value]]], np.uint8)
    logits = np.array([[[[-30, 30, 0], [-30, 30, -30]]]], np.float32)
    slopes = _slopes(truth, logits)
    assert np.isfinite(slopes).all()
    assert slopes[0, 0, 0, 0] < -0.1
    if value == NOT_HAIR:
        assert slopes[0, 0, 1, 1] > 0.1


@pytest.mark.parametrize("head", ["classes", "maps_2019"])
def test_a_network_trains_on_partly_labelled_pictures(head: str) -> None:
    """Compiled as training compiles it, with and without pixels that have no label in turn."""
    channels = 3 if head == "classes" else 2
    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(channels, 1)])
    network.compile(optimizer=keras.optimizers.Adam(0.1 if head == "classes" else 5.0), loss=LOSSES[head])
    rng = np.random.default_rng(0)
    images = rng.normal(size=(4, 8, 8, 3)).astype(np.float32)
    truth = (images[..., 0] > 0).astype(np.uint8)
    partly = np.where(truth == 1, truth, np.uint8(NOT_HAIR))
    nothing = np.full_like(truth, 255)
    losses = [[float(network.train_on_batch(images, masks)) for masks in (truth, partly, nothing)] for _ in range(60)]
    assert np.isfinite(losses).all()
    assert losses[-1][1] < 0.8 * losses[0][1]
    assert losses[-1][2] == pytest.approx(0, abs=1e-6)
