"""What was made, in one sentence and a few figures, and how to use it."""

from __future__ import annotations

import math
import shlex
from typing import Any

import numpy as np

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, figure, h, is_number, join, percent
from headwater.monitor.report.parts.tokens import channel_shares, grouped
from headwater.monitor.report.times import stage_seconds

LAST_STEPS = 20  # over which the final loss is averaged


def render(facts: Facts) -> Safe:
    return join([_sentence(facts), _cards(facts), _notices(facts), _use(facts)])


def final_loss(facts: Facts) -> float | None:
    """Mean loss of the last steps."""
    tail = facts.curves.loss[-LAST_STEPS:]
    return float(tail.mean()) if len(tail) and np.isfinite(tail).all() else None


def overall(facts: Facts) -> dict[str, Any]:
    return inner(facts.scores, "tasks", "perplexity")


def _sentence(facts: Facts) -> Safe:
    languages = sorted(grouped(channel_shares(facts), "lang").items(), key=lambda item: (-item[1], item[0]))
    parts = ", ".join(f"{name} {percent(share)}" for name, share in languages if share)
    kept = facts.curate.get("kept")
    size = f"{short(facts.parameters)}" if facts.parameters else ""
    trained = _tokens(facts)
    if trained is None:
        en = "This run prepared training data for a language model; no model has been trained yet."
        zh = "本次运行准备了语言模型的训练数据，尚未训练模型。"
        return both(en, zh, "p")
    en = f"A language model of {size} parameters, trained from nothing" if size else "A language model, trained"
    zh = f"一个从零训练的语言模型，共 {size} 个参数" if size else "一个语言模型"
    en += f" on {short(trained)} tokens of text" + (f" ({parts})" if parts else "")
    zh += f"，在 {short(trained)} 个词元（token）的文本上训练" + (f"（{parts}）" if parts else "")
    if is_number(kept):
        en += f", drawn from {count(kept)} documents that were kept after filtering"
        zh += f"，文本取自过滤后保留的 {count(kept)} 篇文档"
    value = overall(facts).get("value")
    if is_number(value):
        en += f". On text it has never seen, its perplexity is {figure(value, 3)}"
        zh += f"。在从未见过的文本上，困惑度为 {figure(value, 3)}"
    en += ". It is a base model: it continues text, it does not answer questions."
    zh += "。它是基座模型：会续写文本，不会像助手那样回答问题。"
    return join([h("p", en, class_="en lead", lang="en"), h("p", zh, class_="zh lead", lang="zh")])


def _tokens(facts: Facts) -> float | None:
    tokens = facts.curves.tokens
    return float(tokens[-1]) if len(tokens) and math.isfinite(tokens[-1]) else None


def short(value: float) -> str:
    """1234567 as `1.23 M`."""
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g} {suffix}"
    return f"{value:.0f}"


def _cards(facts: Facts) -> Safe | None:
    trained, loss, value = _tokens(facts), final_loss(facts), overall(facts).get("value")
    seconds = sum(spent or 0.0 for _, spent in stage_seconds(facts.ledger).values())
    cards = [
        (short(facts.parameters) if facts.parameters else None, both("parameters", "参数")),
        (short(trained) if trained is not None else None, both("tokens trained on", "训练词元")),
        (count(facts.curate.get("kept")) if facts.curate else None, both("documents kept", "保留文档")),
        (figure(loss, 3) if loss is not None else None, both("final loss, nats a token", "最终损失（奈特/词元）")),
        (figure(value, 3) if is_number(value) else None, both("held-out perplexity", "留出集困惑度")),
        (_duration(seconds) if seconds else None, both("of work", "总用时")),
    ]
    shown = [h("li", h("b", value), " ", name) for value, name in cards if value is not None]
    return h("ul", *shown, class_="cards") if shown else None


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def _notices(facts: Facts) -> Safe | None:
    if not facts.notices:
        return None
    lines = [h("li", notice) for notice in facts.notices[:20]]
    title = both(
        "Parts of this report are missing, because a file could not be read:", "部分内容缺失，因为有文件无法读取："
    )
    return h("div", h("p", title), h("ul", *lines), class_="warn")


def _use(facts: Facts) -> Safe:
    name = shlex.quote(f"runs/{facts.name}")
    lines = [f"headwater sample {name}"] if facts.curate else []
    if len(facts.curves):
        lines = [
            f'headwater generate {name} --prompt "Once upon a time"',
            f'headwater generate {name} --prompt "从前" --temperature 0.8',
            f"headwater eval {name}",
            f"headwater export {name} --to hf -o {shlex.quote(f'{facts.name}-hf')}",
            f"headwater trace {name} --step {int(facts.curves.step[-1])}",
        ]
    if not lines:
        return Safe("")
    words = both(
        "To use it, from the folder that holds “runs”: continue a text, score it, export it for transformers, or see "
        "which pages a training step read.",
        "使用方法（在包含 runs 的目录中运行）：续写文本、评测、导出给 transformers 使用，"
        "或查看某一步训练读了哪些网页。",
        "p",
    )
    return join([h("h3", both("How to use it", "如何使用")), words, h("pre", h("code", "\n".join(lines)))])
