"""Ctrl-C and SIGTERM in a whole process: none is lost, and none comes too late.

Python drops an exception raised in a destructor or in a weak reference's callback, and with it the KeyboardInterrupt
of a signal that happens to arrive there.
"""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

from headwater.errors import Preempted

AGAIN_S = 0.05  # by then the callback has returned


def keep_unheard_ones() -> None:
    """From now on, a signal whose exception Python drops is sent once more."""
    before, main_thread = sys.unraisablehook, threading.main_thread().ident

    def hook(unraisable: Any) -> None:
        number = _signal_of(unraisable.exc_type)
        if number is None:
            before(unraisable)
        else:
            threading.Timer(AGAIN_S, signal.pthread_kill, (main_thread, number)).start()

    sys.unraisablehook = hook


def _signal_of(kind: type[BaseException]) -> signal.Signals | None:
    if issubclass(kind, KeyboardInterrupt):
        return signal.SIGINT
    return signal.SIGTERM if issubclass(kind, Preempted) else None


def ignore() -> None:
    """Leave signals alone from now on."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
