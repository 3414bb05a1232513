"""Ranges rendered by an engine that is there already: the plan's ranges become an Apache Beam pipeline.

The pipeline is only create, map, combine. What comes of it lies in the build's folder, as with local workers, so
that folder must be reachable, under the same path, by whoever renders.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from hairnet_data.building.shard_writer import read_shared
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.workers.process import configure_process

R = TypeVar("R")


class BeamExecutor:
    """Runs the rendering of ranges on Beam; where local workers would be asked, it is asked instead.

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
        except ImportError as fault:
            raise UsageError("--beam-runner", f"needs Apache Beam ({fault})", "pip install 'hairnet[beam]'") from fault
        try:
            self._options = PipelineOptions(shlex.split(options))
        except (ValueError, SystemExit) as fault:
            raise UsageError("--beam-options", f"cannot be read ({fault})", "give them as Beam takes them") from fault
        try:
            self._runner = create_runner(runner)
        except (ValueError, ImportError, AttributeError) as fault:
            what = f"there is no runner {runner!r} ({str(fault).splitlines()[0]})"
            raise UsageError("--beam-runner", what, "DirectRunner is always there") from fault
        self._name = runner

    def run(self, function: Callable[..., R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        """Runs one pipeline over all tasks, then yields what each of them left in the build's folder.

        Raises:
            BuildError: the pipeline failed; what it finished stays.
        """
        import apache_beam

        listed = list(tasks)
        if not listed:
            return
        pipeline = apache_beam.Pipeline(runner=self._runner, options=self._options)
        _ = (
            pipeline
            | "ranges" >> apache_beam.Create(listed)
            | "render" >> apache_beam.Map(_render, function)
            | "count" >> apache_beam.CombineGlobally(sum)
        )
        try:
            result = pipeline.run()
            result.wait_until_finish()
        except Exception as fault:  # each runner has its own
            lines = str(fault).strip().splitlines() or [type(fault).__name__]
            what = f"the pipeline failed ({lines[-1].strip()})"
            raise BuildError(self._name, what, "fix that, and the same command resumes the build") from fault
        client = getattr(result, "client", None)
        if client is not None:  # Dask's stays open, and complains when its cluster ends
            client.close()
        for task in listed:
            yield read_shared(*task)  # type: ignore[misc]  # what rendering returns

    def stop(self) -> None:
        """The pipeline ends itself when it fails; who renders elsewhere writes under names that nobody else has."""


_ONE = threading.Lock()


def _render(task: tuple[Any, ...], function: Callable[..., Any]) -> int:
    with _ONE:  # some runners have many threads in one process, and what is kept in memory is made for one
        configure_process()
        return int(function(*task).records)
