"""A rule set's histograms on one sheet: an SVG file of its own, light or dark as its reader's screen is.

In: histograms. Out: the text of an SVG file.
"""

from __future__ import annotations

from headwater.monitor.report.histogram import HEIGHT, WIDTH, Histogram, panel
from headwater.monitor.report.html import Safe, escape, h, join

COLUMNS = 3
HEAD, GAP = 22, 14  # above each panel for its name, between panels
# The report's own colours, for light and for dark.
STYLE = """
svg { --ink: #1c2024; --soft: #5c6670; --line: #d9dcd6; --warn: #b23a00; --c0: #0072b2; --c1: #d55e00;
  --paper: #fdfdfb; font-family: system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6e8ea; --soft: #a3adb6; --line: #363d43; --warn: #ff9a66;
  --c0: #56b4e9; --c1: #ff8a3d; --paper: #15181b; } }
.back { fill: var(--paper); } .name { fill: var(--ink); font-size: 12px; font-weight: 600; }
.tick { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
.c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .limit { stroke: var(--warn); stroke-width: 1.3; }
text.limit { stroke: none; fill: var(--warn); }
"""


def sheet(found: list[Histogram], title: str) -> str:
    """All of them, COLUMNS beside each other."""
    across, down = WIDTH + GAP, HEIGHT + HEAD + GAP
    wide = min(COLUMNS, len(found)) * across + GAP
    tall = -(-len(found) // COLUMNS) * down + GAP
    parts: list[Safe] = [h("title", title), h("style", Safe(STYLE)), h("rect", width=wide, height=tall, class_="back")]
    for number, one in enumerate(found):
        x, y = GAP + number % COLUMNS * across, GAP + number // COLUMNS * down
        name = h("text", one.reason, x=0, y=12, class_="name")
        shapes = h("g", *panel(one), transform=f"translate(0 {HEAD})")
        parts.append(h("g", name, shapes, transform=f"translate({x} {y})"))
    size = f'width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">{join(parts)}</svg>\n'
    )
