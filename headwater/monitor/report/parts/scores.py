"""What the model makes of text it has never seen: perplexity and bits a byte, and its own continuations."""

from __future__ import annotations

from typing import Any

from headwater.monitor.report import chart
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, figure, fold, h, is_number, join, link, sample, table

MAX_CHARS = 600
BLANK = both("(only blanks and line breaks)", "（只有空白和换行）")


def render(facts: Facts) -> Safe:
    return join([_perplexity(facts), _continuations(facts)])


def _perplexity(facts: Facts) -> Safe:
    channels = inner(facts.scores, "channels")
    if not channels:
        return Safe("")
    size = facts.tokenizer.get("vocab_size") or facts.model.get("vocab_size")
    words = both(
        "Perplexity is among how many equally likely tokens the model hesitates: lower is better, and a blind guess "
        f"would be {count(size)}. Bits a byte says the same whatever the tokenizer, so it can be compared with other "
        "models. The interval is where the true mean lies with 95 % confidence, given this many windows.",
        f"困惑度表示模型在多少个同样可能的词元之间犹豫：越低越好，盲猜为 {count(size)}。“比特/字节”与分词器无关，"
        "可与其他模型比较。区间为 95 % 置信区间。",
        "p",
    )
    rows, points = [], []
    for name in sorted(channels):
        one = inner(channels, name)
        span = f"{figure(one.get('low'), 3)} – {figure(one.get('high'), 3)}" if is_number(one.get("low")) else "–"
        rows.append([name, figure(one.get("ppl"), 4), span, figure(one.get("bits_per_byte"), 3), count(one.get("n"))])
        if is_number(one.get("ppl")):
            low, high = (one.get(key) if is_number(one.get(key)) else None for key in ("low", "high"))
            points.append((name, float(one["ppl"]), low, high))
    header = [
        both("channel", "通道"),
        both("perplexity", "困惑度"),
        both("95 % interval", "95 % 区间"),
        both("bits a byte", "比特/字节"),
        both("windows", "窗口数"),
    ]
    picture = chart.whiskers(points, "perplexity (log scale) · 困惑度（对数坐标）")
    return join([words, table(header, rows, numbers=(1, 2, 3, 4)), picture])


def _continuations(facts: Facts) -> Safe:
    if not facts.continuations:
        return Safe("")
    words = both(
        "The opening of a document kept apart from training, what the model wrote next, and what really followed. "
        "Small models often repeat themselves when they take the likeliest token each time; the second version draws "
        "at random in proportion to the model's own odds (temperature 0.8).",
        "给模型看一篇未参与训练的文档开头，比较模型的续写与真实的下文。小模型若每次都选最可能的词元，往往会自我重复；"
        "第二种写法按模型给出的概率随机抽取（温度 0.8）。",
        "p",
    )
    parts = [h("h3", both("In its own words", "模型的续写")), words]
    by_channel: dict[str, list[dict[str, Any]]] = {}
    for row in facts.continuations:
        by_channel.setdefault(str(row.get("channel", "")), []).append(row)
    for channel, rows in by_channel.items():
        first, *rest = (_one(row) for row in rows)
        more = fold(both(f"{len(rest)} more", f"另外 {len(rest)} 个"), *rest) if rest else None
        parts.append(fold(h("code", channel), first, more, opened=True))
    return join(parts)


def _one(row: dict[str, Any]) -> Safe:
    kinds = (
        ("prompt", both("It was shown", "给出的开头"), "prompt"),
        ("continuation", both("It wrote (likeliest)", "模型续写（最可能）"), "made"),
        ("sampled", both("It wrote (drawn)", "模型续写（抽样）"), "made"),
        ("reference", both("What really followed", "真实的下文"), ""),
    )
    parts = [h("p", link(row["url"]), class_="meta")] if row.get("url") else []
    for key, title, style in kinds:
        if isinstance(row.get(key), str) and row[key]:
            code = str(row.get("channel", "")).startswith("code")
            text = (
                sample(row[key], MAX_CHARS, style, code) if row[key].strip() else h("div", BLANK, class_="sample note")
            )
            parts += [h("p", title, class_="meta"), text]
    return join(parts)
