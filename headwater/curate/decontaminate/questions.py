"""Questions: the texts of evaluation sets that documents are searched for, each once.

In: rows of the sets. Out: a table (SCHEMA) of texts to be found, and how many were left out, by reason.
A text that several rows share is one entry, with the first of its rows. Left out: what is shorter than a match begins
with, a short answer or choice by itself, and a short text that many rows of its set share (a common phrase).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from headwater.curate.decontaminate import answers, fields
from headwater.curate.decontaminate.answers import Answers
from headwater.curate.decontaminate.config import CHARS_PER_WORD, DecontaminateConfig
from headwater.curate.decontaminate.sets import SetRow
from headwater.errors import HeadwaterError
from headwater.kernels import arrow
from headwater.kernels.tokens import CHAR, Tokens, tokens, whole

SCHEMA = pa.schema(
    [
        ("set", pa.string()),
        ("row", pa.int64()),  # in its set, from 0
        ("id", pa.string()),  # what the row calls itself; else its number
        ("field", pa.string()),
        ("text", pa.large_string()),
        ("rows", pa.int64()),  # that share the text
        ("units", pa.float64()),  # words, and characters at their worth in words
        ("short", pa.bool_()),  # found whole or not at all
        ("answers", pa.list_(pa.string())),  # any of which is right
        ("others", pa.list_(pa.string())),  # choices that are not
        ("letter", pa.string()),  # of the choice that is right
    ]
)
PIECE_CHARS = 8_000  # a longer text is searched for in pieces
MAX_TEXTS = 2_000_000
MAX_CHARS = 200_000_000
MAX_TOKENS = 12_000_000  # about 2.5 GB while the index is built
UNITS = np.array([1.0, 1 / CHARS_PER_WORD, 1 / 3])  # that a token of each kind counts for, in words
MIN_UNITS = 4.0  # eight single digits in a row stand in any table
MIN_ANSWER_UNITS = 20.0  # a shorter answer is found in texts that never saw its question
COMMON_ROWS = 3  # a short text that so many rows of a set share is a phrase, not a question
BLOCK = 20_000  # texts folded at once
BLOCK_CHARS = 8_000_000
NOWHERE = (np.empty(0, np.int64), np.empty(0, np.int64))  # the places of tokens, which no index needs


class _Text(NamedTuple):
    set: str
    row: int
    id: str
    field: str
    text: str
    role: str
    told: Answers


def gather(
    rows: Iterable[SetRow], config: DecontaminateConfig, fold: np.ndarray
) -> tuple[pa.Table, Tokens, dict[str, dict[str, int]]]:
    """(the questions, their tokens, per set the number of rows, texts and texts left out by reason).

    Raises HeadwaterError unsafe_file when the sets are larger than an index may be.
    """
    figures: dict[str, Counter[str]] = {}
    kept: dict[int, list[Any]] = {}
    parts: list[Tokens] = []
    num_tokens = 0
    for block in _blocks(_texts(rows, figures)):
        found = tokens(*arrow.text_buffers(arrow.text_array([entry.text for entry in block])), fold)
        part = _take(block, found, kept, figures, config)
        num_tokens += len(part.hashes)
        parts.append(part)
        if len(kept) > MAX_TEXTS or num_tokens > MAX_TOKENS:
            raise _too_large()
    table, chosen = _chosen(kept, figures, config)
    return table, _selected(_joined(parts), chosen), {name: dict(counts) for name, counts in figures.items()}


def _texts(rows: Iterable[SetRow], figures: dict[str, Counter[str]]) -> Iterator[_Text]:
    left = MAX_CHARS
    for name, number, row in rows:
        figures.setdefault(name, Counter())["rows"] += 1
        found = fields.strings(row)
        called, told = fields.row_id(row, number), answers.of_row(row, found)
        for content in fields.contents(found):
            left -= len(content.text)
            if left < 0:
                raise _too_large()
            for start in range(0, len(content.text), PIECE_CHARS):
                piece = content.text[start : start + PIECE_CHARS]
                yield _Text(name, number, called, content.field[:200], piece, content.role, told)


def _too_large() -> HeadwaterError:
    return HeadwaterError(
        "unsafe_file",
        f"the evaluation sets hold more than {MAX_TEXTS} texts, {MAX_CHARS} characters or {MAX_TOKENS} words",
        mend="name the test files of the sets only",
    )


def _blocks(texts: Iterable[_Text]) -> Iterator[list[_Text]]:
    block: list[_Text] = []
    chars = 0
    for text in texts:
        block.append(text)
        chars += len(text.text)
        if len(block) == BLOCK or chars >= BLOCK_CHARS:
            yield block
            block, chars = [], 0
    if block:
        yield block


def _take(
    block: list[_Text],
    found: Tokens,
    kept: dict[int, list[Any]],
    figures: dict[str, Counter[str]],
    config: DecontaminateConfig,
) -> Tokens:
    """Note new texts that are long enough, and count a repeated one; the tokens of the new ones."""
    keys = whole(found).tolist()
    units, fits = _units(found), _any_run(found, config)
    new: list[int] = []
    for place, entry in enumerate(block):
        counts = figures[entry.set]
        counts["texts"] += 1
        if not fits[place] or units[place] < MIN_UNITS:
            counts["too_short"] += 1
        elif entry.role != fields.QUESTION and units[place] < MIN_ANSWER_UNITS:
            counts["answers_too_short"] += 1
        elif keys[place] in kept:
            kept[keys[place]][-1].add((entry.set, entry.row))
        else:
            kept[keys[place]] = [entry, units[place], {(entry.set, entry.row)}]
            new.append(place)
    return _selected(found, np.array(new, np.int64))


def _units(found: Tokens) -> list[float]:
    """What each text says, in words."""
    return _sums(UNITS[found.kinds], found.indptr).tolist()


def _any_run(found: Tokens, config: DecontaminateConfig) -> list[bool]:
    """Whether a run that a match can begin with fits into each text."""
    lengths = np.where(found.kinds == CHAR, config.seed_chars, config.seed_words)
    ends = np.repeat(found.indptr[1:], np.diff(found.indptr))
    return (_sums((np.arange(len(lengths)) + lengths <= ends).astype(np.float64), found.indptr) > 0).tolist()


def _sums(values: np.ndarray, indptr: np.ndarray) -> np.ndarray:
    totals = np.concatenate([[0.0], np.cumsum(values)])
    return totals[indptr[1:]] - totals[indptr[:-1]]


def _chosen(
    kept: dict[int, list[Any]], figures: dict[str, Counter[str]], config: DecontaminateConfig
) -> tuple[pa.Table, np.ndarray]:
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    chosen: list[int] = []
    for place, (entry, units, rows) in enumerate(kept.values()):
        short = units < config.short_tokens
        if short and max(Counter(name for name, _ in rows).values()) >= COMMON_ROWS:
            figures[entry.set]["common"] += 1
            continue
        figures[entry.set]["searched"] += 1
        chosen.append(place)
        values = (entry.set, entry.row, entry.id, entry.field, entry.text, len(rows), units, short, *entry.told)
        for name, value in zip(SCHEMA.names, values, strict=True):
            columns[name].append(value)
    arrays = [
        arrow.text_array(columns["text"]) if f.name == "text" else pa.array(columns[f.name], f.type) for f in SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA), np.array(chosen, np.int64)


def _joined(parts: list[Tokens]) -> Tokens:
    counts = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.indptr) for part in parts)])
    hashes = np.concatenate([np.empty(0, np.uint64), *(part.hashes for part in parts)])
    kinds = np.concatenate([np.empty(0, np.uint8), *(part.kinds for part in parts)])
    return Tokens(np.cumsum(counts), hashes, kinds, *NOWHERE)


def _selected(found: Tokens, chosen: np.ndarray) -> Tokens:
    """The tokens of some texts, in the order given, without their places."""
    counts = np.diff(found.indptr)[chosen]
    starts = np.cumsum(counts) - counts
    picked = np.arange(counts.sum()) - np.repeat(starts - found.indptr[chosen], counts)
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return Tokens(indptr, found.hashes[picked], found.kinds[picked], *NOWHERE)
