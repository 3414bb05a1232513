from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, HAIR
from hairnet_data.core.errors import UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model import Segmenter
from hairnet_model.effects.bald import bald
from hairnet_model.effects.colours import target
from hairnet_model.effects.recolour import recolour
from hairnet_model.inference import predict
from hairnet_model.inference.looks import Dye, dye, made_bald


def test_the_options() -> None:
    assert dye(None, None, False) is None
    assert dye("copper", None, False) == Dye(target("copper"))
    assert dye("#aabbcc ombre", 0.5, True) == Dye(target("#aabbcc ombre"), 0.5, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("green", None, False), "--recolour: there is no hair colour 'green'; choose from jet black, espresso"),
        ((None, 0.5, False), "--strength: says how hair is recoloured, and it is not; add --recolour"),
        ((None, None, True), "--beard: says"),
        (("copper", 1.5, False), "--strength: 1.5 is not between 0 and 1"),
        (("copper", float("nan"), False), "--strength: nan is not"),
    ],
)
def test_errors(options: tuple[str | None, float | None, bool], said: str) -> None:
    with pytest.raises(UsageError) as error:
        dye(*options)
    assert str(error.value).startswith(said)


def test_a_photo_is_recoloured_and_made_bald_beside_its_mask(tmp_path: Path) -> None:
    segmenter = Segmenter.load()
    portrait = Drawn(0, 0, 60, size=256).load("test_00052")
    Image.fromarray(portrait.image).save(tmp_path / "anna.png")
    outputs = predict.Outputs(dye=Dye(target("platinum"), 0.8), bald=True)
    predict.predict([tmp_path / "anna.png"], tmp_path / "out", segmenter, outputs)
    likely = segmenter.probabilities(portrait.image)
    expected = recolour(portrait.image, likely[..., 1], likely[..., 2], target("platinum"), 0.8)
    made = read_photo(tmp_path / "out" / "anna_recoloured.png")
    np.testing.assert_array_equal(made, expected)
    assert (made != portrait.image).any()
    made = read_photo(tmp_path / "out" / "anna_bald.png")
    np.testing.assert_array_equal(made, bald(portrait.image, likely[..., 1], likely[..., 2]))


def test_a_face_without_hair_is_seen_and_stays() -> None:
    segmenter = Segmenter.load(finer=False)
    portrait = Drawn(0, 0, 60, size=256).load("test_00052")
    located = next(segmenter.look([portrait.image]))
    assert made_bald(portrait.image, located) is not None
    whole = located.whole.copy()
    whole[..., BACKGROUND] += whole[..., HAIR]
    whole[..., HAIR] = 0
    made = made_bald(portrait.image, replace(located, whole=whole, cuts=()))
    assert made is not None
    np.testing.assert_array_equal(made, portrait.image)
    whole[...] = (1, 0, 0)
    assert made_bald(portrait.image, replace(located, whole=whole, cuts=())) is None
