"""A line chart as an SVG file of its own, light or dark as its reader's screen is; for pages that are not the report.

In: named series. Out: the text of an SVG file.
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater.monitor.report import chart
from headwater.monitor.report.html import Safe, escape, h, join

HEAD, LINE = 30, 18  # room for the title; height of a line of the legend
# The report's own colours, for light and for dark.
STYLE = """
svg { --ink: #1c2024; --soft: #5c6670; --line: #d9dcd6; --paper: #fdfdfb; --c0: #0072b2; --c1: #d55e00; --c2: #009e73;
  --c3: #cc79a7; --c4: #8a6d00; --c5: #56b4e9; --c6: #5c6670; --c7: #e69f00;
  font-family: system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6e8ea; --soft: #a3adb6; --line: #363d43; --paper: #15181b;
  --c0: #56b4e9; --c1: #ff8a3d; --c2: #2fc79a; --c3: #e8a0c8; --c4: #d8b840; --c6: #a3adb6; } }
.back { fill: var(--paper); } .name { fill: var(--ink); font-size: 14px; font-weight: 600; }
text { fill: var(--soft); font-size: 12px; } .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
.curve { fill: none; stroke-width: 2; } .dot { stroke: none; }
""" + "".join(
    f".c{i} {{ stroke: var(--c{i}); }} .dot.c{i} {{ fill: var(--c{i}); }}\n" for i in range(chart.NUM_COLOURS)
)


def lines(series: Sequence[chart.Series], *, title: str, x_label: str, y_label: str, from_zero: bool = False) -> str:
    """The chart with its title above and its legend below."""
    tall = HEAD + chart.HEIGHT + LINE * len(series) + 8
    parts: list[Safe] = [
        h("title", title),
        h("style", Safe(STYLE)),
        h("rect", width=chart.WIDTH, height=tall, class_="back"),
    ]
    parts.append(h("text", title, x=chart.LEFT, y=20, class_="name"))
    body = chart.shapes(series, x_label, y_label, from_zero, chart.HEIGHT)
    parts.append(h("g", *body, transform=f"translate(0 {HEAD})"))
    for index, one in enumerate(series):
        y = HEAD + chart.HEIGHT + LINE * index
        dash = chart.DASHES[index % len(chart.DASHES)]
        colour = f"curve c{index % chart.NUM_COLOURS}"
        parts.append(h("path", d=f"M{chart.LEFT} {y} h34", class_=colour, stroke_dasharray=dash))
        parts.append(h("text", one.name, x=chart.LEFT + 42, y=y + 4))
    size = f'width="{chart.WIDTH}" height="{tall}" viewBox="0 0 {chart.WIDTH} {tall}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">{join(parts)}</svg>\n'
    )
