"""Where a value stands in a sorted array: numpy's own search compiles seconds of code in every kernel that calls it.

In: a sorted array and a value. Out: the first place whose entry is not below the value.
"""

from __future__ import annotations

from headwater.kernels.compiled import part


@part
def lower_bound(values, value):
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low
