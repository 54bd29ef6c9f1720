"""How documents are laid into the rows of a batch: `cut`, `masked` or `best_fit`, and what each costs.

In: the lengths of a channel's documents in tokens, in the order of its `.bin`, and the length T of a row.
Out: for `best_fit` Rows, the runs of tokens in every row; for each strategy Waste.

A row of T predictions reads T + 1 tokens: the lead-in, which is only read, and T targets. `cut` and `masked` read
windows of the `.bin` that overlap by one. `best_fit` (arXiv 2404.10830) cuts documents into runs of at most T tokens
and lays each run, longest first, into the row with the least room that takes it: every token is a target at most once
an epoch, what stays of a row is padding, and only documents longer than T are cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Strategy = Literal["cut", "masked", "best_fit"]
STRATEGIES: tuple[Strategy, ...] = ("cut", "masked", "best_fit")
GROUP_RUNS = 1 << 22  # laid together; more are laid in groups, so that memory is bounded


@dataclass(frozen=True)
class Rows:
    """Rows of `best_fit`: row r holds runs bounds[r] to bounds[r + 1].

    `runs_N3`: a run's first token in the `.bin`, its number of tokens, and 1 where it goes on with a document. Such a
    run begins its row where it can, so that its lead-in is the token before it; where another has that place, its
    first token is no target.
    """

    bounds: np.ndarray  # int64 (R + 1)
    runs_N3: np.ndarray  # int64 (N, 3)

    def __len__(self) -> int:
        return len(self.bounds) - 1


@dataclass(frozen=True, kw_only=True)
class Waste:
    """What an epoch of a channel costs. All but `rows` and `documents_cut` in tokens.

    `padding`: places of rows that hold none; `unscored`: tokens that are never a target.
    """

    rows: int
    padding: int
    unscored: int
    documents_cut: int

    @property
    def wasted(self) -> int:
        return self.padding + self.unscored

    def as_json(self) -> dict[str, Any]:
        names = ("rows", "padding", "unscored", "wasted", "documents_cut")
        return {name: getattr(self, name) for name in names}


def num_windows(num_tokens: int, sequence_length: int) -> int:
    """Windows of T + 1 tokens, overlapping by one, that fit in a channel."""
    return max(0, num_tokens - 1) // sequence_length


def runs_of(lengths: np.ndarray, capacity: int) -> np.ndarray:
    """Documents as runs of at most `capacity` tokens: (N, 3), as in Rows, in order. Empty documents have none."""
    lengths = np.asarray(lengths, np.int64)
    pieces = -(-lengths // capacity)
    document = np.repeat(np.arange(len(lengths)), pieces)
    number = np.arange(len(document)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begins = number * capacity
    starts = (np.cumsum(lengths) - lengths)[document] + begins
    sizes = np.minimum(lengths[document] - begins, capacity)
    return np.stack([starts, sizes, number > 0], axis=1)


def best_fit(lengths: np.ndarray, capacity: int) -> Rows:
    """Lay documents into rows of `capacity` tokens by best-fit decreasing."""
    runs_N3 = runs_of(lengths, capacity)
    row_N = np.empty(len(runs_N3), np.int64)
    num_rows = 0
    for begin in range(0, len(runs_N3), GROUP_RUNS):
        group = slice(begin, begin + GROUP_RUNS)
        row_N[group], used = _laid(runs_N3[group, 1], capacity)
        row_N[group] += num_rows
        num_rows += used
    order = np.lexsort((runs_N3[:, 0], -runs_N3[:, 2], row_N))
    return Rows(np.searchsorted(row_N[order], np.arange(num_rows + 1)), runs_N3[order])


def _laid(sizes: np.ndarray, capacity: int) -> tuple[np.ndarray, int]:
    """The row of each run, and how many rows there are.

    Runs of one size are laid at once: a row with room r takes r // size of them, since what is left of it stays the
    least room that takes another. So the work is counted in pairs of a size and a room, not in runs.
    """
    order = np.argsort(-sizes, kind="stable")
    row = np.empty(len(sizes), np.int64)
    rooms: dict[int, list[np.ndarray]] = {}  # rows by their room
    present = np.zeros(capacity + 1, np.bool_)
    num_rows, at = 0, 0
    for size, count in zip(*(part[::-1].tolist() for part in np.unique(sizes, return_counts=True)), strict=True):
        runs, at = order[at : at + count], at + count
        while len(runs):
            room = size + int(np.argmax(present[size:]))
            fits = capacity // size if not present[room] else room // size
            if present[room]:
                rows = np.concatenate(rooms.pop(room))
                present[room] = False
            else:
                room, rows = capacity, num_rows + np.arange(-(-len(runs) // fits))
                num_rows += len(rows)
            full, rest = divmod(len(runs), fits)
            taken = np.repeat(rows[: full + 1], fits)[: len(runs)]
            row[runs[: len(taken)]] = taken
            runs = runs[len(taken) :]
            _put(rooms, present, room - fits * size, rows[:full])
            if full < len(rows):
                _put(rooms, present, room - rest * size, rows[full : full + 1])
                _put(rooms, present, room, rows[full + 1 :])
    return row, num_rows


def _put(rooms: dict[int, list[np.ndarray]], present: np.ndarray, room: int, rows: np.ndarray) -> None:
    if len(rows) and room:
        rooms.setdefault(room, []).append(rows)
        present[room] = True


def waste(strategy: Strategy, lengths: np.ndarray, sequence_length: int, rows: Rows | None = None) -> Waste:
    """What an epoch of documents of these lengths costs. `rows`: those of `best_fit`, where they are known."""
    lengths = np.asarray(lengths, np.int64)
    total = int(lengths.sum())
    if strategy == "best_fit":
        rows = best_fit(lengths, sequence_length) if rows is None else rows
        lost = rows.runs_N3[:, 2].copy()
        lost[rows.bounds[:-1]] = 0
        padding, unscored = len(rows) * sequence_length - total, int(lost.sum())
        cut = int((lengths > sequence_length).sum())
        return Waste(rows=len(rows), padding=padding, unscored=unscored, documents_cut=cut)
    windows = num_windows(total, sequence_length)
    ends = np.cumsum(lengths)
    # token p is a target of window (p - 1) // T, the first of none, and those after the last window of none either
    first = np.maximum(ends - lengths - 1, 0) // sequence_length
    last = np.maximum(ends - 2, 0) // sequence_length
    cut = int(((first != last) | (last >= windows))[lengths > 0].sum())
    return Waste(rows=windows, padding=0, unscored=total - windows * sequence_length, documents_cut=cut)
