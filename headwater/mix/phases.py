"""Where each part of a run begins and ends, and which mixture it has.

In: MixtureConfig, the steps of the run and where the learning rate begins to fall. Out: Parts, in order, without gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from headwater.batches.steps import Steps
from headwater.errors import HeadwaterError
from headwater.mix.config import MixtureConfig, PhaseConfig
from headwater.mix.constraints import Span


@dataclass(frozen=True, kw_only=True)
class Part:
    """Steps `first_step` to `last_step`, both its own."""

    first_step: int
    last_step: int
    span: Span


def parts(
    config: MixtureConfig, steps: Steps, decay_share: float, shortened: bool = False
) -> tuple[list[Part], list[str]]:
    """The parts of a run, and a sentence on each phase that has no step.

    Raises HeadwaterError recipe for phases out of order or past the run's end; a run that was `shortened` leaves the
    latter out.
    """
    begins = [0, *(_steps_before(phase, number, steps, decay_share) for number, phase in enumerate(config.phases))]
    for number, (before, own) in enumerate(zip(begins, begins[1:], strict=False)):
        place = f"mixture.phases.{number}.start"
        if own < before:
            raise HeadwaterError("recipe", "begins before the phase above it", where=place, mend="put phases in order")
        if own >= steps.num_steps and not isinstance(config.phases[number].start, str) and not shortened:
            what = f"begins after the run's last step, {steps.num_steps}"
            raise HeadwaterError("recipe", what, where=place, mend="let it begin earlier, or raise train.tokens")
    found, notes = [], []
    for number, (first, last) in enumerate(zip(begins, [*begins[1:], steps.num_steps], strict=True)):
        if min(last, steps.num_steps) <= first:
            notes.append(f"phase {number} of the mixture has no step in a run of {steps.num_steps}")
        else:
            found.append(_part(config, number, first, min(last, steps.num_steps), steps))
    return found, notes


def _part(config: MixtureConfig, number: int, first: int, last: int, steps: Steps) -> Part:
    """The part of a phase (0: what the mixture says itself) from `first` steps to `last`."""
    total = steps.tokens_until(steps.num_steps)
    fraction = (steps.tokens_until(last) - steps.tokens_until(first)) / total
    own = config.phases[number - 1].own() if number else {}
    span = Span(
        config=replace(config, phases=(), **own),
        fraction=fraction,
        place=f"mixture.phases.{number - 1}" if number else "mixture",
        when=f"in phase {number} ({_percent(first, steps)} to {_percent(last, steps)} of the run)"
        if config.phases
        else "",
    )
    return Part(first_step=first + 1, last_step=last, span=span)


def _percent(done: int, steps: Steps) -> str:
    return f"{100 * steps.tokens_until(done) / steps.tokens_until(steps.num_steps):.3g}%"


def _steps_before(phase: PhaseConfig, number: int, steps: Steps, decay_share: float) -> int:
    """Steps before a phase begins."""
    if phase.start == "decay":
        return steps.before_last(decay_share)
    start = float(phase.start)
    return steps.before_last(1.0 - start) if start < 1 else int(start) - 1
