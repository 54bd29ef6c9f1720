"""Batch k of a run: the tokens that step k trains on, found without reading any other step.

In: a pack folder (`CHANNEL.bin`, `CHANNEL.idx`), a schedule, and where rows are laid otherwise than by cutting the
folder that says so. Out: Batch.
Window w of a channel is tokens [w·T, w·T + T + 1) of its `.bin`: neighbours share one token, so that every token but
the first is predicted once an epoch. Rows of `best_fit` are lead-in, runs of tokens and padding (`packing`).
An input belongs to the document of its target: an end-of-document token opens the next document, as it opens a prompt.
Dimensions: B sequences, T tokens scored a sequence.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from headwater import storage
from headwater.batches import locate
from headwater.batches import schedule as schedules
from headwater.batches.indexed import IndexedTokens
from headwater.batches.laid import CUT, Packing
from headwater.batches.masked import Mask
from headwater.errors import HeadwaterError

PACK_NAME = "pack.json"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`channel_B` indexes BatchReader.channels; `slots_B` numbers the sequences of the whole run from 0.

    `segment_BT`: the document of each input, counted from 0 in its row, -1 for padding. None: attention over
    the whole row. `scored_BT1`: which tokens count as targets, the first never does; False for padding and for what
    was taken down. None: all.
    """

    tokens_BT1: np.ndarray  # int64 (B, T + 1)
    channel_B: np.ndarray  # int32
    slots_B: np.ndarray  # int64
    epoch_B: np.ndarray  # int64
    window_B: np.ndarray  # int64
    segment_BT: np.ndarray | None = None  # int32
    scored_BT1: np.ndarray | None = None  # bool


class BatchReader:
    """Batches of a run by step, 1 to `num_steps`, in any order, the same on every machine.

    Raises HeadwaterError damaged_file when the packed tokens are not those the schedule was made for.
    """

    def __init__(self, pack_folder: Path | str, schedule_path: Path | str, packing: Packing = CUT) -> None:
        self.schedule = schedules.read(schedule_path)
        self.channels = self.schedule.channels
        self.num_steps = self.schedule.num_steps
        self.sequence_length = self.schedule.sequence_length
        self.packing = packing
        if packing.strategy == "best_fit" and packing.sequence_length != self.sequence_length:
            raise HeadwaterError(
                "damaged_file",
                f"rows of {packing.sequence_length} tokens where the schedule has {self.sequence_length}",
                where=str(schedule_path),
                mend="run the `rows` and `mix` stages again",
            )
        self._tokens = {name: self._opened(Path(pack_folder) / name) for name in self._drawn_channels()}
        self._masks = _masks(self.schedule, Path(pack_folder) / PACK_NAME)

    def _drawn_channels(self) -> list[str]:
        return [name for name in self.channels if any(s.counts.get(name) for s in self.schedule.segments)]

    def _opened(self, prefix: Path) -> IndexedTokens:
        tokens = IndexedTokens(prefix, check=False)
        found = self.packing.rows(prefix.name, tokens.num_tokens, self.sequence_length)
        laid = self.packing.laid.get(prefix.name)
        if laid and int(laid.rows.runs_N3[:, 1].sum()) != tokens.num_tokens:
            raise self._foreign(tokens, f"has {tokens.num_tokens} tokens, which are not those its rows were laid from")
        for segment in self.schedule.segments:
            expected = segment.windows.get(prefix.name, found)
            if expected != found:
                raise self._foreign(tokens, f"has {found} windows where the schedule counts {expected}")
        return tokens

    def _foreign(self, tokens: IndexedTokens, what: str) -> HeadwaterError:
        return HeadwaterError(
            "damaged_file",
            what,
            where=str(tokens.bin_path),
            mend="the schedule belongs to another packed corpus; run `mix` again",
        )

    def batch(self, step: int) -> Batch:
        """The sequences of one step. Raises IndexError when `step` is not in 1 to num_steps."""
        channel_B, epoch_B, window_B = self.schedule.windows(step)
        length = self.sequence_length
        tokens_BT1 = np.empty((len(channel_B), length + 1), dtype=np.int64)
        segment_BT = None if self.packing.strategy == "cut" else np.empty((len(channel_B), length), np.int32)
        scored_BT1 = np.empty(tokens_BT1.shape, np.bool_) if self.packing.strategy == "best_fit" else None
        for row, (channel, window) in enumerate(zip(channel_B.tolist(), window_B.tolist(), strict=True)):
            name = self.channels[channel]
            if self.packing.strategy == "best_fit":
                assert segment_BT is not None and scored_BT1 is not None
                self._lay(name, window, tokens_BT1[row], segment_BT[row], scored_BT1[row])
                continue
            tokens_BT1[row] = self._tokens[name].tokens[window * length : window * length + length + 1]
            if segment_BT is not None:
                segment_BT[row] = documents_of(self._tokens[name], window * length + 1, length)
        mask = self._masks.get(self.schedule.segment_at(step))
        if mask:
            tokens_BT1, kept_BT1 = mask.apply(tokens_BT1, locate.ranges(self.schedule, step, self.packing))
            scored_BT1 = kept_BT1 if scored_BT1 is None else kept_BT1 & scored_BT1
        first = self._slots_before(step)
        return Batch(
            tokens_BT1=tokens_BT1,
            channel_B=channel_B,
            slots_B=np.arange(first, first + len(channel_B), dtype=np.int64),
            epoch_B=epoch_B,
            window_B=window_B,
            segment_BT=segment_BT,
            scored_BT1=scored_BT1,
        )

    def _lay(self, channel: str, row: int, tokens_T1: np.ndarray, segment_T: np.ndarray, scored_T1: np.ndarray) -> None:
        """Fill in a row of `best_fit`: the lead-in, its runs, and padding."""
        tokens = self._tokens[channel].tokens
        tokens_T1[:], segment_T[:], scored_T1[:] = self.packing.eod_id, -1, False
        at = 1
        for number, (start, size, goes_on) in enumerate(self.packing.laid[channel].runs(row).tolist()):
            tokens_T1[at : at + size], scored_T1[at : at + size] = tokens[start : start + size], True
            segment_T[at - 1 : at - 1 + size] = number
            if goes_on and number:  # what stands before it is another document's
                segment_T[at - 1], scored_T1[at] = number - 1, False
            elif goes_on:
                tokens_T1[0] = tokens[start - 1]
            at += size

    def _slots_before(self, step: int) -> int:
        total = 0
        for segment in self.schedule.segments:
            total += max(0, min(step - 1, segment.last_step) - segment.first_step + 1) * segment.sequences
        return total


def documents_of(tokens: IndexedTokens, start: int, num_tokens: int) -> np.ndarray:
    """The document of each token of [start, start + num_tokens), counted from 0 (int32)."""
    size = tokens.dtype.itemsize
    after = bisect_right(tokens.pointers, start * size)  # halved in place: numpy would first copy the whole map
    begins = np.array(tokens.pointers[after : after + num_tokens]) // size - start
    changes = np.zeros(num_tokens, np.int32)
    changes[begins[begins < num_tokens]] = 1
    return changes.cumsum(dtype=np.int32)


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
