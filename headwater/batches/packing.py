"""How documents are laid into the rows of a batch: `cut`, `masked` or `best_fit`, and what each costs.

In: the lengths of a channel's documents in tokens, in the order of its `.bin`, and the length T of a row.
Out: for `best_fit` groups of Rows, the runs of tokens in every row; for each strategy Waste.

A row of T predictions reads T + 1 tokens: the lead-in, which is only read, and T targets. `cut` and `masked` read
windows of the `.bin` that overlap by one. `best_fit` (arXiv 2404.10830) cuts documents into runs of at most T tokens
and lays each run, longest first, into the row with the least room that takes it: every token is a target at most once
an epoch, what stays of a row is padding, and only documents longer than T are cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Strategy = Literal["cut", "masked", "best_fit"]
STRATEGIES: tuple[Strategy, ...] = ("cut", "masked", "best_fit")
GROUP_DOCUMENTS, GROUP_RUNS = 1 << 20, 1 << 22  # laid together at most, so that memory is bounded


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


def best_fit(lengths: np.ndarray, capacity: int) -> Iterator[Rows]:
    """Lay documents into rows of `capacity` tokens by best-fit decreasing, a group of documents after the other."""
    for documents, first in _groups(lengths, capacity):
        runs_N3 = runs_of(documents, capacity)
        runs_N3[:, 0] += first
        row_N, num_rows = _laid(runs_N3[:, 1], capacity)
        order = np.lexsort((runs_N3[:, 0], -runs_N3[:, 2], row_N))
        yield Rows(np.searchsorted(row_N[order], np.arange(num_rows + 1)), runs_N3[order])


def _groups(lengths: np.ndarray, capacity: int) -> Iterator[tuple[np.ndarray, int]]:
    """Lengths of documents that are laid together, and the place of their first token."""
    first = 0
    for begin in range(0, len(lengths), GROUP_DOCUMENTS):
        part = np.asarray(lengths[begin : begin + GROUP_DOCUMENTS], np.int64)
        group = np.cumsum(-(-part // capacity)) // GROUP_RUNS
        for documents in np.split(part, np.flatnonzero(np.diff(group)) + 1):
            yield documents, first
            first += int(documents.sum())


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


def unscored(rows: Rows) -> int:
    """Tokens of rows that are no target: the first of runs that go on with a document and stand behind another run."""
    goes_on_N = rows.runs_N3[:, 2]
    return int(goes_on_N.sum() - goes_on_N[rows.bounds[:-1]].sum())


def waste(strategy: Strategy, lengths: np.ndarray, sequence_length: int) -> Waste:
    """What an epoch of documents of these lengths costs."""
    if strategy == "best_fit":
        groups = ((len(rows), unscored(rows)) for rows in best_fit(lengths, sequence_length))
        return waste_of(groups, lengths, sequence_length)
    total = int(np.sum(lengths, dtype=np.int64))
    windows = num_windows(total, sequence_length)
    cut = first = 0
    for begin in range(0, len(lengths), GROUP_DOCUMENTS):
        part = np.asarray(lengths[begin : begin + GROUP_DOCUMENTS], np.int64)
        ends = first + np.cumsum(part)
        # token p is a target of window (p - 1) // T, the first of none, and those after the last window of none either
        opens = np.maximum(ends - part - 1, 0) // sequence_length
        closes = np.maximum(ends - 2, 0) // sequence_length
        cut += int(((opens != closes) | (closes >= windows))[part > 0].sum())
        first = int(ends[-1])
    return Waste(rows=windows, padding=0, unscored=total - windows * sequence_length, documents_cut=cut)


def waste_of(groups: Iterable[tuple[int, int]], lengths: np.ndarray, sequence_length: int) -> Waste:
    """The same of `best_fit`, from the number of rows and the unscored tokens of each of its groups."""
    rows = lost = 0
    for num_rows, num_lost in groups:
        rows, lost = rows + num_rows, lost + num_lost
    padding = rows * sequence_length - int(np.sum(lengths, dtype=np.int64))
    cut = int((np.asarray(lengths) > sequence_length).sum())
    return Waste(rows=rows, padding=padding, unscored=lost, documents_cut=cut)
