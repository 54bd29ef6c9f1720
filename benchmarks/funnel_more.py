"""What else the page of the real corpora says: repairs, copies, questions of tests, variety.

In: Facts of a run. Out: lines of Markdown; none of a part that did not run.
"""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import bytes_, count, figure, is_number
from headwater.monitor.report.parts.cleaning import KINDS
from headwater.monitor.report.parts.diversity import FIGURES

MAX_LANGUAGES = 6
Table = Any  # (header, rows, numbers) → lines


def lines(facts: Facts, table: Table) -> list[str]:
    """All parts, each under its heading."""
    return [*_repair(facts, table), *_copies(facts, table), *_questions(facts, table), *_variety(facts, table)]


def _repair(facts: Facts, table: Table) -> list[str]:
    kinds = inner(facts.edits, "edits")
    if not kinds:
        return []
    sizes = (bytes_(facts.edits.get(name)) for name in ("bytes_before", "bytes_after"))
    said = f"{count(facts.edits.get('edited'))} of {count(facts.edits.get('in'))} documents, {' → '.join(sizes)}."
    rows = []
    for kind in sorted(kinds, key=lambda name: (-inner(kinds, name).get("documents", 0), name)):
        entry = inner(kinds, kind)
        rows.append(
            [f"`{kind}`", KINDS.get(kind, (kind,))[0], count(entry.get("edits")), count(entry.get("documents"))]
        )
    return ["## Text repaired", "", said, "", *table(["edit", "what", "times", "documents"], rows, (2, 3)), ""]


def _copies(facts: Facts, table: Table) -> list[str]:
    found = facts.copies
    if not found.sizes:
        return []
    bins: dict[str, int] = {}
    for size in sorted(found.sizes):
        name = str(size) if size < 5 else "5 to 9" if size < 10 else "10 to 99" if size < 100 else "100 and more"
        bins[name] = bins.get(name, 0) + found.sizes[size]
    rows = [[name, count(number)] for name, number in bins.items()]
    pairs = [
        f"The least alike that was dropped by `{pair.reason}`: `{pair.copy}` for `{pair.original}`, similarity "
        f"{figure(pair.similarity, 3)}."
        for pair in found.least_alike
    ]
    return ["## Copies", "", *table(["documents in a group", "groups"], rows, (1,)), "", *pairs, ""]


def _questions(facts: Facts, table: Table) -> list[str]:
    sets = inner(facts.contamination, "sets")
    if not sets:
        return []
    names = ("rows", "searched", "contaminated", "documents")
    rows = [[name, *(count(inner(sets, name).get(key)) for key in names)] for name in sorted(sets)]
    header = ["set", "rows", "texts searched for", "found", "in documents"]
    return ["## Questions of tests", "", *table(header, rows, (1, 2, 3, 4)), ""]


def _variety(facts: Facts, table: Table) -> list[str]:
    sample = inner(facts.diversity, "sample")
    if not sample:
        return []
    languages = sorted(sample, key=lambda name: (-(inner(sample, name, "before").get("documents") or 0), name))
    rows = []
    for name in languages[:MAX_LANGUAGES]:
        before, after = (inner(sample, name, side) for side in ("before", "after"))
        for key, (words, _, arrow) in FIGURES.items():
            if is_number(before.get(key)) and is_number(after.get(key)):
                rows.append([name, f"{words} {arrow}", figure(before[key], 3), figure(after[key], 3)])
    header = ["language", "figure (the arrow: more varied)", "before curation", "after"]
    return ["## Variety", "", *table(header, rows, (2, 3)), ""]
