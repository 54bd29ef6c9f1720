"""Charts as inline SVG: no script, both axes labelled, every spike drawn.

In: named series of (x, y). Out: a Safe <figure>.
Series differ by colour (Okabe and Ito's palette, told apart by colour-blind readers) and by dash.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.monitor.report import thin
from headwater.monitor.report.html import Safe, figure, h, join, percent

WIDTH, HEIGHT, LOW_HEIGHT = 760, 300, 180
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 44
DASHES = (None, "7 3", "2 3", "9 3 2 3", "12 4", "4 4", "1 4", "14 3 4 3")
NUM_COLOURS = 8
MAX_MARKS = 200


@dataclass(frozen=True, kw_only=True)
class Series:
    """One curve; values that are not finite are gaps and marked at the top. With a `mean`, the values are paler."""

    name: str
    x: np.ndarray
    y: np.ndarray
    mean: np.ndarray | None = None


def lines(
    series: Sequence[Series], *, title: Any, x_label: str, y_label: str, from_zero: bool = False, height: int = HEIGHT
) -> Safe:
    """A line chart. Nothing to draw gives an empty string."""
    drawn = [s for s in series if len(s.x) and np.isfinite(s.y).any()]
    if not drawn:
        return Safe("")
    parts = shapes(drawn, x_label, y_label, from_zero, height)
    picture = h(
        "svg", *parts, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=f"{y_label} / {x_label}", class_="chart"
    )
    return h("figure", h("figcaption", title), h("div", picture, class_="wide", tabindex="0"), _legend(drawn))


def shapes(drawn: Sequence[Series], x_label: str, y_label: str, from_zero: bool, height: int) -> list[Safe]:
    """Axes, labels and curves of a line chart, WIDTH wide."""
    x_low, x_high = (float(f([f(s.x) for s in drawn])) for f in (np.min, np.max))
    finite = [s.y[np.isfinite(s.y)] for s in drawn]
    y_low, y_high = float(min(y.min() for y in finite)), float(max(y.max() for y in finite))
    x_ticks = ticks(x_low, x_high)
    floor = height - BOTTOM
    y_ticks = ticks(min(0.0, y_low) if from_zero else y_low, y_high, 5 if height == HEIGHT else 3)
    y_low, y_high = min(y_low, y_ticks[0]), max(y_high, y_ticks[-1])

    def place(x: Any, y: Any) -> tuple[Any, Any]:
        across = (x - x_low) / ((x_high - x_low) or 1.0)
        up = (y - y_low) / ((y_high - y_low) or 1.0)
        return LEFT + across * (WIDTH - LEFT - RIGHT), floor - up * (floor - TOP)

    parts = _axes(x_ticks, y_ticks, place, floor)
    parts += _labels(x_label, y_label, floor)
    for index, one in enumerate(drawn):
        parts += _curve(one, index, place)
    return parts


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round values that span [low, high], about `wanted` of them."""
    size = max(abs(low), abs(high))
    span = high - low
    if span <= 1e-9 * size or size < 1e-12:  # a flat line: as wide as it is high
        span = size if size >= 1e-12 else 1.0
    step = 10.0 ** math.floor(math.log10(span / wanted))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def _axes(x_ticks: list[float], y_ticks: list[float], place: Any, floor: int) -> list[Safe]:
    parts = []
    for value in y_ticks:
        _, y = place(0.0, value)
        parts.append(h("line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        parts.append(h("text", short(value), x=LEFT - 7, y=f"{y + 4:.1f}", text_anchor="end", class_="tick"))
    for value in x_ticks:
        x, _ = place(value, 0.0)
        if LEFT - 1 <= x <= WIDTH - RIGHT + 1:
            parts.append(h("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=floor, y2=floor + 4, class_="axis"))
            parts.append(h("text", short(value), x=f"{x:.1f}", y=floor + 17, text_anchor="middle", class_="tick"))
    parts.append(h("line", x1=LEFT, x2=WIDTH - RIGHT, y1=floor, y2=floor, class_="axis"))
    return parts


def _labels(x_label: str, y_label: str, floor: int) -> list[Safe]:
    middle = (TOP + floor) / 2
    turned = f"rotate(-90 14 {middle})"
    return [
        h("text", x_label, x=(LEFT + WIDTH - RIGHT) / 2, y=floor + 38, text_anchor="middle", class_="label"),
        h("text", y_label, x=14, y=middle, transform=turned, text_anchor="middle", class_="label"),
    ]


def _curve(series: Series, index: int, place: Any) -> list[Safe]:
    """Every value of one series, its running mean over it, and a mark at the top for each gap."""
    colour = f"curve c{index % NUM_COLOURS}"
    dash = DASHES[index % len(DASHES)]
    values = _path(series.x, series.y, place)
    if series.mean is None:
        parts = [h("path", d=values, class_=colour, stroke_dasharray=dash)]
    else:
        parts = [h("path", d=values, class_=f"{colour} thin")]
        parts.append(h("path", d=_path(series.x, series.mean, place), class_=colour, stroke_dasharray=dash))
    if len(series.x) == 1:
        x, y = place(float(series.x[0]), float(series.y[0]))
        parts.append(h("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3, class_=f"dot c{index % NUM_COLOURS}"))
    missing = thin.gaps(series.y)
    spaced = missing if len(missing) <= MAX_MARKS else missing[np.linspace(0, len(missing) - 1, MAX_MARKS).astype(int)]
    for gap in spaced:
        x, _ = place(float(series.x[gap]), 0.0)
        parts.append(h("path", d=f"M{x - 4:.1f} {TOP - 9} L{x + 4:.1f} {TOP - 9} L{x:.1f} {TOP - 1} Z", class_="gap"))
    return parts


def _path(x: np.ndarray, y: np.ndarray, place: Any) -> str:
    """The drawing of a curve, thinned and broken at its gaps."""
    kept = thin.keep(x, y, WIDTH - LEFT - RIGHT)
    xs, ys = place(x[kept].astype(float), y[kept].astype(float))
    gaps_before = np.searchsorted(thin.gaps(y), kept)
    words = []
    for i in range(len(kept)):
        starts = i == 0 or gaps_before[i] != gaps_before[i - 1]
        words.append(f"{'M' if starts else 'L'}{xs[i]:.1f} {ys[i]:.1f}")
    return " ".join(words)


def _legend(series: Sequence[Series]) -> Safe | None:
    if len(series) < 2:
        return None
    items = []
    for index, one in enumerate(series):
        stroke = h(
            "path", d="M1 6 L29 6", class_=f"curve c{index % NUM_COLOURS}", stroke_dasharray=DASHES[index % len(DASHES)]
        )
        mark = h("svg", stroke, viewBox="0 0 30 12", width=30, height=12, aria_hidden="true")
        items.append(h("li", mark, " ", one.name))
    return h("ul", *items, class_="legend")


def short(value: float) -> str:
    """A tick: 2500000 as `2.5M`."""
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:g}{suffix}"
    return f"{value:g}"


def bar(share: float, asked: float | None = None, colour: int = 0) -> Safe:
    """A bar of a share from 0 to 1, with a mark where it was asked to end."""
    share = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    parts = [h("rect", x=0, y=2, width=200, height=12, rx=2, class_="trough")]
    parts.append(
        h("rect", x=0, y=2, width=f"{200 * share:.2f}", height=12, rx=2, class_=f"fill c{colour % NUM_COLOURS}")
    )
    said = percent(share)
    if asked is not None:
        x = f"{200 * min(max(asked, 0.0), 1.0):.2f}"
        parts.append(h("line", x1=x, x2=x, y1=0, y2=16, class_="asked"))
        said += f" (asked {percent(asked)})"
    return h(
        "svg", *parts, viewBox="-1 0 202 16", class_="bar", role="img", aria_label=said, preserveAspectRatio="none"
    )


def whiskers(rows: Sequence[tuple[str, float, float | None, float | None]], label: str) -> Safe:
    """Points with their intervals on one logarithmic axis: (name, value, low, high)."""
    rows = [row for row in rows if row[1] > 0]
    if not rows:
        return Safe("")
    ends = [math.log10(v) for _, value, low, high in rows for v in (value, low or value, high or value) if v > 0]
    low_end, high_end = min(ends) - 0.05, max(ends) + 0.05
    left, tall = 190, 26 * len(rows) + 44

    def across(value: float) -> float:
        return left + (math.log10(value) - low_end) / (high_end - low_end) * (WIDTH - left - 60)

    parts: list[Safe] = []
    for index, (name, value, low, high) in enumerate(rows):
        y = 18 + 26 * index
        parts.append(h("text", name, x=left - 12, y=y + 4, text_anchor="end", class_="label"))
        parts.append(h("line", x1=left, x2=WIDTH - 60, y1=y, y2=y, class_="grid"))
        if low and high:
            parts.append(h("line", x1=f"{across(low):.1f}", x2=f"{across(high):.1f}", y1=y, y2=y, class_="whisker"))
        parts.append(h("circle", cx=f"{across(value):.1f}", cy=y, r=4.5, class_="dot c0"))
        parts.append(h("text", figure(value, 3), x=WIDTH - 50, y=y + 4, class_="tick"))
    for value in (m * 10.0**p for p in range(math.floor(low_end), math.ceil(high_end) + 1) for m in (1, 2, 3, 5)):
        if low_end <= math.log10(value) <= high_end:
            x = f"{across(value):.1f}"
            parts.append(h("line", x1=x, x2=x, y1=8, y2=tall - 36, class_="grid"))
            parts.append(h("text", short(value), x=x, y=tall - 22, text_anchor="middle", class_="tick"))
    parts.append(h("text", label, x=(left + WIDTH - 60) / 2, y=tall - 4, text_anchor="middle", class_="label"))
    picture = h("svg", join(parts), viewBox=f"0 0 {WIDTH} {tall}", role="img", aria_label=label, class_="chart")
    return h("div", picture, class_="wide", tabindex="0")
