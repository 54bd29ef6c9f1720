"""How varied the corpus is, before and after curation: by language and by the sites it came from.

In: Facts (diversity.json). Out: a table of figures a language, and the largest sites on both sides.
"""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.chart import bar
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, bytes_, count, figure, fold, h, is_number, join, percent, table

MAX_LANGUAGES, MAX_HOSTS = 30, 10
SIDES = (("before", "before", "之前"), ("after", "after", "之后"))
# figure: (English, Chinese, which way is more varied)
FIGURES: dict[str, tuple[str, str, str]] = {
    "vendi": ("texts unlike each other (Vendi)", "彼此不同的文本数（Vendi）", "↑"),
    "vendi_share": ("… of those compared", "…… 占所比较的文本", "↑"),
    "compression_ratio": ("compression ratio", "压缩比", "↓"),
    "distinct_1": ("distinct words", "不同的词", "↑"),
    "distinct_2": ("distinct pairs of words", "不同的二元词组", "↑"),
    "distinct_3": ("distinct triples of words", "不同的三元词组", "↑"),
    "self_repetition": ("texts repeating each other", "互相重复", "↓"),
}


def render(facts: Facts) -> Safe:
    sample, hosts = inner(facts.diversity, "sample"), inner(facts.diversity, "hosts")
    if not sample and not hosts:
        return Safe("")
    intro = both(
        "Measured on a sample of each language, as many documents before curation as after. The arrow says which way "
        "is more varied.",
        "在每种语言的抽样上测得，过滤前后取同样多的文档。箭头表示更多样的方向。",
        "p",
    )
    languages = sorted(sample, key=lambda name: (-_documents(sample, name), name))[:MAX_LANGUAGES]
    parts = [_language(name, inner(sample, name), opened=place < 3) for place, name in enumerate(languages)]
    return join([intro, *parts, _spread(hosts), *(_top(hosts, *side) for side in SIDES)])


def _documents(sample: dict[str, Any], name: str) -> float:
    value = inner(sample, name, "before").get("documents")
    return float(value) if is_number(value) else 0.0


def _language(name: str, entry: dict[str, Any], opened: bool) -> Safe:
    before, after = (inner(entry, side) for side, _, _ in SIDES)
    rows = []
    for key, (en, zh, arrow) in FIGURES.items():
        if is_number(before.get(key)) or is_number(after.get(key)):
            rows.append([both(f"{en} {arrow}", f"{zh} {arrow}"), figure(before.get(key), 3), figure(after.get(key), 3)])
    if not rows:
        return Safe("")
    header = [both("figure", "指标"), *(both(en, zh) for _, en, zh in SIDES)]
    said = f"{count(before.get('documents'))} → {count(after.get('documents'))}"
    title = join([h("code", name), " ", both(f"{said} documents measured", f"测量文档 {said} 篇")])
    return fold(title, table(header, rows, numbers=(1, 2)), opened=opened)


def _spread(hosts: dict[str, Any]) -> Safe | None:
    before, after = (inner(hosts, side) for side, _, _ in SIDES)
    if not before.get("hosts"):
        return None
    rows = [
        [both("sites", "网站数"), *(count(side.get("hosts")) for side in (before, after))],
        [
            both("as varied as so many sites of one size", "相当于多少个同等大小的网站"),
            *(figure(side.get("effective_hosts"), 3) for side in (before, after)),
        ],
        [
            both("inequality (Gini)", "不均衡程度（基尼系数）"),
            *(figure(side.get("gini"), 3) for side in (before, after)),
        ],
    ]
    header = [both("sites", "网站"), *(both(en, zh) for _, en, zh in SIDES)]
    return join([h("h3", both("Sites", "网站")), table(header, rows, numbers=(1, 2))])


def _top(hosts: dict[str, Any], side: str, en: str, zh: str) -> Safe | None:
    found = inner(hosts, side).get("top")
    found = [one for one in found if isinstance(one, dict)][:MAX_HOSTS] if isinstance(found, list) else []
    rows = []
    for one in found:
        share = one.get("share")
        drawn = bar(share) if is_number(share) else None
        sizes = [count(one.get("documents")), bytes_(one.get("bytes")), percent(share)]
        rows.append([str(one.get("host", ""))[:100], *sizes, drawn])
    header = [
        both("site", "网站"),
        both("documents", "文档"),
        both("text", "文本量"),
        both("of all text", "占全部文本"),
        "",
    ]
    title = both(f"Largest sites {en} curation", f"过滤{zh}最大的网站")
    return fold(title, table(header, rows, numbers=(1, 2, 3))) if rows else None
