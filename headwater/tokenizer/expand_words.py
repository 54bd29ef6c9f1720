"""The words of a corpus as an old vocabulary encodes them, counted within a memory budget.

In: texts with weights, and a Base. Out: Counted: words as ids, each with its count.

Where the base cuts text by a pattern that the scanning kernel knows, distinct words are counted as text and each is
encoded once. Any other base encodes every document by the `tokenizers` library, slowly, and the ids of its words are
counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.kernels import word_counts
from headwater.tokenizer import expand_cuts, native, set_apart, words
from headwater.tokenizer.expand_base import Base
from headwater.tokenizer.plain import CALL_CHARACTERS, Unsupported
from headwater.tokenizer.target_corpus import LEARNING_BYTES_A_BYTE

Texts = Iterable[tuple[pa.Array, np.ndarray]]
ENCODED_WORDS = 1 << 18  # handed to the encoder at once
ID_BYTES = 4
LONGEST_WORD = 1 << 12  # tokens; a longer one (a text without a space) is counted in parts


class Counted(NamedTuple):
    """Word n is ids[starts[n]:starts[n + 1]] and occurs counts[n] times (in parts of words.SCALE)."""

    ids: np.ndarray  # int32
    starts: np.ndarray  # int64
    counts: np.ndarray  # int64


def counted(texts: Texts, base: Base, memory: int, say: Callable[[str], None] = lambda line: None) -> Counted:
    """Count; of more distinct words than a share of `memory` (bytes) holds, the commonest. Weights as in `words`."""
    needs = set_apart.without(base.described)[1]
    try:
        rules = _rules(base, needs)
    except Unsupported as error:
        say(f"  the `tokenizers` library encodes every document, some twenty times slower: {error}")
        found = _gathered(_counted_ids(texts, base, memory // 2), memory)
        return Counted(found.text.view(np.int32), found.starts // ID_BYTES, found.counts)
    return _encoded(_gathered(words.count(_plain(texts, needs), rules, memory // 2), memory), base)


def _rules(base: Base, needs: set_apart.Needs | None) -> np.ndarray:
    """The scanning kernel's rules for the base's pattern. Raises Unsupported."""
    described = base.described
    if described.get("normalizer") is not None and not (needs and needs.form):
        raise Unsupported(f"a normalizer ({described['normalizer'].get('type')})")
    if not (needs and needs.added) and any(not token["special"] for token in described.get("added_tokens") or []):
        raise Unsupported("many added tokens that are not special")
    return native.cutting(described.get("pre_tokenizer") or {})[1]


def _plain(texts: Texts, needs: set_apart.Needs | None) -> Texts:
    """Texts in their normal form; an added token, which no word reaches across, is a line end in them."""
    for array, weights in texts:
        rows = np.flatnonzero(weights > 0)
        if len(rows) < len(weights):
            array, weights = array.take(pa.array(rows)), weights[rows]
        if needs and needs.form:
            array = pc.utf8_normalize(array, form=needs.form)
        if needs and needs.added:
            array = pc.replace_substring_regex(array, needs.added, "\n")
        yield array, weights


def _gathered(parts: Iterator[words.Words], memory: int) -> words.Words:
    with tempfile.TemporaryDirectory(prefix="headwater-words-") as name:
        found = words.gathered(parts, memory // 2, Path(name))
    return words.commonest(found, memory // LEARNING_BYTES_A_BYTE)[0]


def _encoded(found: words.Words, base: Base) -> Counted:
    """Words as text, each by the ids of the old vocabulary."""
    parts, starts = [], [np.zeros(1, np.int64)]
    for at in range(0, len(found.counts), ENCODED_WORDS):
        bounds = found.starts[at : at + ENCODED_WORDS + 1]
        buffers = pa.py_buffer(bounds.copy()), pa.py_buffer(found.text)
        array = pa.LargeStringArray.from_buffers(len(bounds) - 1, *buffers)
        ids, offsets = base.encoder.encode_batch(array)
        parts.append(ids.astype(np.int32))
        starts.append(starts[-1][-1] + offsets[1:])
    return Counted(np.concatenate([np.empty(0, np.int32), *parts]), np.concatenate(starts), found.counts)


def _counted_ids(texts: Texts, base: Base, budget: int) -> Iterator[words.Words]:
    """Words whose bytes are ids, counted in a table of bounded size."""
    table = word_counts.table(budget)
    for starts, text, counts in _cut(texts, base):
        place = np.zeros(1, np.int64)
        while not word_counts.merge(starts, text, counts, place, table):
            yield words.Words(*word_counts.found(table))
            word_counts.clear(table)
    if table.used[word_counts.WORDS]:
        yield words.Words(*word_counts.found(table))


def _cut(texts: Texts, base: Base) -> Iterator[words.Words]:
    """The words of a few documents at a time, each as the bytes of its ids."""
    first, last = _end_classes(base) if base.whole_text else (None, None)
    for array, weights in texts:
        for pieces, weighing in _calls(array.to_pylist(), weights):
            for encoding, weight in zip(base.encode(pieces), weighing, strict=True):
                ids = np.array(encoding.ids, np.int32)
                if not len(ids):
                    continue
                cuts = np.diff(np.array([-1 if w is None else w for w in encoding.word_ids], np.int64)) != 0
                if first is not None and last is not None:
                    cuts |= expand_cuts.between(first[ids], last[ids])
                cuts[LONGEST_WORD - 1 :: LONGEST_WORD] = True
                ends = np.concatenate([[0], np.flatnonzero(cuts) + 1, [len(ids)]])
                yield words.Words(ends * ID_BYTES, ids.view(np.uint8), np.full(len(ends) - 1, weight, np.int64))


def _end_classes(base: Base) -> tuple[np.ndarray, np.ndarray]:
    """The classes of `expand_cuts` by id."""
    found = []
    for of_symbols in expand_cuts.classes(base.pieces):
        of_ids = np.full(base.num_ids, expand_cuts.UNKNOWN, np.int32)
        of_ids[base.ids] = of_symbols
        found.append(of_ids)
    return found[0], found[1]


def _calls(texts: list[Any], weights: np.ndarray) -> Iterator[tuple[list[str], list[int]]]:
    """Texts, long ones in parts, a bounded number of characters at a time, with their weights."""
    pieces: list[str] = []
    weighing: list[int] = []
    size = 0
    for text, weight in zip(texts, weights.tolist(), strict=True):
        for at in range(0, len(text or "") if weight else 0, CALL_CHARACTERS):
            pieces.append(text[at : at + CALL_CHARACTERS])
            weighing.append(weight)
            size += len(pieces[-1])
            if size >= CALL_CHARACTERS:
                yield pieces, weighing
                pieces, weighing, size = [], [], 0
    if pieces:
        yield pieces, weighing
