"""Copies: how large their groups are, the largest, and the pairs that are least alike.

In: Facts. Out: a table of group sizes, the documents that were said most often, and of each kind of copy the pair
nearest to the threshold, side by side.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from typing import Any

from headwater.monitor.report.chart import bar
from headwater.monitor.report.copies import Pair
from headwater.monitor.report.gather import Facts
from headwater.monitor.report.html import Safe, both, count, figure, fold, h, join, sample, table
from headwater.monitor.report.reasons import explain
from headwater.monitor.report.samples import texts_of

CHARS = 400
LARGEST = 5
BEFORE_CHARS = 60  # that are shown before two texts part


def render(facts: Facts) -> Safe:
    found = facts.copies
    if not found.sizes:
        return Safe("")
    intro = both(
        "Of documents that say the same only the first stays. A group is that one with its copies.",
        "内容相同的文档只保留第一篇。一组指保留的那篇及其所有副本。",
        "p",
    )
    ids = {name for name, _ in found.largest} | {
        name for pair in found.least_alike for name in (pair.copy, pair.original)
    }
    texts = texts_of(facts, ids)
    note = both(
        "Of this very large corpus only the first copies were counted here.",
        "语料很大，此处只统计了最前面的副本。",
        "p",
    )
    return join(
        [
            intro,
            None if found.is_whole else note,
            _sizes(found.sizes),
            _largest(found.largest, texts),
            *(_pair(pair, texts) for pair in found.least_alike),
        ]
    )


def _sizes(sizes: Counter[int]) -> Safe:
    """Groups of 2, of 3 to 4, of 5 to 8, …"""
    bins: Counter[int] = Counter()
    for size, number in sizes.items():
        bins[math.ceil(math.log2(size))] += number
    most = max(bins.values())
    rows = []
    for power in range(min(bins), max(bins) + 1):
        low, high = 2 ** (power - 1) + 1, 2**power
        name = count(high) if low >= high else f"{count(low)} – {count(high)}"
        rows.append([name, count(bins[power]), bar(math.log1p(bins[power]) / math.log1p(most))])
    header = [both("documents in a group", "每组文档数"), both("groups", "组数"), both("(logarithmic)", "（对数）")]
    return table(header, rows, numbers=(0, 1))


def _largest(largest: list[tuple[str, int]], texts: dict[str, dict[str, Any]]) -> Safe:
    rows = [
        join(
            [
                h("p", h("b", count(size)), " · ", h("code", name), class_="meta"),
                sample(str(texts[name]["text"]), CHARS) if name in texts else None,
            ]
        )
        for name, size in largest[:LARGEST]
    ]
    return fold(both("Said most often", "重复最多的"), *rows)


def _pair(pair: Pair, texts: dict[str, dict[str, Any]]) -> Safe:
    title = join(
        [
            both("Least alike of those dropped", "被去重者中最不相似的一对"),
            " · ",
            both(*explain(pair.reason)),
            " ",
            h("code", pair.reason),
            f" = {figure(pair.similarity, 3)}",
        ]
    )
    whole = [str(texts[name]["text"]) if name in texts else "" for name in (pair.original, pair.copy)]
    start = max(len(os.path.commonprefix(whole)) - BEFORE_CHARS, 0)
    sides = []
    for words, name, style in (
        (both("stays", "保留"), pair.original, "made"),
        (both("dropped", "排除"), pair.copy, "no"),
    ):
        text = sample(str(texts[name]["text"])[start:], CHARS, style) if name in texts else None
        sides.append(h("div", h("p", words, " · ", h("code", name), class_="meta"), text))
    return fold(title, h("div", *sides, class_="sides"))
