"""Which questions of evaluation sets stand in which document of a folder that `headwater curate` made.

In: what the stage `decontaminate` left. Out: `hits.parquet`, a row a document that holds some; and one document's hits,
each with its question's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document
from headwater.curate.decontaminate import stage, verdict
from headwater.pipeline.stage import shards

NAME = "hits.parquet"
NAMED = ("set", "row", "field")  # what calls a question by name
SCHEMA = pa.schema(
    [("id", pa.string()), ("hits", pa.list_(pa.struct([*stage.HIT, pa.field("named", pa.string())])))]
)  # fmt: skip


def write(decontaminated: Path, output: Path) -> None:
    """Write the hits of a stage's folder into an output folder, where the stage ran."""
    if not (decontaminated / stage.QUESTIONS).is_file():
        return
    questions = pq.read_table(decontaminated / stage.QUESTIONS, columns=list(NAMED))

    def found() -> Iterator[pa.RecordBatch]:
        for path in shards(decontaminated / verdict.FOLDER):
            for batch in document.read_parquet(path, columns=["id", "hits"]):
                rows = batch.filter(pc.greater(pc.list_value_length(batch.column("hits")), 0)).to_pylist()
                for row in rows:
                    names = questions.take([hit["question"] for hit in row["hits"]]).to_pylist()
                    for hit, name in zip(row["hits"], names, strict=True):
                        hit["named"] = ":".join(str(name[part]) for part in NAMED)
                yield pa.RecordBatch.from_pylist(rows, SCHEMA)

    document.write_parquet(output / NAME, found(), SCHEMA)


def of(folder: Path, id_: str) -> list[dict[str, Any]]:
    """The hits of a document, best first; none where it holds none."""
    if not (folder / NAME).is_file():
        return []
    for batch in document.read_parquet(folder / NAME):
        place = pc.index(batch.column("id"), id_).as_py()
        if place >= 0:
            return batch.column("hits")[place].as_py()
    return []
