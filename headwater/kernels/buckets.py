"""Near-duplicates among documents that fell into the same buckets, and what follows from them.

In: arrays of numbers. Out: edges (a later document, an earlier one, how many values their signatures share), which of
them are dropped, and which hang together.

A bucket is walked in document order. The documents it holds against those to come are its first FULL ones, and after
them only those that are like none that it holds, up to MOST: so a bucket of a million near-copies costs a million
comparisons, not their square, and the outcome does not depend on how the walk is cut into pieces.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, warm

FULL, MOST = 8, 64
CROWDED, KNOWN = 1, 2  # flags of an edge: the bucket was full; the earlier document is one of an index


@kernel
def _shared(one, other):
    count = 0
    for i in range(len(one)):
        count += one[i] == other[i]
    return count


@kernel
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
def _walk(buckets, bands, place, known, given, signatures, rows, least, held, later, earlier, shared, flags, fill):
    """Edges of members sorted by (bucket, known first, order). `given`: members an earlier piece already held."""
    count = 0
    holding = np.empty(MOST * 2, np.int64)
    num_known = num_held = 0
    start, end = fill[1], len(buckets)
    for i in range(start, end):
        if i == start or buckets[i] != buckets[i - 1]:
            num_known = num_held = 0
            if count + 2 * MOST * (1) > len(later):
                fill[0], fill[1] = count, i
                return
        elif count + 2 * MOST > len(later):
            fill[0], fill[1] = count, -i  # a bucket longer than the room: the caller asks for more
            return
        if known[i]:
            if num_known < MOST:
                holding[MOST + num_known] = i
                num_known += 1
            continue
        mine = signatures[place[i]]
        like = False
        if not given[i]:
            crowded = CROWDED if num_held >= FULL else 0
            for side in range(2):
                first = 0 if side else MOST
                number = num_held if side else num_known
                for h in range(number):
                    other = holding[first + h]
                    same = _shared(mine, signatures[place[other]])
                    if same < least:
                        continue
                    like = like or side == 1
                    if _met_before(mine, signatures[place[other]], bands[i], rows):
                        continue
                    later[count], earlier[count], shared[count] = i, other, same
                    flags[count] = crowded | (0 if side else KNOWN)
                    count += 1
        if num_held < FULL or (not like and num_held < MOST) or given[i]:
            holding[num_held] = i
            num_held += 1
            held[i] = True
    fill[0], fill[1] = count, end
