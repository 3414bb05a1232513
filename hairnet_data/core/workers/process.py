"""The worker's side of a crew: a process that does one task after another, and leaves with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
import time
import traceback
from multiprocessing.connection import Connection

import cv2

from hairnet_data.core.errors import HairnetError

READY = None
"""What a worker says first: it has started, so whatever ends it from now on is its task's doing."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def serve(pipe: Connection, parent: int) -> None:
    """Does tasks until the pipe is closed.

    Args:
        pipe: brings (function, arguments), takes `READY` once and then (whether it went well, result or fault).
        parent: its process id.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_process()
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):  # nobody is there any more
        pipe.send(READY)
        while True:
            _do(pipe)


def _do(pipe: Connection) -> None:
    try:
        function, task = pipe.recv()
        outcome = True, function(*task)
    except (EOFError, ConnectionError):
        raise
    except BaseException as fault:
        if not isinstance(fault, (HairnetError, OSError)):  # those say all that a user wants to know
            fault.add_note(traceback.format_exc())  # the trace itself cannot be sent
        outcome = False, fault
    try:
        pipe.send(outcome)
    except (EOFError, ConnectionError):
        raise
    except Exception:
        pipe.send((False, RuntimeError(f"what a worker made cannot be sent\n{traceback.format_exc()}")))


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def configure_process() -> None:
    """Makes this process good at many small pictures."""
    cv2.setNumThreads(1)  # OpenCV's threads would only wait for each other
    # glibc returns every array of some size to the kernel and asks for it anew: a sixth of the time went there.
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_M_TRIM_THRESHOLD, 256 << 20)
