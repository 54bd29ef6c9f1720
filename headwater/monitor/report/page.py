"""The page: its parts in order, the language switch, the content policy.

In: Facts. Out: one HTML file's text, with everything inside it: no script, no image, no download.
"""

from __future__ import annotations

from collections.abc import Callable

from headwater.monitor.report.gather import Facts
from headwater.monitor.report.html import Safe, both, h, join
from headwater.monitor.report.parts import (
    appendix,
    cleaning,
    contamination,
    diversity,
    duplicates,
    examples,
    funnel,
    lineage,
    scores,
    statistics,
    summary,
    texts,
    tokenizer,
    tokens,
    training,
)
from headwater.monitor.report.style import CSS

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
# anchor: (English, Chinese, what makes it)
PARTS: dict[str, tuple[str, str, Callable[[Facts], Safe]]] = {
    "funnel": ("From pages to documents", "从网页到文档", funnel.render),
    "repair": ("Text repair", "文本修复", cleaning.render),
    "statistics": ("Every statistic and its threshold", "各项统计量及其阈值", statistics.render),
    "examples": ("Just inside, just outside", "刚好在内与刚好在外", examples.render),
    "duplicates": ("Copies", "重复的文档", duplicates.render),
    "contamination": ("Questions of tests", "评测题目", contamination.render),
    "diversity": ("How varied the corpus is", "语料的多样性", diversity.render),
    "texts": ("Kept and rejected texts", "保留与排除的文本", texts.render),
    "tokens": ("What the model read", "模型读了什么", tokens.render),
    "tokenizer": ("The tokenizer", "分词器", tokenizer.render),
    "training": ("Training", "训练过程", training.render),
    "scores": ("On text it has never seen", "在未见过的文本上", scores.render),
    "lineage": ("From a token back to its page", "从词元追溯到网页", lineage.render),
    "time": ("Time", "用时", appendix.render_time),
    "recipe": ("The recipe", "配方", appendix.render_recipe),
    "versions": ("Model and machine", "模型与机器", appendix.render_versions),
}


def page(facts: Facts) -> str:
    """The whole report."""
    made = {anchor: render(facts) for anchor, (_, _, render) in PARTS.items()}
    made = {anchor: inside for anchor, inside in made.items() if inside}
    menu = h(
        "nav", [h("a", both(*PARTS[anchor][:2]), href=f"#{anchor}") for anchor in made], aria_label="contents · 目录"
    )
    sections = [h("section", h("h2", both(*PARTS[anchor][:2])), inside, id=anchor) for anchor, inside in made.items()]
    top = h(
        "header",
        _languages(),
        h("h1", facts.name),
        h("p", both("A headwater run, from web page to model", "headwater 运行报告：从网页到模型"), class_="note"),
        summary.render(facts),  # after the parts, so that it can name what they could not read
        menu,
    )
    body = h("body", *_switches(), h("div", top, h("main", *sections), class_="page"))
    return f"<!doctype html>\n{h('html', _head(facts), body, lang='en')}\n"


def _head(facts: Facts) -> Safe:
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=POLICY),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="referrer", content="no-referrer"),
        h("title", f"{facts.name} · headwater"),
        h("style", Safe(CSS)),
    )


CHOICES = (("en", "English"), ("zh", "中文"), ("both", "English / 中文"))


def _switches() -> list[Safe]:
    """Radio buttons that come before all else, so that a rule of CSS can reach the page from them."""
    return [
        h("input", type="radio", name="lang", id=f"lang-{code}", class_="choice", checked=code == "en", aria_label=name)
        for code, name in CHOICES
    ]


def _languages() -> Safe:
    labels = [h("label", name, for_=f"lang-{code}") for code, name in CHOICES]
    return h("div", join(labels), class_="languages")
