"""Statistics of English web pages: one pass of a kernel for the four rule sets that share its words.

In: a column of texts and the rows asked for. Out: a column a statistic, named as in the rule sets' COLUMNS. Words are
spaCy's, lines those of each published filter, so that published thresholds mean here what they meant there.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from headwater.curate.filters import c4, fineweb, gopher, gopher_repetition

SETS = (gopher_repetition, gopher, c4, fineweb)
COLUMNS = tuple(name for rule_set in SETS for name in rule_set.COLUMNS)


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    from headwater.kernels import english
    from headwater.kernels.arrow import text_buffers

    figures = english.measure(*text_buffers(texts), rows)
    counts = {name: figures[:, place].astype(np.float64) for name, place in english.INDEX.items()}
    return {name: values for rule_set in SETS for name, values in rule_set.statistics(counts).items()}
