"""Starting Keras without its greetings."""

from __future__ import annotations

import os
import sys


def start_quietly() -> None:
    """Imports Keras and its backend with their greetings left out: TensorFlow prints six lines of no use to anyone.

    They come from its C++ side before any log level is read, so the stream itself is turned away for that time.
    Python's exceptions are raised as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import keras

        keras.ops.zeros(1)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
