"""From pages to training documents: how many were left after each step, and why the others were not."""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.chart import bar
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, h, is_number, join, percent, table
from headwater.monitor.report.reasons import explain


def render(facts: Facts) -> Safe:
    steps = funnel(facts)
    losses = [
        (both("Pages never asked for", "未抓取的页面"), summed(facts.crawls, "refused"), None),
        (
            both("Pages fetched and not kept", "抓取后未保留的页面"),
            summed(facts.crawls, "rejected"),
            _total(facts.crawls),
        ),
        _loss(both("Documents lost in reading", "读取时排除的文档"), facts.counts.get("acquire", {})),
        _loss(both("Documents rejected by curation", "过滤时排除的文档"), _curated(facts)),
    ]
    shown = [_reasons(title, reasons, total) for title, reasons, total in losses if reasons]
    if not steps and not shown:
        return Safe("")
    intro = both(
        "Every page and document that came in is either kept or counted under the one rule that rejected it; nothing "
        "is dropped in silence.",
        "进入流程的每个页面和文档，要么被保留，要么计入排除它的那一条规则；没有任何内容被悄悄丢弃。",
        "p",
    )
    return join([intro, _bars(steps), *shown])


def funnel(facts: Facts) -> list[tuple[Safe, float]]:
    """(what, how many) from first to last."""
    steps: list[tuple[Safe, Any]] = []
    if facts.crawls:
        steps.append((both("pages fetched", "抓取的页面"), _total(facts.crawls)))
        steps.append((both("pages kept", "保留的页面"), sum(_int(crawl.get("kept")) for crawl in facts.crawls)))
    acquired = facts.counts.get("acquire", {})
    from_files = _int(acquired.get("in")) - sum(_int(crawl.get("kept")) for crawl in facts.crawls)
    if from_files > 0:
        steps.append((both("rows read from files", "从文件读取的行"), from_files))
    steps.append((both("documents with text", "有正文的文档"), acquired.get("kept", _curated(facts).get("in"))))
    steps.append((both("kept by curation", "过滤后保留"), _curated(facts).get("kept")))
    parts = split_documents(facts)
    steps.append((both("… to train on", "…… 用于训练"), parts.get("train")))
    steps.append((both("… held out, to measure with", "…… 留出，用于评测"), parts.get("heldout")))
    return [(name, float(number)) for name, number in steps if is_number(number)]


def split_documents(facts: Facts) -> dict[str, int]:
    """Documents in each part, over all channels of split.json."""
    found: dict[str, int] = {}
    for entry in inner(facts.split, "channels").values():
        for part in ("train", "heldout"):
            value = inner(entry, part).get("documents", inner(entry, "documents").get(part))
            if is_number(value):
                found[part] = found.get(part, 0) + int(value)
    return found


def summed(reports: list[dict[str, Any]], key: str) -> dict[str, int]:
    """Counts by reason, over several reports."""
    found: dict[str, int] = {}
    for report in reports:
        for reason, number in inner(report, key).items():
            found[reason] = found.get(reason, 0) + _int(number)
    return found


def _curated(facts: Facts) -> dict[str, Any]:
    return facts.curate or facts.counts.get("curate", {})


def _loss(title: Safe, counts: dict[str, Any]) -> tuple[Safe, dict[str, int], int]:
    return title, {reason: _int(n) for reason, n in inner(counts, "rejected").items()}, _int(counts.get("in"))


def _total(crawls: list[dict[str, Any]]) -> int:
    return sum(_int(crawl.get("fetched")) for crawl in crawls)


def _int(value: Any) -> int:
    return int(value) if is_number(value) else 0


def _bars(steps: list[tuple[Safe, float]]) -> Safe | None:
    if not steps:
        return None
    most = max(number for _, number in steps) or 1.0
    rows = [[name, count(number), bar(number / most)] for name, number in steps]
    return table([both("step", "步骤"), both("number", "数量"), ""], rows, numbers=(1,))


def _reasons(title: Safe, reasons: dict[str, int], total: int | None) -> Safe:
    """The table of one step's reasons, the commonest first."""
    rows = []
    for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        share = percent(number / total) if total else "–"
        rows.append([both(*explain(reason)), h("code", reason), count(number), share])
    header = [
        both("why", "原因"),
        both("rule", "规则"),
        both("number", "数量"),
        both("of those that came in", "占进入数"),
    ]
    return join([h("h3", title), table(header, rows, numbers=(2, 3))])
