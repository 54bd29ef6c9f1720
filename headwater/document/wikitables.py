"""Tables of wikitext as Markdown.

In: what stands between `{|` and `|}`, its links and templates text already. Out: a Markdown table, its caption above.
"""

from __future__ import annotations

import re

from headwater.document.wikitags import GONE

MAX_COLUMNS = 60
_ATTRIBUTES = re.compile(
    r"(?:[a-z-]{3,12}\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'|]+)\s*)+"
)  # a cell that a template filled


def markdown(source: str) -> str:
    rows: list[list[str]] = [[]]
    caption = ""
    for line in source.replace(GONE, "").split("\n")[1:]:  # the first line holds the table's attributes
        stripped = line.strip()
        if stripped.startswith("|+"):
            caption = _content(stripped[2:])
        elif stripped.startswith("|-"):
            rows.append([])
        elif stripped.startswith(("|", "!")):
            body = stripped[1:].replace("!!", "||") if stripped[0] == "!" else stripped[1:]
            rows[-1] += [_content(cell) for cell in body.split("||")][: MAX_COLUMNS - len(rows[-1])]
        elif stripped and rows[-1]:
            rows[-1][-1] = f"{rows[-1][-1]} {stripped}" if len(rows[-1][-1]) < 100_000 else rows[-1][-1]
    return _table([row for row in rows if any(row)], caption)


def _content(cell: str) -> str:
    """A cell without its attributes: `align="left" | text`."""
    before, bar, after = cell.partition("|")
    text = (after if bar and "=" in before and "[" not in before else cell).strip()
    return "" if len(text) < 300 and _ATTRIBUTES.fullmatch(text) else text


def _table(rows: list[list[str]], caption: str) -> str:
    if not rows:
        return f"\n{caption}\n" if caption else ""
    width = max(len(row) for row in rows)
    if width == 1:
        lines = [row[0] for row in rows]
    else:
        padded = [[cell.replace("|", "/") for cell in row] + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in padded]
        lines.insert(1, f"|{' --- |' * width}")
    return "\n".join(["", *([caption, ""] if caption else []), *lines, ""])
