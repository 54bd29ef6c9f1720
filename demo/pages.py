"""This project's own pages as a website, for machines that cannot have a larger one.

In: the Markdown files of the repository. Out: one HTML page each and an index that links them.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

PATTERNS = ("*.md", "docs/**/*.md", "recipes/*.md")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
_INLINE = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\(([^)]+)\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
)


def write_site(repository: Path, site: Path) -> list[str]:
    """Write the pages below `site`; their names, the index first."""
    names = []
    for source in sorted({path for pattern in PATTERNS for path in repository.glob(pattern)}):
        name = source.relative_to(repository).with_suffix(".html").as_posix().replace("/", "-")
        text = source.read_text(encoding="utf-8")
        _write(site / name, source.stem, to_html(text), "zh" if is_chinese(text) else "en")
        names.append(name)
    links = "".join(f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>' for name in names)
    _write(site / "index.html", "headwater", f"<ul>{links}</ul>", "en")
    return ["index.html", *names]


def is_chinese(text: str) -> bool:
    """Whether at least a fifth of the letters are Chinese."""
    letters = sum(character.isalpha() for character in text)
    return len(CHINESE.findall(text)) > letters / 5


def _write(path: Path, title: str, body: str, lang: str) -> None:
    page = (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        f"<body><article>{body}</article></body></html>\n"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def to_html(markdown: str) -> str:
    """Headings, paragraphs, lists, tables and fenced code: what this project's pages use."""
    parts: list[str] = []
    for block in _blocks(markdown):
        first = block[0]
        if first.startswith("```"):
            parts.append(f"<pre><code>{html.escape(chr(10).join(block[1:]))}</code></pre>")
        elif heading := re.match(r"(#{1,6}) +(.*)", first):
            level = len(heading[1])
            parts.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
            if block[1:]:
                parts.append(f"<p>{_inline(' '.join(block[1:]))}</p>")
        elif first.lstrip().startswith(("- ", "* ", "|", "1. ")):
            items = "".join(f"<li>{_inline(line.strip(' |-*'))}</li>" for line in block if line.strip(" |-:*"))
            parts.append(f"<ul>{items}</ul>")
        elif not first.startswith("<"):
            parts.append(f"<p>{_inline(' '.join(block))}</p>")
    return "\n".join(parts)


def _blocks(markdown: str) -> list[list[str]]:
    """Runs of lines between blank ones; a fenced block is one, blank lines and all."""
    blocks: list[list[str]] = [[]]
    fenced = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            if fenced:
                blocks.append([])
            else:
                blocks.append([line])
            fenced = not fenced
        elif fenced or line.strip():
            blocks[-1].append(line)
        else:
            blocks.append([])
    return [block for block in blocks if block]


def _inline(text: str) -> str:
    escaped = html.escape(text, quote=False)
    for pattern, replacement in _INLINE:
        escaped = pattern.sub(replacement, escaped)
    return escaped
