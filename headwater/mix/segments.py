"""From a solved mixture to the segments of a schedule.

In: a Mixture, the parts of the run and its steps. Out: Segments: one wherever the mixture or the batch changes. What
rounding leaves out of one segment of a part the next makes up for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headwater.batches.schedule import Schedule, Segment
from headwater.batches.steps import Steps
from headwater.mix import rounding
from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, capped
from headwater.mix.phases import Part
from headwater.mix.solve import Mixture


def segments(mixture: Mixture, parts: Sequence[Part], steps: Steps, seed: int) -> list[Segment]:
    """The segments of a run, in order."""
    found: list[Segment] = []
    channels = mixture.problem.channels
    windows = {channel.name: channel.available // steps.sequence_length for channel in channels}
    most = {name: mixture.problem.max_epochs * count for name, count in windows.items()}
    drawn = dict.fromkeys(windows, 0)
    for part, shares in zip(parts, mixture.by_span, strict=True):
        before = dict(drawn)
        for first, last, sequences in stretches(part, steps):
            size = (last - first + 1) * sequences
            past = sum(drawn.values()) - sum(before.values())
            owed = {n: max(0.0, share * (past + size) + before[n] - drawn[n]) for n, share in shares.items()}
            left = {n: most[n] - drawn[n] for n in owed} if mixture.feasible else {}
            config = part.span.config
            block = rounding.block_size(size, config.block_sequences, shares)
            counts = _counts(owed, size, block, channels, config, left)
            found.append(
                Segment(
                    first_step=first,
                    last_step=last,
                    seed=seed,
                    sequence_length=steps.sequence_length,
                    sequences=sequences,
                    block=block,
                    counts=counts,
                    offsets=drawn,
                    windows=windows,
                    order="even",
                )
            )
            drawn = dict(Schedule(found).drawn_before(last + 1))
    return found


def stretches(part: Part, steps: Steps) -> Iterator[tuple[int, int, int]]:
    """(first step, last step, sequences a step) wherever the batch changes within a part."""
    done = 0
    for count, sequences in steps.stages:
        first, last = max(part.first_step, done + 1), min(part.last_step, done + count)
        if first <= last:
            yield first, last, sequences
        done += count


def _counts(
    owed: dict[str, float],
    size: int,
    block: int,
    channels: Sequence[Channel],
    config: MixtureConfig,
    left: dict[str, float],
) -> dict[str, int]:
    """Sequences a block of a segment of `size`; `left`: what each channel has before its last epoch ends."""
    total = sum(owed.values())
    shares = {name: value / total for name, value in owed.items()}
    dry = {n for n, share in shares.items() if n in left and share * size > left[n] - size / block}
    shares |= {name: min(shares[name], left[name] / size) for name in dry}
    rest = sum(share for name, share in shares.items() if name not in dry)
    missing = 1.0 - sum(shares.values())
    shares |= {n: share * (1.0 + missing / rest) for n, share in shares.items() if n not in dry and rest > 0}
    return rounded(shares, block, channels, config, {name: left[name] / size for name in sorted(dry)})


def rounded(
    shares: dict[str, float],
    total: int,
    channels: Sequence[Channel],
    config: MixtureConfig,
    most: dict[str, float] | None = None,
) -> dict[str, int]:
    """Shares as whole counts that add up to `total` and keep to the domains' caps and the shares in `most`."""
    caps = [
        rounding.Cap(frozenset(c.name for c in channels if c.domain in domains), cap)
        for _, cap, domains in capped(config, channels)
        if cap < 1.0
    ]
    caps += [rounding.Cap(frozenset([name]), share) for name, share in sorted((most or {}).items())]
    return rounding.within_caps(rounding.whole(shares, total), shares, caps, {c.name: c.lang for c in channels})
