"""Worker processes: tasks in, results out in any order. With one worker everything happens in this process."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Any, TypeVar

import cv2

from hairnet_data.errors import BuildError

R = TypeVar("R")

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


class Crew:
    """Runs functions over tasks, in worker processes or, with one worker, here and now.

    The workers are spawned, not forked: no lock or thread of the parent comes along. They leave
    Ctrl-C to the parent and end when it is gone.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._threads = cv2.getNumThreads()

    def __enter__(self) -> Crew:
        if self.workers > 1:
            resource_tracker.ensure_running()  # else the first worker starts it, and that lets Ctrl-C through
            self._pool = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
            )
        else:
            _settle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.stop()
        elif self._pool:
            self._pool.shutdown(cancel_futures=True)
        if self._pool is None:
            cv2.setNumThreads(self._threads)

    def stop(self) -> None:
        """Ends the workers at once and waits until they are gone: after it nobody writes any more."""
        if self._pool:
            for process in list((self._pool._processes or {}).values()):
                process.terminate()  # what they hold is of no use any more
            self._pool.shutdown(cancel_futures=True)

    def run(self, function: Callable[..., R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        """Yields the result of every task, in the order of completion.

        Args:
            function: a module's own function, so that workers find it by name.
            tasks: its arguments, task by task; taken a few at a time, so the list may be long.

        Raises:
            BuildError: a worker process died.
        """
        if self._pool is None:
            for task in tasks:
                yield function(*task)
            return
        waiting: set[Future[R]] = set()
        remaining = iter(tasks)
        try:
            while True:
                for task in itertools.islice(remaining, 2 * self.workers - len(waiting)):
                    with _no_interrupt():
                        waiting.add(self._pool.submit(function, *task))
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenProcessPool as fault:
            raise BuildError(
                "worker", "a worker process died, most likely for want of memory", "try fewer --workers"
            ) from fault


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keeps Ctrl-C waiting. A worker that starts meanwhile never sees any, not even while it imports."""
    came = []
    here = threading.current_thread() is threading.main_thread()  # where Python lets Ctrl-C interrupt
    handler = signal.signal(signal.SIGINT, lambda *signalled: came.append(signalled)) if here else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the worker inherits this
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if here:
            signal.signal(signal.SIGINT, handler)
    if came and callable(handler):
        handler(*came[0])


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _settle()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _settle() -> None:
    """Makes this process good at many small pictures."""
    cv2.setNumThreads(1)  # OpenCV's threads would only wait for each other
    # glibc returns every array of some size to the kernel and asks for it anew: a sixth of the time went there.
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_M_TRIM_THRESHOLD, 256 << 20)
