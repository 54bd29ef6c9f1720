"""What was contaminated: which question stands in which document, and how much of it; from the hits, without text.

In: the folder of the stage `decontaminate` and the thresholds. Out: a value for `contamination.json`:

    {"thresholds": {"max_share", "max_short_share"},
     "documents": {"searched", "with_hits", "contaminated", "answered"},
     "sets": {NAME: {"rows", "texts", "searched", "too_short", …, "contaminated", "documents", "answered"}},
     "unreadable": {REASON: n}, "common_throughout": n,
     "questions": [{"set", "row", "id", "field", "text", "short", "answers", "share", "documents", "answered",
                    "examples": [{"document", "share", "begin", "end", "answer_near"}]}]}

`common_throughout` counts the texts that are made of phrases hundreds of others share, and could not be searched for.
`contaminated` of a set counts its texts that some document holds more of than the threshold. `questions` are those,
the most widely held first. `answered` counts the documents among them in which the right answer stands near, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import storage
from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.curate.decontaminate.stage import QUESTIONS, SETS
from headwater.curate.decontaminate.verdict import FOLDER
from headwater.pipeline.stage import shards

FILE = "contamination.json"
EXAMPLES = 5  # documents named for a question
MOST_QUESTIONS = 1000  # named
NOTHING = {"share": 0.0, "documents": 0, "answered": 0}
EXAMPLE = ("share", "begin", "end", "answer_near")


def contamination(folder: Path, config: DecontaminateConfig) -> dict[str, Any]:
    """The report of a `decontaminate` stage's folder under these thresholds."""
    questions = pq.read_table(folder / QUESTIONS)
    short = questions["short"].to_numpy()
    least = np.where(short, config.max_short_share, config.max_share)
    documents = {"searched": 0, "with_hits": 0, "contaminated": 0, "answered": 0}
    held: dict[int, dict[str, Any]] = {}
    of_sets: dict[str, set[int]] = {}
    answered: dict[str, set[int]] = {}
    names = questions["set"].to_pylist()
    for path in shards(folder / FOLDER):
        table = pq.read_table(path, columns=["id", "hits"])
        for row, (name, hits) in enumerate(zip(table["id"].to_pylist(), table["hits"].to_pylist(), strict=True)):
            over = [hit for hit in hits if hit["share"] > least[hit["question"]]]
            documents["with_hits"] += bool(hits)
            documents["contaminated"] += bool(over)
            documents["answered"] += any(hit["answer_near"] for hit in over)
            for hit in over:
                _note(held.setdefault(hit["question"], {**NOTHING, "examples": []}), name, hit)
                place = documents["searched"] + row
                of_sets.setdefault(names[hit["question"]], set()).add(place)
                if hit["answer_near"]:
                    answered.setdefault(names[hit["question"]], set()).add(place)
        documents["searched"] += table.num_rows
    read = storage.read_json(folder / SETS)
    sets = {
        name: {**figures, "contaminated": 0, "documents": 0, "answered": 0} for name, figures in read["sets"].items()
    }
    for number in held:
        sets[names[number]]["contaminated"] += 1
    for name, rows in of_sets.items():
        sets[name] |= {"documents": len(rows), "answered": len(answered.get(name, ()))}
    widest = sorted(held, key=lambda number: (-held[number]["documents"], -held[number]["share"], number))
    columns = ["set", "row", "id", "field", "text", "short", "answers"]
    chosen = questions.take(pa.array(widest[:MOST_QUESTIONS], pa.int64())).select(columns).to_pylist()
    return {
        "thresholds": {"max_share": config.max_share, "max_short_share": config.max_short_share},
        "documents": documents,
        "sets": sets,
        "unreadable": read["unreadable"],
        "common_throughout": read["common_throughout"],
        "questions": [row | held[number] for number, row in zip(widest, chosen, strict=False)],
    }


def _note(entry: dict[str, Any], name: str, hit: dict[str, Any]) -> None:
    entry["documents"] += 1
    entry["answered"] += bool(hit["answer_near"])
    entry["share"] = max(entry["share"], hit["share"])
    if len(entry["examples"]) < EXAMPLES:
        entry["examples"].append({"document": name} | {key: hit[key] for key in EXAMPLE})
