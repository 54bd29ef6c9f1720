"""How training went: loss overall and by channel, learning rate, speed, and what happened on the way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from headwater.monitor.report import chart
from headwater.monitor.report.curves import running_mean
from headwater.monitor.report.gather import Facts
from headwater.monitor.report.html import Safe, both, count, figure, fold, h, join, link, table

SMOOTH_FROM = 120  # steps; a shorter curve is drawn as it is
X_LABEL = "step · 训练步"
SHOWN_EVENTS = 40
DULL = ("checkpoint",)
EVENTS = {
    "spike": ("the loss jumped", "损失突然升高"),
    "skip": ("a batch was passed over", "跳过了一个批次"),
    "rewind": ("training went back to an earlier step", "训练回退到较早的一步"),
    "resume": ("training went on after a stop", "中断后继续训练"),
    "start": ("training began", "训练开始"),
    "fork": ("training began from another run's checkpoint", "从另一次运行的检查点开始训练"),
    "decay_start": ("the learning rate began to fall", "学习率开始下降"),
    "non_finite": ("the loss was not a number", "损失不是数字"),
    "damaged_checkpoint": ("a checkpoint was damaged and not used", "检查点损坏，未使用"),
}


def render(facts: Facts) -> Safe:
    curves = facts.curves
    if not len(curves):
        return Safe("")
    words = both(
        "The loss is how surprised the model was by each next token, in nats; guessing blindly would cost "
        f"{_blind(facts)}. Every point is real: the pale line shows all steps, highs and lows kept, the strong one the "
        "running mean. A triangle at the top marks a step whose loss was not a number.",
        f"损失表示模型对每个下一词元的“意外程度”（单位：奈特）；盲猜的损失约为 {_blind(facts)}。"
        "细线是每一步的真实值，最高和最低点都保留；粗线是滑动平均。顶部的三角形表示该步的损失不是数字。",
        "p",
    )
    loss = smooth([("all · 全部", curves.step, curves.loss)])
    channels = smooth([(name, *xy) for name, xy in curves.by_channel.items()])
    per_nat = "loss, nats a token · 损失（奈特/词元）"
    parts = [
        words,
        chart.lines(loss, title=both("Loss", "损失"), x_label=X_LABEL, y_label=per_nat),
        chart.lines(channels, title=both("Loss by channel", "各通道的损失"), x_label=X_LABEL, y_label=per_nat),
        _plain(facts, "lr", both("Learning rate", "学习率"), "learning rate · 学习率"),
        _plain(facts, "grad_norm", both("Gradient norm", "梯度范数"), "gradient norm · 梯度范数"),
        _plain(facts, "tokens_per_s", both("Speed", "速度"), "tokens a second · 词元/秒"),
        _events(facts),
    ]
    return join(parts)


def _blind(facts: Facts) -> str:
    size = facts.model.get("vocab_size") or facts.tokenizer.get("vocab_size")
    return figure(math.log(size), 3) if isinstance(size, int) and size > 1 else "–"


def smooth(named: list[tuple[str, np.ndarray, np.ndarray]]) -> list[chart.Series]:
    """Series with a running mean over the last sixtieth of the steps, where there are many."""
    found = []
    for name, x, y in named:
        mean = running_mean(y, max(1, len(y) // 60)) if len(y) >= SMOOTH_FROM else None
        found.append(chart.Series(name=name, x=x, y=y, mean=mean))
    return found


def _plain(facts: Facts, column: str, title: Safe, label: str) -> Safe:
    """A small chart of one column, from zero."""
    step, values = facts.curves.step, getattr(facts.curves, column)
    series = [chart.Series(name=column, x=step, y=values)] if column == "lr" else smooth([(column, step, values)])
    return chart.lines(series, title=title, x_label=X_LABEL, y_label=label, from_zero=True, height=chart.LOW_HEIGHT)


def _events(facts: Facts) -> Safe | None:
    told = [event for event in facts.events if event.get("kind") not in DULL]
    saved = len(facts.events) - len(told)
    if not facts.events:
        return None
    rows = [[count(event.get("step")), _event_words(event), _documents(event)] for event in told[-SHOWN_EVENTS:]]
    header = [both("step", "步"), both("what happened", "事件"), both("pages it was reading", "当时读取的页面")]
    title = both(
        f"What happened: {len(told)} events, {saved} checkpoints", f"过程记录：{len(told)} 个事件，{saved} 个检查点"
    )
    return fold(title, table(header, rows, numbers=(0,)), opened=bool(rows)) if rows else h("p", title, class_="note")


def _event_words(event: dict[str, Any]) -> Safe:
    kind = str(event.get("kind", ""))
    return join([both(*EVENTS[kind]), " ", h("code", kind)]) if kind in EVENTS else h("code", kind)


def _documents(event: dict[str, Any]) -> Safe:
    documents = event.get("documents")
    shown = documents[:3] if isinstance(documents, list) else []
    return join([link(one.get("url") or one.get("id")) for one in shown if isinstance(one, dict)], " ")
