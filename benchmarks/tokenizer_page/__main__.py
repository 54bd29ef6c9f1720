"""Makes docs/tokenizer.md: `python -m benchmarks.tokenizer_page --data ../shared/data -o docs`."""

from __future__ import annotations

import sys

from benchmarks import page

SECTIONS = ("curves", "audit", "expansion", "digits")
OPENING = """
# The tokenizer

What a vocabulary costs and gives, measured on real text: how it compresses each channel as it grows, what an audit
finds and what learning without it changes, what an expansion saves and costs, and how the cutting of numbers shows in
arithmetic.
"""

if __name__ == "__main__":
    sys.exit(page.write("benchmarks.tokenizer_page", SECTIONS, "tokenizer.md", OPENING))
