"""The schedule: which channel each sequence of a run is drawn from, computed, never stored.

In: `schedule.jsonl`, append-only segments. Out: for any step the channel, epoch and window of each
of its sequences, and how many sequences each channel had given before it.

Steps count from 1, as in metrics.jsonl; `first_step` and `last_step` both belong to their segment,
and a later segment takes over from its first step on. A segment is filled block by block: in every
block each channel has its fixed count, and only the order is drawn. The n-th sequence drawn from a
channel in the whole run is window `permutation(n mod windows)` of epoch `n div windows`; a segment
begins each channel at its `offsets`, so an appended one goes on exactly where the last stopped.
Dimensions: B sequences of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.batches.permute import permute, round_keys, scattered
from headwater.batches.segment import SCHEMA, Segment, parse
from headwater.errors import HeadwaterError

__all__ = ["NAME", "SCHEMA", "Schedule", "Segment", "continued", "epoch_keys", "parse", "read", "windows_of"]
NAME = "schedule.jsonl"
_CACHED_BLOCKS = 8


class Schedule:
    """Segments as they take effect: in step order, without gaps, each cut where a later one takes over."""

    def __init__(self, segments: list[Segment], where: str = "") -> None:
        if not segments:
            raise HeadwaterError("damaged_file", "holds no segment", where=where)
        effective: list[Segment] = []
        for segment in segments:
            effective = [
                replace(s, last_step=min(s.last_step, segment.first_step - 1))
                for s in effective
                if s.first_step < segment.first_step
            ]
            expected = effective[-1].last_step + 1 if effective else 1
            if segment.first_step != expected:
                raise HeadwaterError("damaged_file", f"no segment holds step {expected}", where=where)
            if effective and segment.sequence_length != effective[-1].sequence_length:
                raise HeadwaterError("foreign_version", "segments of different sequence lengths", where=where)
            effective.append(segment)
        self.segments = effective
        self.channels = tuple(sorted({name for s in effective for name in s.channels}))
        self.sequence_length = effective[0].sequence_length
        self.num_steps = effective[-1].last_step
        self._blocks: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}

    def segment_at(self, step: int) -> int:
        """The index of the segment that holds `step`. Raises IndexError outside the run."""
        for index, segment in enumerate(self.segments):
            if segment.first_step <= step <= segment.last_step:
                return index
        raise IndexError(f"step {step} is outside 1 to {self.num_steps}")

    def block(self, index: int, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Order of one block: for each position the channel (index in the segment) and its rank there."""
        key = (index, number)
        if key not in self._blocks:
            if len(self._blocks) >= _CACHED_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[key] = _block_order(self.segments[index], number)
        return self._blocks[key]

    def draws(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """For each sequence of a step: its channel (index in `channels`) and its number among that channel's draws."""
        index = self.segment_at(step)
        segment = self.segments[index]
        channel_B = np.empty(segment.sequences, dtype=np.int32)
        draw_B = np.empty(segment.sequences, dtype=np.int64)
        counts = np.array(list(segment.counts.values()), dtype=np.int64)
        offsets = np.array(list(segment.offsets.values()), dtype=np.int64)
        names = np.array([self.channels.index(name) for name in segment.channels], dtype=np.int32)
        start, done = (step - segment.first_step) * segment.sequences, 0
        while done < segment.sequences:
            number, position = divmod(start + done, segment.block)
            take = min(segment.block - position, segment.sequences - done)
            inner, rank = (part[position : position + take] for part in self.block(index, number))
            channel_B[done : done + take] = names[inner]
            draw_B[done : done + take] = offsets[inner] + number * counts[inner] + rank
            done += take
        return channel_B, draw_B

    def windows(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each sequence of a step: channel (index in `channels`), epoch and window."""
        channel_B, draw_B = self.draws(step)
        segment = self.segments[self.segment_at(step)]
        epoch_B, window_B = np.empty_like(draw_B), np.empty_like(draw_B)
        for channel in np.unique(channel_B):
            name, mine = self.channels[channel], channel_B == channel
            epoch_B[mine], window_B[mine] = windows_of(segment, name, draw_B[mine])
        return channel_B, epoch_B, window_B

    def drawn_before(self, step: int) -> dict[str, int]:
        """Sequences each channel has given before `step` (up to one step past the end)."""
        drawn = dict.fromkeys(self.channels, 0)
        for index, segment in enumerate(self.segments):
            if segment.first_step >= step:
                break
            end = min(step, segment.last_step + 1)
            blocks, position = divmod((end - segment.first_step) * segment.sequences, segment.block)
            partial = np.bincount(self.block(index, blocks)[0][:position], minlength=len(segment.counts))
            for number, name in enumerate(segment.channels):
                drawn[name] = segment.offsets[name] + blocks * segment.counts[name] + int(partial[number])
        return drawn


def _block_order(segment: Segment, number: int) -> tuple[np.ndarray, np.ndarray]:
    keys = round_keys(segment.seed, "block", segment.first_step, number)
    counts = np.array(list(segment.counts.values()), dtype=np.int64)
    if segment.order == "even":
        return _spread(counts, segment.block, keys)
    places = permute(np.arange(segment.block, dtype=np.uint64), segment.block, keys).astype(np.int64)
    channel = np.searchsorted(np.cumsum(counts), places, side="right").astype(np.int32)
    rank = np.empty(segment.block, dtype=np.int64)
    by_channel = np.argsort(channel, kind="stable")
    rank[by_channel] = _ranks(counts)
    return channel, rank


def _ranks(counts: np.ndarray) -> np.ndarray:
    """0 … n-1 of each channel in turn."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _spread(counts: np.ndarray, block: int, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each channel spread over the block: its j-th of n draws lies by chance in the j-th n-th of it.

    So any run of places holds each channel's share to within two draws, and no place is the same in every block.
    Only correctly rounded operations are used: every machine finds the same order.
    """
    channel, rank = np.repeat(np.arange(len(counts), dtype=np.int32), counts), _ranks(counts)
    chance = (scattered(np.arange(block, dtype=np.uint64), keys) >> np.uint64(11)).astype(np.float64) / 2.0**53
    order = np.argsort((rank + chance) / np.repeat(counts, counts), kind="stable")
    return channel[order], rank[order]


def epoch_keys(segment: Segment, channel: str, epoch: int) -> np.ndarray:
    """Keys of the order in which a channel's windows come in one epoch."""
    return round_keys(segment.seed, "epoch", channel, epoch)


def windows_of(segment: Segment, channel: str, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Epoch and window of each draw from a channel."""
    length = segment.windows[channel]
    epochs, places = np.divmod(draws, length)
    windows = np.empty_like(draws)
    for epoch in np.unique(epochs):
        mine = epochs == epoch
        windows[mine] = permute(places[mine], length, epoch_keys(segment, channel, int(epoch)))
    return epochs, windows


def read(path: Path | str) -> Schedule:
    """The schedule in a file. Raises HeadwaterError unknown_name, damaged_file or foreign_version."""
    if not Path(path).is_file():
        raise HeadwaterError("unknown_name", "no schedule here", where=str(path), mend="run the stages up to mix first")
    try:
        segments = [parse(row, f"{path}:{number}") for number, row in enumerate(storage.read_rows(path), 1)]
    except RecursionError as error:
        raise HeadwaterError("damaged_file", "nested too deeply", where=str(path)) from error
    return Schedule(segments, str(path))


def continued(schedule: Schedule, step: int, segment: Segment | Mapping[str, Any]) -> Segment:
    """`segment` moved to begin at `step` and to go on with each channel where the schedule stops there.

    In: the schedule so far and a segment (or a line of another schedule.jsonl) made for a run of its
    own. Out: the segment to append; its number of steps stays.
    """
    new = segment if isinstance(segment, Segment) else parse(segment, "segment")
    drawn = schedule.drawn_before(step)
    return replace(
        new,
        first_step=step,
        last_step=step + new.last_step - new.first_step,
        offsets={name: drawn.get(name, 0) for name in new.counts},
    )
