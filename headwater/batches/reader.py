"""Batch k of a run: the tokens that step k trains on, found without reading any other step.

In: a pack folder (`CHANNEL.bin`, `CHANNEL.idx`) and a schedule. Out: Batch.
Window w of a channel is tokens [w·T, w·T + T + 1) of its `.bin`: neighbours share one token, so that
every token but the first is predicted once an epoch.
Dimensions: B sequences, T tokens scored a sequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from headwater import storage
from headwater.batches import locate
from headwater.batches import schedule as schedules
from headwater.batches.indexed import IndexedTokens
from headwater.batches.masked import Mask
from headwater.errors import HeadwaterError

PACK_NAME = "pack.json"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`channel_B` indexes BatchReader.channels; `slots_B` numbers the sequences of the whole run from 0."""

    tokens_BT1: np.ndarray  # int64 (B, T + 1)
    channel_B: np.ndarray  # int32
    slots_B: np.ndarray  # int64
    epoch_B: np.ndarray  # int64
    window_B: np.ndarray  # int64
    scored_BT1: np.ndarray | None = None  # bool; False where a token was taken down. None: all may be scored


class BatchReader:
    """Batches of a run by step, 1 to `num_steps`, in any order, the same on every machine.

    Raises HeadwaterError damaged_file when the packed tokens are not those the schedule was made for.
    """

    def __init__(self, pack_folder: Path | str, schedule_path: Path | str) -> None:
        self.schedule = schedules.read(schedule_path)
        self.channels = self.schedule.channels
        self.num_steps = self.schedule.num_steps
        self.sequence_length = self.schedule.sequence_length
        self._tokens = {name: self._opened(Path(pack_folder) / name) for name in self._drawn_channels()}
        self._masks = _masks(self.schedule, Path(pack_folder) / PACK_NAME)

    def _drawn_channels(self) -> list[str]:
        return [name for name in self.channels if any(s.counts.get(name) for s in self.schedule.segments)]

    def _opened(self, prefix: Path) -> np.ndarray:
        tokens = IndexedTokens(prefix, check=False)
        found = num_windows(tokens.num_tokens, self.sequence_length)
        for segment in self.schedule.segments:
            expected = segment.windows.get(prefix.name, found)
            if expected != found:
                raise HeadwaterError(
                    "damaged_file",
                    f"has {found} windows where the schedule counts {expected}",
                    where=str(tokens.bin_path),
                    mend="the schedule belongs to another packed corpus; run `mix` again",
                )
        return tokens.tokens

    def batch(self, step: int) -> Batch:
        """The sequences of one step. Raises IndexError when `step` is not in 1 to num_steps."""
        channel_B, epoch_B, window_B = self.schedule.windows(step)
        length = self.sequence_length
        tokens_BT1 = np.empty((len(channel_B), length + 1), dtype=np.int64)
        for row, (channel, window) in enumerate(zip(channel_B.tolist(), window_B.tolist(), strict=True)):
            tokens_BT1[row] = self._tokens[self.channels[channel]][window * length : window * length + length + 1]
        scored_BT1, mask = None, self._masks.get(self.schedule.segment_at(step))
        if mask:
            tokens_BT1, scored_BT1 = mask.apply(tokens_BT1, locate.ranges(self.schedule, step))
        first = self._slots_before(step)
        slots_B = np.arange(first, first + len(channel_B), dtype=np.int64)
        return Batch(
            tokens_BT1=tokens_BT1,
            channel_B=channel_B,
            slots_B=slots_B,
            epoch_B=epoch_B,
            window_B=window_B,
            scored_BT1=scored_BT1,
        )

    def _slots_before(self, step: int) -> int:
        total = 0
        for segment in self.schedule.segments:
            total += max(0, min(step - 1, segment.last_step) - segment.first_step + 1) * segment.sequences
        return total


def _masks(schedule: schedules.Schedule, pack: Path) -> dict[int, Mask]:
    """A mask for each segment, by its index, that leaves documents out. Raises HeadwaterError damaged_file."""
    masked = {index: segment.masked for index, segment in enumerate(schedule.segments) if segment.masked}
    if not masked:
        return {}
    try:
        eod = int(storage.read_json(pack)["eod_id"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise HeadwaterError("damaged_file", f"names no end-of-document token: {error}", where=str(pack)) from error
    return {index: Mask(ranges, eod) for index, ranges in masked.items()}


def num_windows(num_tokens: int, sequence_length: int) -> int:
    """Windows of T + 1 tokens, overlapping by one, that fit in a channel."""
    return max(0, num_tokens - 1) // sequence_length
