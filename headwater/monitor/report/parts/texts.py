"""What kept and rejected texts look like."""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.gather import Facts
from headwater.monitor.report.html import Safe, both, figure, fold, h, is_number, join, link, sample
from headwater.monitor.report.reasons import explain
from headwater.monitor.report.samples import samples

KEPT_CHARS, REJECTED_CHARS = 420, 260


def render(facts: Facts) -> Safe:
    rows = samples(facts)
    if not rows:
        return Safe("")
    intro = both(
        "Chosen by chance, not for their looks. Characters that are invisible or turn the reading direction are shown "
        "by name, as ⟨U+200B⟩.",
        "随机抽取，未经挑选。不可见字符和改变书写方向的字符以名称显示，如 ⟨U+200B⟩。",
        "p",
    )
    kept = [row for row in rows if row["kept"]]
    rejected = [row for row in rows if not row["kept"]]
    parts = [intro]
    for title, group, key in (
        (both("Kept", "保留的"), kept, "channel"),
        (both("Rejected", "排除的"), rejected, "reason"),
    ):
        if not group:
            continue
        parts.append(h("h3", title))
        names = dict.fromkeys(row[key] for row in group)
        for index, name in enumerate(names):
            inside = [_one(row) for row in group if row[key] == name]
            parts.append(fold(_title(name, key), *inside, opened=index == 0))
    return join(parts)


def _title(name: str, key: str) -> Safe:
    return h("code", name) if key == "channel" else join([both(*explain(name)), " ", h("code", name)])


def _one(row: dict[str, Any]) -> Safe:
    about: list[Any] = [h("b", str(row["title"])[:120]), " "] if row["title"] else []
    about.append(link(row["url"]) if row["url"] else h("span", row["source"]))
    if not row["kept"] and is_number(row["value"]):
        about += [" · ", both("measured", "测得"), " ", figure(row["value"], 3)]
    limit = KEPT_CHARS if row["kept"] else REJECTED_CHARS
    return join(
        [h("p", *about, class_="meta"), sample(str(row["text"]), limit, is_code=row["channel"].startswith("code"))]
    )
