"""Small histograms as inline SVG, with the limits of the rule drawn in.

In: a Histogram. Out: the shapes of one small panel, to be set in a page (`picture`) or among others on a sheet
(`panel`). Heights are logarithmic, so that the few documents beside a limit are seen beside the many far from it;
the axis below is logarithmic where the bins grow, as those of lengths. Narrow bins are drawn joined, never over a
limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from headwater.monitor.report import chart
from headwater.monitor.report.html import Safe, count, figure, h, percent

WIDTH, HEIGHT = 300, 136
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 22, 22
FLOOR = HEIGHT - BOTTOM
CHAR_WIDTH = 6.4  # of a tick's figures, about
BARS = 44  # at most about so many
SMALLEST = 1e-300  # smaller edges are the next float above 0
GROWING = 1.2  # edges whose last step grows by this are those of a logarithmic axis
LABEL_WIDTH = 96  # of a limit, about


@dataclass(frozen=True)
class Histogram:
    """`counts[i]` documents have a value in [edges[i], edges[i + 1]); what is below `low` or above `high` is rejected.

    Both limits, where there are any, are edges (an upper one is the next float above it).
    """

    reason: str
    column: str
    counts: np.ndarray
    edges: np.ndarray
    low: float | None = None
    high: float | None = None

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    @cached_property
    def below(self) -> int:
        """Documents under the lower limit."""
        return int(self.counts[self.edges[1:] <= self.low].sum()) if self.low is not None else 0

    @cached_property
    def above(self) -> int:
        """Documents over the upper limit."""
        return int(self.counts[self.edges[:-1] > self.high].sum()) if self.high is not None else 0

    @property
    def spread(self) -> int:
        """Bins with a document in them."""
        return int((self.counts > 0).sum())


def picture(one: Histogram) -> Safe:
    """The panel as a picture of its own."""
    shapes = panel(one)
    return h("svg", *shapes, viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="small", role="img", aria_label=described(one))


def described(one: Histogram) -> str:
    """The panel in words, for those who do not see it."""
    words = f"{one.column}: {count(one.rows)} documents"
    if one.low is not None:
        words += f"; {percent(one.below / max(one.rows, 1))} below {figure(one.low)}"
    if one.high is not None:
        words += f"; {percent(one.above / max(one.rows, 1))} above {figure(one.high)}"
    return words


def panel(one: Histogram) -> list[Safe]:
    """Bars, axis and limits, inside WIDTH by HEIGHT."""
    axis = _Axis(one)
    lefts, rights, numbers = _joined(one, axis)
    most = float(max(numbers, default=0))
    return [
        *_heights(most),
        *_bars(one, axis, lefts, rights, numbers),
        h("line", x1=LEFT, x2=WIDTH - RIGHT, y1=FLOOR, y2=FLOOR, class_="axis"),
        *_ticks(axis),
        *_limits(one, axis),
    ]


class _Axis:
    """Where a value lies from left to right, and the values from which to which it goes."""

    def __init__(self, one: Histogram) -> None:
        edges = one.edges
        self.is_log = len(edges) > 2 and edges[-2] > 0 and edges[-1] / edges[-2] > GROWING
        used = np.flatnonzero(one.counts > 0)
        limits = [value for value in (one.low, one.high) if value is not None]
        first, last = (used[0], used[-1]) if len(used) else (0, 0)
        self.low = min([float(edges[first]), *limits])
        self.high = max([float(edges[last + 1]), *(value * 1.08 for value in limits)])
        if not self.is_log and self.low <= 0.3 * self.high:
            self.low = min(0.0, self.low)
        self.zero = float(edges[edges > SMALLEST].min()) / 2 if one.high == 0 and (edges > SMALLEST).any() else 0.0
        self.first = self.scaled(self.low)
        self.span = (self.scaled(self.high) - self.first) or 1.0

    def scaled(self, value: float) -> float:
        if 0 < value < self.zero:  # the next float above a limit of 0 is drawn half of the way to the next edge
            value = self.zero
        return math.log1p(max(value, 0.0)) if self.is_log else value

    def place(self, value: float) -> float:
        share = (self.scaled(value) - self.first) / self.span
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def _joined(one: Histogram, axis: _Axis) -> tuple[list[float], list[float], list[int]]:
    """Bins wide enough to be seen: left ends, right ends, documents."""
    least = axis.span / BARS
    lefts: list[float] = []
    rights: list[float] = []
    numbers: list[int] = []
    is_open = False
    for left, right, number in zip(one.edges[:-1].tolist(), one.edges[1:].tolist(), one.counts.tolist(), strict=True):
        if is_open:
            rights[-1], numbers[-1] = right, numbers[-1] + number
        else:
            lefts.append(left)
            rights.append(right)
            numbers.append(number)
        is_limit = right == one.low or (one.high is not None and left <= one.high < right)
        is_open = axis.scaled(rights[-1]) - axis.scaled(lefts[-1]) < least * 0.999 and not is_limit
    return lefts, rights, numbers


def _heights(most: float) -> list[Safe]:
    """Lines at 1, 10, 100, … documents; where there would be too many, at every second or third power."""
    powers = int(math.log10(max(most, 1.0)))
    parts = []
    for power in range(0, powers + 1, powers // 4 + 1):
        y = _up(10.0**power, most)
        said = chart.short(10.0**power)
        parts.append(h("line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        parts.append(h("text", said, x=LEFT - 4, y=f"{y + 3.5:.1f}", text_anchor="end", class_="tick"))
    return parts


def _up(number: float, most: float) -> float:
    """Where a bar of so many documents ends; a single document is still seen."""
    return FLOOR - (math.log10(number) + 0.3) / (math.log10(max(most, 1.0)) + 0.3) * (FLOOR - TOP)


def _bars(one: Histogram, axis: _Axis, lefts: list[float], rights: list[float], numbers: list[int]) -> list[Safe]:
    paths: dict[str, list[str]] = {"c0": [], "c1": []}
    most = float(max(numbers, default=0))
    for left, right, number in zip(lefts, rights, numbers, strict=True):
        if number:
            if one.high is not None and left <= one.high < right:  # the last that is kept ends at the limit
                right = float(np.nextafter(one.high, np.inf))
            x, y = axis.place(left), _up(number, most)
            wide = max(axis.place(right) - x - 0.5, 1.0)
            is_outside = (one.low is not None and right <= one.low) or (one.high is not None and left > one.high)
            paths["c1" if is_outside else "c0"].append(f"M{x:.1f} {FLOOR}V{y:.1f}h{wide:.1f}V{FLOOR}Z")
    return [h("path", d="".join(drawn), class_=f"fill {colour}") for colour, drawn in paths.items() if drawn]


def _ticks(axis: _Axis) -> list[Safe]:
    values = _powers(axis) if axis.is_log else chart.ticks(axis.low, axis.high, 5)
    parts: list[Safe] = []
    free = 0.0  # where the last figure ends
    for value in values:
        if not axis.low * (1 - 1e-9) <= value <= axis.high * (1 + 1e-9):
            continue
        x, said = axis.place(value), chart.short(value)
        half = len(said) * CHAR_WIDTH / 2
        parts.append(h("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=FLOOR, y2=FLOOR + 3, class_="axis"))
        middle = min(x, WIDTH - half)
        if middle - half >= free:
            parts.append(h("text", said, x=f"{middle:.1f}", y=FLOOR + 15, text_anchor="middle", class_="tick"))
            free = middle + half + 5
    return parts


def _powers(axis: _Axis) -> list[float]:
    """0 and the powers of ten; where they are few, 2 and 5 times them too."""
    powers = range(int(math.log10(max(axis.high, 1.0))) + 1)
    wide = math.log10(max(axis.high, 1.0)) - math.log10(max(axis.low, 1.0)) < 2
    return [0.0, *(m * 10.0**power for power in powers for m in ((1, 2, 5) if wide else (1,)))]


def _limits(one: Histogram, axis: _Axis) -> list[Safe]:
    """A dashed line at each limit, with its value and the share of the documents beyond it."""
    parts: list[Safe] = []
    for sign, value, number, beyond in (("≥", one.low, one.below, -1), ("≤", one.high, one.above, 1)):
        if value is None:
            continue
        x = axis.place(float(np.nextafter(value, np.inf)) if sign == "≤" else value)
        fits = x + LABEL_WIDTH <= WIDTH if beyond > 0 else x - LABEL_WIDTH >= 0
        side = beyond if fits else -beyond
        said = f"{sign} {figure(value)} · {percent(number / max(one.rows, 1))}"
        y = 9 if sign == "≥" else 19 if one.low is not None else 9
        ends = "start" if side > 0 else "end"
        parts.append(
            h("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=y - 8, y2=FLOOR, class_="limit", stroke_dasharray="4 2")
        )
        parts.append(h("text", said, x=f"{x + 4 * side:.1f}", y=y, text_anchor=ends, class_="tick limit"))
    return parts
