"""A pool of worker processes: tasks in, results out in any order. With one worker everything happens in this process.

`concurrent.futures` gives up all tasks when one worker dies, and cannot say at which task it did. Here every worker has
a pipe of its own and one task at a time, so the task is known and can be tried again.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Protocol, TypeVar

import cv2

from hairnet_data.core.errors import BuildError
from hairnet_data.core.workers.process import READY, configure_process, serve

R = TypeVar("R")

_TRIES = 2


class Executor(Protocol):
    """Runs a function over tasks: a `WorkerPool`, or a cluster."""

    def run(self, function: Callable[..., R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        """Yields the result of every task, in any order."""

    def stop(self) -> None:
        """Ends all running tasks: afterwards none of them writes any more."""


class WorkerDied(BuildError):
    """Two workers died at the same task.

    Attributes:
        task: its arguments.
        how: how the last one ended.
    """

    task: tuple[Any, ...] = ()
    how: str = ""


@dataclass(eq=False, slots=True)
class _Task:
    arguments: tuple[Any, ...]
    deaths: int = 0


@dataclass(eq=False, slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    task: _Task | None = None

    def how_it_ended(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        if code >= 0:
            return f"exit status {code}"
        name = signal.strsignal(-code) or "unknown"
        return f"signal {-code}, {name.lower()}" + (", most likely for want of memory" if -code == 9 else "")


class WorkerPool:
    """Runs functions over tasks, in worker processes or, with one worker, in this process.

    The workers are spawned, not forked: they inherit no lock and no thread. They ignore Ctrl-C, which the parent
    handles, and end when the parent does.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._workers: list[_Worker] = []
        self._threads = cv2.getNumThreads()

    def __enter__(self) -> WorkerPool:
        if self.workers == 1:
            configure_process()
        elif os.name == "posix":
            resource_tracker.ensure_running()  # else the first worker starts it, and that lets Ctrl-C through
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.stop()
        else:
            self.dismiss()
            for worker in self._workers:
                worker.process.join()
            self._workers.clear()
        if self.workers == 1:
            cv2.setNumThreads(self._threads)

    def dismiss(self) -> None:
        """Lets the workers end, which gives back their memory, and does not wait for that; `run` would start others."""
        for worker in self._workers:
            worker.pipe.close()  # it has nothing to do, and ends

    def stop(self) -> None:
        """Ends the workers at once and waits until they are gone: afterwards none of them writes any more."""
        self._end(list(self._workers))

    def run(self, function: Callable[..., R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        """Yields the result of every task, in the order of completion.

        A task whose worker dies is tried once more, by another one.

        Args:
            function: defined at the top level of a module, so that workers find it by name.
            tasks: its arguments, task by task; taken one by one, so there may be many.

        Raises:
            WorkerDied: two workers died at the same task.
            BuildError: a worker process could not start.
        """
        if self.workers == 1:
            for task in tasks:
                yield function(*task)
            return
        remaining = (_Task(task) for task in tasks)
        retries: list[_Task] = []
        busy: dict[Connection, _Worker] = {}

        def hand_out(idle: list[_Worker]) -> None:
            while len(busy) < self.workers and (task := retries.pop() if retries else next(remaining, None)):
                worker = self._begin(function, task, idle)
                busy[worker.pipe] = worker

        try:
            hand_out([worker for worker in self._workers if worker.task is None])
            while busy:
                for pipe in wait(list(busy)):
                    worker = busy[pipe]  # type: ignore[index]  # only connections were waited for
                    try:
                        message = worker.pipe.recv()
                    except (EOFError, OSError):
                        del busy[worker.pipe]
                        retries.append(self._recover_task(worker))
                        hand_out([])
                        continue
                    if message is READY:
                        worker.ready = True
                        continue
                    del busy[worker.pipe]
                    worker.task = None
                    hand_out([worker])
                    succeeded, result = message
                    if not succeeded:
                        raise result
                    yield result
        finally:
            self._end(list(busy.values()))  # given up midway: nobody waits for their results

    def _begin(self, function: Callable[..., Any], task: _Task, idle: list[_Worker]) -> _Worker:
        while idle:
            worker = idle.pop()
            try:
                worker.pipe.send((function, task.arguments))
            except OSError:  # it died with nothing to do
                self._end([worker])
            else:
                worker.task = task
                return worker
        worker = self._start_worker()
        worker.task = task
        with contextlib.suppress(OSError):  # it died already, and `run` will see that its pipe is closed
            worker.pipe.send((function, task.arguments))
        return worker

    def _start_worker(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        with _no_interrupt():
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()  # else we would never see that it is gone
            worker = _Worker(process, ours)
            self._workers.append(worker)
        return worker

    def _recover_task(self, worker: _Worker) -> _Task:
        """Returns the task of a worker that died. Raises WorkerDied if it was the second one."""
        how = worker.how_it_ended()
        self._end([worker])
        task = worker.task
        assert task is not None
        if not worker.ready:
            what = f"a worker process could not start ({how})"
            raise BuildError("worker", what, "a script that builds needs its `if __name__ == '__main__':`")
        task.deaths += 1
        if task.deaths == _TRIES:
            error = WorkerDied("worker", f"two worker processes died at the same task ({how})", "try fewer --workers")
            error.task, error.how = task.arguments, how
            raise error
        return task

    def _end(self, workers: list[_Worker]) -> None:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.process.join()
            worker.pipe.close()
            if worker in self._workers:
                self._workers.remove(worker)


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Defers Ctrl-C. A worker that starts meanwhile never sees any, not even while it imports.

    Windows blocks no signals: there a worker that is still importing may print a traceback when Ctrl-C is pressed.
    """
    received = []
    in_main = threading.current_thread() is threading.main_thread()  # where Python lets Ctrl-C interrupt
    handler = signal.signal(signal.SIGINT, lambda *arguments: received.append(arguments)) if in_main else None
    can_block = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if can_block else ()  # the worker inherits this
    try:
        yield
    finally:
        if can_block:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_main:
            signal.signal(signal.SIGINT, handler)
    if received and callable(handler):
        handler(*received[0])
