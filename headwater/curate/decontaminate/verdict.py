"""Contaminated documents, from the hits alone: two columns and a rule on each.

In: the table of `hits/NAME.parquet` (stage.SCHEMA), row for row the documents. Out: per document the largest share of
a question that it holds, long questions and short ones apart, and the rules that compare them with the thresholds:
`decontaminate.ngram=0.83` and `decontaminate.short=1`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.curate.rules import Rule

FOLDER = "hits"
COLUMNS = ("contaminated_share", "contaminated_short_share")  # null where nothing was found


def columns(hits: pa.Table) -> dict[str, np.ndarray]:
    """COLUMNS of a shard's hits, float64, NaN where nothing was found."""
    return {name: hits[name].to_numpy().astype(np.float64) for name in COLUMNS}


def rules(config: DecontaminateConfig) -> list[Rule]:
    """A document that holds more of a question than the threshold is contaminated."""
    return [
        Rule(reason="decontaminate.ngram", column=COLUMNS[0], high=config.max_share),
        Rule(reason="decontaminate.short", column=COLUMNS[1], high=config.max_short_share),
    ]
