"""The stage `decontaminate`: which questions of the evaluation sets each document holds, and how much of each.

In: `documents/NAME.parquet`, and the sets that the recipe names. Out: `hits/NAME.parquet`, row for row the documents
(SCHEMA); `questions.parquet`, which `hits.question` counts in (questions.SCHEMA, texts cut short); `sets.json`, per set
how many rows and texts were read, searched and left out.
Steps: read the sets and build the index, once → search every shard (map). What of it rejects a document is decided
later, from the hits (`verdict`); `report` says it question by question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate.decontaminate import answers, index, questions, sets
from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.curate.decontaminate.verdict import COLUMNS, FOLDER
from headwater.errors import HeadwaterError
from headwater.kernels import arrow, fold
from headwater.kernels.matches import Hits, match
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

QUESTIONS, SETS = "questions.parquet", "sets.json"
HIT = pa.struct([("question", pa.int64()), ("share", pa.float64()), ("begin", pa.int64()), ("end", pa.int64()),
                 ("answer_near", pa.bool_())])  # fmt: skip
SCHEMA = pa.schema(
    [("id", pa.string())]
    + [(name, pa.float64()) for name in COLUMNS]
    # best first; `begin` and `end` count the text's characters; `answer_near` is null where no answer is known
    + [("hits", pa.list_(HIT))]
)
TEXT_CHARS = 400  # of a question, in questions.parquet
_INDEX = f"{phases.WORK}/index"
_HERE = "headwater.curate.decontaminate.stage"


def run(context: Context) -> dict[str, Any]:
    """Find the questions. Raises HeadwaterError unknown_name, unreadable_input, empty_corpus or unsafe_file."""
    config: DecontaminateConfig = context.config
    build = [{"key": "index", "config": config}]
    read = phases.run(context, "index", build, f"{_HERE}:build_index", "sets")[0]
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": pq.read_metadata(path).num_rows, "config": config}
        for path in shards(context.documents())
    ]
    results = phases.run(context, "search", tasks, f"{_HERE}:search_shard", "documents")
    rows, found = (sum(result[name] for result in results) for name in ("rows", "found"))
    return {"counts": {"in": rows, "kept": rows, "rejected": {}}, "found": found, "sets": read["sets"]}


def build_index(task: dict[str, Any]) -> dict[str, Any]:
    """Read the sets and write their questions, figures and index."""
    folder, config = Path(task["folder"]), task["config"]
    problems: Counter[str] = Counter()
    table = fold.table()
    found, tokens, figures = questions.gather(sets.read(config.sets, problems), config, table)
    if not found.num_rows:
        raise HeadwaterError(
            "empty_corpus",
            "no question of these sets is long enough to be found in a text",
            where=", ".join(config.sets),
            mend="name the files that hold the questions themselves",
        )
    searched = index.build(tokens, found["short"].to_numpy(), config)
    names = index.save(folder / _INDEX, searched, table)
    short = pc.utf8_slice_codeunits(found["text"], 0, TEXT_CHARS)
    found = found.set_column(found.schema.get_field_index("text"), "text", short)
    document.write_parquet(folder / QUESTIONS, found.to_batches(), questions.SCHEMA)
    unseeded = found.num_rows - index.num_searched(searched)
    read = {"sets": figures, "unreadable": dict(problems), "common_throughout": unseeded}
    storage.write_json(folder / SETS, read)
    return {"files": [QUESTIONS, SETS, *(f"{_INDEX}/{name}" for name in names)], "sets": figures}


def search_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write the hits of one documents shard, under its name."""
    folder, shard, config = Path(task["folder"]), Path(task["shard"]), task["config"]
    searched, table = index.load(folder / _INDEX)
    asked = pq.read_table(folder / QUESTIONS, columns=["answers", "others", "letter"])
    name, found = f"{FOLDER}/{shard.name}", 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal found
        for batch in document.read_parquet(shard, columns=["id", "text"]):
            offsets, text = arrow.text_buffers(batch.column("text"))
            hits = match(offsets, text, table, searched, index.limits(config))
            found += len(np.unique(hits.rows))
            yield _rows(batch.column("id"), offsets, text, hits, _answered(offsets, text, hits, asked, table))

    rows = document.write_parquet(folder / name, batches(), SCHEMA)
    return {"files": [name], "rows": rows, "found": found}


def _answered(offsets: np.ndarray, text: np.ndarray, hits: Hits, asked: pa.Table, table: np.ndarray) -> pa.Array:
    """For each hit whether the answer stands near."""
    told = [answers.Answers(*row.values()) for row in asked.take(pa.array(hits.items)).to_pylist()]
    firsts, lasts = offsets[hits.rows].tolist(), offsets[hits.rows + 1].tolist()
    spans = list(zip(firsts, hits.begins.tolist(), hits.ends.tolist(), lasts, strict=True))
    return pa.array(answers.near(text, spans, told, table), pa.bool_())


def _rows(ids: pa.Array, offsets: np.ndarray, text: np.ndarray, hits: Hits, answered: pa.Array) -> pa.RecordBatch:
    """The hits of a batch, a row a document."""
    num_rows = len(offsets) - 1
    firsts = offsets[hits.rows]
    spans = [
        [_num_chars(text[first:place]) for first, place in zip(firsts.tolist(), places.tolist(), strict=True)]
        for places in (hits.begins, hits.ends)
    ]
    columns = [pa.array(hits.items), pa.array(hits.shares), *(pa.array(span, pa.int64()) for span in spans), answered]
    bounds = np.searchsorted(hits.rows, np.arange(num_rows + 1)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(bounds), pa.StructArray.from_arrays(columns, fields=list(HIT)))
    shares = [pa.array(hits.shares_of[:, side], pa.float64(), from_pandas=True) for side in range(len(COLUMNS))]
    return pa.RecordBatch.from_arrays([ids.cast(pa.string()), *shares, lists], schema=SCHEMA)


def _num_chars(text: np.ndarray) -> int:
    return int(np.count_nonzero((text & 0xC0) != 0x80))
