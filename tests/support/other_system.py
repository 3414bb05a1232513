"""Plays a system that lacks what only Unix has, as far as this one can, and imports or builds there.

    python -m tests.support.other_system import              # prints how many modules were imported
    python -m tests.support.other_system build FOLDER        # builds in FOLDER/data
    python -m tests.support.other_system build FOLDER locks  # the same with locks, as Windows has them

Missing are the modules fcntl, grp, pwd, resource and termios, and functions of `os` and `signal`. Files behave as on
Windows: an open one can be neither removed nor renamed, a rename replaces nothing, and a folder cannot be opened. The
process id of the parent never changes.
"""

from __future__ import annotations

import asyncio  # noqa: F401 - the standard library's own use of what is missing here
import errno
import importlib
import os
import pkgutil
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODULES = ("fcntl", "grp", "pwd", "resource", "termios")
FUNCTIONS = {os: ("O_NONBLOCK", "geteuid", "getuid", "killpg", "sched_getaffinity"), signal: ("pthread_sigmask",)}


def remove_unix(locks: bool) -> None:
    """Takes away what only Unix has; with `locks` true, `filelock` goes on working."""
    if locks:
        import filelock  # noqa: F401 - it takes Unix's locks for Windows' own
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in FUNCTIONS.items():
        for name in names:
            delattr(module, name)
    parent = os.getppid()
    os.getppid = lambda: parent
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    for name in ("unlink", "remove", "rename", "replace"):
        setattr(os, name, _as_on_windows(getattr(os, name), name))
    os.open = _open_files_only(os.open)  # type: ignore[assignment]


def _as_on_windows(real: Callable[..., None], name: str) -> Callable[..., None]:
    def changed(path: Any, *more: Any, **named: Any) -> None:
        opened = _open_paths()
        for used in (path, *more):
            if os.path.abspath(used) in opened or any(one.startswith(f"{os.path.abspath(used)}/") for one in opened):
                raise PermissionError(errno.EACCES, f"{name}: it is open", str(used))
        if name == "rename" and os.path.lexists(more[0]):
            raise FileExistsError(errno.EEXIST, "rename: it exists", str(more[0]))
        real(path, *more, **named)

    return changed


def _open_paths() -> set[str]:
    paths = set()
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            paths.add(os.readlink(f"/proc/self/fd/{descriptor}"))
        except OSError:  # the listing's own
            continue
    return paths


def _open_files_only(real: Callable[..., int]) -> Callable[..., int]:
    def opened(path: Any, *more: Any, **named: Any) -> int:
        if isinstance(path, str | os.PathLike) and os.path.isdir(path):
            raise PermissionError(errno.EACCES, "it is a folder", str(path))
        return real(path, *more, **named)

    return opened


def import_all() -> int:
    """Imports every module. Returns how many there are."""
    count = 0
    for name in ("hairnet_data", "hairnet_model", "hairnet_synthetic"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
            count += 1
    return count


def build_twice(folder: Path) -> None:
    """Builds a small drawn dataset in one process, and then another over it in two."""
    from hairnet_data.building.pipeline import build
    from hairnet_data.building.settings import BuildOptions, BuildSettings
    from tests.support.portraits import tiny_drawn

    settings = BuildSettings(image_size=40, train_examples=20)
    build(tiny_drawn(), BuildSettings(image_size=32, train_examples=9), folder / "data", BuildOptions(name="mine"))
    build(tiny_drawn(), settings, folder / "data", BuildOptions(name="mine", workers=2, overwrite=True))


if __name__ in ("__main__", "__mp_main__"):  # in the worker processes too
    remove_unix("locks" in sys.argv)

if __name__ == "__main__":
    if sys.argv[1] == "import":
        print(import_all())
    else:
        build_twice(Path(sys.argv[2]))
