"""A signal that arrives where Python drops exceptions still ends the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, time
from headwater.cli import main, signals

signals.keep_unheard_ones()
signal.signal(signal.SIGTERM, main._preempted)

class Unheard:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        time.sleep(1)

try:
    Unheard()
    time.sleep(20)
except BaseException as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(("name", "raised"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "Preempted")])
def test_a_dropped_signal_comes_again(name: str, raised: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=name)], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == raised
