"""Near-duplicates among documents that fell into the same buckets, and what follows from them.

In: arrays of numbers. Out: edges (a later document, an earlier one, how many values their signatures share), which
documents are dropped, and which hang together.

A bucket is walked in document order. The documents it holds against those to come are its first FULL ones, and after
them only those that are like none that it holds, up to MOST: so a bucket of a million near-copies costs a million
comparisons, not their square, and the outcome does not depend on how the walk is cut into pieces.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm

FULL, MOST = 16, 64
NEW, HELD, KNOWN = 2, 1, 0  # a member's role: of this piece; held from an earlier piece; of an index
CROWDED, INDEXED = 1, 2  # flags of an edge: its bucket was full; the earlier document is one of an index


@part
def _shared(one, other):
    count = 0
    for i in range(len(one)):
        count += one[i] == other[i]
    return count


@part
def _met_before(one, other, band, rows):
    """Whether an earlier band holds both in one bucket: that is where their edge is drawn."""
    for earlier in range(band):
        same = True
        for i in range(earlier * rows, (earlier + 1) * rows):
            if one[i] != other[i]:
                same = False
                break
        if same:
            return True
    return False


@kernel
def _walk(buckets, bands, places, roles, signatures, rows, least):
    """Members sorted by bucket, role and order. `places`: of their signatures. (edges [n, 4], members held)."""
    edges = np.empty((1024, 4), np.int64)
    held = np.zeros(len(buckets), np.bool_)
    holding, known = np.empty(len(buckets), np.int64), np.empty(MOST, np.int64)
    count = num_held = num_known = 0
    for i in range(len(buckets)):
        if i == 0 or buckets[i] != buckets[i - 1]:
            num_held = num_known = 0
        if roles[i] == KNOWN:
            if num_known < MOST:
                known[num_known] = i
                num_known += 1
            continue
        like = False
        if roles[i] == NEW:
            if count + num_known + num_held > len(edges):
                wider = np.empty((2 * len(edges) + num_known + num_held, 4), np.int64)
                for e in range(count):
                    for c in range(4):
                        wider[e, c] = edges[e, c]
                edges = wider
            mine = signatures[places[i]]
            for h in range(num_known + num_held):
                other = known[h] if h < num_known else holding[h - num_known]
                same = _shared(mine, signatures[places[other]])
                if same < least:
                    continue
                like = like or h >= num_known
                if not _met_before(mine, signatures[places[other]], bands[i], rows):
                    crowded = CROWDED if num_held >= FULL else 0
                    edges[count, 0], edges[count, 1], edges[count, 2] = i, other, same
                    edges[count, 3] = INDEXED if h < num_known else crowded
                    count += 1
        if roles[i] == HELD or num_held < FULL or (not like and num_held < MOST):
            holding[num_held] = i
            num_held += 1
            held[i] = True
    return edges[:count], held


@kernel
def _choose(later, earlier, flags, dropped, picked):
    """Of edges sorted by later: note the one that drops each document; how many were noted."""
    count, start = 0, 0
    while start < len(later):
        end, found = start, -1
        while end < len(later) and later[end] == later[start]:
            end += 1
        for i in range(start, end):
            if flags[i] & INDEXED or not dropped[earlier[i]]:
                found = i
                break
        if found < 0:
            for i in range(start, end):
                if flags[i] & CROWDED:
                    found = i
                    break
        if found >= 0:
            dropped[later[start]] = True
            picked[count] = found
            count += 1
        start = end
    return count


@part
def _root(parents, place):
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


@kernel
def _unite(parents, one, other):
    for i in range(len(one)):
        first, second = _root(parents, one[i]), _root(parents, other[i])
        if first < second:
            parents[second] = first
        else:
            parents[first] = second


@kernel
def _roots(parents, first, out):
    for i in range(len(out)):
        out[i] = _root(parents, first + i)


@kernel
def _follow(survivors, indexed, places, out, out_indexed):
    for i in range(len(places)):
        at = places[i]
        while not indexed[at] and survivors[survivors[at]] >= 0:
            at = survivors[at]
        out[i], out_indexed[i] = survivors[at], indexed[at]


def walk(
    buckets: np.ndarray, bands: np.ndarray, places: np.ndarray, roles: np.ndarray, signatures: np.ndarray,
    rows: int, least: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(edges int64 [n, 4]: later member, earlier member, values shared, flags; bool a member: held for later pieces).

    `least`: values that two signatures must share. A held member of an earlier piece is compared with none.
    """
    warm("buckets", _compile)
    return _walked(buckets, bands, places, roles, signatures, rows, least)


def _walked(buckets, bands, places, roles, signatures, rows, least):  # type: ignore[no-untyped-def]
    return _walk(
        frozen(buckets, np.uint64), frozen(bands, np.int64), frozen(places, np.int64), frozen(roles, np.int64),
        frozen(signatures, np.uint32), rows, least,
    )  # fmt: skip


def choose(later: np.ndarray, earlier: np.ndarray, flags: np.ndarray, dropped: np.ndarray) -> np.ndarray:
    """The edges that drop a document, one each; `dropped` (bool, by document) is filled.

    A document is dropped for the first edge whose earlier document stays (or is an index's); where a bucket was full,
    for one whose earlier document is dropped, too, since those it was not compared with are like that one.
    Edges must come sorted by later document, and pieces in that order: an earlier document is decided by then.
    """
    warm("buckets", _compile)
    picked = np.empty(len(later), np.int64)
    return picked[
        : _choose(frozen(later, np.int64), frozen(earlier, np.int64), frozen(flags, np.int64), dropped, picked)
    ]


def unite(parents: np.ndarray, one: np.ndarray, other: np.ndarray) -> None:
    """Union-find over int64 `parents` (each its own at first): the least of a set is its root."""
    warm("buckets", _compile)
    _unite(parents, frozen(one, np.int64), frozen(other, np.int64))


def roots(parents: np.ndarray, first: int, count: int) -> np.ndarray:
    """The roots of `count` documents from `first`."""
    warm("buckets", _compile)
    out = np.empty(count, np.int64)
    _roots(parents, first, out)
    return out


def follow(survivors: np.ndarray, indexed: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For dropped documents at `places`: the last survivor in the chain, and whether it is one of an index.

    `survivors`: int64, whose copy each is, -1 where it is none; those of an index count apart.
    """
    warm("buckets", _compile)
    out, out_indexed = np.empty(len(places), np.int64), np.empty(len(places), np.bool_)
    _follow(survivors, indexed, frozen(places, np.int64), out, out_indexed)
    return out, out_indexed


def _compile() -> None:
    one, flag = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    _walked(one, one, one, one, np.zeros((1, 1), np.uint32), 1, 1)
    _choose(frozen(one, np.int64), frozen(one, np.int64), frozen(one, np.int64), flag, one)
    _unite(one, frozen(one, np.int64), frozen(one, np.int64))
    _roots(one, 0, np.zeros(1, np.int64))
    _follow(one - 1, flag, frozen(one, np.int64), np.zeros(1, np.int64), flag)
