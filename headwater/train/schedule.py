"""The learning rate of a step: warm up, stay, decay.

In: a Plan and a step (from 1). Out: the rate. A pure function, so a resumed run needs no state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module

from headwater.train.derive import Plan

SCHEDULES: dict[str, str] = {"wsd": "headwater.train.schedule:wsd"}


def wsd(plan: Plan, step: int) -> float:
    """Linear warm-up, constant, then 1 - sqrt(t) over the decay (arXiv 2404.06395).

    t runs from 0 up to, but not, 1, so that the last step still learns.
    """
    if step <= plan.warmup_steps:
        return plan.learning_rate * step / plan.warmup_steps
    if step <= plan.decay_start:
        return plan.learning_rate
    part = (step - plan.decay_start - 1) / (plan.num_steps - plan.decay_start)
    return plan.learning_rate * (1.0 - math.sqrt(part))


def rate_of(name: str) -> Callable[[Plan, int], float]:
    module, _, attribute = SCHEDULES[name].partition(":")
    rate: Callable[[Plan, int], float] = getattr(import_module(module), attribute)
    return rate
