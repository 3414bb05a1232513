"""What holds for all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

# A shell starts what runs in its background deaf to Ctrl-C, and children inherit that: the tests of Ctrl-C would fail.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# An example that is slow on a busy machine is no failure.
settings.register_profile("hairnet", deadline=None)
settings.load_profile("hairnet")
