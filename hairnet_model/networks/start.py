"""Starts Keras without the messages of its backend."""

from __future__ import annotations

import os
import sys


def start_quietly() -> None:
    """Imports Keras and its backend without their messages on standard error: TensorFlow prints six lines.

    Some come from C++ before it reads any log level, so the file descriptor itself is redirected meanwhile. Python's
    exceptions are raised as usual.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        import keras

        keras.ops.zeros(1)
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)
