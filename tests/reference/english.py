"""Figures of English web pages, slow and obvious: strings, sets and counters. In: a text and its words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

from headwater.kernels import flags
from headwater.kernels.english import STOP_WORDS
from headwater.kernels.page_lines import CITATIONS, PHRASES
from tests.reference.english_words import has, words

CITED = re.compile("|".join([r"\[\d*\]", *map(re.escape, CITATIONS)]))


def figures(text: str) -> dict[str, int]:
    cut = words(text)
    real = [word for word in cut if any(not has(c, flags.SYMBOL | flags.TERMINAL) for c in word)]
    return {
        "chars": len(text),
        "words": len(cut),
        "real_words": len(real),
        "real_chars": sum(map(len, real)),
        "alpha_words": sum(any(c.isalpha() for c in word) for word in cut),
        "stop_words": len(set(STOP_WORDS) & set(cut)),
        "hashes": text.count("#"),
        "ellipses": text.count("...") + text.count("…"),
        **line_figures(text),
        **{f"top_{n}": top(cut, n) for n in (2, 3, 4)},
        **{f"dup_{n}": duplicates(cut, n) for n in range(5, 11)},
        **page_figures(text),
    }


def seen_before(pieces: list[str]) -> tuple[int, int]:
    seen: set[str] = set()
    count = chars = 0
    for piece in pieces:
        if piece in seen:
            count, chars = count + 1, chars + len(piece)
        seen.add(piece)
    return count, chars


def line_figures(text: str) -> dict[str, int]:
    lines, full = text.splitlines(), [line for line in text.split("\n") if line.strip()]
    pieces = re.split("\n+", text) if text else []
    paragraphs = re.split("\n{2,}", text.strip())
    return {
        "lines": len(lines),
        "bullet_lines": sum(line.lstrip().startswith(("•", "-")) for line in lines),
        "ellipsis_lines": sum(line.rstrip().endswith(("...", "…")) for line in lines),
        "full_lines": len(full),
        "ended_lines": sum(has(line[-1], flags.TERMINAL) for line in full),
        "short_lines": sum(len(line) <= 30 for line in full),
        "full_dup_chars": seen_before(full)[1],
        "feeds": text.count("\n"),
        "pieces": len(pieces),
        "dup_pieces": seen_before(pieces)[0],
        "dup_piece_chars": seen_before(pieces)[1],
        "paragraphs": len(paragraphs),
        "dup_paragraphs": seen_before(paragraphs)[0],
        "dup_paragraph_chars": seen_before(paragraphs)[1],
    }


def top(cut: list[str], size: int) -> int:
    runs = Counter(" ".join(cut[i : i + size]) for i in range(len(cut) - size + 1))
    return max(runs.values()) * len(max(runs, key=lambda run: runs[run])) if runs else 0


def duplicates(cut: list[str], size: int) -> int:
    seen: set[str] = set()
    chars = at = 0
    while at + size <= len(cut):
        run = "".join(cut[at : at + size])
        if run in seen:
            chars, at = chars + len(run), at + size
        else:
            seen.add(run)
            at += 1
    return chars


def page_figures(text: str) -> dict[str, int]:
    found = {"lorem_lines": 0, "curly_lines": 0, "sentences": 0}
    for line in map(str.strip, text.splitlines()):
        split = line.split()
        cleaned = CITED.sub("", line)
        if len(split) < 3 or max(map(len, split)) > 1000:
            continue
        if not cleaned.endswith((".", "?", "!", '"', "'")) or cleaned.endswith("..."):
            continue
        lower = cleaned.lower()
        if PHRASES[0] in lower:
            found["lorem_lines"] += 1
        elif PHRASES[1] not in lower:
            if "{" in cleaned:
                found["curly_lines"] += 1
            elif not any(phrase in lower for phrase in PHRASES[2:]):
                found["sentences"] += sentences(cleaned)
    return found


def sentences(line: str) -> int:
    """Sentences of a line: one ends at a word that is a final mark, and the marks after it."""
    total, ended = 1, False
    for word in with_blanks(line):
        if ended and not all(unicodedata.category(c)[0] == "P" for c in word) and not is_final(word):
            total, ended = total + 1, False
        elif is_final(word):
            ended = True
    return total


def is_final(word: str) -> bool:
    return len(word) == 1 and has(word, flags.SENTENCE)


def with_blanks(line: str) -> list[str]:
    """Words, and white space beyond one blank between them as a word of its own."""
    runs = re.findall(r"\s+|\S+", line)
    found: list[str] = []
    for before, run in pairwise(["", *runs]):
        if not run.isspace():
            found += words(run)
        elif before and run.removeprefix(" "):
            found.append(run.removeprefix(" "))
    return found
