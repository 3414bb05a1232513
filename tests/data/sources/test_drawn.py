"""The drawn source: the same id is the same portrait everywhere, and its mask fits."""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR
from hairnet_data.core.errors import SourceError, UsageError
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawn.canvas import CLASS_OF_PART, NOTHING
from hairnet_data.sources.drawn.colours import TONES
from hairnet_data.sources.drawn.figure import draw_portrait, paint_figure, stand
from hairnet_data.sources.drawn.light import draw_light
from hairnet_data.sources.drawn.photo import before, mask_of, shares
from hairnet_data.sources.drawn.source import VERSION, Drawn
from hairnet_data.sources.drawn.traits import draw_person
from hairnet_data.sources.drawn.views import FRAMES, HEADWEAR, KINDS, VIEWS, Look, draw_look


def _rng(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


FRONT = Look(tone="4", hair="short", headwear="none", view="front", frame="portrait", yaw=0.2)


@functools.cache
def _drawn(seed: int, look: Look) -> Portrait:
    """A small portrait: several tests compare with the same ones."""
    return draw_portrait(_rng(seed), 96, look)


def _digest(portrait: Portrait) -> str:
    return hashlib.sha256(portrait.image.tobytes() + portrait.mask.tobytes()).hexdigest()


def _share(portrait: Portrait, label: int) -> float:
    return float((portrait.mask == label).mean())


@pytest.fixture(scope="module")
def portraits() -> list[Portrait]:
    source = Drawn()
    return [source.load(f"train_{number:05d}") for number in range(40)]


def test_the_same_id_is_the_same_portrait_whatever_else_there_is() -> None:
    few, many = Drawn(train=3, validation=0, test=0, size=96), Drawn(size=96)
    assert _digest(few.load("train_00002")) == _digest(many.load("train_00002"))
    assert _digest(few.load("train_00001")) != _digest(few.load("train_00002"))


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    code = (
        "import hashlib; from hairnet_data.sources.drawn.source import Drawn; p = Drawn(size=96).load('test_00007');"
        "print(hashlib.sha256(p.image.tobytes() + p.mask.tobytes()).hexdigest())"
    )
    seen = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == _digest(Drawn(size=96).load("test_00007"))


def test_catalogue_lists_every_portrait_once_in_its_pool() -> None:
    source = Drawn(train=7, validation=2, test=3)
    entries = source.catalogue().entries
    assert [entry.id for entry in entries] == sorted({entry.id for entry in entries})
    pools = [entry.pool for entry in entries]
    assert {pool: pools.count(pool) for pool in set(pools)} == {"train": 7, "validation": 2, "test": 3}
    assert all(entry.person == entry.id and entry.id.startswith(entry.pool) for entry in entries)
    assert source.catalogue().errors == ()


def test_all_tones_and_all_kinds_of_hair_appear() -> None:
    entries = Drawn().catalogue().entries
    tones = [entry.traits["tone"] for entry in entries]
    kinds = [entry.traits["hair"] for entry in entries]
    assert min(tones.count(tone) for tone in TONES) > len(entries) / 20
    assert set(kinds) == set(KINDS)


def test_settings_are_plain_values() -> None:
    assert Drawn(1, 2, 3, 64).settings() == {
        "train": 1,
        "validation": 2,
        "test": 3,
        "size": 64,
        "drawing": VERSION,
    }


def test_content_depends_on_id_and_size_only() -> None:
    assert Drawn(train=1).content("train_00000") == Drawn(train=500).content("train_00000")
    assert Drawn(size=64).content("train_00000") != Drawn(size=96).content("train_00000")
    assert Drawn().content("train_00000") != Drawn().content("train_00001")
    assert len(Drawn().content("train_00000")) == 16
    int(Drawn().content("train_00000"), 16)


@pytest.mark.parametrize("id", ["train_00600", "train_1", "train_000001", "nobody", "", "test_-0001", "train_00000\n"])
def test_an_unknown_id_is_refused(id: str) -> None:
    with pytest.raises(SourceError, match="no such portrait"):
        Drawn().load(id)
    with pytest.raises(SourceError):
        Drawn().content(id)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(UsageError):
        Drawn(train=-1)
    with pytest.raises(UsageError):
        Drawn(size=8)


def test_a_pickled_source_draws_the_same() -> None:
    source = Drawn(size=64)
    again = pickle.loads(pickle.dumps(source))
    assert again.settings() == source.settings()
    assert _digest(again.load("validation_00003")) == _digest(source.load("validation_00003"))


@pytest.mark.parametrize("size", [32, 100, 257, 400])
def test_pictures_and_masks_have_the_size_asked_for(size: int) -> None:
    portrait = draw_portrait(_rng(3), size)
    assert portrait.image.shape == (size, size, 3)
    assert portrait.mask.shape == (size, size)
    assert portrait.image.dtype == portrait.mask.dtype == np.uint8


def test_portraits_from_the_front_show_a_face_of_fair_size() -> None:
    looks = [replace(draw_look(_rng(seed)), view="front", frame="portrait", yaw=0.1) for seed in range(30)]
    drawn = [draw_portrait(_rng(seed), 128, look) for seed, look in enumerate(looks)]
    for portrait in drawn:
        assert 0.03 < _share(portrait, FACE) < 0.5
    assert 0.12 < np.mean([_share(portrait, FACE) for portrait in drawn]) < 0.30
    assert 0.04 < np.mean([_share(portrait, HAIR) for portrait in drawn]) < 0.20


def test_every_portrait_shows_hair_or_skin_unless_cloth_hides_it(portraits: list[Portrait]) -> None:
    entries = {entry.id: entry.traits for entry in Drawn().catalogue().entries}
    for number, portrait in enumerate(portraits):
        traits = entries[f"train_{number:05d}"]
        assert set(np.unique(portrait.mask)) <= {BACKGROUND, HAIR, FACE}
        assert _share(portrait, BACKGROUND) < 0.998 or traits["headwear"] in ("hijab", "hood")
        assert portrait.image.std() > 8


def test_the_catalogue_spreads_views_over_the_circle() -> None:
    entries = Drawn(train=3000).catalogue().entries
    for name, values in (("view", VIEWS), ("frame", FRAMES), ("headwear", HEADWEAR), ("hair", KINDS)):
        seen = [entry.traits[name] for entry in entries]
        assert set(seen) == set(values)
    views = [entry.traits["view"] for entry in entries]
    assert 0.45 < views.count("front") / len(views) < 0.6
    assert {entry.traits["yaw"] for entry in entries} == {str(yaw) for yaw in range(0, 181, 30)}
    limits = {"front": (0, 60), "side": (60, 120), "back": (120, 180)}
    looks = [draw_look(_rng(seed)) for seed in range(400)]
    for view, (low, high) in limits.items():
        turns = [abs(np.degrees(look.yaw)) for look in looks if look.view == view]
        assert low <= min(turns) < low + 6
        assert high - 6 < max(turns) <= high


def test_who_looks_away_shows_hair_instead_of_a_face() -> None:
    def shares(yaw: float) -> tuple[float, float]:
        look = replace(FRONT, hair="long", yaw=yaw, view="front" if yaw < 1 else "back")
        drawn = [_drawn(seed, look) for seed in range(8)]
        return float(np.mean([_share(p, FACE) for p in drawn])), float(np.mean([_share(p, HAIR) for p in drawn]))

    face, hair = shares(0.0)
    no_face, back = shares(np.pi)
    assert no_face < 0.02 < 0.1 < face
    assert back > 1.5 * hair


def test_frames_differ_in_the_size_of_the_head() -> None:
    def seen(frame: str) -> float:
        look = replace(FRONT, frame=frame)
        return float(np.mean([1 - _share(_drawn(seed, look), BACKGROUND) for seed in range(8)]))

    far, portrait, close = (seen(frame) for frame in ("far", "portrait", "close"))
    assert 0 < far < 0.6 * portrait
    assert close > 1.4 * portrait


def test_the_mask_changes_where_the_picture_does(portraits: list[Portrait]) -> None:
    at_edges, inside = [], []
    for portrait in portraits:
        if _share(portrait, FACE) < 0.03:
            continue
        grey = cv2.cvtColor(portrait.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
        kernel = np.ones((3, 3), np.uint8)
        edge = cv2.dilate(portrait.mask, kernel) != cv2.erode(portrait.mask, kernel)
        face = cv2.erode((portrait.mask == FACE).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        at_edges.append(slope[edge].mean())
        inside.append(slope[face].mean())
    assert np.mean(at_edges) > 2.0 * np.mean(inside)


@pytest.mark.parametrize(("view", "yaw"), [("front", 0.3), ("back", 2.9), ("side", -1.6)])
@pytest.mark.parametrize(
    ("hair", "hat"), [(kind, "none") for kind in sorted(KINDS)] + [("long", kind) for kind in sorted(HEADWEAR)]
)
def test_a_picture_in_class_colours_is_the_mask(hair: str, hat: str, view: str, yaw: float) -> None:
    """Repaints the finished canvas in class colours and sends it through the picture's own pipeline."""
    rng, size = _rng(11), 128
    person = draw_person(rng, replace(FRONT, hair=hair, headwear=hat, view=view, yaw=yaw))
    canvas = paint_figure(rng, person, stand(rng, person), draw_light(rng), size)
    hair_share, face_share, painted = shares(canvas, size)
    mask = mask_of(hair_share, face_share)
    colours = np.array(COLOURS, np.uint8)
    canvas.pixels[..., :3] = np.where(canvas.part[..., None] == NOTHING, 0, colours[CLASS_OF_PART[canvas.part]])
    scene = np.broadcast_to(colours[BACKGROUND], (size, size, 3)).copy()
    image = before(scene, canvas, painted).astype(np.int16)
    nearest = np.abs(image[..., None, :] - colours.astype(np.int16)).sum(-1).argmin(-1)
    top = np.sort(image, -1)
    clear = top[..., 2] - top[..., 1] > 4  # elsewhere two classes share the pixel evenly
    assert clear.mean() > 0.97
    np.testing.assert_array_equal(nearest[clear], mask[clear])


def _mean_hair(kind: str, count: int = 6) -> float:
    return float(np.mean([_share(_drawn(seed, replace(FRONT, hair=kind)), HAIR) for seed in range(count)]))


def test_hair_is_as_long_as_its_kind_says() -> None:
    bald, shaved, short, bob, long = (_mean_hair(kind) for kind in ("bald", "shaved", "short", "bob", "long"))
    assert bald < 0.02  # a bald man may have a beard, which is hair
    assert 0.01 < shaved < long
    assert short < bob < long


@pytest.mark.parametrize("kind", ["hijab", "hood", "helmet"])
def test_what_is_worn_round_the_head_is_background(kind: str) -> None:
    def mean(headwear: str, yaw: float, label: int) -> float:
        look = replace(FRONT, hair="short", headwear=headwear, yaw=yaw, view="front" if yaw < 1 else "back")
        return float(np.mean([_share(_drawn(seed, look), label) for seed in range(8)]))

    assert 0.04 < mean(kind, 0.0, FACE) < mean("none", 0.0, FACE)
    assert mean(kind, 0.0, HAIR) < 0.6 * mean("none", 0.0, HAIR)
    assert mean(kind, 3.1, HAIR) < 0.4 * mean("none", 3.1, HAIR)


def test_a_hijab_leaves_no_hair_to_be_seen() -> None:
    for seed in range(8):
        look = replace(FRONT, hair="long", headwear="hijab", yaw=0.4 * seed, view="back" if seed > 4 else "front")
        assert _share(_drawn(seed, look), HAIR) < 0.002


def test_light_tones_are_lighter() -> None:
    def brightness(tone: str) -> float:
        faces = (_drawn(seed, replace(FRONT, tone=tone, hair="bald")) for seed in range(6))
        return float(np.mean([face.image[face.mask == FACE].mean() for face in faces]))

    light, middle, dark = brightness("1"), brightness("6"), brightness("10")
    assert light > middle + 15 > dark + 30


def test_a_background_can_be_given() -> None:
    green = np.zeros((128, 128, 3), np.uint8)
    green[..., 1] = 200
    portrait = draw_portrait(_rng(2), 128, FRONT, background=green)
    corner = portrait.image[20:30, 6:16].reshape(-1, 3).mean(0)
    assert corner[1] > corner[0] + 60
    assert corner[1] > corner[2] + 60
