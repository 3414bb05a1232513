"""A build that must fail, and how it has to."""

from __future__ import annotations

from pathlib import Path

from tests.support.command import Command

QUICK = ("--image-size", "40", "--train-examples", "20", "--workers", "1", "--quiet")
"""Options of a small and quiet build."""


def files(folder: Path) -> list[str]:
    """All files but the content of archives, which is kept so that each is unpacked once."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in files if path.parts[0] != "downloads" or path.parts[1].startswith("."))


class Bad:
    """Runs a build that must fail, and checks how it does."""

    def __init__(self, command: Command, data_dir: Path) -> None:
        self.command, self.data_dir = command, data_dir

    def __call__(self, *arguments: object, status: int = 1, extra: tuple[object, ...] = QUICK) -> list[str]:
        """The lines of standard error, without the command's name."""
        ran = self.command("build", *arguments, *extra, "--data-dir", self.data_dir)
        assert ran.status == status, ran
        assert ran.out == ""
        assert "Traceback" not in ran.err
        assert ran.err.startswith("hairnet-data: ")
        assert ran.err.endswith("\n")
        assert files(self.data_dir) == []
        lines = ran.err.removeprefix("hairnet-data: ").splitlines()
        assert all(line.strip() for line in lines)
        assert all("; " in line or ": " in line for line in lines), "where, what and a hint"
        return lines

    def folder(self, root: Path, *more: object) -> list[str]:
        return self("folder", "--source-dir", root, *more)

    def one(self, *arguments: object, status: int = 1) -> str:
        (line,) = self(*arguments, status=status)
        return line

    def portrait(self, root: Path) -> str:
        """The line about the single faulty portrait."""
        line, last = self.folder(root)
        assert last == "1 faulty: fix them, or go on without them with --skip-bad"
        return line
