"""A source of portraits that passes on to a real one, for tests that change only how portraits are loaded."""

from __future__ import annotations

from typing import Any

from hairnet_data.sources.folder.source import Folder


class WrappedSource:
    """Everything of a source but `load`."""

    def __init__(self, real: Folder) -> None:
        self.real = real
        self.name, self.people_apart, self.knows_coverage = real.name, real.people_apart, real.knows_coverage

    def settings(self) -> dict[str, Any]:
        return self.real.settings()

    def catalogue(self) -> Any:
        return self.real.catalogue()

    def content(self, id: str) -> str:
        return self.real.content(id)
