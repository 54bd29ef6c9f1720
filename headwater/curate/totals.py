"""The report of curation: how many documents came, stayed and went, by reason, language and channel.

In: the verdicts of a shard, as columns; the reports of several shards. Out: plain figures; and the error that says why
no document stayed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from headwater.errors import HeadwaterError

EXAMPLES = 3
EXAMPLE_CHARS = 80
TOP_REASONS = 3


def count(rows: dict[str, list[Any]]) -> dict[str, Any]:
    """The report of one shard."""
    report: dict[str, Any] = {"in": len(rows["id"]), "kept": sum(rows["kept"])}
    report["rejected"] = dict(Counter(reason for reason in rows["reason"] if reason))
    for group, column in (("by_lang", "lang"), ("by_channel", "channel")):
        figures: dict[str, dict[str, int]] = {}
        for label, kept, size in zip(rows[column], rows["kept"], rows["text_bytes"], strict=True):
            entry = figures.setdefault(label, {"in": 0, "kept": 0, "kept_bytes": 0})
            entry["in"] += 1
            entry["kept"] += kept
            entry["kept_bytes"] += size * kept
        report[group] = figures
    examples: dict[str, list[str]] = {}
    for name, reason in zip(rows["id"], rows["reason"], strict=True):
        if reason and len(examples.setdefault(reason, [])) < EXAMPLES:
            examples[reason].append(name[:EXAMPLE_CHARS])
    return report | {"examples": examples}


def add_up(reports: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One report of several, in document order."""
    total: dict[str, Any] = {"in": 0, "kept": 0, "rejected": {}, "by_lang": {}, "by_channel": {}, "examples": {}}
    for report in reports:
        total["in"] += report["in"]
        total["kept"] += report["kept"]
        for reason, number in report["rejected"].items():
            total["rejected"][reason] = total["rejected"].get(reason, 0) + number
            total["examples"][reason] = (total["examples"].get(reason, []) + report["examples"][reason])[:EXAMPLES]
        for group in ("by_lang", "by_channel"):
            for label, figures in report[group].items():
                sums = total[group].setdefault(label, dict.fromkeys(figures, 0))
                for name, value in figures.items():
                    sums[name] += value
    return total


def nothing_kept(report: dict[str, Any], index: str) -> HeadwaterError:
    """Why no document stayed. `index`: of earlier runs, where there is one."""
    if not report["in"]:
        return HeadwaterError("empty_corpus", "there are no documents to curate", mend="check the recipe's sources")
    top = Counter(report["rejected"]).most_common(TOP_REASONS)
    why = ", ".join(f"{reason} ({number})" for reason, number in top)
    mend = "relax that rule's threshold, set `curate.preset: none`, or give the source `kind: specific`"
    if index and top[0][0].startswith("dedup."):
        mend = f"the index {index} knows these documents already: there is nothing new in them"
    return HeadwaterError("empty_corpus", f"all {report['in']} documents were rejected; most by {why}", mend=mend)
