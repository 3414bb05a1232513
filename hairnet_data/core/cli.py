"""How a command ends: the exit status, and one line for whatever went wrong."""

from __future__ import annotations

import sys
from typing import Annotated, Any, NoReturn

import typer

from hairnet_data.core import command_log, standard_streams
from hairnet_data.core.cli_command import Commands, LogFile, Verbose
from hairnet_data.core.cli_errors import explain
from hairnet_data.core.errors import HairnetError, one_line
from hairnet_data.core.version import __version__

# Typer carries its own click in some versions and uses the installed one in others; this is either's ClickException.
_COMMAND_LINE: Any = typer.BadParameter.__mro__[2]


class Interrupted(Exception):
    """Ctrl-C, where a command has more to say about it than that nothing was changed."""


def new_app(name: str, about: str) -> Commands:
    """A command line without commands, whose errors reach `run`; by itself it prints its help."""
    app = Commands(
        name=name,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback(help=about)
    def start(
        context: typer.Context,
        version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
        log_file: LogFile = None,
        verbose: Verbose = False,
    ) -> None:
        if version:
            print(f"{name} {__version__}")
            raise typer.Exit()
        if context.invoked_subcommand is None:
            print(context.get_help())
            raise typer.Exit(2)

    return app


def run(app: typer.Typer, interrupted: str, memory: str) -> NoReturn:
    """Runs a command line and exits: 0 done, 1 wrong data or a failure, 2 wrong command line, 130 interrupted.

    Args:
        app: the commands.
        interrupted: what to say after Ctrl-C.
        memory: what to try when there is not enough.
    """
    name = str(app.info.name)
    standard_streams.open_closed_streams()
    try:
        command_log.start(name, sys.argv[1:])
        status = app(standalone_mode=False, prog_name=name)  # with `python -m` too, for completion's sake
        if status == 130:  # Typer has swallowed Ctrl-C
            raise KeyboardInterrupt
        sys.stdout.flush()  # here, where a reader that has gone can still be told from other errors
        status = status if isinstance(status, int) else 0
        command_log.end(status)
        sys.exit(status)
    except HairnetError as error:
        _end(name, str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _end(name, f"interrupted; {interrupted}", 130)
    except Interrupted as error:
        _end(name, f"interrupted; {error}", 130)
    except MemoryError:
        _end(name, f"memory: there is not enough; {memory}", 1)
    except BrokenPipeError:
        standard_streams.discard_output()
        sys.exit(1)
    except _COMMAND_LINE as error:
        _end(name, explain(error, sys.argv[1:]), error.exit_code)
    except OSError as error:
        what = f"{error.filename or 'system'}: {error.strerror or error}; check the path, its rights and the disk"
        _end(name, one_line(what), 1)


def _end(name: str, message: str, status: int) -> NoReturn:
    try:
        print(f"{name}: {message}", file=sys.stderr, flush=True)
        command_log.end(status)
    except OSError:  # the reader of standard error may have gone, too
        standard_streams.discard_output(2)
    sys.exit(status)
