"""How every statistic is spread, with its threshold drawn in and the share of the documents beyond it.

In: Facts (statistics.json of curation). Out: small histograms, a rule set at a time, those that rejected most first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.histogram import Histogram, picture
from headwater.monitor.report.html import Safe, both, count, fold, h, is_number, join, percent
from headwater.monitor.report.reasons import GROUPS, explain

MAX_PANELS = 160
MAX_BINS = 4_000
SIZES = {
    "text_bytes": ("bytes of text", "文本字节数"),
    "num_chars": ("characters", "字符数"),
    "num_words": ("words, as white space parts them", "词数（按空白划分）"),
}


def render(facts: Facts) -> Safe:
    found = histograms(facts.statistics)
    if not found:
        return Safe("")
    intro = both(
        "Each picture is one statistic over the documents that its rule judges: from left to right its value, upward "
        "the number of documents, on a logarithmic scale. The dashed line is the threshold; what lies beyond it is "
        "orange and rejected, with its share beside the line. A document counts under every rule it would break, so "
        "the shares are larger than those of the funnel, where only the first broken rule counts.",
        "每幅小图是一项统计量在该规则所评判的文档上的分布：横轴为取值，纵轴为文档数（对数刻度）。虚线是阈值，"
        "超出部分为橙色，即被排除，旁边标出其占比。文档若违反多条规则，会计入每一条，因此占比大于漏斗中只计第一条规则的数字。",
        "p",
    )
    sets: dict[str, list[Histogram]] = {}
    for one in found[:MAX_PANELS]:
        sets.setdefault(group_of(one), []).append(one)
    return join([intro, *(_set(name, panels) for name, panels in sorted(sets.items(), key=_most_rejecting))])


def histograms(statistics: dict[str, Any]) -> list[Histogram]:
    """The histograms of statistics.json that are whole, in its order."""
    found = []
    for reason, entry in inner(statistics, "histograms").items():
        one = histogram(reason, entry)
        if one is not None and one.rows:
            found.append(one)
    return found


def histogram(reason: str, entry: Any) -> Histogram | None:
    """One entry of statistics.json; None where it is no histogram."""
    if not isinstance(entry, dict):
        return None
    counts, edges = entry.get("counts"), entry.get("edges")
    if not isinstance(counts, list) or not isinstance(edges, list) or not 1 <= len(counts) <= MAX_BINS:
        return None
    if len(edges) != len(counts) + 1 or not all(is_number(value) and abs(value) < 1e300 for value in (*counts, *edges)):
        return None
    bounds, numbers = np.array(edges, np.float64), np.array(counts, np.float64)
    if (numbers < 0).any() or (np.diff(bounds) <= 0).any():
        return None
    low, high = (entry[name] if is_number(entry.get(name)) else None for name in ("low", "high"))
    if high is not None and bounds[0] > high:  # the first bin takes what is lower: the limit itself too
        bounds[0] = high
    return Histogram(
        reason=reason, column=str(entry.get("column", "")), counts=numbers, edges=bounds, low=low, high=high
    )


def group_of(one: Histogram) -> str:
    """The rule set of a histogram; empty for a size that no rule judges."""
    return "" if one.reason in SIZES else one.reason.partition(".")[0]


def _most_rejecting(entry: tuple[str, list[Histogram]]) -> tuple[bool, float, str]:
    name, panels = entry
    return (not name, -max((one.below + one.above) / one.rows for one in panels), name)


def _set(name: str, panels: list[Histogram]) -> Safe:
    """A rule set: its panels, and in one line those whose value is the same in every document."""
    title = both("Sizes", "大小") if not name else join([h("code", name), " ", both(*GROUPS.get(name, ("", "")))])
    rejecting = sum(1 for one in panels if one.below + one.above)
    drawn = [one for one in panels if one.spread > 1 or one.below + one.above]
    flat = [one for one in panels if one not in drawn]
    inside: list[Any] = [h("div", [_panel(one) for one in drawn], class_="panels")]
    if flat:
        names = join([h("code", one.reason) for one in flat], ", ")
        inside.append(
            h(
                "p",
                both("The same in every document, within the limit: ", "各文档取值相同且在限值内："),
                names,
                class_="note",
            )
        )
    words = both(f"{rejecting} of {len(panels)} rules reject something", f"{len(panels)} 条规则中 {rejecting} 条有排除")
    return fold(join([title, " · ", words]) if name else title, *inside, opened=bool(rejecting))


def _panel(one: Histogram) -> Safe:
    words = SIZES.get(one.reason) or explain(one.reason)
    beyond = one.below + one.above
    said = both(
        f"{count(one.rows)} documents, {percent(beyond / one.rows)} beyond",
        f"{count(one.rows)} 篇文档，{percent(beyond / one.rows)} 超出",
    )
    size = both(f"{count(one.rows)} documents", f"{count(one.rows)} 篇文档")
    has_limit = one.low is not None or one.high is not None
    return h(
        "figure",
        h("figcaption", both(*words), " ", h("code", one.reason)),
        picture(one),
        h("p", said if has_limit else size, class_="note"),
    )
