"""Stops a run rather than let it go wrong silently.

In: the loss and gradient norm of a step, before the weights move. Out: nothing, or HeadwaterError
diverged; and the two signals that ask a run to end after its step.
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from headwater.errors import HeadwaterError


def check_finite(step: int, loss: float, gradient_norm: float) -> None:
    """Raises HeadwaterError diverged; the weights still are those of the step before."""
    if math.isfinite(loss) and math.isfinite(gradient_norm):
        return
    what = f"the loss is {loss}" if not math.isfinite(loss) else f"the gradient's norm is {gradient_norm}"
    raise HeadwaterError(
        "diverged",
        f"{what} at step {step}; no checkpoint of it is kept",
        where=f"step {step}",
        mend="lower train.learning_rate (or raise train.warmup_tokens) under another name, "
        "or start it from an earlier point with --fork RUN@STEP",
    )


class StopRequest:
    """Set by SIGTERM or the first Ctrl-C; the loop looks at it when a step is done."""

    def __init__(self) -> None:
        self.failure = ""

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.failure == "interrupted":
            raise KeyboardInterrupt
        self.failure = "interrupted" if number == signal.SIGINT else "preempted"

    def error(self, step: int) -> HeadwaterError:
        name = "Ctrl-C" if self.failure == "interrupted" else "SIGTERM"
        return HeadwaterError(
            self.failure, f"stopped by {name} after step {step}", mend="the same command goes on from here"
        )


@contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """Catch SIGTERM and SIGINT for the length of a block (in the main thread; elsewhere they stay as they are)."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
