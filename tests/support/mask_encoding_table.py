"""What is read from every way to write a mask, and the table of it in docs/folder.md.

`python -m tests.support.mask_encoding_table` writes the table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.labels.class_map import ClassMap, ColourMap, IndexMap, PartMap
from tests.support.mask_encodings import PALETTE, READ, REFUSED, Encoding, Ids, greys
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "folder.md"
START, END = "<!-- mask encodings -->", "<!-- end of mask encodings -->"


def sample(classes: int) -> Ids:
    """A small picture that holds every class, of a width that fills no byte."""
    return np.add.outer(np.arange(5), np.arange(7)).astype(np.uint8) % classes


def read(encoding: Encoding, by: ClassMap, ids: Ids) -> Ids:
    """The class ids that `by` reads from an encoded mask."""
    mask = read_mask(encoding.encode(ids), "a.png")
    if isinstance(by, PartMap):
        return by.read({"hair": (mask, "a.png")}, "a.png")[0]
    return by.read(mask, "a.png")[0]


def index_map(encoding: Encoding) -> IndexMap:
    return IndexMap({index: index for index in range(encoding.classes)})


def colour_map(encoding: Encoding) -> ColourMap:
    shown = encoding.shown or greys(255, encoding.classes)
    return ColourMap({colour: index for index, colour in enumerate(shown)})


def meaning(encoding: Encoding, by: ClassMap, ids: Ids) -> str:
    """What a kind of table in classes.toml makes of an encoding, as the table in the docs says it."""
    try:
        got = read(encoding, by, ids)
    except PictureError:
        return "refused"
    if isinstance(by, PartMap):
        shown = encoding.shown or greys(255, encoding.classes)
        inside = np.array([max(colour) > 0 for colour in shown])[ids]
        return "not black" if np.array_equal(got, inside) else "WRONG"
    if not np.array_equal(got, ids):
        return "WRONG"
    return "stored value" if isinstance(by, IndexMap) else "shown colour"


def table() -> str:
    """What each kind of table in classes.toml reads from each encoding, in Markdown."""
    lines = ["| encoding | `[indices]` reads | `[colours]` | `[parts]`: inside is |", "|---|---|---|---|"]
    for encoding in READ:
        ids, two = sample(encoding.classes), sample(2)
        maps = (index_map(encoding), ids), (colour_map(encoding), ids), (PartMap({"hair": 1}), two)
        lines.append(f"| {encoding.name} | " + " | ".join(meaning(encoding, by, of) for by, of in maps) + " |")
    for encoding in REFUSED:
        ids = sample(encoding.classes)
        maps = (
            (index_map(encoding), ids),
            (ColourMap(dict(zip(PALETTE, range(3), strict=True))), ids),
            (PartMap({"hair": 1}), ids),
        )
        lines.append(f"| {encoding.name} | " + " | ".join(meaning(encoding, by, of) for by, of in maps) + " |")
    return "\n".join(lines)


def page_with_table(text: str) -> str:
    """docs/folder.md with the table as it should be."""
    before, _, rest = text.partition(START)
    return f"{before}{START}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    Path(PAGE).write_text(page_with_table(PAGE.read_text("utf-8")), "utf-8")
