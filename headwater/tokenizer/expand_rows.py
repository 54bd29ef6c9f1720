"""What the rows of new tokens are mixed from: old tokens and their weights.

In: an Expansion, and for `focus` text. Out: Mixture, a sparse matrix [new tokens, old ids] whose rows sum to 1.

mean: the old tokens that a new one is made of, alike. A text then begins at almost the loss it had (arXiv 2407.05841
compares; Hewitt 2021, "Initializing new word embeddings", bounds what any mean of rows does to the loss).
focus: old tokens that stand in like company, by sparsemax over the cosine of their vectors (arXiv 2305.14481,
equations 1 to 3). There the vectors are fastText's; here they are counts of neighbours as positive pointwise mutual
information in their main directions (Levy et al. 2015, TACL 3), which need no training and no other package.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from headwater.tokenizer.expand import Expansion

CONTEXTS = 1024  # the commonest tokens: neighbours that count
WINDOW = 5  # tokens to each side
DIMENSIONS = 100
MIN_COUNT = 5  # a token seen less often has no vector
NEAREST = 64  # old tokens that a new one may be mixed from
BLOCK = 128  # new tokens compared at a time


class Mixture(NamedTuple):
    """New token n is mixed from ids[starts[n]:starts[n + 1]] with as many weights."""

    starts: np.ndarray  # int64
    ids: np.ndarray  # int64
    weights: np.ndarray  # float32


def mean(expansion: Expansion) -> Mixture:
    """The tokens each new one is made of."""
    sizes = np.array([len(ids) for ids in expansion.made_of], np.int64)
    ids = np.array([id_ for made in expansion.made_of for id_ in made], np.int64)
    return Mixture(np.concatenate([[0], np.cumsum(sizes)]), ids, np.repeat(1.0 / sizes, sizes).astype(np.float32))


def focus(expansion: Expansion, streams: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[Mixture, int]:
    """(the mixture, how many new tokens were seen too seldom and take the mean instead).

    `streams`: (ids, offsets) of documents in the new vocabulary.
    """
    vectors, seen = _vectors(streams, expansion.num_ids)
    plain = mean(expansion)
    old = np.flatnonzero(seen[: expansion.first_id] >= MIN_COUNT)
    starts, ids, weights, unseen = [0], [], [], 0
    for at in range(0, len(expansion.pieces), BLOCK):
        block = range(at, min(at + BLOCK, len(expansion.pieces)))
        near = vectors[expansion.first_id + at : expansion.first_id + block.stop] @ vectors[old].T
        for row, number in enumerate(block):
            if seen[expansion.first_id + number] < MIN_COUNT or not len(old):
                part = slice(plain.starts[number], plain.starts[number + 1])
                mine, shares, unseen = plain.ids[part], plain.weights[part], unseen + 1
            else:
                mine, shares = _nearest(near[row], old)
            ids.append(mine)
            weights.append(shares)
            starts.append(starts[-1] + len(mine))
    mixture = Mixture(np.array(starts, np.int64), np.concatenate(ids), np.concatenate(weights).astype(np.float32))
    return mixture, unseen


def _nearest(near: np.ndarray, old: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The old tokens of highest cosine that sparsemax gives a share, in order, and their shares."""
    best = np.sort(np.argpartition(-near, min(NEAREST, len(near)) - 1)[:NEAREST])
    shares = sparsemax(near[best])
    return old[best[shares > 0]], shares[shares > 0]


def sparsemax(values: np.ndarray) -> np.ndarray:
    """The point of the simplex nearest to `values` (arXiv 1602.02068, algorithm 1)."""
    ordered = np.sort(values)[::-1].astype(np.float64)
    sums = np.cumsum(ordered) - 1.0
    number = np.arange(1, len(values) + 1)
    support = int(np.flatnonzero(ordered * number > sums)[-1])
    return np.maximum(values - sums[support] / (support + 1), 0.0)


def _vectors(streams: Iterable[tuple[np.ndarray, np.ndarray]], num_ids: int) -> tuple[np.ndarray, np.ndarray]:
    """(a vector of length 1 each id, float32; how often each occurs)."""
    from scipy import sparse

    kept = list(streams)
    seen = np.zeros(num_ids, np.int64)
    for ids, _ in kept:
        seen += np.bincount(ids, minlength=num_ids)
    contexts = np.sort(np.argsort(-seen, kind="stable")[:CONTEXTS])
    column = np.full(num_ids, -1, np.int64)
    column[contexts] = np.arange(len(contexts))
    pairs = sparse.csr_matrix((num_ids, len(contexts)), dtype=np.float64)
    for ids, offsets in kept:
        pairs = pairs + _neighbours(ids.astype(np.int64), offsets, column, pairs.shape)
    return _directions(pairs), seen


def _neighbours(ids: np.ndarray, offsets: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> Any:
    """How often each context stands within WINDOW of each token, in one document."""
    from scipy import sparse

    document = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    total = sparse.csr_matrix(shape, dtype=np.float64)
    for distance in range(1, WINDOW + 1):
        same = document[:-distance] == document[distance:]
        left, right = ids[:-distance][same], ids[distance:][same]
        for token, beside in ((left, right), (right, left)):
            is_context = column[beside] >= 0
            where = token[is_context], column[beside[is_context]]
            total = total + sparse.csr_matrix((np.ones(len(where[0])), where), shape=shape)
    return total


def _directions(pairs: Any) -> np.ndarray:
    """Rows of positive pointwise mutual information, turned into their main directions, each of length 1."""
    pairs = pairs.tocoo()
    of_token = np.asarray(pairs.sum(axis=1)).ravel()
    of_context = np.asarray(pairs.sum(axis=0)).ravel() / (pairs.sum() or 1.0)
    information = np.log(pairs.data / (of_token[pairs.row] * of_context[pairs.col]))
    pairs.data = np.maximum(information, 0.0)
    matrix = pairs.tocsr()
    _, turned = np.linalg.eigh((matrix.T @ matrix).toarray())
    found = np.asarray(matrix @ turned[:, -DIMENSIONS:], np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(lengths > 0, lengths, 1.0)
