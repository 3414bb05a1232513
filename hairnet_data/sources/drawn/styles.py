"""How hair is worn: numbers that say how strands grow, for every kind of hair."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hairnet_data.sources.drawn.traits import Person


@dataclass(frozen=True, slots=True)
class Style:
    """A way of wearing hair. Lengths in cm.

    Attributes:
        count: strands.
        points: points per strand.
        long: mean length, and `uneven` its relative spread.
        comb: "side", "back", "forward", "out" or "knot".
        lift: how strongly strands leave the scalp, 0 flat to 1 upright.
        heavy: pull of gravity.
        volume: thickness of the layer of hair.
        wave: sideways swing of a wave `wave_long` long; `frizz` is its unevenness between strands.
        lock: width of a lock.
        fringe: hair falls over the forehead.
        cling: how closely strands follow the head, 0 free to 1 flat.
        flare: how far, in cm, hair that hangs down spreads sideways.
        fade: length of the hair at the sides against that on top.
        locks: into how many locks strands gather, and `clump` how closely, 0 to 1 at their tips.
    """

    count: int = 520
    points: int = 12
    long: float = 6.0
    uneven: float = 0.25
    comb: str = "side"
    lift: float = 0.3
    heavy: float = 0.25
    volume: float = 0.9
    wave: float = 0.08
    wave_long: float = 7.0
    frizz: float = 0.3
    lock: float = 0.9
    fringe: bool = False
    cling: float = 0.0
    flare: float = 0.0
    fade: float = 1.0
    locks: int = 0
    clump: float = 0.0


def style_of(rng: np.random.Generator, person: Person) -> Style:
    """Draws the style in which this person wears their kind of hair."""
    u = rng.uniform
    combs = ("side", "side", "back", "forward")
    neat = rng.random() < 0.7
    short = Style(
        long=u(2.0, 5.5),
        comb=combs[int(rng.integers(4))],
        lift=u(0.1, 0.35) if neat else u(0.3, 0.7),
        cling=u(0.55, 0.97) if neat else u(0.0, 0.5),
        volume=u(0.3, 1.5),
        uneven=u(0.15, 0.4),
        heavy=u(0.05, 0.3),
        wave=u(0, 0.25),
        wave_long=u(3, 7),
        lock=u(0.6, 1.2),
        fade=u(0.25, 0.9),
    )
    down = Style(
        count=600,
        points=16,
        long=u(22, 36),
        lift=0.15,
        cling=u(0.2, 0.8),
        heavy=u(0.35, 0.6),
        volume=u(0.7, 3.2),
        wave=u(0.05, 0.4),
        wave_long=u(8, 16),
        lock=u(0.9, 1.6),
        fringe=bool(rng.random() < 0.3),
        flare=u(-0.5, 4.5),
        locks=int(rng.integers(40, 120)),
        clump=u(0.1, 0.75),
    )
    if person.hair == "short" and person.feminine > 0.5:
        # Short hair that is set: thick, lifted, waved.
        return replace(
            short, long=u(6, 10), cling=u(0.5, 0.8), volume=u(1.4, 3.8), wave=u(0.1, 0.5), fade=u(0.7, 1.0), heavy=0.2
        )
    return _special(rng, person.hair, short, down)


def _special(rng: np.random.Generator, kind: str, short: Style, down: Style) -> Style:
    """What a kind of hair changes about short hair or hair worn down."""
    u = rng.uniform
    if kind == "thinning":
        return replace(short, long=u(1.5, 4.0), count=380, lift=0.15, cling=0.8, volume=u(0.1, 0.6), lock=0.5)
    if kind == "fringed":
        return replace(
            short, long=u(6, 10), comb="forward", count=600, volume=u(0.6, 1.5), fringe=True, fade=u(0.4, 0.9)
        )
    if kind == "bob":
        return replace(down, long=u(11, 19), uneven=0.08, points=14, volume=u(0.9, 3.2))
    if kind == "wavy":
        wave = u(0.35, 0.8)
        return replace(
            down,
            long=u(13, 30),
            wave=wave,
            wave_long=u(5, 9),
            volume=u(1.0, 3.8),
            points=26,
            frizz=u(0.3, 0.8),
            clump=u(0.6, 0.95),
        )
    if kind == "curly":
        curl, long = u(0.3, 0.6), u(7, 22)
        turn = curl * u(4.5, 7)
        points = int(np.clip(7 * long / turn, 18, 48))
        shape = replace(down, long=long, points=points, count=520, wave=curl, wave_long=turn, frizz=1.0)
        shape = replace(shape, locks=int(rng.integers(110, 190)), clump=u(0.7, 0.97))
        return replace(shape, volume=u(1.2, 3.2), lift=0.4, heavy=u(0.2, 0.4), lock=u(0.7, 1.1), cling=0.3)
    if kind == "afro":
        return replace(
            short,
            count=420,
            points=10,
            long=u(2.5, 8.0),
            comb="out",
            lift=1.0,
            heavy=0.0,
            lock=2.0,
            fade=1.0,
            cling=0.0,
        )
    if kind in ("coils", "undercut", "wet", "dreadlocks"):
        return _bold(rng, kind, short, down)
    if kind in ("bun", "updo", "ponytail", "plait"):
        fringe = bool(rng.random() < 0.25)
        return replace(short, comb="knot", points=14, volume=u(0.15, 0.8), count=480, fringe=fringe, wave=0.04)
    if kind == "braids":
        shape = replace(down, flare=0.0, count=130, points=26, long=u(16, 32), volume=u(0.4, 1.2), wave=0.1, lock=1.0)
        return replace(shape, uneven=0.1, fringe=False, cling=0.6)
    return short if kind == "short" else down


def _bold(rng: np.random.Generator, kind: str, short: Style, down: Style) -> Style:
    """Springs that stand off the head, bare sides under a long top, wet hair, or matted locks."""
    u = rng.uniform
    if kind == "coils":
        turn, long = u(1.5, 2.6), u(6, 15)
        shape = replace(
            down, long=long, points=int(np.clip(7 * long / turn, 24, 50)), wave=u(0.25, 0.45), wave_long=turn
        )
        shape = replace(
            shape, volume=u(2.5, 5.5), lift=u(0.5, 0.8), heavy=u(0.12, 0.3), lock=0.6, cling=0.15, flare=0.0
        )
        return replace(shape, frizz=1.5, locks=int(rng.integers(170, 260)), clump=u(0.85, 1.0))
    if kind == "undercut":
        comb = ("back", "side", "forward")[int(rng.integers(3))]
        return replace(
            short, long=u(5, 11), fade=u(0.03, 0.1), comb=comb, lift=u(0.2, 0.6), volume=u(0.8, 2.4), count=620
        )
    if kind == "wet":
        base = short if rng.random() < 0.35 else down
        shape = replace(base, cling=0.97, lift=0.05, volume=u(0.15, 0.5), heavy=0.6, wave=u(0.05, 0.25), flare=-0.5)
        return replace(shape, fringe=False, frizz=0.1, locks=int(rng.integers(30, 70)), clump=u(0.85, 0.98))
    shape = replace(
        down, count=int(rng.integers(90, 150)), points=24, long=u(9, 34), volume=u(0.8, 2.5), lift=u(0.2, 0.5)
    )
    return replace(shape, uneven=0.2, fringe=False, wave=u(0.1, 0.4), wave_long=u(6, 12), frizz=1.2, clump=0.0)
