"""TensorFlow without graphs: where few steps are trained, they take less time than to trace a graph of them would."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf


@contextmanager
def eagerly() -> Iterator[None]:
    """Keras trains and predicts operation by operation, with the same results but for rounding."""
    tf.config.run_functions_eagerly(True)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Even though the .*run_functions_eagerly", UserWarning)  # of tf.data
            warnings.filterwarnings("ignore", "The structure of `inputs`", UserWarning)  # names of inputs
            yield
    finally:
        tf.config.run_functions_eagerly(False)
