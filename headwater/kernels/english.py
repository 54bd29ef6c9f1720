"""Every figure that rules for English web pages ask for, of many texts in one pass.

In: a text array's offsets and bytes, and the rows asked for. Out: counts, as int64 [rows, NAMES]; shares are the
caller's divisions. Steps for each text: decode → cut into words → hash the words → words, lines, repetition, C4's
sentences. Room is taken for the longest text once, and only what a text fills is ever touched.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np

from headwater.kernels import flags as flag
from headwater.kernels import page_lines
from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, warm
from headwater.kernels.page_lines import measure_changed, measure_pages
from headwater.kernels.prose import measure_lines, measure_words
from headwater.kernels.repetition import DUPLICATE_SIZES, TOP_SIZES, measure_runs, sum_words
from headwater.kernels.spelling_table import hash_spelling
from headwater.kernels.words import known_spellings, split_rows

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
PAGE_NAMES = ("lorem_lines", "curly_lines", "sentences")
NAMES = (
    "chars", "words",
    "real_words", "real_chars", "alpha_words", "stop_words", "hashes", "ellipses",
    "lines", "bullet_lines", "ellipsis_lines",
    "full_lines", "ended_lines", "short_lines", "full_dup_chars", "feeds",
    "pieces", "dup_pieces", "dup_piece_chars", "paragraphs", "dup_paragraphs", "dup_paragraph_chars",
    *(f"top_{size}" for size in TOP_SIZES), *(f"dup_{size}" for size in DUPLICATE_SIZES),
    *PAGE_NAMES,
)  # fmt: skip
INDEX = {name: place for place, name in enumerate(NAMES)}
PROSE, RUNS, PAGE = (INDEX[name] for name in ("real_words", "top_2", "lorem_lines"))  # where each kernel's begin
BLOCK_BYTES = 4 << 20  # of text that is measured at once: bounds the room


@kernel
def _decode_rows(offsets, text, rows, codes, bounds):
    count = 0
    bounds[0] = 0
    for k in range(len(rows)):
        at, end = offsets[rows[k]], offsets[rows[k] + 1]
        while at < end:
            first = text[at]
            if first < 0x80:
                codes[count] = first
                at += 1
            else:
                code, size = decode(text, at, end)
                codes[count] = code
                at += size
            count += 1
        bounds[k + 1] = count


def measure(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The figures named in NAMES of these rows: int64 [rows, NAMES]."""
    warm("english", _compile)
    return _measured(offsets, text, rows)


def _measured(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray) -> np.ndarray:
    offsets, text = frozen(offsets, np.int64), frozen(text, np.uint8)
    rows = frozen(rows, np.int64)
    out = np.zeros((len(rows), len(NAMES)), np.int64)
    ends = np.cumsum(offsets[rows + 1] - offsets[rows])
    first = 0
    while first < len(rows):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + BLOCK_BYTES, side="right")))
        _measure_block(offsets, text, rows[first:last], out[first:last], int(ends[last - 1]) - before)
        first = last
    return out


def _measure_block(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, out: np.ndarray, size_bytes: int) -> None:
    """Fill `out` for texts of so many bytes together. Room that no text fills is never touched."""
    flags, (stop_words, phrases) = flag.table(), _lists()
    codes, bounds = np.empty(size_bytes, np.uint32), np.zeros(len(rows) + 1, np.int64)
    _decode_rows(offsets, text, rows, codes, bounds)
    starts, ends, word_bounds = _cut(codes, bounds)
    count, entries = len(starts), len(starts) + len(rows)
    sums, inverses = np.empty(entries, np.uint64), np.empty(entries, np.uint64)
    chars, hashes = np.empty(entries, np.int32), np.empty(count, np.uint64)
    sum_words(codes, starts, ends, word_bounds, sums, inverses, chars, hashes)
    # Arrays of their own: a part of one row and a part of many are two types, and each is compiled for.
    words_out, runs_out, page_out = (
        np.zeros((len(rows), size), np.int64) for size in (RUNS - PROSE, PAGE - RUNS, len(NAMES) - PAGE)
    )
    measure_words(codes, bounds, flags, starts, ends, hashes, word_bounds, stop_words, words_out)
    measure_lines(codes, bounds, flags, words_out)
    measure_runs(word_bounds, sums, inverses, chars, hashes, runs_out)
    most = size_bytes // 3 + 2  # a line that counts has three words
    changed = np.empty(size_bytes, np.uint32), np.zeros(most, np.int64), np.empty(most, np.int64)
    lines = measure_pages(codes, bounds, flags, starts, ends, word_bounds, phrases, changed, page_out)
    cleaned, line_bounds, line_rows = changed
    measure_changed(cleaned, flags, *_cut(cleaned, line_bounds[: lines + 1]), line_rows, page_out)
    out[:] = np.column_stack([np.diff(bounds), np.diff(word_bounds), words_out, runs_out, page_out])


def _cut(codes: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(starts, ends, word bounds): the words of each text."""
    most = int(bounds[-1])
    starts, ends, room = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(3 * most, np.int32)
    word_bounds = np.zeros(len(bounds), np.int64)
    split_rows(codes, bounds, flag.table(), known_spellings(), starts, ends, room, word_bounds)
    return starts[: word_bounds[-1]], ends[: word_bounds[-1]], word_bounds


def split(texts: list[str]) -> list[list[str]]:
    """The words of each text: for tests and for people who look."""
    warm("english", _compile)
    codes = [np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32) for text in texts]
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in codes])]).astype(np.int64)
    starts, ends, word_bounds = _cut(np.concatenate([*codes, np.empty(0, np.uint32)]), bounds)
    joined = "".join(texts)
    words = [joined[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return [words[first:last] for first, last in itertools.pairwise(word_bounds.tolist())]


@functools.cache
def _lists() -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Hashes of STOP_WORDS, and the tables of C4's phrases."""
    hashes = [hash_spelling(word) for word in STOP_WORDS]
    letters, bounds, begins = page_lines.phrase_tables()
    phrases = frozen(letters, np.uint8), frozen(bounds, np.int64), frozen(begins, np.uint16)
    return frozen(np.array(hashes, np.uint64), np.uint64), phrases


def _compile() -> None:
    _measured(np.array([0, 1]), np.array([97]), np.array([0]))
