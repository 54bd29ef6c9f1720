"""Which tokens the model was trained on: by language, kind and domain, asked beside achieved."""

from __future__ import annotations

from typing import Any

from headwater.monitor.report.chart import bar
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, figure, h, is_number, join, percent, table

GENERAL = "general"


def render(facts: Facts) -> Safe:
    channels = inner(facts.mixture, "channels")
    packed = packed_tokens(facts)
    if not channels and not packed:
        return Safe("")
    intro = both(
        "A channel is a language, a kind (general: broad text; specific: chosen sites and corpora) and, where it is "
        "not general, a domain. The mixture decides how many tokens of each the model sees. The upright mark on a bar "
        "is the share that the recipe asked for.",
        "“通道”由语言、类别（general 泛文本；specific 指定的网站和语料）以及领域组成。"
        "混合方案决定模型看到每个通道多少词元。条形上的竖线是配方要求的份额。",
        "p",
    )
    parts = [intro, _groups(facts), _channels(channels, packed), _relaxation(facts)]
    return join(parts)


def split_channel(name: str) -> dict[str, str]:
    """`zh-specific-math` as its language, kind and domain."""
    lang, _, rest = name.partition("-")
    kind, _, domain = rest.partition("-")
    return {"lang": lang, "kind": kind or GENERAL, "domain": domain or GENERAL}


def packed_tokens(facts: Facts) -> dict[str, float]:
    """Training tokens there are, a channel, from pack.json."""
    found = {}
    for name, value in (inner(facts.pack, "channels") or inner(facts.pack, "tokens")).items():
        tokens = value.get("tokens") if isinstance(value, dict) else value
        if is_number(tokens):
            found[name] = float(tokens)
    return found


def channel_shares(facts: Facts) -> dict[str, float]:
    """The share of each channel in the tokens trained on; empty when there is no mixture."""
    tokens = {
        name: float(entry["tokens"])
        for name, entry in inner(facts.mixture, "channels").items()
        if isinstance(entry, dict) and is_number(entry.get("tokens"))
    }
    total = sum(tokens.values())
    return {name: value / total for name, value in tokens.items()} if total > 0 else {}


def grouped(shares: dict[str, float], by: str) -> dict[str, float]:
    """Shares summed by `lang`, `kind` or `domain`."""
    found: dict[str, float] = {}
    for channel, share in shares.items():
        name = split_channel(channel)[by]
        found[name] = found.get(name, 0.0) + share
    return found


def asked(facts: Facts, by: str) -> dict[str, float]:
    """The shares the recipe asks for, from its ratios."""
    given = inner(facts.recipe, "mixture", by) or inner(facts.mixture, "asked", by)
    ratios = {str(k): float(v) for k, v in given.items() if is_number(v) and v >= 0}
    total = sum(ratios.values())
    return {name: value / total for name, value in ratios.items()} if total > 0 else {}


def _groups(facts: Facts) -> Safe:
    shares = channel_shares(facts)
    if not shares:
        return Safe("")
    titles = {"lang": both("language", "语言"), "kind": both("kind", "类别"), "domain": both("domain", "领域")}
    rows = []
    for by, title in titles.items():
        wanted, found = asked(facts, by), grouped(shares, by)
        rest = sorted(set(found) - set(wanted), key=lambda name: (-found[name], name))
        for index, name in enumerate([*wanted, *rest]):
            goal = wanted.get(name, 0.0 if wanted else None)
            share = found.get(name, 0.0)
            shown = percent(goal) if goal is not None else both("free", "不限")
            rows.append([title, name, shown, percent(share), bar(share, goal, index)])
    header = [both("by", "分组"), both("name", "名称"), both("asked", "要求"), both("achieved", "实际"), ""]
    ratio = _ratio(facts)
    return join(
        [h("h3", both("Asked and achieved", "要求与实际")), ratio, table(header, rows, numbers=(2, 3)), _cap(facts)]
    )


def _ratio(facts: Facts) -> Safe | None:
    """The languages' ratio in the recipe's own scale, as 4 : 4 : 2 beside 3.98 : 4.01 : 2.01."""
    wanted = inner(facts.recipe, "mixture", "lang")
    found = grouped(channel_shares(facts), "lang")
    if not wanted or not found or not all(is_number(v) for v in wanted.values()):
        return None
    scale = sum(wanted.values())
    names = " : ".join(str(name) for name in wanted)
    goal = " : ".join(f"{value:g}" for value in wanted.values())
    real = " : ".join(f"{scale * found.get(str(name), 0.0):.2f}" for name in wanted)
    return join(
        [
            h("p", f"{names} was asked as ", h("b", goal), " and came to ", h("b", real), ".", class_="en", lang="en"),
            h("p", f"{names} 要求 ", h("b", goal), "，实际 ", h("b", real), "。", class_="zh", lang="zh"),
        ]
    )


def _cap(facts: Facts) -> Safe | None:
    cap = inner(facts.recipe, "mixture").get("max_domain_share")
    if not is_number(cap) or cap >= 1:
        return None
    return both(
        f"All domains but “general” together were to be at most {percent(cap)}.",
        f"除 general 之外的所有领域合计不得超过 {percent(cap)}。",
        "p",
    )


def _channels(channels: dict[str, Any], packed: dict[str, float]) -> Safe:
    rows = []
    for name in sorted({*channels, *packed}):
        entry = inner(channels, name)
        there = entry.get("available_tokens", packed.get(name))
        rows.append(
            [
                name,
                count(there),
                count(entry.get("tokens")),
                figure(entry.get("epochs"), 3),
                percent(entry.get("share")),
            ]
        )
    header = [
        both("channel", "通道"),
        both("tokens there are", "可用词元"),
        both("tokens trained on", "训练词元"),
        both("times over", "遍数"),
        both("share", "份额"),
    ]
    return join([h("h3", both("By channel", "按通道")), table(header, rows, numbers=(1, 2, 3, 4))])


def _relaxation(facts: Facts) -> Safe | None:
    """Why the mixture asked for could not be had, and what would make it possible."""
    conflicts, remedy = facts.mixture.get("conflicts"), facts.mixture.get("relaxation")
    if facts.mixture.get("feasible") is not False:
        return None
    title = both(
        "The mixture asked for could not be had; the nearest one was taken.",
        "所要求的混合比例无法满足，采用了最接近的方案。",
    )
    reasons = h("ul", [h("li", reason) for reason in conflicts]) if isinstance(conflicts, list) else None
    return h("div", h("p", title), reasons, h("p", remedy or ""), class_="warn")
