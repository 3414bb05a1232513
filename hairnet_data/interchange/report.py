"""What an import did, in a few lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import HairnetError


@dataclass
class Report:
    """What an import did.

    Attributes:
        pictures: how many were written.
        mapped: how many annotations each label had, and its class, as (label, class) -> count.
        dropped: annotations without an area by kind.
        empty: how many pictures no annotation with an area is on: all of them is background.
        snapped: pixels whose colour means nothing, and that took a class close by.
        skipped: what is wrong with pictures that were left out.
        unannotated: pictures that nothing is said of, and that were left out.
        unseen: labels that a class file names and no mask holds, with the class of each.
        pixels: of each class in the masks.
    """

    pictures: int = 0
    mapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    dropped: dict[str, int] = field(default_factory=dict)
    empty: int = 0
    snapped: int = 0
    skipped: list[HairnetError] = field(default_factory=list)
    unannotated: list[str] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)
    pixels: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """The report, a line each."""
        lines = [f"left out: {error}" for error in self.skipped]
        if self.unannotated:
            lines.append(f"left out: {len(self.unannotated):,} without annotations, {self.unannotated[0]} the first")
        for name in dict.fromkeys(name for _, name in self.mapped):
            labels = [f"{label} ({count:,})" for (label, of), count in self.mapped.items() if of == name]
            lines.append(f"{name}: {'merged from' if len(labels) > 1 else 'from'} {', '.join(labels)}")
        lines += [f"dropped: {count:,} of the kind {kind}, which has no area" for kind, count in self.dropped.items()]
        if self.unseen:
            lines.append(f"in no mask: {', '.join(f'{label} ({name})' for label, name in self.unseen.items())}")
        lines += [f"warning: no pixel is {name}" for name in NAMES[1:] if not self.pixels[name]]
        if self.empty:
            lines.append(f"nothing is drawn on {self.empty:,} pictures: they are background everywhere")
        if self.snapped:
            lines.append(f"{self.snapped:,} mask pixels took the nearest class")
        total = sum(self.pixels.values()) or 1
        shares = ", ".join(f"{name} {count / total:.1%}" for name, count in self.pixels.items())
        lines.append(f"imported {self.pictures:,} pictures: {shares}")
        return lines
