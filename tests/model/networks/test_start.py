"""Keras starts without messages."""

from __future__ import annotations

import subprocess
import sys


def test_the_backend_starts_without_messages_and_errors_are_still_printed() -> None:
    code = (
        "import sys; from hairnet_model.networks.start import start_quietly; start_quietly(); "
        "print('after', file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == "after\n"
