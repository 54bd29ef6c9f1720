"""Documents just inside and just outside each rule.

In: Facts (statistics.json of curation, and the documents). Out: for every rule that stood near a decision, the
nearest documents on both sides with the value, the limit and how the text begins.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, figure, fold, h, is_number, join, link, sample
from headwater.monitor.report.reasons import explain
from headwater.monitor.report.samples import texts_of

MAX_RULES = 120
A_SIDE = 2
CHARS = 150
BLANK_LINES = re.compile(r"\n\s*\n")
SIDES = (("inside", both("just inside, kept by this rule", "刚好在内：此规则予以保留")),
         ("outside", both("just outside, rejected", "刚好在外：被排除")))  # fmt: skip


def render(facts: Facts) -> Safe:
    nearest = near(facts.statistics)
    if not nearest:
        return Safe("")
    texts = texts_of(facts, {row["id"] for sides in nearest.values() for rows in sides.values() for row in rows})
    run = shlex.quote(f"runs/{facts.name}")
    intro = both(
        "Where a threshold stands is best seen by what it lets through and what it turns away. These are the documents "
        "whose values lie nearest to the limit of each rule that rejects something, on both sides.",
        "看阈值是否合适，最好看它刚刚放过和刚刚拦下的文档。以下是每条有排除的规则两侧取值最接近限值的文档。",
        "p",
    )
    commands = h(
        "pre",
        h("code", f"headwater show ID --run {run}\nheadwater sample {run} --reason {next(iter(nearest))} --near"),
    )
    limits = inner(facts.statistics, "nearest")
    rules = [_rule(reason, sides, inner(limits, reason), texts) for reason, sides in nearest.items()]
    return join([intro, commands, *rules])


def near(statistics: dict[str, Any]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """{reason: {"inside": [{"id", "value"}], "outside": …}} of the rules that reject something, in order."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for reason, entry in list(inner(statistics, "nearest").items()):
        sides = {side: _rows(entry, side) for side, _ in SIDES}
        if sides["outside"] and len(found) < MAX_RULES:
            found[reason] = sides
    return found


def _rows(entry: Any, side: str) -> list[dict[str, Any]]:
    rows = entry.get(side) if isinstance(entry, dict) else None
    rows = rows if isinstance(rows, list) else []
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)][:A_SIDE]


def _rule(
    reason: str,
    sides: dict[str, list[dict[str, Any]]],
    limits: dict[str, Any],
    texts: dict[str, dict[str, Any]],
) -> Safe:
    ends = [(sign, limits.get(end)) for sign, end in (("≥", "low"), ("≤", "high"))]
    said = [f"{sign} {figure(value)}" for sign, value in ends if is_number(value)]
    title = join([both(*explain(reason)), " ", h("code", reason), f" {', '.join(said)}"])
    inside = [
        h("div", h("h3", words), *(_one(row, side, texts.get(row["id"], {})) for row in sides[side]))
        for side, words in SIDES
        if sides[side]
    ]
    return fold(title, h("div", *inside, class_="sides"))


def _one(row: dict[str, Any], side: str, text: dict[str, Any]) -> Safe:
    value = figure(row["value"]) if is_number(row.get("value")) else "–"
    about: list[Any] = [h("b", value), " · ", h("code", row["id"][:80])]
    if text.get("url"):
        about += [" · ", link(text["url"])]
    style = "no" if side == "outside" else "made"
    begins = BLANK_LINES.sub("\n", str(text.get("text", ""))[: 4 * CHARS])
    return join([h("p", *about, class_="meta"), sample(begins, CHARS, style) if text else None])
