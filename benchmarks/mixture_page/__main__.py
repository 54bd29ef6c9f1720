"""Makes docs/mixture.md: `python -m benchmarks.mixture_page --data ../shared/data -o docs`."""

from __future__ import annotations

import sys

from benchmarks import page

SECTIONS = ("table", "infeasible", "order", "packing", "trace")
OPENING = """
# The mixture

What a recipe asks of the corpus and what it gets: the shares that are solved, what happens where they cannot be had,
the order in which batches come, what packing wastes, and the way back from a step to the page.
"""

if __name__ == "__main__":
    sys.exit(page.write("benchmarks.mixture_page", SECTIONS, "mixture.md", OPENING))
