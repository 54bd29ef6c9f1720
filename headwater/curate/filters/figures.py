"""Shares of counts: what rule sets make of the figures that a kernel counted.

In: columns of counts. Out: columns of shares; 0 where there is nothing to be a share of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, row by row."""
    import numpy as np

    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
