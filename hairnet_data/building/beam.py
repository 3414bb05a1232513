"""Renders the plan's ranges on Apache Beam.

The pipeline is only create, map, combine. Its results are files in the build's staging directory, as with local
workers: all machines must reach that folder by the same path.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from hairnet_data.building.shard_writer import read_shared
from hairnet_data.core.errors import BuildError, UsageError, unreadable
from hairnet_data.core.workers.process import configure_process

R = TypeVar("R")


class BeamExecutor:
    """An executor, as `WorkerPool` is one, that runs tasks on Beam.

    Args:
        runner: a name that Beam knows, e.g. "DirectRunner", or the full name of a runner's class.
        options: Beam's own, as on a command line.

    Raises:
        UsageError: Beam is not installed, or knows no such runner.
    """

    def __init__(self, runner: str, options: str) -> None:
        try:
            from apache_beam.options.pipeline_options import PipelineOptions
            from apache_beam.runners.runner import create_runner
        except ImportError as error:
            raise UsageError("--beam-runner", f"needs Apache Beam ({error})", "pip install 'hairnet[beam]'") from error
        try:
            self._options = PipelineOptions(shlex.split(options))
        except (ValueError, SystemExit) as error:
            raise UsageError("--beam-options", unreadable(error), "give them as Beam takes them") from error
        try:
            self._runner = create_runner(runner)
        except (ValueError, ImportError, AttributeError) as error:
            what = f"there is no runner {runner!r} ({str(error).splitlines()[0]})"
            raise UsageError("--beam-runner", what, "DirectRunner is always there") from error
        self._name = runner

    def run(self, function: Callable[..., R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        """Runs one pipeline over all tasks, then yields the manifests that they have written.

        Raises:
            BuildError: the pipeline failed; the shards that it finished stay.
        """
        import apache_beam

        all_tasks = list(tasks)
        if not all_tasks:
            return
        pipeline = apache_beam.Pipeline(runner=self._runner, options=self._options)
        _ = (
            pipeline
            | "ranges" >> apache_beam.Create(all_tasks)
            | "render" >> apache_beam.Map(_render, function)
            | "count" >> apache_beam.CombineGlobally(sum)
        )
        try:
            result = pipeline.run()
            result.wait_until_finish()
        except Exception as error:  # each runner has its own
            lines = str(error).strip().splitlines() or [type(error).__name__]
            what = f"the pipeline failed ({lines[-1].strip()})"
            raise BuildError(self._name, what, "fix that, and the same command resumes the build") from error
        client = getattr(result, "client", None)
        if client is not None:  # Dask's stays open, and complains when its cluster ends
            client.close()
        for task in all_tasks:
            yield read_shared(*task)  # type: ignore[misc]  # what rendering returns

    def stop(self) -> None:
        """Does nothing: a pipeline that fails ends by itself, and its workers write by temporary paths of their own."""


_LOCK = threading.Lock()


def _render(task: tuple[Any, ...], function: Callable[..., Any]) -> int:
    with _LOCK:  # some runners have many threads in a process, and what a process keeps in memory is for one
        configure_process()
        return int(function(*task).records)
