"""Figures of diversity: how varied the texts of a sample are, before and after curation, language by language.

In: `sample.parquet` (sample.SCHEMA) and which of its rows were kept. Out, for `diversity.json`:

    {"sample": {LANG: {"before": FIGURES, "after": FIGURES}},
     "hosts": {"before": HOSTS, "after": HOSTS}}           HOSTS: see `hosts.py`
    FIGURES = {"documents", "chars", "vendi", "vendi_share", "compression_ratio", "distinct_1", "distinct_2",
               "distinct_3", "self_repetition"}            null where there are too few texts

Both sides of a language are measured on the same number of documents, and of bytes for the compression ratio, since
every figure but `distinct` grows or falls with the size of a sample. `documents` and `chars` are what was measured.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.kernels import arrow, fold
from headwater.kernels.tokens import Tokens, runs, tokens

MIN_DOCUMENTS = 10
MOST_DOCUMENTS = 500  # for the kernel matrix: its eigenvalues take a tenth of a second
BUCKET_BITS = 20
REPEATED_RUN = 4  # tokens; arXiv 2403.00553, section 3
COMPRESSION_LEVEL = 6  # of gzip, as in arXiv 2403.00553
SHARE_DECIMALS, DECIMALS = 4, 3
FIGURES = ("vendi", "vendi_share", "compression_ratio", "distinct_1", "distinct_2", "distinct_3", "self_repetition")


def measure(sample: pa.Table, kept: np.ndarray) -> dict[str, dict[str, dict[str, Any]]]:
    """Per language the figures before and after; `kept`: a mask over the sample's rows."""
    langs = np.array(sample["lang"].to_pylist(), object)
    found = {}
    for lang in sorted(set(langs.tolist())):
        before = np.flatnonzero(langs == lang)
        after = before[kept[before]]
        number = min(len(after) if len(after) >= MIN_DOCUMENTS else len(before), MOST_DOCUMENTS)
        sides = {
            name: [text or "" for text in sample["text"].take(pa.array(rows[:number])).to_pylist()]
            for name, rows in (("before", before), ("after", after))
        }
        sizes = [len("\n".join(texts).encode()) for texts in sides.values() if len(texts) >= MIN_DOCUMENTS]
        size = min(sizes, default=0)
        found[lang] = {name: figures(texts, size) for name, texts in sides.items()}
    return found


def figures(texts: list[str], size_bytes: int) -> dict[str, Any]:
    """FIGURES of some texts; the compression ratio is that of their first `size_bytes`."""
    row: dict[str, Any] = {"documents": len(texts), "chars": sum(len(text) for text in texts)}
    row |= dict.fromkeys(FIGURES)
    if len(texts) < MIN_DOCUMENTS:
        return row
    array = arrow.text_array(texts)
    found = tokens(*arrow.text_buffers(array), fold.table())
    score = vendi(features(found))
    row |= {"vendi": round(score, DECIMALS), "vendi_share": round(score / len(texts), SHARE_DECIMALS)}
    row["compression_ratio"] = round(compression_ratio("\n".join(texts).encode("utf-8", "replace")[:size_bytes]), 3)
    for n in (1, 2, 3):
        row[f"distinct_{n}"] = distinct(found, n)
    row["self_repetition"] = round(self_repetition(found), DECIMALS)
    return row


def features(found: Tokens) -> Any:
    """Sparse rows of unit length, [documents, buckets]: hashed words and pairs by log count and rarity."""
    from scipy import sparse

    number = len(found.indptr) - 1
    pairs = [runs(found, length) for length in (1, 2)]
    texts, hashes = (np.concatenate(part) for part in zip(*pairs, strict=True))
    buckets = (hashes >> np.uint64(64 - BUCKET_BITS)).astype(np.int64)
    shape = (number, 1 << BUCKET_BITS)
    matrix = sparse.csr_matrix((np.ones(len(texts)), (texts, buckets)), shape=shape)  # equal places add up
    document_counts = np.bincount(matrix.indices, minlength=1 << BUCKET_BITS)
    matrix.data = (1 + np.log(matrix.data)) * np.log((number + 1) / document_counts[matrix.indices])
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).ravel()
    return sparse.diags(1 / np.maximum(lengths, 1e-12)) @ matrix


def vendi(rows: Any) -> float:
    """exp of the entropy of the eigenvalues of K / n, K the cosine similarities (arXiv 2210.02410, definition 3.1).

    Between 1, all the same, and n, nothing in common. A row without features is like no other.
    """
    kernel = np.asarray((rows @ rows.T).todense())
    np.fill_diagonal(kernel, 1.0)
    values = np.linalg.eigvalsh(kernel / len(kernel))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def compression_ratio(data: bytes) -> float:
    """Bytes over bytes when compressed: higher is more repetitive (arXiv 2403.00553, section 3)."""
    import zlib

    return len(data) / max(1, len(zlib.compress(data, COMPRESSION_LEVEL)))


def distinct(found: Tokens, length: int) -> float | None:
    """Share of the runs of so many tokens that are different ones; None where there is no run."""
    _, hashes = runs(found, length)
    return round(len(np.unique(hashes)) / len(hashes), SHARE_DECIMALS) if len(hashes) else None


def self_repetition(found: Tokens) -> float:
    """Mean over the documents of ln(1 + how often their runs of four tokens stand in other documents)."""
    texts, hashes = runs(found, REPEATED_RUN)
    number = len(found.indptr) - 1
    if not len(hashes):
        return 0.0
    order = np.lexsort((texts, hashes))
    texts, hashes = texts[order], hashes[order]
    new = np.append(True, (hashes[1:] != hashes[:-1]) | (texts[1:] != texts[:-1]))  # a run counts once a document
    texts, hashes = texts[new], hashes[new]
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    others = np.bincount(texts, weights=counts[inverse] - 1, minlength=number)
    return math.fsum(np.log1p(others).tolist()) / number
