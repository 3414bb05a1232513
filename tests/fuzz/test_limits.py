"""The measure of these tests: too slow, too hungry and more than a line are noticed."""

from __future__ import annotations

import gc
import mmap
import time
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.errors import HairnetError
from tests.fuzz.answers import asked
from tests.fuzz.limits import TooHungry, TooSlow, limited


def test_the_limits_bite() -> None:
    def loop() -> None:
        while True:
            pass

    with pytest.raises(TooSlow), limited(seconds=0.05):
        loop()
    with pytest.raises(TooSlow), limited(waiting=0.05):
        time.sleep(30)
    if Path("/proc/self/clear_refs").exists():
        gc.collect()  # else what other tests left behind makes room meanwhile
        with pytest.raises(TooHungry), limited(most=100 << 20):
            # Mapped anew: the allocator would hand out again what other tests returned, which is no more than before.
            np.frombuffer(mmap.mmap(-1, 200 << 20), np.uint8)[:] = 1
    with pytest.raises(AssertionError, match="not one line"):
        asked(lambda: (_ for _ in ()).throw(ValueError("a\nb")), ValueError)
    with pytest.raises(KeyError):
        asked(lambda: {}["nothing"], HairnetError)
