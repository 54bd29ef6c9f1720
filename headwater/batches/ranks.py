"""Which rows of a batch a rank trains on.

In: the sequences of a step, a rank and how many there are. Out: a slice of the batch's rows.
Batch k is the same whatever the number of ranks; a rank's part is a slice of it, and the slices make the whole.
"""

from __future__ import annotations


def rank_rows(sequences: int, rank: int, world: int) -> slice:
    """Rows of `rank` (from 0) of `world`: equal parts, the first ones a row longer where it does not divide.

    Raises IndexError for a rank that is not there.
    """
    if not 0 <= rank < world:
        raise IndexError(f"rank {rank} is outside 0 to {world - 1}")
    size, longer = divmod(sequences, world)
    start = rank * size + min(rank, longer)
    return slice(start, start + size + (rank < longer))


def micro_rows(rows: slice, micro_batch: int) -> list[slice]:
    """`rows` in parts of at most `micro_batch`, for gradient accumulation."""
    return [slice(start, min(start + micro_batch, rows.stop)) for start in range(rows.start, rows.stop, micro_batch)]
