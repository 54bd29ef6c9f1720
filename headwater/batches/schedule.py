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

from bisect import bisect_left
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
_CACHED = 8  # blocks, and chunks
_CHUNK = 4096  # sequences whose windows are found at once: fewer cost more each, more delay the first batch


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
        self._chunks: dict[tuple[int, int], tuple[np.ndarray, ...]] = {}

    def segment_at(self, step: int) -> int:
        """The index of the segment that holds `step`. Raises IndexError outside the run."""
        if not 1 <= step <= self.num_steps:
            raise IndexError(f"step {step} is outside 1 to {self.num_steps}")
        return bisect_left(self.segments, step, key=lambda segment: segment.last_step)

    def block(self, index: int, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Order of one block: for each position the channel (index in the segment) and its rank there."""
        key = (index, number)
        if key not in self._blocks:
            if len(self._blocks) >= _CACHED:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[key] = _block_order(self.segments[index], number)
        return self._blocks[key]

    def draws(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """For each sequence of a step: its channel (index in `channels`) and its number among that channel's draws."""
        channel_B, draw_B, _, _ = self._slots(step)
        return channel_B, draw_B

    def windows(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each sequence of a step: channel (index in `channels`), epoch and window."""
        channel_B, _, epoch_B, window_B = self._slots(step)
        return channel_B, epoch_B, window_B

    def _slots(self, step: int) -> tuple[np.ndarray, ...]:
        index = self.segment_at(step)
        segment = self.segments[index]
        start = (step - segment.first_step) * segment.sequences
        end = start + segment.sequences
        parts = [
            [column[max(0, start - first) : end - first] for column in self._chunk(index, first // _CHUNK)]
            for first in range(start // _CHUNK * _CHUNK, end, _CHUNK)
        ]
        return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))

    def _chunk(self, index: int, number: int) -> tuple[np.ndarray, ...]:
        """Channel, draw, epoch and window of the `number`-th chunk of a segment's sequences."""
        key = (index, number)
        if key not in self._chunks:
            if len(self._chunks) >= _CACHED:
                self._chunks.pop(next(iter(self._chunks)))
            self._chunks[key] = self._computed(index, number * _CHUNK)
        return self._chunks[key]

    def _computed(self, index: int, start: int) -> tuple[np.ndarray, ...]:
        """A chunk from the segment's sequence `start` on. Many at once: a permutation costs little more for them."""
        segment = self.segments[index]
        size = min(_CHUNK, segment.num_sequences - start)
        inner_S, draw_S = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int64)
        counts = np.array(list(segment.counts.values()), dtype=np.int64)
        offsets = np.array(list(segment.offsets.values()), dtype=np.int64)
        done = 0
        while done < size:
            number, position = divmod(start + done, segment.block)
            inner, rank = (part[position : position + size - done] for part in self.block(index, number))
            part = slice(done, done + len(inner))
            inner_S[part] = inner
            draw_S[part] = offsets[inner] + number * counts[inner] + rank
            done += len(inner)
        epoch_S, window_S = np.empty_like(draw_S), np.empty_like(draw_S)
        for place in np.unique(inner_S):
            mine = inner_S == place
            epoch_S[mine], window_S[mine] = windows_of(segment, segment.channels[place], draw_S[mine])
        names = np.array([self.channels.index(name) for name in segment.channels], dtype=np.int32)
        return names[inner_S], draw_S, epoch_S, window_S

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

    So any run of places holds each channel's share to within a few draws, and no place is the same in every block.
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
