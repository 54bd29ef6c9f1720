"""Documents chosen by a classifier: what the stages `recall` and `quality` say of each, beside its annotations.

In: an annotations table and the folders of the stages that ran. Out: the table with a column a rule can judge
(the score of a document that was not chosen; null where it was) and with the label of what was recalled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater.curate.rules import Columns, Rule
from headwater.errors import HeadwaterError

# a stage: (its folder of row-aligned tables, the column that says who was chosen, the column it adds here)
STAGES = {
    "recall": ("recalled", "recalled", "unrecalled_score"),
    "quality": ("scores", "kept", "low_quality_score"),
}
REASONS = {"unrecalled_score": "recall.not_recalled", "low_quality_score": "quality.low_score"}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """`folders`: of the stages that ran, by name. `domain`: of recalled documents; empty leaves theirs.

    `keep_others`: documents that were not recalled stay too, under their own domain.
    """

    folders: dict[str, str]
    domain: str = ""
    keep_others: bool = False


def beside(annotations: pa.Table, shard: str, chosen: Chosen) -> pa.Table:
    """The annotations of a shard with what was chosen of it. Raises HeadwaterError damaged_file."""
    for stage, folder in chosen.folders.items():
        tables, mark, column = STAGES[stage]
        path = Path(folder) / tables / shard
        table = pq.read_table(path, columns=["score", mark])
        if table.num_rows != annotations.num_rows:
            raise HeadwaterError("damaged_file", "has other rows than the documents", where=str(path))
        if stage == "recall" and chosen.domain and "domain" in annotations.schema.names:
            annotations = _labelled(annotations, table[mark], chosen.domain)
        if stage != "recall" or not chosen.keep_others:
            score = pc.if_else(table[mark], None, table["score"].cast(pa.float64()))
            annotations = annotations.append_column(column, score)
    return annotations


def _labelled(annotations: pa.Table, recalled: pa.ChunkedArray, domain: str) -> pa.Table:
    place = annotations.schema.get_field_index("domain")
    labels = pc.if_else(recalled, domain, annotations["domain"])
    return annotations.set_column(place, "domain", labels)


def rules(columns: Columns) -> list[Rule]:
    """A rule a stage that ran: whatever score stands in its column, the document was not chosen."""
    return [Rule(reason=reason, column=name, high=-1.0) for name, reason in REASONS.items() if name in columns]
