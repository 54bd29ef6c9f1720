"""The packing of a run on disk: how rows are read, and the index that `best_fit` needs.

In: a folder of packed tokens, a strategy and a row length. Out: `packing.json`, and for `best_fit` each channel's
`CHANNEL.rows.npy` (where each row's runs begin) and `CHANNEL.runs.npy` (Rows.runs_N3); opened again as Packing.
Tokens are never copied or moved; a folder without `packing.json` means `cut`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np

from headwater import storage
from headwater.batches.indexed import IndexedTokens
from headwater.batches.packing import (
    STRATEGIES,
    Rows,
    Strategy,
    Waste,
    best_fit,
    num_windows,
    unscored,
    waste,
    waste_of,
)
from headwater.errors import HeadwaterError

NAME = "packing.json"
SCHEMA = 1
ROWS_SUFFIX, RUNS_SUFFIX = ".rows.npy", ".runs.npy"
_MEND = "remove the folder that holds it and give the same command again"


class Laid:
    """The rows of one channel, with the way from a token to its row."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @cached_property
    def _by_start(self) -> tuple[np.ndarray, np.ndarray]:
        """Run starts in order, and the row of each."""
        runs_N3, bounds = self.rows.runs_N3, self.rows.bounds
        order = np.argsort(runs_N3[:, 0], kind="stable")
        row_N = np.repeat(np.arange(len(self.rows)), np.diff(bounds))
        return np.asarray(runs_N3[order, 0]), row_N[order]

    def runs(self, row: int) -> np.ndarray:
        """(runs, 3) of a row, as in Rows."""
        return self.rows.runs_N3[int(self.rows.bounds[row]) : int(self.rows.bounds[row + 1])]

    def over(self, start: int, num_tokens: int) -> np.ndarray:
        """Rows that read a token of [start, start + num_tokens), lead-ins included."""
        starts, row_N = self._by_start
        first = max(0, int(np.searchsorted(starts, start, side="right")) - 1)
        last = int(np.searchsorted(starts, start + num_tokens, side="right"))
        found = [
            row
            for row in np.unique(row_N[first:last]).tolist()
            if any(a < start + num_tokens and start < a + n for a, n in reads(self.runs(row)))
        ]
        return np.array(found if num_tokens > 0 else [], np.int64)


def reads(runs_N3: np.ndarray) -> list[tuple[int, int]]:
    """(first token, tokens) of what a row reads: its runs, the first with the lead-in where it goes on."""
    found = [(int(start), int(size)) for start, size, _ in runs_N3]
    if len(found) and runs_N3[0, 2]:
        found[0] = found[0][0] - 1, found[0][1] + 1
    return found


@dataclass(frozen=True)
class Packing:
    """How a run's rows are read. `laid` is empty but for `best_fit`; `eod_id` fills what is left of a row."""

    strategy: Strategy = "cut"
    sequence_length: int = 0
    eod_id: int = 0
    laid: dict[str, Laid] = field(default_factory=dict)

    def rows(self, channel: str, num_tokens: int, sequence_length: int) -> int:
        """Rows of a channel an epoch."""
        if self.strategy == "best_fit":
            return len(self.laid[channel].rows) if channel in self.laid else 0
        return num_windows(num_tokens, sequence_length)


CUT = Packing()


def write(
    folder: Path, pack: Path, strategy: Strategy, length: int, eod_id: int, names: Iterable[str]
) -> dict[str, Any]:
    """Lay every channel of a pack folder out by a strategy; what packing.json says.

    Raises HeadwaterError damaged_file where a channel's files disagree.
    """
    channels: dict[str, dict[str, Any]] = {}
    for name in sorted(names):
        tokens = IndexedTokens(pack / name)
        if strategy == "best_fit":
            told = _lay(folder / name, tokens.lengths, length)
        else:
            told = waste(strategy, tokens.lengths, length)
        channels[name] = {"tokens": tokens.num_tokens, "documents": len(tokens), **told.as_json()}
    summary = {
        "schema": SCHEMA,
        "packing": strategy,
        "sequence_length": length,
        "eod_id": eod_id,
        "channels": channels,
    }
    storage.write_json(folder / NAME, summary)
    return summary


def remove(folder: Path) -> None:
    """Remove what `write` wrote: the rows of tokens that are about to be others."""
    for path in (folder / NAME, *folder.glob(f"*{ROWS_SUFFIX}"), *folder.glob(f"*{RUNS_SUFFIX}")):
        path.unlink(missing_ok=True)


def compared(pack: Path, names: Iterable[str], length: int) -> dict[str, dict[str, dict[str, Any]]]:
    """What each strategy costs each channel of a pack folder, as Waste.as_json."""
    lengths = {name: IndexedTokens(pack / name).lengths for name in sorted(names)}
    return {name: {s: waste(s, of, length).as_json() for s in STRATEGIES} for name, of in lengths.items()}


def _lay(prefix: Path, lengths: np.ndarray, length: int) -> Waste:
    """Write the rows of a channel, a group in memory at a time."""
    found: list[tuple[int, int]] = []
    num_runs = 0
    with (
        storage.open_atomic(Path(f"{prefix}{ROWS_SUFFIX}")) as bounds,
        storage.open_atomic(Path(f"{prefix}{RUNS_SUFFIX}")) as runs,
    ):
        _head(bounds, (1,))
        _head(runs, (0, 3))
        bounds.write(bytes(8))
        for rows in best_fit(lengths, length):
            bounds.write((rows.bounds[1:] + num_runs).astype("<i8").data)
            runs.write(np.ascontiguousarray(rows.runs_N3, "<i8").data)
            num_runs += len(rows.runs_N3)
            found.append((len(rows), unscored(rows)))
        _head(bounds, (1 + sum(num for num, _ in found),))
        _head(runs, (num_runs, 3))
    return waste_of(found, lengths, length)


def _head(out: IO[bytes], shape: tuple[int, ...]) -> None:
    """Write the head of an .npy file of whole numbers; it is as long for any number of rows (numpy pads it)."""
    out.seek(0)
    described = {"descr": "<i8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(out, described)  # type: ignore[arg-type]


def read(folder: Path | None) -> Packing:
    """The packing in a folder; `cut` where there is none. Raises HeadwaterError damaged_file or foreign_version."""
    if folder is None or not (folder / NAME).is_file():
        return CUT
    value, where = storage.read_json(folder / NAME), str(folder / NAME)
    try:
        if value["schema"] != SCHEMA:
            raise HeadwaterError("foreign_version", f"packing schema {value['schema']!r}; known is 1", where=where)
        strategy, length, eod_id = value["packing"], int(value["sequence_length"]), int(value["eod_id"])
        sizes = {str(name): int(told["tokens"]) for name, told in value["channels"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HeadwaterError("damaged_file", f"not a packing: {error}", where=where, mend=_MEND) from error
    if strategy not in STRATEGIES or length < 1 or eod_id < 0:
        raise HeadwaterError("damaged_file", f"not a packing: {strategy!r} of {length}", where=where, mend=_MEND)
    laid = {}
    if strategy == "best_fit":
        laid = {name: Laid(_opened(folder / name, size, length)) for name, size in sizes.items()}
    return Packing(strategy, length, eod_id, laid)


def _opened(prefix: Path, num_tokens: int, length: int) -> Rows:
    """The rows of a channel, memory-mapped and compared with the tokens they are laid from."""
    path = Path(f"{prefix}{RUNS_SUFFIX}")
    try:
        bounds = np.load(f"{prefix}{ROWS_SUFFIX}", mmap_mode="r", allow_pickle=False)
        runs_N3 = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise HeadwaterError("damaged_file", f"not an index of rows: {error}", where=str(path), mend=_MEND) from error
    if problem := _problem(bounds, runs_N3, num_tokens, length):
        raise HeadwaterError("damaged_file", f"not an index of rows: {problem}", where=str(path), mend=_MEND)
    return Rows(bounds, runs_N3)


def _problem(bounds: np.ndarray, runs_N3: np.ndarray, num_tokens: int, length: int) -> str:
    if bounds.dtype != "<i8" or runs_N3.dtype != "<i8" or bounds.ndim != 1 or runs_N3.shape[1:] != (3,):
        return "arrays of another shape"
    if not len(bounds) or bounds[0] != 0 or bounds[-1] != len(runs_N3) or np.any(bounds[1:] <= bounds[:-1]):
        return "rows out of order"
    starts, sizes, goes_on = runs_N3.T
    if not len(runs_N3):
        return "no run for its tokens" if num_tokens else ""
    if sizes.min() < 1 or starts.min() < 0 or (starts + sizes).max() > num_tokens or sizes.sum() != num_tokens:
        return f"runs that are not the {num_tokens} tokens of the channel"
    if np.add.reduceat(sizes, bounds[:-1]).max() > length or np.any(goes_on[starts == 0]):
        return f"a row of more than {length} tokens"
    return ""
