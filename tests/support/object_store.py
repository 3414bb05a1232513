"""An object store that is a folder of this machine, and `hairnet-data` as it meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.command import Ran

_STORE = '''
"""A store as fsspec knows them: keys with slashes, no folders of their own, errors of its own."""
import os, pathlib
import fsspec
from fsspec.implementations.local import LocalFileSystem

class StoreError(Exception):
    """No OSError, as those of real clients."""

class Store(fsspec.AbstractFileSystem):
    protocol = ("gcs", "gs")
    cachable = False
    def __init__(self, **options):
        super().__init__(**options)
        self.local = LocalFileSystem()
    def _local(self, path):
        path = self._strip_protocol(path)
        assert path.startswith("bucket"), path
        if "forbidden" in path:
            raise StoreError("403 you may not\\nwhatever follows")
        return os.path.join(os.environ["HAIRNET_TEST_STORE"], path)
    def _renamed(self, about):
        return {**about, "name": os.path.relpath(about["name"], os.environ["HAIRNET_TEST_STORE"])}
    def ls(self, path, detail=True, **options):
        entries = [self._renamed(about) for about in self.local.ls(self._local(path), detail=True)]
        return entries if detail else [about["name"] for about in entries]
    def info(self, path, **options):
        return self._renamed(self.local.info(self._local(path)))
    def mkdir(self, path, create_parents=True, **options):
        pass
    def makedirs(self, path, exist_ok=False):
        pass
    def _open(self, path, mode="rb", **options):
        local = self._local(path)
        if "w" in mode and os.environ.get("HAIRNET_TEST_FULL", "nothing") in path:
            raise StoreError("507 no room")
        if "w" in mode:
            os.makedirs(os.path.dirname(local), exist_ok=True)
            with open(os.environ["HAIRNET_TEST_WRITTEN"], "a") as log:
                log.write(path + "\\n")
        return open(local, mode)
    def rm_file(self, path):
        local = pathlib.Path(self._local(path))
        local.unlink()
        while not any(local.parent.iterdir()):  # nothing is left of a folder without files
            local = local.parent
            local.rmdir()
    _rm = rm_file
    def rm(self, path, recursive=False, maxdepth=None):
        for key in self.find(path) or [path]:
            self.rm_file(key)
    def cp_file(self, path, to, **options):
        os.makedirs(os.path.dirname(self._local(to)), exist_ok=True)
        self.local.cp_file(self._local(path), self._local(to))
'''


_COMMANDS = """
import json, os, signal, sys, traceback

def run(words, environment, out, err):
    signal.alarm(300)
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["hairnet-data", *words]
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    except BaseException:
        traceback.print_exc()
        return 70
    return 0

if __name__ == "__main__":  # the workers of a build import this file too
    import tensorflow_datasets.core.dataset_info  # this and more is what commands import when they need it
    from hairnet_data.building import pipeline
    from hairnet_data.cli.app import main
    from hairnet_data.sources import registry
    from hairnet_data.sources.drawn.source import Drawn
    from hairnet_data.sources.scenes.source import DrawnBackgrounds
    from hairnet_data.verify import dataset_checks
    registry.FEWEST_DRAWN = 8
    Drawn.__init__.__defaults__ = (8, 4, 4, 96)
    DrawnBackgrounds.__init__.__defaults__ = (6, 3, 3, 96)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            status = run(*json.loads(line))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""The command line, with few and small drawings: the default ones would take a minute of the processor.

A process imports all of it once, and forks for every command that a line of its input says.
"""


class Commands:
    """The command line with a store: every command in a process of its own, forked from one that has all imported."""

    def __init__(self, folder: Path, here: Path) -> None:
        module = folder / "module"
        module.mkdir(parents=True)
        (module / "hairnet_test_store.py").write_text(_STORE)
        about = module / "hairnet_test_store-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hairnet-test-store\nVersion: 1\n")
        (about / "entry_points.txt").write_text("[fsspec.specs]\ngcs = hairnet_test_store:Store\n")
        (module / "commands.py").write_text(_COMMANDS)
        self._folder = folder
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(module), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
            "EPATH_USE_TF": "false",
            "TFDS_DATA_DIR": str(here),
        }
        self._process = subprocess.Popen(
            [sys.executable, module / "commands.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def run(self, words: list[str], environment: dict[str, str]) -> Ran:
        assert self._process.stdin
        assert self._process.stdout
        out, err = self._folder / "out", self._folder / "err"
        self._process.stdin.write(json.dumps([words, environment, str(out), str(err)]) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return Ran(status, out.read_text(), err.read_text())

    def close(self) -> None:
        self._process.communicate()


class Bucket:
    """A store, and the command line with it."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self.files = folder / "store" / "bucket"
        self.files.mkdir(parents=True)
        self.written = folder / "written"
        self.environment = {
            "HAIRNET_TEST_STORE": str(folder / "store"),
            "HAIRNET_TEST_WRITTEN": str(self.written),
        }
        self._commands = commands

    def run(self, *words: str | Path) -> Ran:
        return self._commands.run(list(map(str, words)), self.environment)

    def build(self, *words: str | Path, workers: int = 1) -> Ran:
        small = ("--quiet", "--image-size", "64", "--train-examples", "40", "--workers", str(workers))
        return self.run("build", *small, *words)
