"""Who is drawn: every random trait of a person, decided before a pixel is painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hairnet_data.sources.drawn.colours import Rgb, hair_colour, iris_colour, skin_colour, streak_colour
from hairnet_data.sources.drawn.views import Look

HANGING = frozenset(("bob", "long", "wavy", "curly", "ponytail", "plait", "braids", "dreadlocks", "wet"))
"""Ways of wearing hair that reach below the chin."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person. Lengths are centimetres, angles radians, colours RGB in 0..255.

    The face looks along +z, y points down, x to the right of the picture when the face is frontal.
    """

    tone: str
    hair: str
    skin: Rgb
    hair_colour: Rgb
    streaks: Rgb
    grey: float
    young: float
    old: float
    feminine: float
    width: float
    length: float
    jaw: float
    chin: float
    cheeks: float
    forehead: float
    nose_long: float
    nose_wide: float
    nose_out: float
    eye_apart: float
    eye_wide: float
    eye_open: float
    eye_tilt: float
    iris: Rgb
    brow_thick: float
    brow_high: float
    lips: float
    mouth_wide: float
    smile: float
    mouth_open: float
    ear: float
    beard: str
    beard_dense: float
    makeup: float
    glasses: str
    hat: str
    hand: bool
    clothes: str
    hairline: float
    frame: str
    yaw: float
    pitch: float
    roll: float


def _pose(rng: np.random.Generator, look: Look) -> tuple[float, float]:
    """Pitch and roll: mostly upright, at times bent far down or up; a bald crown is often seen from above."""
    pitch = rng.normal(0.03, 0.13)
    if rng.random() < 0.2:
        pitch = rng.uniform(-0.45, 0.6)
    if look.hair in ("thinning", "bald") and rng.random() < 0.35:
        pitch = rng.uniform(0.4, 1.0)
    return float(pitch), float(rng.normal(0, 0.10 if look.view == "front" else 0.14))


def _pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    shares = np.array(list(weights.values()))
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]


def draw_person(rng: np.random.Generator, look: Look) -> Person:
    """Draws all traits of a person that their look leaves open."""
    tone, hair = look.tone, look.hair
    old = float(np.clip(rng.beta(1.3, 1.6), 0, 1))
    young = float(rng.uniform(0.4, 1)) if rng.random() < 0.11 else 0.0
    old = 0.0 if young else old
    female = {"bob": 0.9, "long": 0.9, "wavy": 0.85, "bun": 0.95, "ponytail": 0.9, "braids": 0.85, "plait": 0.95}
    female |= {"updo": 1.0, "dreadlocks": 0.4, "cornrows": 0.5, "wet": 0.7, "undercut": 0.2}
    hijab = look.headwear == "hijab"
    is_female = hijab or rng.random() < female.get(
        hair, 0.55 if hair in ("curly", "coils", "afro", "fringed") else 0.18
    )
    feminine = float(np.clip(rng.normal(0.85 if is_female else 0.15, 0.12), 0, 1))
    if hair in ("bald", "thinning"):
        old, young = max(old, 0.35), 0.0
    colour, grey = hair_colour(rng, tone, old)
    pitch, roll = _pose(rng, look)
    n = rng.normal
    smile = float(np.clip(n(0.35, 0.4), -0.4, 1))
    beards = {"none": 0.45, "stubble": 0.25, "moustache": 0.10, "goatee": 0.06, "full": 0.14}
    return Person(
        tone=tone,
        hair=hair,
        skin=skin_colour(rng, tone),
        hair_colour=colour,
        streaks=streak_colour(rng, colour, feminine),
        grey=grey,
        young=young,
        old=old,
        feminine=feminine,
        width=float(np.clip(n(1.0, 0.05) - 0.04 * feminine, 0.88, 1.14)),
        length=float(np.clip(n(1.0, 0.04) - 0.13 * young, 0.82, 1.1)),
        jaw=float(np.clip(n(1.0, 0.07) - 0.1 * feminine, 0.78, 1.2)),
        chin=float(n(0, 0.35) - 0.8 * young),
        cheeks=float(np.clip(n(0.3, 0.35) + 0.5 * young, -0.3, 1.2)),
        forehead=float(np.clip(n(0, 0.5) + 1.3 * young, -1, 2.0)),
        nose_long=float(np.clip(n(1.0, 0.1) - 0.2 * young, 0.7, 1.3)),
        nose_wide=float(np.clip(n(1.0, 0.14) - 0.1 * feminine + 0.03 * (int(tone) - 5), 0.7, 1.5)),
        nose_out=float(np.clip(n(1.0, 0.16) - 0.1 * feminine - 0.3 * young, 0.5, 1.5)),
        eye_apart=float(np.clip(n(3.15, 0.13), 2.8, 3.5)),
        eye_wide=float(np.clip(n(1.5, 0.09) + 0.08 * feminine, 1.25, 1.8)),
        eye_open=float(np.clip(n(0.52, 0.10) + 0.06 * feminine + 0.16 * young - 0.12 * smile, 0.06, 0.85)),
        eye_tilt=float(n(0.06, 0.06)),
        iris=iris_colour(rng, tone),
        brow_thick=float(np.clip(n(0.42, 0.12) - 0.12 * feminine, 0.15, 0.75)),
        brow_high=float(n(0, 0.2) + 0.15 * feminine),
        lips=float(np.clip(n(1.0, 0.18) + 0.12 * feminine + 0.03 * (int(tone) - 5), 0.5, 1.6)),
        mouth_wide=float(np.clip(n(2.5, 0.18) + 0.35 * smile, 2.0, 3.3)),
        smile=smile,
        mouth_open=float(rng.uniform(0.2, 1)) if rng.random() < 0.42 else 0.0,
        ear=float(np.clip(n(1.0, 0.09) + 0.1 * old, 0.8, 1.3)),
        beard=_pick(rng, beards) if feminine < 0.45 and not young else "none",
        beard_dense=float(rng.uniform(0.35, 1)),
        makeup=float(rng.uniform(0.2, 1)) if feminine > 0.6 and rng.random() < 0.6 else 0.0,
        glasses=_pick(rng, {"none": 0.78, "thin": 0.11, "thick": 0.07, "sun": 0.04}),
        hat=look.headwear,
        hand=bool(rng.random() < 0.06),
        clothes=_clothes(rng, feminine),
        hairline=float(np.clip(n(0, 0.45) + 0.5 * old * (1 - feminine), -0.9, 1.6)),
        frame=look.frame,
        yaw=look.yaw,
        pitch=pitch,
        roll=roll,
    )


def _clothes(rng: np.random.Generator, feminine: float) -> str:
    if feminine < 0.5:
        return _pick(rng, {"suit": 0.48, "tee": 0.22, "shirt": 0.16, "jumper": 0.08, "turtleneck": 0.06})
    return _pick(rng, {"suit": 0.12, "tee": 0.3, "vneck": 0.3, "jumper": 0.18, "turtleneck": 0.1})
