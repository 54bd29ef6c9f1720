"""Words and lines of a web page, as Gopher's and FineWeb's rules count them.

In: code points of a text, its words, flags of every code point. Out: figures into a row of an array. Gopher's lines
end where Python's `splitlines` ends them; FineWeb's, and those whose repetition is counted, at line feeds alone.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import kernel, part
from headwater.kernels.flags import ALPHA, NEWLINE, SPACE, SYMBOL, TERMINAL
from headwater.kernels.repetition import add, piece_key, power_of_two

SHORT_LINE = 30  # characters, FineWeb's
HASH, DOT, ELLIPSIS, BULLET, DASH, FEED, RETURN = 0x23, 0x2E, 0x2026, 0x2022, 0x2D, 0x0A, 0x0D
# Figures of `measure_words` and `measure_lines`
REAL_WORDS, REAL_CHARS, ALPHA_WORDS, STOP_WORDS, HASHES, ELLIPSES = 0, 1, 2, 3, 4, 5
LINES, BULLET_LINES, ELLIPSIS_LINES = 6, 7, 8
FULL_LINES, ENDED_LINES, SHORT_LINES, FULL_DUP_CHARS, FEEDS = 9, 10, 11, 12, 13
PIECES, DUP_PIECES, DUP_PIECE_CHARS, PARAGRAPHS, DUP_PARAGRAPHS, DUP_PARAGRAPH_CHARS = 14, 15, 16, 17, 18, 19
NUM_FIGURES = 20


@kernel
def measure_words(codes, bounds, flags, starts, ends, hashes, word_bounds, stop_words, out):
    """Words that are not signs alone, with letters, and of the list; hash signs and ellipses. A row a text."""
    for row in range(len(bounds) - 1):
        first, last = word_bounds[row], word_bounds[row + 1]
        _measure_words(codes, flags, starts, ends, hashes, first, last, stop_words, out[row])
        dots = hashes_seen = ellipses = 0
        for at in range(bounds[row], bounds[row + 1]):
            code = codes[at]
            if code == DOT:
                dots += 1
                continue
            ellipses += dots // 3
            dots = 0
            hashes_seen += code == HASH
            ellipses += code == ELLIPSIS
        out[row, HASHES], out[row, ELLIPSES] = hashes_seen, ellipses + dots // 3


@part
def _measure_words(codes, flags, starts, ends, hashes, first, last, stop_words, out):
    real = real_chars = alpha_words = seen = 0
    for i in range(first, last):
        is_real = is_alpha = False
        for at in range(starts[i], ends[i]):
            kind = flags[codes[at]]
            is_real = is_real or kind & (SYMBOL | TERMINAL) == 0
            is_alpha = is_alpha or kind & ALPHA != 0
            if is_real and is_alpha:
                break
        length = ends[i] - starts[i]
        if is_real:
            real += 1
            real_chars += length
        alpha_words += is_alpha
        if 2 <= length <= 4:
            for k in range(len(stop_words)):
                if stop_words[k] == hashes[i]:
                    seen |= 1 << k
    out[REAL_WORDS], out[REAL_CHARS], out[ALPHA_WORDS] = real, real_chars, alpha_words
    while seen:
        out[STOP_WORDS] += seen & 1
        seen >>= 1


@part
def line_end(codes, at, size, flags):
    """Where the line that begins at a place ends, as `splitlines` ends it."""
    while at < size and not flags[codes[at]] & NEWLINE:
        at += 1
    return at


@part
def next_line(codes, end, size):
    """Where the line after a break begins."""
    return end + 2 if end + 1 < size and codes[end] == RETURN and codes[end + 1] == FEED else end + 1


@part
def stripped(codes, start, end, flags):
    """A piece without the white space around it."""
    while start < end and flags[codes[start]] & SPACE:
        start += 1
    while end > start and flags[codes[end - 1]] & SPACE:
        end -= 1
    return start, end


@part
def is_ellipsis_at(codes, start, end):
    """Whether a piece ends with an ellipsis."""
    if end > start and codes[end - 1] == ELLIPSIS:
        return True
    return end - start > 2 and codes[end - 1] == DOT and codes[end - 2] == DOT and codes[end - 3] == DOT


@kernel
def measure_lines(codes, bounds, flags, out):
    """Gopher's lines, and FineWeb's; pieces and paragraphs that were there before. A row a text."""
    for row in range(len(bounds) - 1):
        first, last = bounds[row], bounds[row + 1]
        feeds = 0
        for at in range(first, last):
            feeds += codes[at] == FEED
        out[row, FEEDS] = feeds
        table = np.zeros(power_of_two(2 * feeds + 4), np.uint64)
        _measure_pieces(codes, first, last, flags, table, out[row])
        table[:] = 0
        _measure_paragraphs(codes, first, last, flags, table, out[row])
        at = first
        while at < last:
            end = line_end(codes, at, last, flags)
            start, stop = stripped(codes, at, end, flags)
            out[row, LINES] += 1
            out[row, BULLET_LINES] += stop > start and (codes[start] == BULLET or codes[start] == DASH)
            out[row, ELLIPSIS_LINES] += is_ellipsis_at(codes, start, stop)
            at = next_line(codes, end, last)


@part
def _measure_pieces(codes, first, last, flags, table, out):
    begin, empty_ends = first, 0
    for at in range(first, last + 1):
        if at < last and codes[at] != FEED:
            continue
        length = at - begin
        if length == 0:
            empty_ends += last > first and at in (first, last)
        else:
            seen = add(table, piece_key(codes, begin, at))
            out[PIECES] += 1
            out[DUP_PIECES] += seen
            out[DUP_PIECE_CHARS] += length if seen else 0
            start, stop = stripped(codes, begin, at, flags)
            if stop > start:
                out[FULL_LINES] += 1
                out[ENDED_LINES] += flags[codes[at - 1]] & TERMINAL != 0
                out[SHORT_LINES] += length <= SHORT_LINE
                out[FULL_DUP_CHARS] += length if seen else 0
        begin = at + 1
    out[PIECES] += empty_ends  # what stands before leading and after trailing line feeds: an empty piece each
    out[DUP_PIECES] += empty_ends > 1


@part
def _measure_paragraphs(codes, first, last, flags, table, out):
    begin, last = stripped(codes, first, last, flags)
    at = begin
    while at <= last:
        run = at
        while run < last and codes[run] == FEED:
            run += 1
        if at < last and run - at < 2:
            at = max(run, at + 1)
            continue
        seen = add(table, piece_key(codes, begin, at))
        out[PARAGRAPHS] += 1
        out[DUP_PARAGRAPHS] += seen
        out[DUP_PARAGRAPH_CHARS] += at - begin if seen else 0
        begin = run
        at = max(run, at + 1)
