"""From pages to training documents: how many were left after each step, and how much text.

In: Facts. Out: the steps from first to last with what each took, and the same by language and by channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.monitor.report.bars import legend, stacked
from headwater.monitor.report.chart import bar
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, bytes_, count, fold, is_number, join, percent, table
from headwater.monitor.report.parts import losses
from headwater.monitor.report.tally import PHASES, Amount, Tally

MAX_ROWS = 40  # languages or channels, the largest; the rest are added up
# phase of the verdicts: (what is left after it, what it took, class of its colour)
WORDS: dict[str, tuple[tuple[str, str], tuple[str, str], str]] = {
    "chosen": (("chosen by recall and quality", "经召回与质量筛选"), ("not chosen", "未选中"), "c6"),
    "judged": (("passed the rules", "通过规则"), ("against a rule", "违反规则"), "c1"),
    "decontaminated": (("free of test questions", "不含评测题目"), ("test questions", "含评测题目"), "c3"),
    "deduplicated": (("said once", "去重之后"), ("a copy", "重复"), "c4"),
    "capped": (("within the caps", "未超过上限"), ("over a cap", "超过上限"), "c5"),
}
KEPT = (("kept", "保留"), "c2")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of the funnel; `size_bytes` is None where nobody measured text yet."""

    name: Safe
    documents: float
    size_bytes: float | None = None
    is_part: bool = False  # of the step before it, and no loss


def render(facts: Facts) -> Safe:
    steps, reasons = funnel(facts), losses.render(facts)
    if not steps and not reasons:
        return Safe("")
    intro = both(
        "Every page and document that came in is either kept or counted under the one rule that rejected it; nothing "
        "is dropped in silence.",
        "进入流程的每个页面和文档，要么被保留，要么计入排除它的那一条规则；没有任何内容被悄悄丢弃。",
        "p",
    )
    return join([intro, _steps(steps), _by_label(facts.verdicts), reasons])


def funnel(facts: Facts) -> list[Step]:
    """The steps from first to last."""
    steps: list[tuple[Safe, Any, Any]] = []
    crawled = sum(losses.whole(crawl.get("kept")) for crawl in facts.crawls)
    if facts.crawls:
        steps.append((both("pages fetched", "抓取的页面"), losses.fetched(facts.crawls), None))
        steps.append((both("pages kept", "保留的页面"), crawled, None))
    acquired, curated = facts.counts.get("acquire", {}), losses.curated(facts)
    not_asked = losses.rejected(acquired).get("files.where", 0)  # they are told below, and are no loss
    from_files = losses.whole(acquired.get("in")) - crawled - not_asked
    if from_files > 0:
        steps.append((both("rows read from files", "从文件读取的行"), from_files, None))
    read, size = acquired.get("kept", curated.get("in")), facts.verdicts.total().size_bytes or None
    steps.append((both("documents with text", "有正文的文档"), read, facts.edits.get("bytes_before", size)))
    if facts.edits:
        steps.append((both("after text repair", "文本修复之后"), facts.edits.get("in"), facts.edits.get("bytes_after")))
    steps += _decided(facts.verdicts)
    kept = facts.verdicts.kept()
    steps.append((both("kept by curation", "过滤后保留"), curated.get("kept"), kept.size_bytes or None))
    found = [Step(name=name, documents=n, size_bytes=size) for name, n, size in steps if is_number(n)]
    parts = _parts(facts)
    for name, words in (
        ("train", both("… to train on", "…… 用于训练")),
        ("heldout", both("… held out, to measure with", "…… 留出，用于评测")),
    ):
        if name in parts:
            documents, size = parts[name]
            found.append(Step(name=words, documents=documents, size_bytes=size or None, is_part=True))
    return found


def _decided(verdicts: Tally) -> list[tuple[Safe, Any, Any]]:
    """What was left after each phase of the verdicts that took something, but the last, which is what was kept."""
    taking = [phase for phase in PHASES if verdicts.total(phase=phase).documents]
    left, rows = verdicts.total(), []
    for phase in taking[:-1]:
        taken = verdicts.total(phase=phase)
        left = Amount(left.documents - taken.documents, left.size_bytes - taken.size_bytes)
        rows.append((both(*WORDS[phase][0]), left.documents, left.size_bytes))
    return rows


def _parts(facts: Facts) -> dict[str, tuple[int, int]]:
    """(documents, bytes) of each part, over all channels of split.json."""
    found: dict[str, tuple[int, int]] = {}
    for entry in inner(facts.split, "channels").values():
        for part in ("train", "heldout"):
            documents = inner(entry, part).get("documents", inner(entry, "documents").get(part))
            size = inner(entry, part).get("bytes", inner(entry, "bytes").get(part))
            if is_number(documents):
                before = found.get(part, (0, 0))
                found[part] = (before[0] + int(documents), before[1] + losses.whole(size))
    return found


def _steps(steps: list[Step]) -> Safe | None:
    if not steps:
        return None
    most = max(step.documents for step in steps) or 1.0
    has_sizes = any(step.size_bytes for step in steps)
    rows = []
    for before, step in zip([None, *steps], steps, strict=False):
        lost = before.documents - step.documents if before and not step.is_part else 0
        row = [step.name, count(step.documents), _lost(lost, before), bytes_(step.size_bytes)]
        rows.append([*(row if has_sizes else row[:3]), bar(step.documents / most)])
    header = [both("step", "步骤"), both("number", "数量"), both("lost here", "此步减少")]
    header += [both("text", "文本量")] if has_sizes else []
    return table([*header, ""], rows, numbers=(1, 2, 3) if has_sizes else (1, 2))


def _lost(lost: float, before: Step | None) -> str:
    return f"{count(lost)} ({percent(lost / before.documents)})" if before and lost > 0 and before.documents else ""


def _by_label(verdicts: Tally) -> Safe | None:
    """What became of each language, and, to be opened, of each channel."""
    if not verdicts.cells:
        return None
    languages = verdicts.by_language()
    phases = [phase for phase in PHASES if verdicts.total(phase=phase).documents]
    colours = [(both(*KEPT[0]), KEPT[1]), *((both(*WORDS[phase][1]), WORDS[phase][2]) for phase in phases)]
    return join(
        [
            _labelled(languages, phases, both("By language", "按语言"), both("language", "语言")),
            legend(colours),
            fold(
                both("The same by channel", "按通道"),
                _labelled(verdicts, phases, None, both("channel", "通道")),
            )
            if len(verdicts.labels()) > len(languages.labels())
            else None,
        ]
    )


def _labelled(verdicts: Tally, phases: list[str], title: Safe | None, name: Safe) -> Safe:
    labels = verdicts.labels()
    rows = [_row(label, verdicts, phases) for label in labels[:MAX_ROWS]]
    if len(labels) > MAX_ROWS:
        left_out = set(labels[MAX_ROWS:])
        rest = Tally(cells={key: amount for key, amount in verdicts.cells.items() if key[0] in left_out})
        rows.append(_row(None, rest, phases, both(f"{len(left_out)} others", f"其余 {len(left_out)} 种")))
    header = [name, both("came in", "进入"), *(both(*WORDS[phase][1]) for phase in phases)]
    header += [
        both("kept", "保留"),
        both("of documents", "占文档"),
        both("of text", "占文本"),
        both("text kept", "保留文本"),
    ]
    return table([*header, ""], rows, numbers=range(1, len(header)), caption=title)


def _row(label: str | None, verdicts: Tally, phases: list[str], name: Safe | None = None) -> list[Any]:
    total, kept = verdicts.total(label), verdicts.kept(label)
    taken = [verdicts.total(label, phase).documents for phase in phases]
    whole = total.documents or 1
    pieces = [(KEPT[0][0], kept.documents / whole, KEPT[1])]
    pieces += [(WORDS[p][1][0], n / whole, WORDS[p][2]) for p, n in zip(phases, taken, strict=True)]
    return [
        name or label,
        count(total.documents),
        *(count(n) if n else "" for n in taken),
        count(kept.documents),
        percent(kept.documents / whole),
        percent(kept.size_bytes / total.size_bytes) if total.size_bytes else "–",
        bytes_(kept.size_bytes),
        stacked(pieces),
    ]
