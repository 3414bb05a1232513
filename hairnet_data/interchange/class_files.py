"""Ready class files of public sets."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from hairnet_data.core.errors import UsageError


def class_files() -> dict[str, Path]:
    """The class files that come with the package, by the names of their sets."""
    folder = Path(str(files("hairnet_data.interchange"))) / "classes"
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def find_class_file(name: str) -> Path:
    """The class file of a public set, or a file of one's own. Raises UsageError where there is neither."""
    ready = class_files()
    if name in ready:
        return ready[name]
    if not Path(name).is_file():
        raise UsageError("--classes", f"no file and no set {name!r}", f"sets are {', '.join(ready)}")
    return Path(name)
