"""The stage of a source `inject`: documents that state facts, as one more capture.

In: an InjectSource. Out: `documents.jsonl.zst`, `report.json` and, with an endpoint, `answers.jsonl`. A stage cut
short goes on from its answers; the documents are a pure function of facts, settings and answers.
"""

from __future__ import annotations

from typing import Any

from headwater import storage
from headwater.curate.inject.config import InjectSource
from headwater.curate.inject.write import inject
from headwater.pipeline.stage import Context

DOCUMENTS, REPORT, ANSWERS = "documents.jsonl.zst", "report.json", "answers.jsonl"


def run(context: Context) -> dict[str, Any]:
    """The stage. Raises as `write.inject` does."""
    source: InjectSource = context.config
    folder = context.folder
    value = inject(source, folder / DOCUMENTS, folder / ANSWERS, context.report, context.limit)
    storage.write_json(folder / REPORT, value)
    counts = {"in": value["documents"], "kept": value["documents"], "rejected": {}}
    told = {name: value[name] for name in ("in", "kept", "rejected")}
    return {"counts": counts, "facts": told} | ({"asking": value["asking"]} if "asking" in value else {})
