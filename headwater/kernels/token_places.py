"""Where tokens occur: how often, on how many hosts, in which documents first, and what stands around the first one.

In: tokens of documents one after another, and a number for the host of each. Out: Places, brought up to date.
One pass, and memory for the vocabulary alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import kernel

EXAMPLES = 3  # documents a token
BEFORE, AROUND = 12, 25  # tokens before the first occurrence; in all, the occurrence included
NOWHERE, SEVERAL = -1, -2


class Places(NamedTuple):
    """Per token of the vocabulary."""

    counts: np.ndarray  # int64 [V]
    hosts: np.ndarray  # int64 [V]: the number of the only host, NOWHERE or SEVERAL
    examples: np.ndarray  # int64 [V, EXAMPLES]: numbers of documents, or NOWHERE
    around: np.ndarray  # int32 [V, AROUND]: tokens round the first occurrence, or NOWHERE


def places(vocab_size: int) -> Places:
    """No token seen yet."""
    return Places(
        counts=np.zeros(vocab_size, np.int64),
        hosts=np.full(vocab_size, NOWHERE, np.int64),
        examples=np.full((vocab_size, EXAMPLES), NOWHERE, np.int64),
        around=np.full((vocab_size, AROUND), NOWHERE, np.int32),
    )


@kernel
def note(ids, offsets, hosts, first_document, found):
    """Add documents `first_document`, … to `found`. `hosts`: a number a document; NOWHERE counts as several."""
    for row in range(len(offsets) - 1):
        document, host = first_document + row, hosts[row]
        for at in range(offsets[row], offsets[row + 1]):
            token = np.int64(ids[at])
            found.counts[token] += 1
            if found.hosts[token] == NOWHERE and host != NOWHERE:
                found.hosts[token] = host
            elif found.hosts[token] != host or host == NOWHERE:
                found.hosts[token] = SEVERAL
            if found.counts[token] == 1:
                begin = max(offsets[row], at - BEFORE)
                for place in range(min(offsets[row + 1] - begin, AROUND)):
                    found.around[token, place] = ids[begin + place]
            for place in range(EXAMPLES):
                if found.examples[token, place] == document:
                    break
                if found.examples[token, place] == NOWHERE:
                    found.examples[token, place] = document
                    break
