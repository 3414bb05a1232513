"""Commands of `hairnet-model`, one after the other in a process of their own, where TensorFlow starts once.

    python -m tests.support.one_process FOLDER    (FOLDER/commands.json: [[KIND, [WORD, ...]], ...])

A KIND is one of `KINDS`. What command N prints is left in FOLDER/N.out and FOLDER/N.err, that of C++ too.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

from tests.support.command import Ran
from tests.support.paths import ROOT

Words = Sequence[object]


def run(folder: Path, commands: list[tuple[str, Words]]) -> list[Ran]:
    """Starts the process, and returns what became of each command. The folder must be empty."""
    words = [(kind, [str(word) for word in words]) for kind, words in commands]
    (folder / "commands.json").write_text(json.dumps(words))
    process = [sys.executable, "-m", "tests.support.one_process", str(folder)]
    whole = subprocess.run(process, capture_output=True, text=True, cwd=ROOT)
    assert (whole.returncode, whole.stderr) == (0, ""), whole.stderr
    said = [[(folder / f"{n}.{end}").read_text() for end in ("out", "err")] for n in range(len(commands))]
    return [Ran(status, *both) for status, both in zip(json.loads(whole.stdout), said, strict=True)]


@contextmanager
def two_layers(interrupted: bool = False) -> Iterator[None]:
    """A training of two layers, without graphs: TensorFlow is ready sooner. It can be sent one SIGTERM as it begins."""
    from hairnet_model.networks.start import start_quietly

    start_quietly()  # before what is imported next imports TensorFlow
    from hairnet_model.networks import fcn
    from tests.support import eagerly, small_network

    sent: list[int] = []

    def create(arch: str, head: str) -> object:
        if interrupted and not sent:  # no step is made yet; a second signal would save nothing
            sent.append(signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        return small_network.create(arch, head)

    with eagerly.eagerly(), patch.object(fcn, "create", create):
        yield
    print("tfds_records" if "hairnet_model.data.tfds_records" in sys.modules else "no tfds_records")
    print("and errors are still printed", file=sys.stderr)


@contextmanager
def stopped() -> Iterator[None]:
    """The command ends, with its name, where it is about to start TensorFlow."""
    from hairnet_model.networks import start

    def stop() -> None:
        assert not {"keras", "tensorflow"} & set(sys.modules)
        print(sys.argv[1])
        raise SystemExit

    with patch.object(start, "start_quietly", stop):
        yield


KINDS = {"as it is": nullcontext, "two layers": two_layers, "interrupted": lambda: two_layers(True), "stopped": stopped}


def _ended(words: list[str], around: AbstractContextManager[None]) -> int:
    with around, patch.object(sys, "argv", ["hairnet-model", *words]):
        try:
            runpy.run_module("hairnet_model", run_name="__main__")
        except SystemExit as ended:
            return int(ended.code or 0)
    raise AssertionError("a command ends by an exit")


def _main(folder: Path) -> None:
    ends, streams = [], [os.dup(1), os.dup(2)]
    for number, (kind, words) in enumerate(json.loads((folder / "commands.json").read_text())):
        for stream, end in ((1, "out"), (2, "err")):
            file = os.open(folder / f"{number}.{end}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.dup2(file, stream)
            os.close(file)
        ends.append(_ended(words, KINDS[kind]()))
        sys.stdout.flush()
        sys.stderr.flush()
    for stream, own in enumerate(streams, 1):
        os.dup2(own, stream)
    print(json.dumps(ends))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
