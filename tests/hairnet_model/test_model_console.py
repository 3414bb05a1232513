from __future__ import annotations

import subprocess
import sys
import time

import pytest

from hairnet_model.networks import start
from hairnet_model.networks.start import progress_bar


def test_a_log_gets_lines_and_the_end_of_a_long_stage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(start._LOG, "mininterval", 0.3)
    monkeypatch.setitem(start._LOG, "delay", 0.2)
    with progress_bar(unit="photos") as show:
        show("blinking", 1, 1)
        for done in range(11):
            show("reading", done, 10, "loss 0.5")
            time.sleep(0.12)
    said = capsys.readouterr()
    assert said.out == ""
    assert "blinking" not in said.err  # over before there was anything to say
    assert said.err.strip().splitlines()[-1].startswith("reading: 10 of 10")
    assert 2 <= said.err.count("reading: ") <= 6
    assert "loss 0.5" in said.err


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(quiet=True) as show:
        show("reading", 1, 1)
    assert capsys.readouterr() == ("", "")


def test_the_backend_starts_without_a_word_and_errors_are_still_seen() -> None:
    code = (
        "import sys; from hairnet_model.networks.start import start_quietly; start_quietly(); "
        "print('after', file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr == "after\n"
