"""The styles and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

import numpy as np

from hairnet_data.sources.drawn.guides.bound import Bun, Plaits
from hairnet_data.sources.drawn.guides.falling import Falling, Silhouette
from hairnet_data.sources.drawn.guides.globe import Globe
from hairnet_data.sources.drawn.guides.hair_file import Thick, encode_style
from hairnet_data.sources.drawn.guides.short import Short

COMMAND = "python -m hairnet_data.sources.drawn.guides"

AZIMUTH = (0, 22, 40, 55, 66, 74, 82, 92, 104, 114, 135, 180)
HAIRLINE = (-6.9, -7.0, -6.3, -4.4, -1.0, 1.6, -1.6, -2.6, -1.6, 3.0, 6.0, 7.0)
"""The drawn hairline: azimuth from the nose in degrees, and the height y in cm down to which hair grows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A style of the catalogue.

    Attributes:
        title: for people.
        settings: how it grows.
        seed: of its growth and of its thickening.
        dense: how much light the hair takes.
        ears: whether the ears are seen.
        cap: how dark the scalp is painted, 0..1, and over how many cm it fades in.
        sideburns: whether hair grows before the ears.
    """

    title: str
    settings: Falling | Short | Globe | Bun | Plaits
    seed: int = 1
    dense: float = 1.0
    ears: bool = False
    cap: tuple[float, float] = (0.95, 1.0)
    sideburns: bool = True


_SHORT_LEVELS = ((2, 4, 3.0), (5, 5, 2.0), (10, 6, 1.4), (20, 7, 1.0))
_CURL_LEVELS = ((3, 24, 4.0), (6, 32, 2.6), (14, 40, 1.6), (28, 48, 1.0))

_BOB = Silhouette((-6, -2, 3, 8, 12), (0.1, 0.2, 0.3, 0.0, -1.0), (1.0, 1.8, 2.6, 2.6, 1.0), (34, 50, 53, 54, 54))
_LONG = Silhouette(
    (-6, -2, 3, 8, 14, 20, 34), (0.1, 0.2, 0.3, 0.0, -0.5, -0.5, 0.0), (0.9, 1.6, 2.2, 2.4, 2.6, 3.0, 3.2),
    (32, 50, 54, 54, 44, 36, 30), split=True,
)  # fmt: skip
_WAVES = Silhouette(
    (-6, -2, 3, 8, 14, 20, 34), (0.1, 0.2, 0.4, 0.3, 0.0, 0.0, 0.5), (1.0, 1.9, 3.0, 3.6, 4.2, 4.6, 4.4),
    (32, 50, 54, 54, 44, 36, 30), split=True,
)  # fmt: skip
_CURLY = Silhouette(
    (-6, -2, 3, 8, 14, 20), (0.2, 0.4, 0.6, 0.6, 0.4, 0.4), (1.6, 3.2, 4.8, 5.6, 5.4, 4.6), (36, 54, 58, 56, 50, 44),
    0.2,
)  # fmt: skip

STYLES: Mapping[str, Entry] = MappingProxyType(
    {
        "afro": Entry(
            "Afro",
            Globe(
                radius=14.0,
                thick=Thick(
                    width=0.05, tip=0.7, mix=1.0, clump=0.0, spread=(0.4, 0.9), uneven=0.5, stray=0.01,
                    curl=(0.36, 1.0, 0.7, 1.0), levels=((1, 20, 4.5), (2, 28, 3.0), (5, 40, 1.7), (10, 56, 1.0)),
                )
            ),
            dense=0.9, ears=True, sideburns=False,
        ),
        "bob": Entry("Bob", Falling(_BOB, part=2.0, end=10.5)),
        "braids": Entry(
            "Two braids",
            Plaits(
                thick=Thick(clump=0.3, spread=(0.25, 0.2), tip=0.6),
                plait=Thick(
                    width=0.07, tip=0.8, mix=0.0, clump=0.0, spread=(0.42, 0.3), uneven=0.05, stray=0.0,
                    braid=(0.85, 0.5, 5.0), levels=((6, 48, 4.0), (18, 60, 2.2), (30, 72, 1.5), (60, 90, 1.0)),
                ),
            ),
        ),
        "bun": Entry(
            "Bun",
            Bun(
                thick=Thick(clump=0.35, spread=(0.2, 0.2), tip=0.8),
                wound=Thick(clump=0.2, spread=(0.22, 0.22), tip=0.8, mix=0.8, uneven=0.0),
            ),
            ears=True,
        ),
        "crew_cut": Entry(
            "Crew cut",
            Short(
                (0.5, 0.7, 1.8, 2.6), guides=1050, points=4, mess=0.08, lift=(0.35, 0.75), volume=0.6,
                thick=Thick(
                    width=0.06, tip=0.4, clump=0.15, spread=(0.28, 0.35), uneven=0.3, stray=0.02, levels=_SHORT_LEVELS
                ),
            ),
            ears=True, cap=(0.85, 1.4),
        ),
        "curls": Entry(
            "Curls",
            Falling(
                _CURLY, guides=330, power=1.0, part=1.5, end=16.0, ragged=1.5, layered=5.0, lift=0.4,
                volume=(0.4, 2.2), locks=0,
                thick=Thick(
                    width=0.07, tip=0.5, mix=0.8, clump=0.94, gather=0.5, spread=(0.25, 0.14), uneven=0.15, stray=0.05,
                    curl=(0.62, 2.9, 3.0, 0.08), levels=_CURL_LEVELS,
                ),
            ),
        ),
        "lob_fringe": Entry("Long bob with fringe", Falling(_BOB, part=0.0, end=15.0, fringe=-2.15)),
        "long_straight": Entry("Long straight", Falling(_LONG, part=0.0, limit=9.5, end=31.0, layered=2.0, ragged=0.8)),
        "long_waves": Entry(
            "Long waves",
            Falling(
                _WAVES, guides=250, points=20, part=2.0, end=30.0, ragged=1.2, layered=4.0, power=1.0, limit=9.5,
                wave=(0.8, 8.5, 0.0), locks=70, pull=0.55,
                thick=Thick(
                    clump=0.6, spread=(0.35, 0.3), uneven=0.1,
                    levels=((6, 16, 4.0), (16, 22, 2.2), (34, 26, 1.5), (64, 32, 1.0)),
                ),
            ),
        ),
        "side_part": Entry(
            "Side part",
            Short(
                (0.8, 1.8, 4.5, 7.5), guides=740, points=6, top=(-7.6, 2.4), lift=(0.22, 0.5), volume=1.5, comb="aside",
                part=3.2, mess=0.05, locks=260, pull=0.2,
                thick=Thick(
                    width=0.065, tip=0.25, clump=0.2, spread=(0.28, 0.22), uneven=0.15, stray=0.01, levels=_SHORT_LEVELS
                ),
            ),
            ears=True,
        ),
    }
)  # fmt: skip


def style_bytes(name: str) -> bytes:
    """Grows a style of `STYLES` and encodes it: the same bytes each time."""
    entry = STYLES[name]
    dense, soft = entry.cap
    height = (
        HAIRLINE
        if entry.sideburns
        else tuple(min(y, -2.0) if 60 < a < 85 else y for a, y in zip(AZIMUTH, HAIRLINE, strict=True))
    )
    return encode_style(
        name,
        entry.title,
        entry.seed,
        {"azimuth": AZIMUTH, "height": height, "soft": soft, "dense": dense},
        entry.settings.groups(np.random.default_rng(entry.seed)),
        entry.dense,
        entry.ears,
        {"command": f"{COMMAND} {name}", "settings": asdict(entry.settings)},
    )
