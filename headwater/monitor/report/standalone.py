"""A line chart as an SVG file of its own, for a page of Markdown or a folder of results.

In: the series of `chart`. Out: the text of an .svg: title, chart, legend and style in one, on white.
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater.monitor.report.chart import DASHES, HEIGHT, NUM_COLOURS, WIDTH, Series, drawable, picture
from headwater.monitor.report.html import h

TITLE_HEIGHT, LEGEND_HEIGHT, LEGEND_COLUMNS = 30, 20, 2
COLOURS = ("#0072b2", "#d55e00", "#00835f", "#b5548c", "#b57900", "#3796cf", "#55595e", "#7a6a00")
STYLE = (
    "text{fill:#1c2024;font:12px system-ui,sans-serif}.title{font-weight:600;font-size:14px}"
    ".tick{fill:#5c6670;font-size:11px}.grid{stroke:#d9dcd6}.axis{stroke:#5c6670}"
    ".curve{fill:none;stroke-width:1.7;stroke-linejoin:round}.thin{stroke-width:.8;opacity:.38}.gap{fill:#b23a00}"
    + "".join(
        f".curve.c{number}{{stroke:{colour}}}.dot.c{number}{{fill:{colour}}}" for number, colour in enumerate(COLOURS)
    )
)


def lines(series: Sequence[Series], *, title: str, x_label: str, y_label: str, from_zero: bool = False) -> str:
    """The file. Raises ValueError where there is nothing to draw."""
    drawn = drawable(series)
    if not drawn:
        raise ValueError("no series has a value to draw")
    chart = picture(
        drawn, x_label=x_label, y_label=y_label, from_zero=from_zero, height=HEIGHT, y=TITLE_HEIGHT, width=WIDTH
    )
    rows = -(-len(drawn) // LEGEND_COLUMNS)
    tall = TITLE_HEIGHT + HEIGHT + LEGEND_HEIGHT * rows + 8
    parts = [
        h("style", STYLE),
        h("rect", width=WIDTH, height=tall, fill="#fff"),
        h("text", title, x=14, y=20, class_="title"),
        chart.replace('class="chart"', f'class="chart" height="{HEIGHT}"', 1),
    ]
    for index, one in enumerate(drawn):
        parts += _entry(one.name, index, TITLE_HEIGHT + HEIGHT)
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" height="{tall}">'
        f"{body}</svg>\n"
    )


def _entry(name: str, index: int, top: int) -> list[str]:
    x = 62 + (WIDTH - 76) // LEGEND_COLUMNS * (index % LEGEND_COLUMNS)
    y = top + LEGEND_HEIGHT * (index // LEGEND_COLUMNS) + 10
    stroke = h(
        "path",
        d=f"M{x} {y} L{x + 28} {y}",
        class_=f"curve c{index % NUM_COLOURS}",
        stroke_dasharray=DASHES[index % len(DASHES)],
    )
    return [stroke, h("text", name, x=x + 36, y=y + 4)]
