"""The face as a flat sheet, drawn front on: skin, eyes, brows, mouth, beard; the head wears it as a texture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import BEARD, SKIN, Bytes, field, grain, paint, smooth_curve
from hairnet_data.sources.drawn.colours import Rgb
from hairnet_data.sources.drawn.sheet import DOT, ORIGIN, SHEET, Sheet, mix, moved, oval
from hairnet_data.sources.drawn.traits import Person


def draw_face(rng: np.random.Generator, person: Person) -> Bytes:
    """Draws the sheet of a person: uint8 (*SHEET, 4)."""
    sheet = Sheet(person.skin)
    _complexion(rng, sheet, person)
    _beard(rng, sheet, person)
    for side in (-1.0, 1.0):
        _eye(rng, sheet, person, side)
        _brow(rng, sheet, person, side)
    _nose(sheet, person)
    _mouth(sheet, person)
    return sheet.pixels


def _complexion(rng: np.random.Generator, sheet: Sheet, person: Person) -> None:
    """Blood in cheeks, nose and chin, blotches, freckles, folds."""
    skin = person.skin
    dark = (skin[0] * 0.62, skin[1] * 0.52, skin[2] * 0.48)
    flush = float(rng.uniform(0.1, 0.55))
    spots = [(0.0, 4.0, 1.5, 1.1, flush), (0.0, 9.8, 1.9, 1.1, flush * 0.6)]
    spots += [(side * 4.2, 3.6, 2.0, 1.6, flush + 0.35 * person.makeup) for side in (-1, 1)]
    small = (SHEET[0] // 6, SHEET[1] // 6)
    y, x = np.ogrid[: small[0], : small[1]]
    px, py = (x * 6 / DOT - ORIGIN[0]).astype(np.float32), (y * 6 / DOT - ORIGIN[1]).astype(np.float32)
    blood = sum(share * np.exp(-(((px - u) / a) ** 2) - ((py - v) / b) ** 2) for u, v, a, b, share in spots)
    blotch = field(rng, small, (24, 18)) * 0.022 + field(rng, small, small) * 0.02
    red = np.asarray(blood, np.float32)[..., None] * np.array((0.0, 0.27, 0.3), np.float32)
    tint = np.full((*small, 4), 160, np.float32)  # in 160ths, as bytes, for speed
    tint[..., :3] *= np.clip(1 + blotch[..., None] - red, 0, 1.59)
    sheet.pixels = np.asarray(cv2.multiply(sheet.pixels, cv2.resize(tint.astype(np.uint8), SHEET[::-1]), scale=1 / 160))
    for side in (-1, 1):
        sheet.soft(oval(side * person.eye_apart, 0.9, 1.7, 0.8), dark, 0.12 + 0.25 * person.old, 0.6)
    if rng.random() < 0.10 and int(person.tone) < 6:
        for x, y in rng.normal((0, 2.6), (3.2, 1.6), (70, 2)):
            sheet.area(oval(x, y, 0.06, 0.06, 0, 5), mix(skin, (150, 90, 60), 0.45))
    _folds(rng, sheet, person, dark)


def _folds(rng: np.random.Generator, sheet: Sheet, person: Person, dark: Rgb) -> None:
    """Lines of age and of a smile."""
    depth = 0.15 + 0.5 * person.old
    mouth = 6.9 * person.length
    for side in (-1, 1):
        fold = np.array([(1.5, 4.3), (2.4, 5.3), (3.0, 6.4), (3.1, mouth + 0.9)]) * (side, 1)
        line = smooth_curve(fold, 4, closed=False)
        share = depth * 0.7 + 0.35 * max(0.0, person.smile)
        sheet.soft(np.concatenate([line, moved(line[::-1], side * 0.14, 0.05)]), dark, min(0.7, share * 1.2), 0.16)
        bag = oval(side * person.eye_apart, 1.15, 1.25, 0.2)
        sheet.soft(bag, dark, 0.1 + 0.3 * person.old, 0.12)
    if person.old > 0.5:
        for y in -4.4 - np.arange(3) * 1.1 + rng.normal(0, 0.15, 3):
            bow = np.array([(-3.5, y + 0.3), (-1.5, y), (1.5, y), (3.5, y + 0.3)])
            line = smooth_curve(bow, 4, closed=False)
            sheet.soft(np.concatenate([line, moved(line[::-1], 0, 0.1)]), dark, 0.55 * person.old, 0.08)


def _eye(rng: np.random.Generator, sheet: Sheet, person: Person, side: float) -> None:
    """Lids, white, iris, pupil, glint, lashes."""
    skin, wide, tall = person.skin, person.eye_wide, person.eye_open
    centre = np.array([side * person.eye_apart, 0.0])
    rise = -person.eye_tilt * 1.5

    def at(points: list[tuple[float, float]]) -> NDArray[np.float64]:
        """Points with x out from the nose, raised towards the outer corner."""
        array = np.array(points, float)
        return np.asarray(array * (side, 1) + centre + np.stack([0 * array[:, 0], array[:, 0] * rise / wide], 1))

    upper = [(-wide, 0.12), (-wide * 0.5, -tall * 0.85), (0.1, -tall), (wide * 0.6, -tall * 0.7), (wide, -0.05)]
    lower = [(wide * 0.55, tall * 0.55), (0.0, tall * 0.72), (-wide * 0.55, tall * 0.5)]
    lid = smooth_curve(at(upper), 4, closed=False)
    shape = np.concatenate([lid, smooth_curve(at([(wide, -0.05), *lower, (-wide, 0.12)]), 4, closed=False)])
    shade = (skin[0] * 0.55, skin[1] * 0.45, skin[2] * 0.42)
    shadow = mix(shade, (70, 60, 110), 0.5 * person.makeup) if rng.random() < 0.5 else shade
    sheet.soft(moved(shape, 0, -0.45), shadow, 0.38 + 0.3 * person.makeup, 0.28)
    sheet.soft(shape, shade, 0.55, 0.12)
    sheet.area(shape, mix((226, 220, 214), skin, 0.22))
    _iris(sheet, person, shape, centre, side, float(rng.normal(0, 0.08)))
    lash = mix((24, 16, 14), skin, 0.25 * (1 - max(person.feminine, person.makeup)))
    sheet.stroke(lid, lash, 0.10 + 0.12 * max(person.makeup, 0.4 * person.feminine))
    sheet.stroke(smooth_curve(at([(wide, -0.05), *lower]), 4, closed=False), mix(shade, lash, 0.3), 0.05)
    crease = smooth_curve(at([(x * 0.98, y - 0.32) for x, y in upper]), 4, closed=False)
    sheet.stroke(crease, mix(skin, shade, 0.55), 0.08)


def _iris(
    sheet: Sheet, person: Person, shape: NDArray[np.float64], centre: NDArray[np.float64], side: float, gaze: float
) -> None:
    """Iris and pupil, cut off by the lids: drawn apart and copied inside the shape of the eye."""
    x, y, radius = centre[0] + gaze, centre[1] - 0.05, 0.60
    with sheet.only_inside(shape):
        sheet.area(oval(x, y, radius, radius), mix(person.iris, (12, 10, 10), 0.5))
        sheet.area(oval(x, y + 0.03, radius * 0.82, radius * 0.82), person.iris)
        sheet.area(oval(x, y, 0.26, 0.26, 0, 12), (10, 8, 8))
        sheet.area(oval(x - 0.2, y - 0.2, 0.13, 0.13, 0, 8), (240, 240, 240))


def _brow(rng: np.random.Generator, sheet: Sheet, person: Person, side: float) -> None:
    """A brow of many short hairs."""
    thick, high = person.brow_thick, 1.75 + person.brow_high
    hair = mix(person.hair_colour, (30, 22, 18), 0.35 if sum(person.hair_colour) > 240 else 0.1)
    if person.hair_colour[0] > 150 and person.old > 0.6:
        hair = mix(hair, (150, 145, 140), 0.6)
    eye = person.eye_apart
    bow = np.array(
        [(eye - 1.9, -high + 0.15), (eye - 0.4, -high - 0.28), (eye + 1.0, -high - 0.3), (eye + 2.1, -high + 0.25)]
    )
    line = smooth_curve(bow, 8, closed=False)
    taper = np.interp(np.linspace(0, 1, len(line)), [0, 0.2, 0.6, 1], [0.7, 1, 0.8, 0.2]) * thick
    body = np.concatenate(
        [line - np.stack([0 * taper, taper / 2], 1), (line + np.stack([0 * taper, taper / 2], 1))[::-1]]
    )
    sheet.soft(body * (side, 1), hair, 0.72, 0.08)
    count = 44
    along = rng.random(count)
    index = (along * (len(line) - 1)).astype(int)
    root = line[index] + np.stack([np.zeros(count), rng.uniform(-0.5, 0.5, count) * taper[index]], 1)
    tip = root + np.stack([rng.uniform(0.2, 0.5, count), rng.uniform(-0.28, 0.06, count)], 1)
    hairs = np.stack([root, tip], 1) * (side, 1)
    fixed = sheet.fixed(hairs)
    cv2.polylines(sheet.pixels, list(fixed), False, paint(mix(hair, (10, 8, 8), 0.3), SKIN), 1, cv2.LINE_8, 4)


def _nose(sheet: Sheet, person: Person) -> None:
    """Nostrils and the dark line around the wings; its form comes from the surface."""
    tip, wide = 4.2 * person.nose_long * person.length, person.nose_wide
    skin = person.skin
    dark = (skin[0] * 0.32, skin[1] * 0.22, skin[2] * 0.2)
    sheet.soft(oval(0, tip + 0.75, 1.3 * wide, 0.22), dark, 0.4, 0.2)
    for side in (-1, 1):
        sheet.soft(oval(side * 0.68 * wide, tip + 0.62, 0.42 * wide, 0.17, side * 0.3), dark, 1.0, 0.05)
        wing = np.array([(1.25, -0.5), (1.68, -0.05), (1.55, 0.55), (1.2, 0.75)]) * (side * wide, 1) + (0, tip)
        line = smooth_curve(wing, 4, closed=False)
        sheet.soft(np.concatenate([line, moved(line[::-1], side * 0.13, 0)]), dark, 0.4, 0.13)


def _mouth(sheet: Sheet, person: Person) -> None:
    """Lips, closed or open, with teeth."""
    skin, wide, full = person.skin, person.mouth_wide, person.lips
    mood = max(0.0, person.smile) if person.mouth_open else person.smile
    y, lift, gap = 6.95 * person.length, -0.45 * mood, 1.5 * person.mouth_open
    lip = mix(skin, (skin[0] * 0.86, skin[1] * 0.58, skin[2] * 0.6), 0.5 + 0.3 * person.feminine)
    lip = mix(lip, (176, 40, 56), 0.55 * person.makeup)
    dark = (skin[0] * 0.28, skin[1] * 0.16, skin[2] * 0.16)
    high, low = 0.52 * full, 0.72 * full
    left, right = (-wide, lift), (wide, lift)
    top = [left, (-wide * 0.5, -high * 0.75), (-0.35, -high), (0, -high * 0.8), (0.35, -high)]
    top += [(wide * 0.5, -high * 0.75), right]
    bottom = [left, (-wide * 0.55, gap + low * 0.72), (0, gap + low), (wide * 0.55, gap + low * 0.72), right]
    at = np.array((0.0, y))

    def curve(points: list[tuple[float, float]]) -> NDArray[np.float64]:
        return smooth_curve(np.array(points), 4, False)

    sheet.soft(np.concatenate([curve(top), curve(bottom[::-1])]) + at, lip, 0.95, 0.07)
    glow = curve(bottom[1:4]) + at + (0, -low * 0.5)
    sheet.soft(np.concatenate([glow, moved(glow[::-1], 0, 0.2)]), mix(lip, (255, 235, 235), 0.35), 0.5, 0.12)
    inner_top = [(wide * 0.5, 0.02 + lift * 0.3), (0.0, 0.05), (-wide * 0.5, 0.02 + lift * 0.3)]
    if gap < 0.1:
        sheet.stroke(curve([left, *inner_top[::-1], right]) + at, dark, 0.1)
        return
    inner_left, inner_right = (-wide * 0.92, lift), (wide * 0.92, lift)
    inner_low = [inner_left, (-wide * 0.5, gap * 0.8), (0.0, gap), (wide * 0.5, gap * 0.8), inner_right]
    hole = np.concatenate([curve(inner_low), curve([inner_right, *inner_top, inner_left])]) + at
    sheet.area(hole, (min(90.0, dark[0] + 20), dark[1], dark[2]))
    upper = [(-wide * 0.84, lift * 0.8), (0, 0.04), (wide * 0.84, lift * 0.8)]
    lower = [(wide * 0.72, 0.38 + lift * 0.4), (0, 0.6), (-wide * 0.72, 0.38 + lift * 0.4)]
    teeth = np.array([*upper, *lower])
    teeth[3:, 1] = np.minimum(teeth[3:, 1], gap * 0.75)
    with sheet.only_inside(hole):
        sheet.soft(smooth_curve(teeth, 3) + at, (232, 226, 214), 0.9, 0.05)


def _beard(rng: np.random.Generator, sheet: Sheet, person: Person) -> None:
    """Stubble, moustache, goatee or full beard, as many short hairs over a soft shade."""
    if person.beard == "none":
        return
    rows, columns = np.ogrid[0 : SHEET[0] : 2, 0 : SHEET[1] : 2]
    x = np.abs(columns.astype(np.float32) / np.float32(DOT) - np.float32(ORIGIN[0]))
    y = (rows.astype(np.float32) / np.float32(DOT) - np.float32(ORIGIN[1])) / np.float32(person.length)
    lip = np.exp(-(((x - 1.3) / 1.9) ** 4) - ((y - 6.1) / 0.55) ** 4)
    chin = np.exp(-((x / 1.9) ** 4) - ((y - 9.8) / 1.8) ** 4)
    ring = np.exp(-(((x - 2.9) / 0.45) ** 2)) * (np.abs(y - 7.2) < 1.5)
    cheek = np.clip((y - 1.2 - 5.2 * np.exp(-(((x - 1.2) / 3.2) ** 2))) / 1.8, 0, 1)
    mouth = np.exp(-((x / 2.3) ** 4) - ((y - 7.3) / 0.75) ** 4)
    cover = (
        {
            "stubble": np.maximum(lip, cheek) * 0.55,
            "moustache": lip * 1.1,
            "goatee": np.maximum(np.maximum(lip, chin), ring),
            "full": np.maximum(lip, cheek) * 0.98,
        }[person.beard]
        * (1 - 0.95 * mouth)
        * (1.0 if person.beard != "stubble" else person.beard_dense)
    )
    if person.beard != "stubble":
        cover = cover * (0.6 + 0.4 * person.beard_dense)
    hair = mix(person.hair_colour, (170, 166, 160), max(person.grey, 0.5 * person.old if rng.random() < 0.5 else 0))
    streak = cv2.blur(grain(rng, cover.shape), (1, 5)) * 1.6
    cover = np.asarray(cv2.resize(np.clip(cover * (1 + 0.28 * streak), 0, 0.97).astype(np.float32), SHEET[::-1]))
    tone = np.asarray(cv2.resize((1 + 0.25 * streak).astype(np.float32), SHEET[::-1]))
    colours = sheet.pixels[..., :3]
    low = int((ORIGIN[1] + 1.0) * DOT)  # no beard above the cheekbones
    face = colours[low:]
    hairs = np.clip(np.array(hair, np.float32) * tone[low:, :, None], 0, 255)
    face[:] = (face + (hairs - face) * cover[low:, :, None]).astype(np.uint8)
    if person.beard != "stubble":
        sheet.pixels[low:, :, 3][cover[low:] > 0.45] = BEARD
