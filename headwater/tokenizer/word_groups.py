"""The words of each language (or channel) of a corpus, counted apart in one reading of the text.

In: record batches with `text` and a column that names the group. Out: Words by group.

Each group has a table of a bounded size; what a full one holds is written to a temporary folder by partition of the
words, and each partition is joined from there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.kernels import code_points, word_counts
from headwater.kernels.arrow import text_buffers
from headwater.tokenizer import patterns, words
from headwater.tokenizer.config import TokenizerConfig

MOST_GROUPS = 32
OTHERS = "others"  # the groups after that many, together
LEAST_TABLE_BYTES = 1 << 20


def count(batches: Iterable[pa.RecordBatch], column: str, config: TokenizerConfig) -> dict[str, words.Words]:
    """The words of every group; the memory of `config` bounds what is counted at a time."""
    rules = patterns.rules(config.pretokenizer, config.digits)
    budget = max(LEAST_TABLE_BYTES, config.memory // (2 * MOST_GROUPS))
    groups: dict[str, _Group] = {}
    with tempfile.TemporaryDirectory(prefix="headwater-words-") as name:
        for batch in batches:
            labels = batch.column(column)
            for label in pc.unique(labels).to_pylist():
                key = label if label in groups or len(groups) < MOST_GROUPS - 1 else OTHERS
                if key not in groups:
                    groups[key] = _Group(Path(name) / f"{len(groups):02d}", budget, rules)
                groups[key].add(batch.column("text").filter(pc.equal(labels, label)))
        return {key: group.joined() for key, group in sorted(groups.items())}


class _Group:
    """The words of one group so far: a table, and how often it was written away."""

    def __init__(self, folder: Path, budget_bytes: int, rules: np.ndarray) -> None:
        self._folder, self._budget, self._rules = folder, budget_bytes, rules
        self._table = word_counts.table(budget_bytes)
        self._spilled = 0

    def add(self, texts: pa.Array) -> None:
        offsets, text = text_buffers(texts)
        weights, place = np.full(len(offsets) - 1, words.SCALE, np.int64), np.array([0, offsets[0], 0], np.int64)
        while not word_counts.pour(offsets, text, weights, code_points.flags(), self._rules, place, self._table):
            self._spill()

    def _spill(self) -> None:
        words.write(self._folder, self._names(self._spilled), [words.Words(*word_counts.found(self._table))])
        word_counts.clear(self._table)
        self._spilled += 1

    def _names(self, time: int) -> list[str]:
        return [f"{part:02d}-{time:05d}" for part in range(words.GATHERED_PARTITIONS)]

    def joined(self) -> words.Words:
        """All words of the group; its table is given up."""
        if not self._spilled:
            found = words.Words(*(array.copy() for array in word_counts.found(self._table)))
            del self._table
            return found
        self._spill()
        del self._table
        parts = zip(*(self._names(time) for time in range(self._spilled)), strict=True)
        joined = []
        for names in parts:
            held = (part for name in names for part in words.read(self._folder / name))
            joined.append(words.merged(held, self._budget))
        return words.together(joined)
