"""What is in a source, in a few numbers, so that a mistake is seen before anything is rendered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.errors import one_line
from hairnet_data.recipes.pools import Pool

_MOST_NAMED = 3  # photos in a line
_SMALL_SHARE = 0.1  # of the portraits: a pool with less says little


@dataclass(frozen=True, slots=True)
class PortraitFacts:
    """What is counted of one portrait.

    Attributes:
        width: of the photo, in pixels.
        height: of the photo, in pixels.
        pixels: of the mask, by value.
        turned: its id if `Portrait.turned`, else "".
    """

    width: int
    height: int
    pixels: Mapping[int, int]
    turned: str = ""


@dataclass(frozen=True, slots=True)
class PoolSummary:
    """How much a pool holds; `people` is 0 where nobody says who is shown."""

    portraits: int
    people: int
    backgrounds: int


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What a scan counted.

    Attributes:
        portraits: that are sound.
        measured: portraits whose pixels were counted: all of them, or a sample.
        smallest: width and height of the smallest photo, in pixels.
        largest: width and height of the largest photo, in pixels.
        sizes: how many different sizes there are.
        pools: by name.
        shares: share of all mask pixels by class name, "unlabelled" among them where there are such, 0..1.
        turned: the ids of portraits that are turned by EXIF in a way that sizes cannot check.
        doubts: of the sources' catalogues.
        left_out: files that are none of its pictures, a line each or counted.
        apart: backgrounds made of others that were in another pool before all were divided again: ids of both.
    """

    portraits: int
    measured: int
    smallest: tuple[int, int]
    largest: tuple[int, int]
    sizes: int
    pools: Mapping[str, PoolSummary]
    shares: Mapping[str, float]
    turned: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()

    @property
    def never_seen(self) -> tuple[str, ...]:
        """The classes that no portrait shows."""
        return tuple(name for name in NAMES if not self.shares.get(name))


def summarise(
    facts: list[PortraitFacts],
    pools: Mapping[str, Pool],
    doubts: tuple[str, ...] = (),
    left_out: Iterable[str] = (),
    apart: tuple[tuple[str, str], ...] = (),
) -> SourceSummary:
    """Sums up a source.

    Args:
        facts: of all sound portraits, of which there may be none, or of a sample of them.
        pools: all sound portraits and backgrounds.
        doubts: of the sources' catalogues.
        left_out: as `SourceSummary.left_out`.
        apart: as `SourceSummary.apart`.
    """
    pixels: Counter[int] = Counter()
    for portrait in facts:
        pixels.update(portrait.pixels)
    total = max(1, pixels.total())
    distinct = {(portrait.width, portrait.height) for portrait in facts}
    sizes = sorted(distinct, key=lambda size: (size[0] * size[1], size))
    shares = {name: pixels[number] / total for number, name in enumerate(NAMES)}
    if pixels[UNLABELLED]:
        shares["unlabelled"] = pixels[UNLABELLED] / total
    return SourceSummary(
        portraits=sum(len(pool.portraits) for pool in pools.values()),
        measured=len(facts),
        smallest=sizes[0] if sizes else (0, 0),
        largest=sizes[-1] if sizes else (0, 0),
        sizes=len(sizes),
        pools={name: _pool_summary(pool) for name, pool in pools.items()},
        shares=shares,
        turned=tuple(portrait.turned for portrait in facts if portrait.turned),
        doubts=doubts,
        left_out=tuple(left_out),
        apart=apart,
    )


def _pool_summary(pool: Pool) -> PoolSummary:
    people = {asset.person for asset in pool.portraits if asset.person}
    return PoolSummary(len(pool.portraits), len(people), len(pool.backgrounds))


def summary_lines(summary: SourceSummary) -> Iterator[str]:
    """The summary in words, a line each; what looks wrong comes last and begins with "warning: "."""
    (width, height), (wide, high) = summary.smallest, summary.largest
    size = f"{width} x {height}" if summary.sizes == 1 else f"{width} x {height} to {wide} x {high}"
    yield f"{summary.portraits:,} portraits of {size} pixels"
    for name, pool in summary.pools.items():
        people = f" of {pool.people:,} people" if pool.people else ""
        yield f"  {name}: {pool.portraits:,} portraits{people}, {pool.backgrounds:,} backgrounds"
    shares = ", ".join(f"{name} {share:.1%}" for name, share in summary.shares.items())
    sample = f" (measured on {summary.measured:,} of {summary.portraits:,} portraits)"
    yield f"  pixels: {shares}{sample if summary.measured < summary.portraits else ''}"
    if summary.apart:
        count = len(summary.apart)
        named = ", ".join(one_line(f"{id} of {of}") for id, of in summary.apart[:_MOST_NAMED])
        verb = "background is made" if count == 1 else "backgrounds are made"
        more = ", ..." if count > _MOST_NAMED else ""
        yield f"  {count:,} {verb} of others ({named}{more}): each goes into one pool with it"
    yield from (f"left out: {line}" for line in summary.left_out)
    yield from (f"warning: {text}" for text in _doubts(summary))


def _doubts(summary: SourceSummary) -> Iterator[str]:
    yield from summary.doubts
    if summary.turned:
        count, first = len(summary.turned), ", ".join(summary.turned[:_MOST_NAMED])
        verb = "photo is" if count == 1 else "photos are"
        more = ", ..." if count > _MOST_NAMED else ""
        yield (
            f"{count:,} {verb} turned by EXIF in a way that sizes cannot check ({first}{more}): see with "
            "`hairnet-data preview` whether their masks fit"
        )
    if summary.never_seen and "unlabelled" not in summary.shares:
        yield f"no portrait shows {' or '.join(summary.never_seen)}: check classes.toml with `hairnet-data classes`"
    for name, pool in summary.pools.items():
        if pool.portraits and pool.people == 1:
            yield f"the pool {name} shows one person alone: give more people, or other fractions"
        elif 0 < pool.portraits < _SMALL_SHARE * summary.portraits:
            yield f"the pool {name} has {pool.portraits:,} of {summary.portraits:,} portraits: its scores say little"
