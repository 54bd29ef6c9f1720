"""A measure of one text, applied to rows of a column.

In: texts, the numbers of the rows wanted, and a function of one text. Out: a float64 column a statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa


def by_row(
    texts: pa.Array, rows: np.ndarray, names: Sequence[str], measure_one: Callable[[str], Sequence[float]]
) -> dict[str, np.ndarray]:
    """The statistics `names` of the rows, in the order of `rows`; a missing text is an empty one."""
    values = np.array([measure_one(texts[int(row)].as_py() or "") for row in rows], dtype=np.float64)
    return dict(zip(names, values.reshape(len(rows), len(names)).T, strict=True))
