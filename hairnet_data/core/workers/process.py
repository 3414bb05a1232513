"""The worker's side of a pool: a process that does one task after another, and ends with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection, wait

import cv2

from hairnet_data.core.errors import HairnetError

READY = None
"""What a worker sends first: it has started, so whatever ends it from now on is its task's doing."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def serve(pipe: Connection) -> None:
    """Does tasks until the pipe is closed.

    Args:
        pipe: brings (function, arguments); takes `READY` once, and then (True, result) or (False, error) of each task.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_process()
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        pipe.send(READY)
        while True:
            _do_task(pipe)


def _do_task(pipe: Connection) -> None:
    try:
        function, task = pipe.recv()
        outcome = True, function(*task)
    except (EOFError, ConnectionError):
        raise
    except BaseException as error:
        if not isinstance(error, (HairnetError, OSError)):  # those say all that a user needs to know
            error.add_note(traceback.format_exc())  # the traceback itself cannot be sent
        outcome = False, error
    try:
        pipe.send(outcome)
    except (EOFError, ConnectionError):
        raise
    except Exception:
        pipe.send((False, RuntimeError(f"a worker's result cannot be sent\n{traceback.format_exc()}")))


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    # The sentinel tells on every system, except while a process that the parent forked holds it open. Then the parent's
    # process id tells: it changes when the parent ends, except on Windows, where nothing is forked.
    while not wait([parent.sentinel], timeout=1) and os.getppid() == parent.pid:
        pass
    os._exit(1)


def configure_process() -> None:
    """Makes this process fast at many small pictures: OpenCV's threads off, and memory kept for reuse."""
    cv2.setNumThreads(1)  # OpenCV's threads would only wait for each other
    if sys.platform == "linux":
        # glibc returns every array of some size to the kernel and asks for it anew: a sixth of the time went there.
        with contextlib.suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
            libc.mallopt(_M_TRIM_THRESHOLD, 256 << 20)
