"""The index of questions: the runs of their tokens, sorted, and what each token weighs.

In: the tokens of the questions. Out: an Index for `kernels.matches`, and a folder that holds it as plain arrays.

A token weighs as much as the runs it is in are rare: ln((N + 1) / df) / ln(N + 1), for a run in df of N questions; so a
phrase that many questions share ("which of the following") adds little. A run in more than MOST_QUESTIONS begins no
match, unless it is the rarest that a question has, and in MOST_OF_RAREST at most.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from headwater import storage
from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.curate.decontaminate.questions import UNITS
from headwater.kernels.matches import Index, Limits, ready
from headwater.kernels.tokens import CHAR, LITTLE, SHIFT, SPREAD, Tokens, power_of, prefixes

MOST_QUESTIONS = 64
MOST_OF_RAREST = 256
MOST_PLACES = 2  # of one run in one question
FILTER_BITS_PER_RUN = 32
MIN_FILTER_BITS = 1 << 12
LONG_FLOOR, SHORT_FLOOR = 0.2, 0.5  # smaller shares are no hits, whatever the thresholds
FOLD = "fold"


def build(found: Tokens, short: np.ndarray, config: DecontaminateConfig) -> Index:
    """The index of questions with these tokens; `short`: those that are found whole."""
    runs, items, places, lengths = runs_of(found, config)
    order = np.argsort(runs, kind="stable")  # within a run by question, then by place
    runs, items, places, lengths = runs[order], items[order], places[order], lengths[order]
    new_run = np.append(True, runs[1:] != runs[:-1])[: len(runs)]
    new_item = new_run | np.append(True, items[1:] != items[:-1])[: len(runs)]
    number = np.cumsum(new_run) - 1
    spread = np.bincount(number, weights=new_item)[number] if len(runs) else np.empty(0)  # questions that hold the run
    num_items = len(found.indptr) - 1
    rarity = np.log((num_items + 1) / spread) / np.log(num_items + 1)
    weights = _token_weights(found, items, places, lengths, rarity)
    rarest = np.full(num_items, np.inf)
    np.minimum.at(rarest, items, spread)
    begins = (spread <= MOST_QUESTIONS) | ((spread == rarest[items]) & (spread <= MOST_OF_RAREST))
    use = begins & (_count_since(new_item) < MOST_PLACES)
    runs, items, places = runs[use], items[use], places[use]
    totals = np.add.reduceat(np.append(weights, 0), found.indptr[:-1]) if num_items else np.empty(0)
    bits = max(int(np.ceil(np.log2(max(1, len(runs))))), 1)
    edges = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    starts = np.append(np.searchsorted(runs, edges), len(runs))
    whole = (found.indptr, found.hashes, weights, totals, short)
    return ready(Index(*whole, runs, items, places, starts, _filter(runs)))


def num_searched(index: Index) -> int:
    """How many questions have a run that a match can begin with; the others are made of common phrases alone."""
    return len(np.unique(index.run_items))


def runs_of(found: Tokens, config: DecontaminateConfig) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(hash, question, place in it, length) of every run: of words or of characters, by its first token."""
    sums = np.zeros(len(found.hashes) + 1, np.uint64)
    prefixes(found.hashes, len(found.hashes), sums)
    counts = np.diff(found.indptr)
    items = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    starts = np.arange(len(found.hashes))
    lengths = np.where(found.kinds == CHAR, config.seed_chars, config.seed_words).astype(np.int8)
    whole = starts + lengths <= found.indptr[1:][items] if len(counts) else np.empty(0, bool)
    starts, lengths, items = starts[whole], lengths[whole], items[whole]
    of_chars, of_words = (np.uint64(power_of(length)) for length in (config.seed_chars, config.seed_words))
    powers = np.where(found.kinds[starts] == CHAR, of_chars, of_words)
    values = sums[starts + lengths] - sums[starts] * powers
    values = (values ^ (values >> SHIFT)) * SPREAD
    return values ^ (values >> SHIFT), items, (starts - found.indptr[items]).astype(np.int32), lengths


def _token_weights(
    found: Tokens, items: np.ndarray, places: np.ndarray, lengths: np.ndarray, rarity: np.ndarray
) -> np.ndarray:
    """For each token the mean rarity of the runs that cover it; 1 for one that none covers."""
    starts = found.indptr[items] + places
    sums, covers = np.zeros(len(found.hashes) + 1), np.zeros(len(found.hashes) + 1)
    for into, values in ((sums, rarity), (covers, np.ones(len(rarity)))):
        np.add.at(into, starts, values)
        np.subtract.at(into, starts + lengths, values)
    sums, covers = np.cumsum(sums)[:-1], np.round(np.cumsum(covers)[:-1])
    weights = np.where(covers > 0, sums / np.maximum(covers, 1), 1.0)
    weights = np.maximum(weights, 1e-3)
    return weights * UNITS[found.kinds]


def _count_since(starts: np.ndarray) -> np.ndarray:
    """How many entries came since the last start."""
    places = np.arange(len(starts))
    return places - np.maximum.accumulate(np.where(starts, places, 0)) if len(starts) else places


def _filter(runs: np.ndarray) -> np.ndarray:
    """A bit for each value that the low bits of a run's hash can have: set where there is such a run."""
    bits = max(MIN_FILTER_BITS, 1 << int(np.ceil(np.log2(FILTER_BITS_PER_RUN * max(1, len(runs))))))
    marks = np.zeros(bits // 8, np.uint8)
    low = (runs & np.uint64(bits - 1)).astype(np.int64)
    np.bitwise_or.at(marks, low >> 3, np.left_shift(np.uint8(1), (low & 7).astype(np.uint8)))
    return marks


def limits(config: DecontaminateConfig) -> Limits:
    return Limits(
        words=config.seed_words,
        chars=config.seed_chars,
        least=float(config.min_tokens),
        char_units=UNITS[CHAR],
        little_units=UNITS[LITTLE],
        long_floor=LONG_FLOOR,
        short_floor=SHORT_FLOOR,
    )


def save(folder: Path, index: Index, fold: np.ndarray) -> list[str]:
    """Write the arrays, a file each; their names."""
    arrays = {**index._asdict(), FOLD: fold}
    for name, values in arrays.items():
        with storage.open_atomic(folder / f"{name}.npy") as handle:
            np.save(handle, values, allow_pickle=False)
    return [f"{name}.npy" for name in arrays]


def load(folder: Path) -> tuple[Index, np.ndarray]:
    """(index, fold table), mapped into memory that all workers share."""
    found = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in (*Index._fields, FOLD)
    }
    fold = np.asarray(found.pop(FOLD))
    return ready(Index(**found)), fold
