"""Fitting what tells source code from prose: shapes of tokens, logistic regression, honest scores.

In: texts of code and of prose, in groups. Out: a weight a slot, and the bias and factors that make a probability of a
logit. Examples are stretches of lines as well as whole texts; some of the code gets its comments in another language,
so that the language of comments says nothing, and some of the prose of every language gets pieces of code between its
words, so that a name, a path or a command makes no code of a paragraph. `layouts` gives both other shapes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np

from headwater.curate.langid import layouts
from headwater.kernels import code_shape, softmax
from headwater.kernels.compiled import frozen

READ_BYTES = 7000
KEPT_BYTES = 4 * READ_BYTES  # of a text; examples are cut out of it
RATE, EPOCHS = 0.05, 4
WHOLE_SHARE, COMMENTED_SHARE = 0.4, 0.25
MORE_COMMENTS = (0.0, 0.1, 0.3)  # comments a line, besides those that are there
SENTENCE_CHARS = 600
# Shares of the prose: capitals make no code, nor do lists of names, nor names of files, functions and options.
SHOUTED, LISTED, TECHNICAL = 0.02, 0.05, 0.3
MAX_PIECES, PIECE_CHARS, PIECES_SHARE = 6, 40, 0.5  # of code in a paragraph; how long all are beside it
# A stretch has 2 to 89 lines, of prose 1 to 89: a line of code by itself may be a comment, a line of prose is prose.
PROSE_LINES, CODE_LINES = (1.5, 60), (2.5, 36)  # the fewest, and how many times as many are the most
HELD_OUT = 8  # one in so many sets the factors
MANUALS, FRAGMENTS, STATEMENTS = 0.15, 0.06, 0.15  # shares of the prose, and of the code, in other shapes
LEAST_CHARS = 8
_COMMENT = re.compile(r"(?m)(//|#|--)( .*)$")
_QUOTES = (("", ""), ("", ""), ("`", "`"), ("“", "”"), ("«", "»"), ("'", "'"), ('"', '"'), ("(", ")"), ("「", "」"))
_FENCED = re.compile(r"(?ms)^```.*?^```\s*$")


def examples(
    groups: Sequence[Sequence[str]], others: Sequence[Sequence[str]], code: bool, count: int, rng: random.Random
) -> list[str]:
    """Pages of texts and stretches of lines, of each group by the root of its size.

    Of `others`, groups of sentences, some code gets its comments; or groups of code, pieces of which stand in prose.
    """
    found = []
    shares = [len(texts) ** 0.5 for texts in groups]
    for texts in rng.choices(groups, shares, k=count) if groups else []:
        text = _code_example(rng.choice(texts), others, rng) if code else _prose_example(texts, others, rng)
        if len(text.strip()) >= LEAST_CHARS:
            found.append(text[:READ_BYTES])
    return found


def _code_example(text: str, others: Sequence[Sequence[str]], rng: random.Random) -> str:
    if rng.random() < STATEMENTS:
        return layouts.statement(text, rng)
    text = _stretch(text, True, rng)
    return _commented(text, rng.choice(others), rng) if others and rng.random() < COMMENTED_SHARE else text


def _prose_example(texts: Sequence[str], code: Sequence[Sequence[str]], rng: random.Random) -> str:
    drawn = rng.random()
    if drawn < MANUALS:
        return layouts.manual(texts, lambda: _line(code, rng), rng)
    if drawn < MANUALS + FRAGMENTS:
        return layouts.fragment(rng.choice(texts), rng)
    return _disguised(_stretch(rng.choice(texts), False, rng), code, rng)


def _line(code: Sequence[Sequence[str]], rng: random.Random) -> str:
    """A line of code, without its indentation; empty where there is none."""
    return rng.choice(rng.choice(rng.choice(code))[:READ_BYTES].split("\n")).strip() if code else ""


def _stretch(text: str, code: bool, rng: random.Random) -> str:
    """Some lines of a text, or a page of it."""
    lines = text.splitlines()
    if rng.random() > WHOLE_SHARE and len(lines) > 3:
        if not code:
            lines = _FENCED.sub("", text).splitlines()
        fewest, times = CODE_LINES if code else PROSE_LINES
        size = int(fewest * times ** rng.random())
        at = rng.randrange(max(len(lines) - size, 1))
        return "\n".join(lines[at : at + size])
    at = rng.randrange(max(len(text) - READ_BYTES, 1))
    return text[at : at + READ_BYTES]


def _commented(text: str, sentences: Sequence[str], rng: random.Random) -> str:
    """Code with its comments, and often more of them, in one language."""
    mark = _COMMENT.search(text)
    if not mark:
        return text
    share, lines = rng.choice(MORE_COMMENTS), []
    for line in _COMMENT.sub(lambda match: f"{match[1]} {rng.choice(sentences)[:60]}", text).splitlines():
        if rng.random() < share:
            lines.append(f"{line[: len(line) - len(line.lstrip())]}{mark[1]} {rng.choice(sentences)[:60]}")
        lines.append(line)
    return "\n".join(lines)


def _disguised(text: str, code: Sequence[Sequence[str]], rng: random.Random) -> str:
    """The text; now and then shouted, a list of a few words a line, or with pieces of code between its words.

    Only sentences are changed so: a page of prose may hold code.
    """
    drawn = rng.random()
    if drawn < SHOUTED:
        return text.upper()
    if len(text) >= SENTENCE_CHARS or "\n" in text:
        return text
    if drawn < SHOUTED + LISTED:
        words, size = text.split()[:200], rng.randint(1, 4)
        lines = [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
        return "\n".join(line.title() if size < 3 else line for line in lines)
    return _technical(text, code, rng) if code and drawn < SHOUTED + LISTED + TECHNICAL else text


def _technical(text: str, code: Sequence[Sequence[str]], rng: random.Random) -> str:
    """A sentence with names, commands and calls out of code between its words; between any two letters of Chinese."""
    spaced = text.count(" ") * 12 > len(text)
    parts, room = (text.split() if spaced else list(text)), len(text) * PIECES_SHARE
    for _ in range(rng.randint(1, MAX_PIECES)):
        words = _line(code, rng).split()
        at = rng.randrange(max(len(words), 1))
        piece = " ".join(words[at : at + rng.randint(1, 4)])[:PIECE_CHARS]
        room -= len(piece)
        if room < 0:
            break
        opening, closing = rng.choice(_QUOTES)
        gap = "" if spaced else rng.choice(("", " "))
        parts.insert(rng.randrange(len(parts) + 1), f"{gap}{opening}{piece}{closing}{gap}")
    return (" " if spaced else "").join(parts)


def rows_of(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(indptr, slots, tokens of each text)."""
    room = 4 * READ_BYTES + 2
    shapes, words = np.empty(room, np.uint8), np.empty(room, np.uint64)
    out = np.empty(room * code_shape.PER_TOKEN, np.int32)
    parts, sizes = [np.empty(0, np.int32)], np.zeros(len(texts), np.int64)
    for row, text in enumerate(texts):
        data = frozen(np.frombuffer(text.encode("utf-8", "replace"), np.uint8), np.uint8)
        sizes[row] = code_shape.tokens_of(data, 0, len(data), shapes, words)
        parts.append(out[: code_shape.slots_of(shapes, words, sizes[row], out)].copy())
    return np.cumsum([len(part) for part in parts], dtype=np.int64), np.concatenate(parts), sizes


def fit(code: Sequence[str], prose: Sequence[str], seed: int) -> tuple[np.ndarray, tuple[float, float, float]]:
    """(weights float32 [2^15], (bias, factor, factor by log tokens))."""
    texts, labels = [*code, *prose], np.array([1] * len(code) + [0] * len(prose), np.int64)
    indptr, slots, sizes = rows_of(texts)
    weights = np.zeros((1 << code_shape.BITS, 2), np.float32)
    biases = np.zeros(2, np.float32)
    squares, bias_squares = np.full_like(weights, 1e-4), np.full(2, 1e-4, np.float32)
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(texts))
    taught, checked = order[len(order) // HELD_OUT :], order[: len(order) // HELD_OUT]
    for epoch in range(EPOCHS if len(texts) else 0):
        rate = np.float32(RATE * (1 - epoch / EPOCHS))
        softmax.fit_pass(
            indptr, slots, sizes, taught, labels, rate, np.float32(1e-6), weights, squares, biases, bias_squares
        )
    single = weights[:, 1] - weights[:, 0]
    bias = float(biases[1] - biases[0])
    logits = np.array([single[slots[indptr[r] : indptr[r + 1]]].sum() / np.sqrt(max(sizes[r], 1)) for r in checked])
    return single, _honest(logits, bias, sizes[checked], labels[checked])


def _honest(logits: np.ndarray, bias: float, sizes: np.ndarray, labels: np.ndarray) -> tuple[float, float, float]:
    """The bias and factors under which held-out labels are likeliest."""
    from scipy.optimize import minimize

    if not len(labels) or labels.min() == labels.max():
        return bias, 1.0, 0.0
    length, signs = np.log(np.maximum(sizes, 1)), 2.0 * labels - 1

    def loss(x: np.ndarray) -> float:
        return float(np.mean(np.logaddexp(0, -signs * (x[0] + logits * (x[1] + x[2] * length)))) + 1e-4 * (x**2).sum())

    best = minimize(loss, np.array([bias, 1.0, 0.0])).x
    return float(best[0]), float(best[1]), float(best[2])
