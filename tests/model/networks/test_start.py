"""Keras starts without its greetings."""

from __future__ import annotations

import subprocess
import sys


def test_the_backend_starts_without_a_word_and_errors_are_still_seen() -> None:
    code = (
        "import sys; from hairnet_model.networks.start import start_quietly; start_quietly(); "
        "print('after', file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr == "after\n"
