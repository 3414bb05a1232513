"""One command of a command line: its options for the log, and its help in groups."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

Groups = Mapping[str, Sequence[str]]
"""Headings in a command's help, and the parameters below each, by their names in Python."""

_GENERAL = "Options"

LogFile = Annotated[Path | None, typer.Option("--log-file", help="Log what the command does, behind what is there.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say versions, times, and tracebacks.")]


class Commands(typer.Typer):
    """A command line whose commands have `--log-file` and `--verbose`, and help in groups."""

    def command(
        self, name: str | None = None, *, groups: Groups | None = None, **settings: Any
    ) -> Callable[[Any], Any]:
        """As `Typer.command`, which it calls.

        Args:
            name: of the command; that of the function unless given.
            groups: headings for its options; those of none are below "Options".
            settings: passed on.
        """
        shown = type("Command", (_Command,), {"groups": groups or {}})
        register = super().command(name, cls=shown, **settings)

        def decorate(function: Callable[..., None]) -> Callable[..., None]:
            register(_with_log_options(function))
            return function

        return decorate


def _with_log_options(function: Callable[..., None]) -> Callable[..., None]:
    """The function with two more options, which `command_log` has looked for by itself."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    more = [
        inspect.Parameter("log_file", keyword, default=None, annotation=LogFile),
        inspect.Parameter("verbose", keyword, default=False, annotation=Verbose),
    ]
    parameters = [*inspect.signature(function, eval_str=True).parameters.values(), *more]

    @functools.wraps(function)
    def with_options(*, log_file: Path | None, verbose: bool, **values: Any) -> None:
        function(**values)

    del with_options.__wrapped__  # else its signature would be looked at
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_options


class _Command(typer.core.TyperCommand):
    """Prints its help in groups."""

    groups: Groups = {}

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Writes the arguments, the groups in their order, and all other options."""
        headings = {parameter: heading for heading, names in self.groups.items() for parameter in names}
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in ("Arguments", *self.groups, _GENERAL)}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record:
                is_argument = parameter.param_type_name == "argument"
                rows["Arguments" if is_argument else headings.get(str(parameter.name), _GENERAL)].append(record)
        for heading, records in rows.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Writes the example in one line, so that it can be copied."""
        if self.epilog:
            formatter.write(f"\n{self.epilog}\n")
