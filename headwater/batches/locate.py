"""From a step to the packed tokens it trains on, and back.

In: a schedule and a step, or a channel and a range of its tokens.
Out: the token range of every sequence of the step, or every step and row that reads the range.
Nothing is searched: the permutation of each epoch is run backwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.batches.laid import CUT, Packing, reads
from headwater.batches.permute import invert
from headwater.batches.schedule import Schedule, Segment, epoch_keys


@dataclass(frozen=True, kw_only=True)
class TokenRange:
    """Row `row` of a batch reads tokens [start, start + num_tokens) of a channel's `.bin`, from its place `at` on."""

    row: int
    at: int = 0
    channel: str
    epoch: int
    window: int
    start: int
    num_tokens: int


def ranges(schedule: Schedule, step: int, packing: Packing = CUT) -> list[TokenRange]:
    """What each row of a step reads, the last target token included; several ranges a row where runs are laid."""
    channel_B, epoch_B, window_B = schedule.windows(step)
    found = []
    for row, (channel, epoch, window) in enumerate(
        zip(channel_B.tolist(), epoch_B.tolist(), window_B.tolist(), strict=True)
    ):
        name = schedule.channels[channel]
        for at, start, num_tokens in _reads(packing, name, window, schedule.sequence_length):
            place = {"row": row, "at": at, "start": start, "num_tokens": num_tokens}
            found.append(TokenRange(channel=name, epoch=epoch, window=window, **place))
    return found


def _reads(packing: Packing, channel: str, window: int, length: int) -> list[tuple[int, int, int]]:
    """(place in the row, first token, tokens) of what a row reads."""
    if packing.strategy != "best_fit":
        return [(0, window * length, length + 1)]
    found: list[tuple[int, int, int]] = []
    end = 1
    runs_N3 = packing.laid[channel].runs(window)
    for start, num_tokens in reads(runs_N3):
        at = 0 if not found and runs_N3[0, 2] else end
        found.append((at, start, num_tokens))
        end = at + num_tokens
    return found


def windows_over(start: int, num_tokens: int, num_windows: int, sequence_length: int) -> np.ndarray:
    """Windows that read any token of [start, start + num_tokens)."""
    if num_tokens <= 0:
        return np.empty(0, dtype=np.int64)
    first = max(0, -((sequence_length - start) // sequence_length))  # the window whose last target is `start` counts
    last = min((start + num_tokens - 1) // sequence_length, num_windows - 1)
    return np.arange(first, last + 1, dtype=np.int64)


def steps(
    schedule: Schedule, channel: str, start: int, num_tokens: int = 1, packing: Packing = CUT
) -> list[tuple[int, int]]:
    """Every (step, row) that reads a token of [start, start + num_tokens) of a channel, in order."""
    found: set[tuple[int, int]] = set()
    for index, segment in enumerate(schedule.segments):
        if segment.counts.get(channel):
            if packing.strategy == "best_fit":
                windows = packing.laid[channel].over(start, num_tokens)
            else:
                windows = windows_over(start, num_tokens, segment.windows[channel], segment.sequence_length)
            found |= _in_segment(schedule, index, channel, windows)
    return sorted(found)


def _in_segment(schedule: Schedule, index: int, channel: str, windows: np.ndarray) -> set[tuple[int, int]]:
    segment = schedule.segments[index]
    length = segment.windows[channel]
    begin = segment.offsets[channel]
    end = begin + _blocks(segment) * segment.counts[channel]
    found: set[tuple[int, int]] = set()
    for epoch in range(begin // length, (end - 1) // length + 1):
        places = invert(windows, length, epoch_keys(segment, channel, epoch)).astype(np.int64)
        draws = epoch * length + places
        found |= _slots(schedule, index, channel, draws[(draws >= begin) & (draws < end)] - begin)
    return found


def _blocks(segment: Segment) -> int:
    return -(-(segment.last_step - segment.first_step + 1) * segment.sequences // segment.block)


def _slots(schedule: Schedule, index: int, channel: str, draws: np.ndarray) -> set[tuple[int, int]]:
    """Step and row of each draw, counted from the segment's first."""
    segment = schedule.segments[index]
    inner = segment.channels.index(channel)
    blocks, ranks = np.divmod(draws, segment.counts[channel])
    found = set()
    for block in np.unique(blocks).tolist():
        places = np.flatnonzero(schedule.block(index, block)[0] == inner)[ranks[blocks == block]]
        for slot in (block * segment.block + places).tolist():
            step = segment.first_step + slot // segment.sequences
            if step <= segment.last_step:
                found.add((step, slot % segment.sequences))
    return found
