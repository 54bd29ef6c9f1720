"""Bars of shares as inline SVG.

In: shares from 0 to 1. Out: a Safe <svg>: one bar in pieces, and the legend of their colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from headwater.monitor.report.html import Safe, h, percent

WIDTH = 240
FEWEST_UNITS = 0.4  # a piece thinner than this many units of WIDTH is drawn this wide: a small loss is still seen


def stacked(pieces: Sequence[tuple[str, float, str]]) -> Safe:
    """One bar in pieces: (what a reader without eyes is told, share, class of its colour)."""
    parts = [h("rect", x=0, y=2, width=WIDTH, height=12, rx=2, class_="trough")]
    said, left = [], 0.0
    for name, share, colour in pieces:
        if not math.isfinite(share) or share <= 0:
            continue
        wide = min(max(share * WIDTH, FEWEST_UNITS), WIDTH - left)
        parts.append(h("rect", x=f"{left:.2f}", y=2, width=f"{wide:.2f}", height=12, class_=f"fill {colour}"))
        left += wide
        said.append(f"{name} {percent(share)}")
    return h(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} 16",
        class_="bar brief",
        role="img",
        aria_label=", ".join(said),
        preserveAspectRatio="none",
    )


def legend(entries: Sequence[tuple[Any, str]]) -> Safe:
    """(name, class of its colour), as a list of small squares and names."""
    items = []
    for name, colour in entries:
        square = h("rect", x=1, y=1, width=10, height=10, rx=2, class_=f"fill {colour}")
        items.append(h("li", h("svg", square, viewBox="0 0 12 12", width=12, height=12, aria_hidden="true"), " ", name))
    return h("ul", *items, class_="legend")
