"""Time, the recipe, the machine and the versions."""

from __future__ import annotations

import json
from typing import Any

from headwater.monitor.report.chart import bar
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, figure, fold, h, is_number, join, table
from headwater.monitor.report.times import stage_seconds

MAX_RECIPE_CHARS = 40_000


def render_time(facts: Facts) -> Safe:
    """Seconds each stage took, and what was found finished."""
    took = stage_seconds(facts.ledger)
    if not took:
        return Safe("")
    most = max((seconds for _, seconds in took.values() if seconds), default=1.0)
    words = {
        "done": both("made", "已完成"),
        "reuse": both("found finished", "直接复用"),
        "failed": both("failed", "失败"),
    }
    rows = [
        [stage, words[event], figure(seconds, 3) if seconds is not None else "–", bar((seconds or 0) / most)]
        for stage, (event, seconds) in took.items()
    ]
    header = [both("stage", "阶段"), "", both("seconds", "秒"), ""]
    return join([_speed(facts), table(header, rows, numbers=(2,))])


def _speed(facts: Facts) -> Safe | None:
    import numpy as np

    rates = facts.curves.tokens_per_s
    rates = rates[np.isfinite(rates)]
    if not len(rates):
        return None
    middle = count(float(np.median(rates)))
    return both(
        f"Training read {middle} tokens a second (median step).", f"训练速度：每秒 {middle} 个词元（中位数）。", "p"
    )


def render_recipe(facts: Facts) -> Safe:
    """The recipe with every default filled in."""
    if not facts.recipe_text:
        return Safe("")
    words = both(
        "Everything that was asked for, with the defaults filled in. The same recipe, seed and data give the same "
        "data and batches.",
        "全部设置（已填入默认值）。相同的配方、种子和数据会得到相同的数据与批次。",
        "p",
    )
    text = facts.recipe_text[:MAX_RECIPE_CHARS]
    return join([words, fold(h("code", "recipe.resolved.yaml"), h("pre", h("code", text)))])


def render_versions(facts: Facts) -> Safe:
    """The machine and the packages, as far as they are known."""
    rows: list[list[Any]] = []
    for key, value in facts.environment.items():
        if key in ("packages", "variables"):
            continue
        shown = f"{value / 2**30:.1f} GiB" if key.endswith("_bytes") and is_number(value) else value
        rows.append([key, shown if isinstance(shown, str | int | float) else json.dumps(shown, ensure_ascii=False)])
    rows += [[name, version] for name, version in inner(facts.environment, "packages").items() if version]
    sizes = ("preset", "num_layers", "hidden_size", "num_heads", "num_kv_heads", "ffn_size", "vocab_size")
    model = [
        [key, count(facts.model[key]) if is_number(facts.model[key]) else facts.model[key]]
        for key in sizes
        if key in facts.model
    ]
    parts = []
    if model:
        parts.append(fold(both("the model's sizes", "模型规模"), table(["", ""], model)))
    if rows:
        parts.append(fold(both("machine and versions", "机器与版本"), table(["", ""], rows)))
    return join(parts)
