"""Public sets of face parts that are recognised by the values in their masks, and what each value means here.

Face is the skin of face, ears and neck with everything on it, as LFW Part Labels has it; what covers face or hair
(hats, glasses on their own, jewellery, clothes) is background.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = int | str
"""An index, or a colour as "#rrggbb"."""


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set and the values its masks hold.

    Attributes:
        name: of the set.
        hair: values of hair.
        face: values of skin and what is on it.
        background: values of the rest.
        ignore: values that say that nothing is said.
        note: what its user should know, one sentence or none.
        larger: a pair of values (a, b) of which a covers more pixels than b, where another set has the same values.
    """

    name: str
    hair: tuple[Value, ...]
    face: tuple[Value, ...]
    background: tuple[Value, ...]
    ignore: tuple[Value, ...] = ()
    note: str = ""
    larger: tuple[Value, Value] | None = None

    @property
    def values(self) -> frozenset[Value]:
        """All values that may occur."""
        return frozenset((*self.hair, *self.face, *self.background, *self.ignore))


KNOWN_SETS = (
    # Kae, Sohn, Lee, Learned-Miller: "Augmenting CRFs with Boltzmann Machine Shape Priors" (CVPR 2013).
    KnownSet("LFW Part Labels", ("#ff0000",), ("#00ff00",), ("#0000ff",)),
    # Benini, Khan, Leonardi, Mauro, Migliorati: "FASSEG" (Data in Brief 2019); colours read off its masks.
    KnownSet(
        "FASSEG",
        ("#7f0000",),
        ("#ffff00", "#0000ff", "#00ffff", "#00ff00"),
        ("#ff0000",),
        note="its masks are JPEGs or blended at edges: set nearest = true",
    ),
    # face_parsing/Data_preprocessing/g_mask.py of github.com/switchablenorms/CelebAMask-HQ.
    KnownSet(
        "CelebAMask-HQ, numbered by its own script",
        (13,),
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17),
        (0, 14, 15, 16, 18),
        larger=(13, 17),
    ),
    # prepropess_data.py of github.com/zllrunning/face-parsing.PyTorch, which many networks follow.
    KnownSet(
        "CelebAMask-HQ, numbered by face-parsing.PyTorch",
        (17,),
        (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14),
        (0, 9, 15, 16, 18),
        larger=(17, 13),
    ),
    # Liu, Shi, Shen, Si, Wang, Mei: "A New Dataset and Boundary-Attention Semantic Segmentation for Face Parsing"
    # (AAAI 2020).
    KnownSet(
        "LaPa",
        (10,),
        (1, 2, 3, 4, 5, 6, 7, 8, 9),
        (0,),
        note="it labels neither ears nor neck: they are background",
    ),
)
"""Tried in this order."""

VOC_COLOURS: Mapping[str, str] = {
    # Everingham et al., the PASCAL VOC development kit's palette.
    **{"#000000": "background", "#800000": "aeroplane", "#008000": "bicycle", "#808000": "bird", "#000080": "boat"},
    **{"#800080": "bottle", "#008080": "bus", "#808080": "car", "#400000": "cat", "#c00000": "chair"},
    **{"#408000": "cow", "#c08000": "diningtable", "#400080": "dog", "#c00080": "horse", "#408080": "motorbike"},
    **{"#c08080": "person", "#004000": "pottedplant", "#804000": "sheep", "#00c000": "sofa", "#80c000": "train"},
    **{"#004080": "tvmonitor", "#e0e0c0": "void"},
}


BLEND = 0.02
"""A colour of a smaller share of the pixels may be a blend at an edge or a trace of JPEG."""

_MOST_BLENDS = 0.2  # share of all pixels that may hold such colours


def recognise(shares: Mapping[Value, float]) -> KnownSet | None:
    """The known set whose values these are. Colours may be blended at edges, indices may not.

    Args:
        shares: share of the pixels of every value that occurs in the masks, 0..1.

    Returns:
        The set, or None where no set has all the values, where too few of its values occur, or where hair or face
        never does.
    """
    for known in KNOWN_SETS:
        others = {value: share for value, share in shares.items() if value not in known.values}
        blends = all(isinstance(value, str) and share < BLEND for value, share in others.items())
        if others and not (blends and sum(others.values()) < _MOST_BLENDS):
            continue
        values = set(shares) - set(others)
        if not values & set(known.hair) or not values & set(known.face):
            continue
        # A handful of small numbers could be anything: sets of many parts must show most of them.
        if len(known.values) > 5 and len(values) < 0.6 * len(known.values):
            continue
        if known.larger and shares.get(known.larger[0], 0.0) <= shares.get(known.larger[1], 0.0):
            continue
        return known
    return None


def is_voc(shares: Mapping[Value, float]) -> bool:
    """Whether the colours are PASCAL VOC's, which has persons but neither hair nor face."""
    return len(shares) > 1 and set(shares) <= set(VOC_COLOURS) and "#c08080" in shares
