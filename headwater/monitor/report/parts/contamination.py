"""Questions of evaluation sets that stand in the corpus: which question, in which document, and how much of it.

In: Facts (contamination.json). Out: a table of the sets, and the questions that are held most widely, each with the
passage of a document that holds it.
"""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, figure, fold, h, is_number, join, percent, sample, table
from headwater.monitor.report.samples import texts_of

MAX_SETS, MAX_QUESTIONS = 60, 20
QUESTION_CHARS, PASSAGE_CHARS = 300, 300


def render(facts: Facts) -> Safe:
    sets = inner(facts.contamination, "sets")
    if not sets:
        return Safe("")
    documents, limits = inner(facts.contamination, "documents"), inner(facts.contamination, "thresholds")
    intro = both(
        f"{count(documents.get('searched'))} documents were searched for the questions of the sets below; "
        f"{count(documents.get('contaminated'))} hold more than {percent(limits.get('max_share'))} of one (of a short "
        f"one {percent(limits.get('max_short_share'))}) and are rejected, so that a score measures what was learnt and "
        "not what was read.",
        f"在 {count(documents.get('searched'))} 篇文档中查找了下列评测集的题目；其中 "
        f"{count(documents.get('contaminated'))} 篇包含某题的 {percent(limits.get('max_share'))} 以上（短题为 "
        f"{percent(limits.get('max_short_share'))}），已被排除，以保证分数反映学到的能力而非读过的答案。",
        "p",
    )
    return join([intro, _sets(sets), *_questions(facts)])


def _sets(sets: dict[str, Any]) -> Safe:
    names = sorted(sets, key=lambda name: (-_number(inner(sets, name).get("documents")), name))[:MAX_SETS]
    rows = []
    for name in names:
        entry = inner(sets, name)
        figures = [entry.get(key) for key in ("rows", "searched", "contaminated", "documents")]
        rows.append([name, *(count(value) for value in figures)])
    header = [
        both("set", "评测集"),
        both("rows", "行数"),
        both("texts searched for", "查找的文本"),
        both("of them found", "其中找到"),
        both("in documents", "涉及文档"),
    ]
    return table(header, rows, numbers=(1, 2, 3, 4))


def _questions(facts: Facts) -> list[Safe]:
    questions = facts.contamination.get("questions")
    questions = [one for one in questions if isinstance(one, dict)] if isinstance(questions, list) else []
    shown = [(one, _example(one)) for one in questions[:MAX_QUESTIONS]]
    texts = texts_of(facts, {str(example.get("document")) for _, example in shown if example})
    return [_question(one, example, texts) for one, example in shown]


def _example(question: dict[str, Any]) -> dict[str, Any]:
    found = question.get("examples")
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}


def _question(one: dict[str, Any], example: dict[str, Any], texts: dict[str, dict[str, Any]]) -> Safe:
    place = f"{one.get('set', '')} · {count(one.get('row'))} · {one.get('field', '')}"
    number = count(one.get("documents"))
    title = join([h("code", place), " ", both(f"in {number} documents", f"见于 {number} 篇文档")])
    name = str(example.get("document", ""))
    about = [
        h("code", name),
        " · ",
        both("share of the question", "占题目的比例"),
        " ",
        figure(example.get("share"), 3),
    ]
    text = str(texts.get(name, {}).get("text", ""))
    begin, end = (int(_number(example.get(key))) for key in ("begin", "end"))
    passage = sample(text[max(begin, 0) : max(end, 0)], PASSAGE_CHARS, "no") if text and end > begin else None
    sides = [
        h("div", h("p", both("the question", "题目"), class_="meta"), sample(str(one.get("text", "")), QUESTION_CHARS)),
        h("div", h("p", *about, class_="meta"), passage),
    ]
    return fold(title, h("div", *sides, class_="sides"))


def _number(value: Any) -> float:
    return float(value) if is_number(value) else 0.0
