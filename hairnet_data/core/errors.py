"""A small tree of errors: each is one line that says where, what is wrong, and a hint."""

from __future__ import annotations

_LONGEST = 800  # characters of what is wrong


class HairnetError(Exception):
    """Something is wrong with the data, a file or the run. The commands print it and exit with `exit_code`.

    Args:
        where: the file, option or record that is wrong, as the user knows it.
        what: what is wrong there.
        hint: what the user can do about it.
    """

    exit_code = 1

    def __init__(self, where: str, what: str, hint: str = "") -> None:
        super().__init__(where, what, hint)  # all three in args, so the error survives pickling
        self.where, self.what, self.hint = where, what, hint

    def __str__(self) -> str:
        what = self.what if len(self.what) <= _LONGEST else f"{self.what[:_LONGEST]}..."  # it may quote an entire file
        return one_line(f"{self.where}: {what}" + (f"; {self.hint}" if self.hint else ""))


def one_line(text: str) -> str:
    """The text as one line: a file name may hold a newline or an escape sequence."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def unreadable(reason: BaseException | str) -> str:
    """That something cannot be read, as the `what` of an error. Of an OSError, its words without the path."""
    return f"cannot be read ({getattr(reason, 'strerror', None) or reason})"


class UsageError(HairnetError):
    """The command line, a setting or a policy is wrong (exit status 2)."""

    exit_code = 2


class PictureError(HairnetError):
    """A photo or a mask cannot be used."""


class SourceError(HairnetError):
    """A source of portraits or backgrounds cannot be used."""


class BuildError(HairnetError):
    """A dataset cannot be written."""


class DatasetError(HairnetError):
    """A prepared dataset cannot be read, or a record in it is wrong."""
