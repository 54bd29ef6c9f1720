"""The stage of a source `synthesize`: documents asked of a model, as one more capture.

In: a SynthesizeSource. Out: `documents.jsonl.zst`, `report.json` and `answers.jsonl` (what was asked and answered).
A stage cut short goes on from its answers; what was answered is not asked, and not paid for, again.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from headwater import storage
from headwater.curate.synthesize.config import SynthesizeSource
from headwater.curate.synthesize.write import synthesize
from headwater.pipeline.stage import Context

DOCUMENTS, REPORT, ANSWERS = "documents.jsonl.zst", "report.json", "answers.jsonl"
# what names or speeds the asking and cannot change the texts
LABELS = (
    *("concurrency", "requests_per_minute", "timeout_s", "retries", "answers", "price_in", "price_out"),
    *("kind", "domain", "license", "source"),
)


def run(context: Context) -> dict[str, Any]:
    """The stage. Raises HeadwaterError service_unreachable or empty_corpus."""
    source: SynthesizeSource = context.config
    if context.limit is not None:
        source = dataclasses.replace(source, count=min(source.count, max(1, context.limit)))
    value = synthesize(source, context.folder / DOCUMENTS, context.folder / ANSWERS, context.report)
    storage.write_json(context.folder / REPORT, value)
    counts = {name: value[name] for name in ("in", "kept", "rejected")}
    return {"counts": counts, "asking": value["asking"]}
