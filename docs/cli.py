"""Writes docs/cli.md, the reference of both command lines, from the commands themselves.

```
python docs/cli.py
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

PAGE = Path(__file__).with_name("cli.md")

HEAD = """\
# Command line

<!-- Written by `python docs/cli.py` from the commands themselves. Change the help texts there, not this page. -->

`hairnet-data` makes, checks and shows datasets; `hairnet-model` trains, measures and uses networks. `--help` or `-h`
after a command prints what stands here, `--version` the version; `--install-completion` sets up your shell's
completion. `python -m hairnet_data` and `python -m hairnet_model` run the same commands.

`--log-file FILE` adds to a file, with times, what the command was, what it said and how it ended; `-v` says that on
standard error, with the tracebacks of errors.

{contents}

| exit status | meaning |
|---|---|
| 0 | Done. |
| 1 | The data, a file or the run is at fault, `verify` has findings, or `diff` finds differences. |
| 2 | The command line is at fault: an unknown option, or a value that it cannot have. |
| 130 | Interrupted by Ctrl-C. |

An error is one line on standard error: where it is, what is wrong, and what to do about it. Results go to standard
output, progress to standard error.
"""

_VALUES = {"<float,float>...": "<float> <float>", "<list[str]>": "<str>", "<list[int]>": "<int>"}
"""How Typer writes values that are given more than once, and how the page does."""


def programs() -> dict[str, Any]:
    """Both programs by name, each as the parser that Typer makes of it."""
    from hairnet_data.cli.app import app as data
    from hairnet_model.cli.app import app as model

    return {name: typer.main.get_command(app) for name, app in (("hairnet-data", data), ("hairnet-model", model))}


def page() -> str:
    """The page, as Markdown."""
    titles, parts = [], []
    for name, program in programs().items():
        parts += [f"## {name}", "", program.help.strip(), ""]
        for sub, command in program.commands.items():
            title = f"{name} {sub}"
            about = command.help.strip().splitlines()[0]
            titles.append(f"- [`{title}`](#{title.replace(' ', '-')}): {about[0].lower()}{about[1:]}")
            parts += _command(title, command)
    return "\n".join([HEAD.format(contents="\n".join(titles)), *parts]).rstrip() + "\n"


def _command(title: str, command: Any) -> Iterator[str]:
    """The lines of one command."""
    rows, arguments = [], ["[OPTIONS]"]
    context = command.context_class(command, info_name=title)
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if not record or "--help" in parameter.opts:
            continue
        said = re.fullmatch(r"(.*?)(?: *\[(?:default: \(?(.*?)\)?|(required))\])?", " ".join(record[1].split()))
        assert said
        written, (about, default, required) = record[0], said.groups(default="")
        if parameter.param_type_name == "argument":
            written = parameter.metavar or parameter.name.upper()
            arguments.append(written)
        for long, short in _VALUES.items():
            written = written.replace(long, short)
        rows.append("| " + " | ".join(map(_cell, (f"`{written}`", about, required or default))) + " |")
    yield from (f"### {title}", "", command.help.strip(), "")
    yield from ("```text", " ".join([title, *arguments]), "```", "")
    yield from ("```console", command.epilog.removeprefix("Example: "), "```", "")
    yield from ("| argument or option | meaning | default |", "|---|---|---|", *rows, "")


def _cell(text: str) -> str:
    """Text for a cell of a table: a bar would end it."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
