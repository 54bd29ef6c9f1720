"""Fitting the weights of one script: which n-grams are kept, softmax regression on them, int8, honest scores.

In: texts and a language each. Out: slots, int8 weights, biases and the factor that makes scores honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.kernels import langid, letters, scripts, softmax
from headwater.kernels.compiled import frozen

MAX_TEXT_BYTES = 4000
RATE, EPOCHS = 0.05, 3
QUANTILE = 0.99995  # of weights that int8 covers; the rest are cut to it
HEATS = np.linspace(0.2, 4.0, 39)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Sparse rows: slots of each text's n-grams, and its number of letters."""

    indptr: np.ndarray
    slots: np.ndarray
    sizes: np.ndarray

    def __len__(self) -> int:
        return len(self.sizes)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Weights of one script. Shapes: slots int32 [rows], weights int8 [rows, languages], biases float32 [languages]."""

    slots: np.ndarray
    weights: np.ndarray
    scale: float
    biases: np.ndarray
    heat: tuple[float, float]


def main_script(text: str) -> int:
    """The script of most letters; 0 for none."""
    return int(np.argmax(_counts(text)))


def _counts(text: str) -> np.ndarray:
    found = np.frombuffer(text[:MAX_TEXT_BYTES].encode("utf-16-le", "replace"), "<u2")
    counts = np.bincount(scripts.tables()[0][found], minlength=len(scripts.NAMES))
    counts[0] = 0
    return counts


def rows_of(texts: Sequence[str], script: int) -> Rows:
    """The n-grams of each text in one script."""
    tables = (*scripts.tables(), *scripts.compositions())
    room = MAX_TEXT_BYTES + 8
    codes, kinds = np.empty(room, np.uint16), np.empty(room, np.uint8)
    out = np.empty(room * langid.PER_LETTER, np.int32)
    parts, sizes = [np.empty(0, np.int32)], np.zeros(len(texts), np.int64)
    for row, text in enumerate(texts):
        data = frozen(np.frombuffer(text.encode("utf-8", "replace")[:MAX_TEXT_BYTES], np.uint8), np.uint8)
        count = letters.stream(data, 0, len(data), *tables, codes, kinds)
        parts.append(out[: langid.slots_of(codes, kinds, count, script, out)].copy())
        sizes[row] = np.count_nonzero(kinds[:count] == script)
    indptr = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return Rows(indptr=indptr, slots=np.concatenate(parts), sizes=sizes)


def chosen_slots(rows: Rows, labels: np.ndarray, num_languages: int, most: int) -> np.ndarray:
    """The slots whose presence says most of the language (information times how common), in order."""
    found = np.zeros((1 << langid.BITS, num_languages), np.float32)
    for row in range(len(rows)):
        found[np.unique(rows.slots[rows.indptr[row] : rows.indptr[row + 1]]), labels[row]] += 1
    seen = found.sum(1)
    found /= np.maximum(np.bincount(labels, minlength=num_languages), 1)
    common = found.sum(1)
    found /= np.maximum(common, 1e-9)[:, None]
    told = np.zeros(len(seen), np.float32)
    for language in range(num_languages):
        share = found[:, language]
        told += np.where(share > 0, share * np.log(np.maximum(share, 1e-9) * num_languages), 0)
    told *= common
    told[seen < 2] = 0
    best = np.argsort(-told, kind="stable")[:most]
    return np.sort(best[told[best] > 0]).astype(np.int32)


def known(rows: Rows, slots: np.ndarray) -> Rows:
    """Rows of places in `slots`; what is not there is left out."""
    place = np.full(1 << langid.BITS, -1, np.int32)
    place[slots] = np.arange(len(slots), dtype=np.int32)
    found = place[rows.slots]
    kept = np.concatenate([[0], np.cumsum(found >= 0)])
    return Rows(indptr=kept[rows.indptr], slots=found[found >= 0], sizes=rows.sizes)


def fit(rows: Rows, labels: np.ndarray, num_languages: int, most: int, seed: int) -> tuple[np.ndarray, ...]:
    """(slots, weights float32, biases)."""
    slots = chosen_slots(rows, labels, num_languages, most)
    rows = known(rows, slots)
    weights = np.zeros((len(slots), num_languages), np.float32)
    squares = np.full_like(weights, 1e-4)
    biases, bias_squares = np.zeros(num_languages, np.float32), np.full(num_languages, 1e-4, np.float32)
    rng = np.random.Generator(np.random.PCG64(seed))
    for epoch in range(EPOCHS):
        rate = np.float32(RATE * (1 - epoch / EPOCHS))
        order = rng.permutation(len(rows))
        softmax.fit_pass(
            rows.indptr, rows.slots, rows.sizes, order, labels, rate, np.float32(0), weights, squares, biases,
            bias_squares,
        )  # fmt: skip
    return slots, weights, biases


def packed(slots: np.ndarray, weights: np.ndarray, biases: np.ndarray, rows: Rows, labels: np.ndarray) -> Fitted:
    """Weights as int8, and the heat that fits held-out rows best."""
    scale = max(float(np.quantile(np.abs(weights), QUANTILE)) / 127, 1e-9) if weights.size else 1.0
    whole = np.clip(np.rint(weights / scale), -127, 127).astype(np.int8)
    logits = logits_of(known(rows, slots), whole * np.float32(scale), biases)
    return Fitted(slots=slots, weights=whole, scale=scale, biases=biases, heat=heat_of(logits, rows.sizes, labels))


def logits_of(rows: Rows, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    logits = np.zeros((len(rows), len(biases)), np.float32)
    for row in range(len(rows)):
        first, last = rows.indptr[row], rows.indptr[row + 1]
        softmax.logits_of(rows.slots, first, last, rows.sizes[row], weights, biases, logits[row])
    return logits


def heat_of(logits: np.ndarray, sizes: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """(a, b) such that logits · (a + b · log letters) are the likeliest for held-out labels."""
    if not len(labels):
        return 1.0, 0.0
    length = np.log(np.maximum(sizes, 1))
    best = (np.inf, 1.0, 0.0)
    for low in HEATS:  # at 10 letters
        for high in HEATS:  # at 200
            slope = (high - low) / np.log(20)
            heat = np.maximum(low + slope * (length - np.log(10)), 0.05)[:, None]
            warm = logits * heat
            most = warm.max(1)
            loss = np.mean(most + np.log(np.exp(warm - most[:, None]).sum(1)) - warm[np.arange(len(labels)), labels])
            best = min(best, (float(loss), float(low - slope * np.log(10)), float(slope)))
    return best[1], best[2]
