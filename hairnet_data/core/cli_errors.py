"""What to say of a command line that cannot be parsed: the parser's message, and for common slips an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hairnet_data.core.errors import one_line


def explain(error: Any, arguments: Sequence[str]) -> str:
    """One line about an error of the parser.

    Args:
        error: click's `ClickException`, of Typer's own click or of the installed one.
        arguments: the command line after the program's name.
    """
    message = _unknown_option(error, arguments) or _missing_value(error, arguments)
    message = message or error.format_message().replace("\n", " ").removesuffix(".")
    return one_line(f"{message}; see --help")


def _unknown_option(error: Any, arguments: Sequence[str]) -> str:
    """For `-1` where an option is missing before it, and for `-epochs` with one dash."""
    option = str(getattr(error, "option_name", None) or "")
    if len(option) != 2 or option == "--":
        return ""
    # `-epochs` is parsed as `-e`, `-p`, ..., and the error names the first of them that is unknown.
    argument = next((each for each in arguments if each[:1] == "-" != each[1:2] and option[1] in each), option)
    name = f"--{argument[1:].partition('=')[0]}"
    if name in _options(error):
        return f"{argument}: no such option; did you mean {name}?"
    if argument[1:].isdecimal() and any(each.metavar == "INDEX" for each in _parameters(error)):
        return f"{argument}: INDEX is a number from 0 on"
    if argument[1:].replace(".", "", 1).isdecimal():
        return f"{argument}: no such option; a number follows the name of its option"
    return ""


def _missing_value(error: Any, arguments: Sequence[str]) -> str:
    """For `--steps --out RUN`, where an option is taken for the value of another."""
    names = getattr(getattr(error, "param", None), "opts", ())
    for argument, value in pairwise(arguments):
        if argument in names and value in _options(error):
            return f"{argument}: needs a value before {value}"
    return ""


def _options(error: Any) -> set[str]:
    """The options of the command that was called."""
    return {name for parameter in _parameters(error) for name in parameter.opts}


def _parameters(error: Any) -> Sequence[Any]:
    """The options and arguments of the command that was called."""
    command = getattr(getattr(error, "ctx", None), "command", None)
    return getattr(command, "params", ())
