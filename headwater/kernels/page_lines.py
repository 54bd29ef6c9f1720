"""What C4 leaves of a page: the sentences in lines that are prose, and the marks of pages that are none.

In: code points of a text, its words, flags of every code point. Out: [lines with placeholder text, lines with a curly
bracket, sentences]. A line counts when it ends like a sentence, has three words and none of more than 1000 characters,
and does not speak of JavaScript, cookies or terms; bracketed citations are taken out first (arXiv 1910.10683, 2.2).
A sentence ends where spaCy's sentencizer ends it: at a word that is one final mark, and the marks that follow.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import kernel, part
from headwater.kernels.flags import DECIMAL, PUNCTUATION, SENTENCE, SPACE
from headwater.kernels.prose import line_end, next_line, stripped

MIN_WORDS, MAX_WORD_CHARS = 3, 1000
LOREM, CURLY, SENTENCES = 0, 1, 2
# The first marks a page, the second its line; the others mark a line unless it has a curly bracket.
PHRASES = ("lorem ipsum", "javascript", "terms of use", "privacy policy", "cookie policy", "uses cookies",
           "use of cookies", "use cookies")  # fmt: skip
CURLY_BIT = 1 << len(PHRASES)
LOWER_CASE = 0x20
CITATIONS = ("[edit]", "[citation needed]")
DOT, OPEN, CLOSE, CURLY_OPEN, BLANK, KELVIN = 0x2E, 0x5B, 0x5D, 0x7B, 0x20, 0x212A


@kernel
def measure_pages(codes, bounds, flags, starts, ends, word_bounds, phrases, changed, out):
    """Fill `out`, a row a text. Lines whose citations were taken out are left for `measure_changed`; how many.

    `changed`: (code points of these lines, their bounds, the row of each).
    """
    cleaned, line_bounds, line_rows = changed
    lines = 0
    line_bounds[0] = 0
    for row in range(len(bounds) - 1):
        at, word, last = bounds[row], word_bounds[row], bounds[row + 1]
        while at < last:
            end = line_end(codes, at, last, flags)
            start, stop = stripped(codes, at, end, flags)
            at = next_line(codes, end, last)
            words, longest, cited = _line_words(codes, start, stop, flags)
            if longest > MAX_WORD_CHARS or words < MIN_WORDS:
                continue
            to = line_bounds[lines]
            size = _without_citations(codes, start, stop, flags, phrases, cleaned[to:]) if cited else stop - start
            if size == stop - start:
                if _is_prose(codes, start, stop, phrases, out[row]):
                    while word < word_bounds[row + 1] and starts[word] < start:
                        word += 1
                    after = word
                    while after < word_bounds[row + 1] and starts[after] < stop:
                        after += 1
                    out[row, SENTENCES] += _sentences(codes, starts, ends, word, after, flags)
                    word = after
            elif _is_prose(cleaned, to, to + size, phrases, out[row]):
                line_bounds[lines + 1], line_rows[lines] = to + size, row
                lines += 1
    return lines


@kernel
def measure_changed(cleaned, flags, starts, ends, word_bounds, line_rows, out):
    """Add the sentences of lines that `measure_pages` left."""
    for line in range(len(word_bounds) - 1):
        first, last = word_bounds[line], word_bounds[line + 1]
        out[line_rows[line], SENTENCES] += _sentences(cleaned, starts, ends, first, last, flags)


@part
def _is_prose(line, start, stop, phrases, out):
    """Whether the sentences of a line count; marks of the page are noted."""
    if not _is_ended(line, start, stop):
        return False
    found = _phrases_in(line, start, stop, phrases)
    if found & 1:
        out[LOREM] += 1
    elif not found & 2:
        if not found & CURLY_BIT:
            return found == 0
        out[CURLY] += 1
    return False


@part
def _line_words(codes, start, stop, flags):
    """(words between white space, characters of the longest, whether a bracket opens) of a line."""
    words = longest = length = 0
    cited = False
    for at in range(start, stop):
        if flags[codes[at]] & SPACE:
            length = 0
            continue
        words += length == 0
        length += 1
        longest = max(longest, length)
        cited = cited or codes[at] == OPEN
    return words, longest, cited


@part
def _is_ended(line, start, stop):
    """Whether a line ends like a sentence, and not with an ellipsis."""
    if stop <= start:
        return False
    code = line[stop - 1]
    if code == DOT:
        return not (stop - start > 2 and line[stop - 2] == DOT and line[stop - 3] == DOT)
    return code == 0x3F or code == 0x21 or code == 0x22 or code == 0x27


@part
def _spells(line, at, stop, letters, first, last, lower):
    """Whether a phrase stands at a place."""
    if at + last - first > stop:
        return False
    for k in range(last - first):
        code = line[at + k]
        if lower:
            code = 0x6B if code == KELVIN else code + 32 if 0x41 <= code <= 0x5A else code
        if code != letters[first + k]:
            return False
    return True


@part
def _phrases_in(line, start, stop, phrases):
    """A bit for each of PHRASES that a line holds, in any case, and CURLY_BIT."""
    letters, bounds, begins = phrases
    found = 0
    for at in range(start, stop):
        code = line[at]
        begun = begins[code] if code < len(begins) else 0
        if not begun:
            continue
        if begun == CURLY_BIT:
            found |= CURLY_BIT
            continue
        second = line[at + 1] | LOWER_CASE if at + 1 < stop else 0
        for k in range(len(PHRASES)):
            begins_here = (begun >> k) & 1 and second == letters[bounds[k] + 1]
            if begins_here and _spells(line, at, stop, letters, bounds[k], bounds[k + 1], True):
                found |= 1 << k
    return found


@part
def _without_citations(codes, start, stop, flags, phrases, cleaned):
    """A line without [12], [], [edit] and [citation needed]; how many characters are left."""
    letters, bounds, _ = phrases
    at, count = start, 0
    while at < stop:
        if codes[at] == OPEN:
            end = at + 1
            while end < stop and flags[codes[end]] & DECIMAL:
                end += 1
            if end < stop and codes[end] == CLOSE:
                at = end + 1
                continue
            skipped = 0
            for k in range(len(PHRASES), len(PHRASES) + len(CITATIONS)):
                if _spells(codes, at, stop, letters, bounds[k], bounds[k + 1], False):
                    skipped = bounds[k + 1] - bounds[k]
            if skipped:
                at += skipped
                continue
        cleaned[count] = codes[at]
        count += 1
        at += 1
    return count


@part
def _sentences(codes, starts, ends, first, last, flags):
    """Sentences in words first to last - 1 of one line."""
    total, ended = 1, False
    for i in range(first, last):
        if i > first and ended:
            gap, before = starts[i] - ends[i - 1], ends[i - 1]
            if gap > 1 or (gap == 1 and codes[before] != BLANK):  # more than one blank is a word that begins one
                total += 1
                ended = False
        final = ends[i] - starts[i] == 1 and flags[codes[starts[i]]] & SENTENCE != 0
        if final:
            ended = True
        elif ended:
            marks = True
            for at in range(starts[i], ends[i]):
                marks = marks and flags[codes[at]] & PUNCTUATION != 0
            if not marks:
                total += 1
                ended = False
    return total


def phrase_tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(letters, bounds, begins) of PHRASES and CITATIONS; `begins`: a bit for each phrase that begins with it."""
    listed = (*PHRASES, *CITATIONS)
    begins = np.zeros(128, np.uint16)
    for number, phrase in enumerate(PHRASES):
        begins[[ord(phrase[0]), ord(phrase[0].upper())]] |= 1 << number
    begins[CURLY_OPEN] = CURLY_BIT
    letters = np.frombuffer("".join(listed).encode("ascii"), np.uint8)
    return letters, np.concatenate([[0], np.cumsum([len(phrase) for phrase in listed])]), begins
