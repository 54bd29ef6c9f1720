"""The one linear classifier of texts, behind quality and recall: hashed n-grams, logistic regression, no pickle.

In: texts, and for fitting a label from 0 to 1 each. Out: features (sparse rows), a model, scores from 0 to 1.
Words count as runs of up to three, characters of scripts without spaces likewise, so that Chinese, English and code are
told apart by the same means (see `kernels/ngrams.py`). A feature's value is the square root of its share of the text's
n-grams: rows have length 1 whatever the text's, and a word said often does not drown the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate import linear_file
from headwater.pipeline.option import option


@dataclass(frozen=True, kw_only=True)
class LinearConfig:
    """What is read of a text, and how weights are fitted."""

    bucket_bits: int = option(20, "n-grams share 2 to this power of weights", "bits")
    word_ngrams: int = option(3, "longest run of words, of scripts that write spaces", "tokens")
    char_ngrams: int = option(3, "longest run of characters, of scripts that do not", "characters")
    max_chars: int = option(8_000, "characters read of a document, from its beginning", "characters")
    epochs: int = option(8, "passes over the examples")
    rate: float = option(0.5, "size of a step (each weight's own shrinks as it moves)")
    l2: float = option(1e-6, "how strongly weights are pulled to zero")

    def check(self) -> list[tuple[str, str]]:
        bounds = {
            "bucket_bits": (8, 26), "word_ngrams": (1, 8), "char_ngrams": (1, 8), "max_chars": (1, 10_000_000),
            "epochs": (1, 1000), "rate": (1e-6, 100.0), "l2": (0.0, 1.0),
        }  # fmt: skip
        return [
            (name, f"must be {low} to {high}")
            for name, (low, high) in bounds.items()
            if not low <= getattr(self, name) <= high
        ]


@dataclass(frozen=True, kw_only=True)
class Features:
    """Sparse rows. Shapes: indptr int64 [n + 1], buckets uint32 and weights float32 [entries]."""

    indptr: np.ndarray
    buckets: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def take(self, rows: np.ndarray | Sequence[int]) -> Features:
        """Chosen rows, in the order given."""
        from headwater.kernels import logistic
        from headwater.kernels.compiled import frozen

        logistic.ready()
        chosen = np.arange(len(self))[np.asarray(rows, dtype=bool if _is_mask(rows) else np.int64)]
        indptr = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(self.indptr[chosen + 1] - self.indptr[chosen], out=indptr[1:])
        buckets, weights = np.empty(indptr[-1], np.uint32), np.empty(indptr[-1], np.float32)
        given = frozen(self.indptr, np.int64), frozen(self.buckets, np.uint32), frozen(self.weights, np.float32)
        logistic.gather(*given, frozen(chosen, np.int64), frozen(indptr, np.int64), buckets, weights)
        return Features(indptr=indptr, buckets=buckets, weights=weights)


def _is_mask(rows: Any) -> bool:
    return getattr(rows, "dtype", None) == np.bool_


def concat(parts: Sequence[Features]) -> Features:
    """The rows of all parts, one part after the other."""
    ends = np.cumsum([0, *(part.indptr[-1] for part in parts)])
    indptr = [part.indptr[1:] + start for part, start in zip(parts, ends[:-1], strict=True)]
    return Features(
        indptr=np.concatenate([np.zeros(1, np.int64), *indptr]).astype(np.int64, copy=False),
        buckets=np.concatenate([np.empty(0, np.uint32), *(part.buckets for part in parts)]),
        weights=np.concatenate([np.empty(0, np.float32), *(part.weights for part in parts)]),
    )


def features(texts: Sequence[str] | pa.Array | pa.ChunkedArray, config: LinearConfig) -> Features:
    """The n-grams of each text, hashed; a row of length 1, or an empty one for a text without any."""
    parts = [_of_array(chunk, config) for chunk in _chunks(texts)]
    return parts[0] if len(parts) == 1 else concat(parts)


def _chunks(texts: Sequence[str] | pa.Array | pa.ChunkedArray) -> Iterator[pa.Array]:
    from headwater.kernels.arrow import text_array

    if isinstance(texts, pa.ChunkedArray):
        yield from texts.chunks
    else:
        yield texts if isinstance(texts, pa.Array) else text_array(list(texts))


def _of_array(array: pa.Array, config: LinearConfig) -> Features:
    from headwater.kernels.arrow import text_buffers
    from headwater.kernels.ngrams import count_ngrams

    offsets, text = text_buffers(array)
    indptr, buckets, counts = count_ngrams(
        offsets,
        text,
        max_chars=config.max_chars,
        words=config.word_ngrams,
        chars=config.char_ngrams,
        bits=config.bucket_bits,
    )
    totals = np.add.reduceat(np.append(counts, np.uint32(0)), indptr[:-1], dtype=np.float64) if len(array) else counts
    weights = np.sqrt(counts / np.repeat(totals, np.diff(indptr))).astype(np.float32)
    return Features(indptr=indptr, buckets=buckets, weights=weights)


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """Weights a bucket (float32) and a bias."""

    config: LinearConfig
    weights: np.ndarray
    bias: float

    def logits(self, found: Features) -> np.ndarray:
        """The log-odds of each row, float32; an empty row has the bias alone."""
        return logits_of([self], found, np.zeros(len(found), np.int64))

    def score(self, found: Features) -> np.ndarray:
        """The probability of the positive class for each row: float32, 0 to 1."""
        return probabilities(self.logits(found))

    def save(self, path: Path) -> None:
        """One file, the same bytes for the same model."""
        header = {"linear": asdict(self.config), "bias": float(self.bias)}
        linear_file.write(Path(path), header, self.weights)

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Raises HeadwaterError unreadable_input, damaged_file or foreign_version."""
        header, weights = linear_file.read(Path(path))
        known = {name: type(default) for name, default in asdict(LinearConfig()).items()}
        config = linear_file.checked(header, known, Path(path), lambda values: LinearConfig(**values), len(weights))
        return cls(config=config, weights=weights, bias=float(header["bias"]))


def logits_of(models: Sequence[LinearModel], found: Features, which: np.ndarray) -> np.ndarray:
    """The log-odds of each row by its own model: `which` is the model's number, row for row."""
    from headwater.kernels import logistic
    from headwater.kernels.compiled import frozen

    logistic.ready()
    out = np.empty(len(found), np.float32)
    rows = frozen(found.indptr, np.int64), frozen(found.buckets, np.uint32), frozen(found.weights, np.float32)
    weights = frozen(np.stack([model.weights for model in models]), np.float32)
    biases = frozen(np.array([model.bias for model in models]), np.float64)
    logistic.logits_of(*rows, frozen(which, np.int64), weights, biases, out)
    return out


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Log-odds as probabilities, float32."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits.astype(np.float64), -60, 60)))).astype(np.float32)


def fit(
    found: Features,
    labels: np.ndarray | Sequence[float],
    config: LinearConfig,
    *,
    seed: int,
    sample_weight: np.ndarray | None = None,
) -> LinearModel:
    """Fit a model: the same examples, settings and seed give the same weights.

    `labels`: 0 to 1 a row. `sample_weight`: how much each row counts; they are scaled to a mean of 1.
    """
    from headwater.kernels import logistic
    from headwater.kernels.compiled import frozen

    targets = np.asarray(labels, np.float64)
    assert len(targets) == len(found) and np.all((targets >= 0) & (targets <= 1)), "a label from 0 to 1 a row"
    strengths = np.ones(len(found)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    strengths = strengths / max(float(strengths.mean()) if len(found) else 1.0, 1e-12)
    weights = np.zeros(1 << config.bucket_bits, np.float32)
    squares, bias = np.zeros_like(weights), np.zeros(2)
    rows = frozen(found.indptr, np.int64), frozen(found.buckets, np.uint32), frozen(found.weights, np.float32)
    rng = np.random.Generator(np.random.PCG64(seed))
    logistic.ready()
    for _ in range(config.epochs):
        order = frozen(rng.permutation(len(found)), np.int64)
        logistic.fit_pass(
            *rows, order, frozen(targets, np.float64), frozen(strengths, np.float64), config.rate, config.l2,
            weights, squares, bias,
        )  # fmt: skip
    return LinearModel(config=config, weights=weights, bias=float(bias[0]))
