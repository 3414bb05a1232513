"""Puts a portrait together: person, pose, light, then the parts from back to front."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.head import pose as head_pose
from hairnet_data.core.head.projection import turn_of
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawn import extras
from hairnet_data.sources.drawn.body import draw_body, paint_neck, shaded
from hairnet_data.sources.drawn.canvas import HAIRS, SKIN, Bytes, Canvas, Floats, grain
from hairnet_data.sources.drawn.clothes import paint_clothes
from hairnet_data.sources.drawn.crowd import paint_crowd
from hairnet_data.sources.drawn.face import draw_face
from hairnet_data.sources.drawn.hairdo import grow_hair, paint_bundles
from hairnet_data.sources.drawn.head import FIELD, Pose, View, look, surface
from hairnet_data.sources.drawn.light import Light, draw_light, on_skin
from hairnet_data.sources.drawn.photo import before, mask_of, photograph, shares, tilted_frame
from hairnet_data.sources.drawn.scalp import depth_inside
from hairnet_data.sources.drawn.sheet import DOT, ORIGIN, Sheet
from hairnet_data.sources.drawn.traits import HANGING, Person, draw_person
from hairnet_data.sources.drawn.views import Look, draw_look
from hairnet_data.sources.drawn.wraps import WRAPS, paint_wrap
from hairnet_data.sources.scenes.scene import draw_scene


def draw_portrait(
    rng: np.random.Generator,
    size: int = 256,
    look: Look | None = None,
    background: Pixels | None = None,
) -> Portrait:
    """Draws a portrait and its mask from the same shapes.

    Args:
        rng: where all random numbers come from.
        size: side of the picture in pixels, at least 32.
        look: what it shall show; None for any.
        background: uint8 (size, size, 3) RGB to stand before; None draws a scene.

    Returns:
        Image uint8 (size, size, 3) RGB, mask uint8 (size, size) of class ids, the head's pose, and the matte and the
        person's coverage: of what is painted on the canvas, which has twice the size or more, before the lens blurs
        the picture.
    """
    any_look = draw_look(rng)
    person = draw_person(rng, look or any_look)
    pose = stand(rng, person)
    light = draw_light(rng)
    canvas = paint_figure(rng, person, pose, light, size)
    hair_share, face_share, painted = shares(canvas, size)
    mask = mask_of(hair_share, face_share)
    scene = _scene(rng, size) if background is None else background
    image = before(scene, canvas, painted)
    image = photograph(rng, image)
    if rng.random() < 0.35:
        tilted_frame(rng, image, mask, hair_share, painted)
    return Portrait(image, mask, pose=recorded_pose(person, pose), alpha=hair_share, coverage=painted)


def _scene(rng: np.random.Generator, size: int) -> Pixels:
    """What is behind the portrait, drawn at half the size as it is out of focus anyway; uint8 (size, size, 3)."""
    half = max(16, size // 2)
    scene = draw_scene(rng, half, half)
    if rng.random() < 0.22:
        paint_crowd(rng, scene)
    return np.asarray(cv2.resize(scene, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)


def stand(rng: np.random.Generator, person: Person) -> Pose:
    """Where in the picture the head is, and how large."""
    turn = turn_of(person.yaw, person.pitch, person.roll)
    if person.frame == "close":
        # Hair or face fills the picture: its middle shows any part of the head, or of the hair that hangs below it.
        scale = float(np.exp(rng.uniform(np.log(8.5), np.log(16.0))))
        low = 9.0 if person.hair in HANGING else 3.0
        x, y = rng.normal(128, 4.0 * scale), 128 - rng.uniform(-5.0, low) * scale
        return Pose(turn, (float(x), float(y)), scale)
    if person.frame == "far":
        scale = float(np.exp(rng.uniform(np.log(1.7), np.log(4.2))))
        top = rng.uniform(0.0, 256 * 0.35)
        return Pose(turn, (float(rng.uniform(45, 211)), float(top + 13 * scale)), scale)
    scale = float(np.clip(rng.normal(6.9, 0.45), 5.6, 8.2))
    spread = 6.0
    if rng.random() < 0.15:
        scale, spread = float(rng.uniform(4.8, 9.0)), 14.0
    x, y = rng.normal((128, 118), spread)
    if abs(person.yaw) > 1.6 and person.hair in HANGING:
        y -= rng.uniform(0, 45)  # photographs of long hair are centred on the hair
    to_face = turn @ np.array((0.0, 0.0, 4.0)) * scale  # photographs are centred on the face, not on the skull
    return Pose(turn, (float(x - 0.6 * to_face[0]), float(y)), scale)


def recorded_pose(person: Person, pose: Pose) -> head_pose.Pose:
    """The pose as records have it, rounded, so that it is the same number on every machine."""
    yaw, pitch, roll = (round(float(np.degrees(angle)), 6) + 0.0 for angle in (person.yaw, person.pitch, person.roll))
    x, y, size = (round(float(value) / 256, 8) for value in (*pose.centre, pose.scale))
    return head_pose.Pose(yaw, pitch, roll, x, y, size)


def paint_figure(rng: np.random.Generator, person: Person, pose: Pose, light: Light, size: int) -> Canvas:
    """Paints the person on a canvas of at least twice the size, from back to front."""
    # Small pictures are painted larger, as no hair can be thinner than a pixel of the canvas.
    canvas_side = size * max(2, -(-256 // size))
    canvas = Canvas(canvas_side, canvas_side / FIELD)
    view = look(surface(person), pose)
    body = draw_body(rng, person, pose)
    bundles = grow_hair(rng, person, pose, light, canvas)
    away = bool(pose.turn[2, 2] < -0.1)  # the face looks away from the camera
    paint_bundles(rng, canvas, person, bundles, front=False)
    paint_neck(canvas, person, pose, body, view, light)
    paint_clothes(rng, canvas, person, body, light)
    bare = (-1, 1) if person.hat != "hijab" else ()
    for side in bare:
        if not extras.ear_faces_camera(pose, side):
            extras.paint_ear(canvas, person, pose, light, side)
    _paint_head(rng, canvas, person, view, light, float(pose.turn[2, 2]))
    for side in bare:
        if extras.ear_faces_camera(pose, side):
            extras.paint_ear(canvas, person, pose, light, side)
    if person.glasses != "none" and not away:
        extras.paint_glasses(rng, canvas, person, pose)
    paint_bundles(rng, canvas, person, bundles, front=True)
    if bundles:
        level = 0.55 * light.colour * light.power + light.sky + 0.2
        lit = np.asarray(bundles[0].hair.light[..., None] * level, np.float32)
        shaded(canvas, lit, np.asarray(canvas.part == HAIRS))
    _cast(canvas, light, pose)
    if person.hat in WRAPS:
        paint_wrap(rng, canvas, person, pose, body, light)
    elif person.hat != "none":
        extras.paint_hat(rng, canvas, person, pose, light)
    if person.hand and not away and person.frame == "portrait":
        extras.paint_hand(rng, canvas, person, pose, light)
    return canvas


def _paint_head(
    rng: np.random.Generator, canvas: Canvas, person: Person, view: View, light: Light, towards: float
) -> None:
    """Wraps the face's sheet around the head, lights and paints it; `towards` is 1 if it looks here, -1 if away."""
    local, inside = view.local, view.inside
    step = canvas.side / FIELD
    left, top = round(view.left * step), round(view.top * step)
    wide, high = round(local.shape[1] * step), round(local.shape[0] * step)
    wide, high = min(wide, canvas.side - left), min(high, canvas.side - top)
    if min(wide, high) < 1:
        return  # the head lies beyond the picture
    full = (wide, high)
    factor, glint = on_skin(view.normal, light)
    # From behind there are no features to be seen; a beard shows a little longer.
    hidden = towards < (-0.5 if person.beard == "none" else -0.85)
    skin = _wear(Sheet(person.skin).pixels if hidden else draw_face(rng, person), local, full)
    if person.hair in ("bald", "shaved"):
        _stubble_scalp(rng, skin, person, local, full)
    light_on = np.full((*inside.shape, 4), 128, np.uint8)  # in 128ths, as in `shaded`
    light_on[..., :3] = np.clip(factor * 128 + 0.5, 0, 255)
    shine = np.zeros((*inside.shape, 4), np.uint8)
    shine[..., :3] = np.clip(glint, 0, 255)[..., None]
    skin = np.asarray(cv2.multiply(skin, cv2.resize(light_on, full), scale=1 / 128), np.uint8)
    skin = np.asarray(cv2.add(skin, cv2.resize(shine, full)), np.uint8)
    if person.hair not in ("bald", "shaved"):
        _scalp(rng, skin, person, local, full)
    cover = cv2.GaussianBlur(inside, (5, 5), 1.1)
    cover = (np.asarray(cv2.resize(cover, full)) > 127).astype(np.uint8)
    cv2.copyTo(skin, cover, canvas.pixels[top : top + high, left : left + wide])


def _wear(sheet: Bytes, local: Floats, full: tuple[int, int]) -> Bytes:
    """Looks every pixel up on the sheet: uint8 (rows, columns, 4)."""
    fine = np.asarray(cv2.resize(local, full), np.float32)
    # The sheet is drawn front on; what lies behind the ears takes the plain skin at its border.
    x = np.where(fine[..., 2] < 0, np.float32(8.4), fine[..., 0])
    at_x = (x + np.float32(ORIGIN[0])) * np.float32(DOT) - np.float32(0.5)
    at_y = (fine[..., 1] + np.float32(ORIGIN[1])) * np.float32(DOT) - np.float32(0.5)
    skin = cv2.remap(sheet, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    part = cv2.remap(sheet[..., 3], at_x, at_y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    skin[..., 3] = part
    return np.asarray(skin, np.uint8)


def _cover(rng: np.random.Generator, person: Person, local: Floats, full: tuple[int, int], soft: float) -> Floats:
    """How thickly the skin is covered with hair, float32 (rows, columns) in 0..1, ragged at the hairline."""
    depth = depth_inside(local, person).astype(np.float32) / np.float32(soft)
    fine = np.asarray(cv2.resize(depth, full), np.float32)
    fine += cv2.resize(grain(rng, local.shape[:2], 0.55), full)
    return np.asarray(np.clip(fine, 0, 1, out=fine))


def _stubble_scalp(rng: np.random.Generator, skin: Bytes, person: Person, local: Floats, full: tuple[int, int]) -> None:
    """Shaved hair: a grainy shade over the scalp, dense enough to count as hair; on a bald head a hint of one."""
    cover = _cover(rng, person, local, full, 1.5)
    pale = max(0.0, (person.hair_colour[0] - 110) / 150)  # light stubble hardly shows on skin
    dense = (
        float(rng.uniform(0.55, 0.92)) * (1 - 0.6 * pale) if person.hair == "shaved" else float(rng.uniform(0, 0.12))
    )
    share = np.clip(cover * (dense + grain(rng, cover.shape, 0.10)), 0, 1)[..., None]
    colour = np.asarray(person.hair_colour, np.float32)
    skin[..., :3] = (skin[..., :3] + (colour - skin[..., :3]) * share).astype(np.uint8)
    if person.hair == "shaved":
        skin[..., 3][cv2.blur(cover, (7, 7)) > 0.4] = HAIRS


def _scalp(rng: np.random.Generator, skin: Bytes, person: Person, local: Floats, full: tuple[int, int]) -> None:
    """The dark ground under strands, so that no skin shows between them (some does where hair is thin)."""
    cover = _cover(rng, person, local, full, 0.7)
    # Where hair is thin, skin shows between the hairs: a dither of both.
    bound = rng.random(cover.shape, dtype=np.float32) * np.float32(0.95) if person.hair == "thinning" else 0.5
    ground = np.empty_like(skin)
    tone = 0.6 * np.asarray(person.hair_colour)
    if person.hair == "cornrows":  # the scalp shows between the rows, and is what people call hair there
        tone = 0.5 * tone + 0.4 * np.asarray(person.skin)
    ground[:] = np.round([*tone, HAIRS]).astype(np.uint8)
    cv2.copyTo(ground, (cover > bound).view(np.uint8), skin)


def _cast(canvas: Canvas, light: Light, pose: Pose) -> None:
    """The shadow that hair and hat cast on the skin beside them."""
    small = canvas.side // 4
    shade = cv2.resize((canvas.part == HAIRS).astype(np.uint8) * 255, (small, small), interpolation=cv2.INTER_AREA)
    unit = pose.scale * small / 256
    reach = (round(0.9 * unit), round(-1.1 * float(light.key[0]) * unit))
    shade = cv2.GaussianBlur(np.roll(shade, reach, (0, 1)), (0, 0), max(0.6, 0.55 * unit))
    factor = 1 - np.asarray(shade, np.float32)[..., None] / 255 * np.array((0.38, 0.43, 0.46), np.float32)
    shaded(canvas, np.asarray(factor, np.float32), np.asarray(canvas.part == SKIN))
