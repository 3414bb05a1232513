"""The pages of the documentation: their fenced blocks, shell commands, links and anchors."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from tests.support.paths import ROOT

PAGES = tuple(sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "hairnet_model/weights/MODEL_CARD.md"]))

PROGRAMS = ("hairnet-data", "hairnet-model")

_BLOCK = re.compile(r"^ *```(?P<info>[^\n`]*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page.

    Attributes:
        page: the page.
        line: of its first line of text, from 1.
        language: first word after the fence, "" if there is none.
        name: what follows it, for instance the file that the block shows.
        text: between the fences.
    """

    page: Path
    line: int
    language: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def commands(self) -> Iterator[str]:
        """The shell commands of the block, each with the lines that continue it."""
        command = ""
        for line in self.text.splitlines():
            command += line
            if command.endswith("\\"):
                command = command[:-1]
            elif _is_open(command):
                command += "\n"
            else:
                if words(command):
                    yield command.strip()
                command = ""
        assert not command, f"{self}: a command has no end"


def _is_open(command: str) -> bool:
    try:
        words(command)
    except ValueError:  # a quotation that goes on in the next line
        return True
    return False


def words(command: str) -> list[str]:
    """A command's words as a shell has them, without its comment and the variables that are set for it."""
    split = shlex.split(command, comments=True)
    while split and re.match(r"[A-Z_]+=", split[0]):
        split.pop(0)
    return split


@functools.cache
def blocks(page: Path) -> tuple[Block, ...]:
    """All fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        language, _, name = match["info"].strip().partition(" ")
        found.append(Block(page, text[: match.start("text")].count("\n") + 1, language, name.strip(), match["text"]))
    assert 2 * len(found) == len(re.findall(r"^ *```", text, re.MULTILINE)), f"{page}: a block has no end"
    return tuple(found)


def prose(page: Path) -> str:
    """The text of a page without its fenced blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def inline_commands(page: Path) -> Iterator[str]:
    """Commands of ours that are named in the text: code that begins with `hairnet-data` or `hairnet-model`."""
    for code in re.findall(r"`([^`\n]+)`", prose(page)):
        if code.split()[0] in PROGRAMS:
            yield code


def links(page: Path) -> list[str]:
    """The targets of all links and pictures of a page."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page)))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    made: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (numbered := f"{anchor}-{number}" if number else anchor) in made:
            number += 1
        made.add(numbered)
    return made


@functools.cache
def parsers() -> dict[str, Any]:
    """The parsers of both programs, as Typer makes them."""
    from hairnet_data.cli.app import app as data
    from hairnet_model.cli.app import app as model

    return {name: typer.main.get_command(app) for name, app in zip(PROGRAMS, (data, model), strict=True)}


def parse(command: str) -> None:
    """Parses a command of ours without running it.

    Raises:
        Exception: of Typer: it has no such subcommand or option, or lacks an argument.
    """
    program, *arguments = words(command)
    group = parsers()[program]
    if not arguments or arguments == ["--help"]:
        return
    if arguments[0] not in group.commands:
        raise ValueError(f"{program} has no command {arguments[0]!r}")
    if "--help" not in arguments:
        group.commands[arguments[0]].make_context(arguments[0], arguments[1:])


def unknown_options(command: str) -> set[str]:
    """The options of a command that the program does not have; the subcommand itself, if it is unknown."""
    program, *arguments = command.split()
    if not arguments or arguments[0].startswith("-"):
        return set()
    if arguments[0] not in parsers()[program].commands:
        return {arguments[0]}
    known = {name for option in parsers()[program].commands[arguments[0]].params for name in option.opts}
    known |= {name for option in parsers()[program].commands[arguments[0]].params for name in option.secondary_opts}
    return {
        word for word in arguments[1:] if word.startswith("--") and word.partition("=")[0] not in {*known, "--help"}
    }
