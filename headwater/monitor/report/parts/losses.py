"""Why pages and documents were not kept: a table of reasons a step.

In: Facts. Out: for every step that lost something its reasons in words, the commonest first.
"""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, bytes_, count, fold, h, is_number, join, percent, table
from headwater.monitor.report.reasons import explain
from headwater.monitor.report.tally import Tally

MAX_REASONS = 60  # of one step; the rest can be opened
MAX_FOLDED = 400
LANGUAGES_SHOWN = 3


def render(facts: Facts) -> Safe:
    counts = facts.counts.get("acquire", {})
    curation = curated(facts)
    steps = [
        (both("Pages never asked for", "未抓取的页面"), summed(facts.crawls, "refused"), None, None),
        (
            both("Pages fetched and not kept", "抓取后未保留的页面"),
            summed(facts.crawls, "rejected"),
            fetched(facts.crawls),
            None,
        ),
        (both("Documents lost in reading", "读取时排除的文档"), rejected(counts), whole(counts.get("in")), None),
        (
            both("Documents rejected by curation", "过滤时排除的文档"),
            rejected(curation),
            whole(curation.get("in")),
            facts.verdicts,
        ),
    ]
    return join([_reasons(title, reasons, total, verdicts) for title, reasons, total, verdicts in steps if reasons])


def curated(facts: Facts) -> dict[str, Any]:
    """{"in", "kept", "rejected"} of curation."""
    return facts.curate or facts.counts.get("curate", {})


def rejected(counts: dict[str, Any]) -> dict[str, int]:
    return {reason: whole(number) for reason, number in inner(counts, "rejected").items()}


def fetched(crawls: list[dict[str, Any]]) -> int:
    return sum(whole(crawl.get("fetched")) for crawl in crawls)


def summed(reports: list[dict[str, Any]], key: str) -> dict[str, int]:
    """Counts by reason, over several reports."""
    found: dict[str, int] = {}
    for report in reports:
        for reason, number in inner(report, key).items():
            found[reason] = found.get(reason, 0) + whole(number)
    return found


def whole(value: Any) -> int:
    return int(value) if is_number(value) else 0


def _reasons(title: Safe, reasons: dict[str, int], total: int | None, verdicts: Tally | None) -> Safe:
    """The table of one step's reasons, the commonest first."""
    sizes = dict(verdicts.reasons()) if verdicts else {}
    languages = _languages(verdicts) if verdicts else {}
    rows = []
    for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        row = [both(*explain(reason)), h("code", reason), count(number), percent(number / total) if total else "–"]
        if sizes:
            row += [bytes_(sizes[reason].size_bytes) if reason in sizes else "–", languages.get(reason, "")]
        rows.append(row)
    header = [
        both("why", "原因"),
        both("rule", "规则"),
        both("number", "数量"),
        both("of those that came in", "占进入数"),
    ]
    if sizes:
        header += [both("text", "文本量"), both("most in", "主要语言")]
    shown = table(header, rows[:MAX_REASONS], numbers=(2, 3, 4))
    rest = rows[MAX_REASONS : MAX_REASONS + MAX_FOLDED]
    more = (
        fold(both(f"{len(rest)} more", f"另外 {len(rest)} 项"), table(header, rest, numbers=(2, 3, 4)))
        if rest
        else None
    )
    return join([h("h3", title), shown, more])


def _languages(verdicts: Tally) -> dict[str, str]:
    """A reason → the languages it took most documents of, as `en 120, zh 4`."""
    found: dict[str, list[tuple[int, str]]] = {}
    for (language, reason), amount in verdicts.by_language().cells.items():
        found.setdefault(reason, []).append((-amount.documents, language))
    return {
        reason: ", ".join(f"{language} {count(-number)}" for number, language in sorted(rows)[:LANGUAGES_SHOWN])
        for reason, rows in found.items()
    }
