"""What both commands share: version, help, completion, `python -m`, slips on the command line, and closed streams."""

from __future__ import annotations

import importlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable

import pytest
import typer

from hairnet_data.core.version import __version__

InProcess = Callable[..., tuple[int, str, str]]

BOTH = pytest.mark.parametrize("package", ["hairnet_data", "hairnet_model"])


def run(package: str, *arguments: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as `python -m` does, perhaps with a redirection by a shell, whose exit status is the command's."""
    script = f'"$0" -m {package} "$@" {shell}'
    return subprocess.run(
        ["bash", "-c", script, sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> InProcess:
    """Runs a command in this process, for what does not depend on its streams: status, standard output and error."""

    def run(package: str, *arguments: str) -> tuple[int, str, str]:
        module = importlib.import_module(f"{package}.cli.app")
        monkeypatch.setattr(sys, "argv", [f"{package}/__main__.py", *arguments])  # as `python -m` does
        with pytest.raises(SystemExit) as ended:
            module.main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run


@BOTH
def test_version(package: str) -> None:
    ran = run(package, "--version")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{package.replace('_', '-')} {__version__}\n", "")


@BOTH
@pytest.mark.parametrize("arguments", [[], ["export"]])
def test_short_help(package: str, arguments: list[str], in_process: InProcess) -> None:
    short, long = (in_process(package, *arguments, flag) for flag in ("-h", "--help"))
    assert short == long
    assert short[0] == 0
    assert f"Usage: {package.replace('_', '-')}" in short[1]


@pytest.mark.parametrize(
    ("package", "words", "completed"),
    [
        ("hairnet_data", "hairnet-data bui", "build"),
        ("hairnet_data", "hairnet-data build --train-ex", "--train-examples"),
        ("hairnet_model", "hairnet-model train --step", "--steps"),
    ],
)
def test_completion(package: str, words: str, completed: str) -> None:
    name = f"_{package.upper()}_COMPLETE"
    position = str(words.count(" "))
    ran = run(package, **{name: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": position})
    assert (ran.returncode, ran.stdout.split(), ran.stderr) == (0, [completed], "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "DIR", "-1"], "-1: no such option; a number follows the name of its option; see --help"),
        (["train", "DIR", "-0.5"], "-0.5: no such option; a number follows the name of its option; see --help"),
        (["train", "DIR", "-epochs", "3"], "-epochs: no such option; did you mean --epochs?; see --help"),
        (["train", "DIR", "-steps=3"], "-steps=3: no such option; did you mean --steps?; see --help"),
        (["train", "DIR", "--steps", "--out", "run"], "--steps: needs a value before --out; see --help"),
        (["train", "DIR", "-z"], "No such option: -z; see --help"),
        (["train", "DIR", "--out"], "Option '--out' requires an argument; see --help"),
    ],
)
def test_slips_are_explained(arguments: list[str], message: str, in_process: InProcess) -> None:
    assert in_process("hairnet_model", *arguments) == (2, "", f"hairnet-model: {message}\n")


@BOTH
@pytest.mark.parametrize("shell", [">&-", "<&- >&-", "| true; exit ${PIPESTATUS[0]}"])
def test_output_that_nobody_reads_is_no_error_to_print(package: str, shell: str) -> None:
    ran = run(package, "--version", shell=shell)
    assert ran.returncode == (1 if "true" in shell else 0)
    assert (ran.stdout, ran.stderr) == ("", "")


@BOTH
@pytest.mark.parametrize("shell", ["2>&-", ">&- 2>&-", "2>&1 | true; exit ${PIPESTATUS[0]}"])
def test_errors_that_nobody_reads_still_have_their_status(package: str, shell: str) -> None:
    ran = run(package, "export", "--fly", shell=shell)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "")


def test_closed_streams_do_not_share_their_number_with_a_file(tmp_path: object) -> None:
    """What is printed after standard output was closed must not end up in a file that was opened later."""
    code = (
        "import os, sys; from hairnet_data.core.standard_streams import open_closed_streams; open_closed_streams()\n"
        "file = open(sys.argv[1], 'w'); os.write(1, b'printed'); print('printed'); file.write('kept'); file.close()"
    )
    path = f"{tmp_path}/file.txt"
    subprocess.run(["bash", "-c", '"$0" -c "$1" "$2" >&-', sys.executable, code, path], check=True)
    with open(path) as file:
        assert file.read() == "kept"


@BOTH
def test_every_help_is_in_groups_and_has_an_example(package: str) -> None:
    """The example is a command line that parses, and no group names an option that is gone."""
    module = importlib.import_module(f"{package}.cli.app")
    program = package.replace("_", "-")
    parser = typer.main.get_command(module.app)
    for name, command in parser.commands.items():  # type: ignore[attr-defined]
        example = command.epilog.removeprefix("Example: ")
        first, second, *arguments = shlex.split(example)
        assert (first, second) == (program, name)
        context = command.make_context(name, arguments)
        names = {parameter.name for parameter in command.params}
        grouped = [each for group in command.groups.values() for each in group]
        assert names.issuperset(grouped), name
        assert len(grouped) == len(set(grouped)), name
        text = command.get_help(context)
        assert text.endswith(f"\n\nExample: {example}"), "in one line, to be copied"
        assert all(f"\n{heading}:\n" in text for heading in command.groups)
        assert all(option in text for parameter in command.params for option in parameter.opts if option[:2] == "--")


def test_a_negative_index_is_explained(in_process: InProcess) -> None:
    status, _, said = in_process("hairnet_data", "explain", "DIR", "train", "-1")
    assert (status, said) == (2, "hairnet-data: -1: INDEX is a number from 0 on; see --help\n")
