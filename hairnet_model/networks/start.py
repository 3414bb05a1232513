"""Starts Keras without the messages of its backend."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discards what is written to standard error inside, by C++ too; Python's exceptions are raised as usual."""
    sys.stderr.flush()
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


def start_quietly() -> None:
    """Imports Keras and its backend without their messages on standard error: TensorFlow prints six lines.

    The lines come from C++ before it reads a log level, so that TF_CPP_MIN_LOG_LEVEL alone does not prevent them.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet_stderr():
        import keras

        keras.ops.zeros(1)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of every fifth network that is opened
