"""Queries: those given, those of a file, and the forms in which people ask for the same.

In: a source. Out: its queries in order, each once. The forms follow from the script of a query: one with Chinese
characters is asked in Chinese, any other in English; a source whose language is Chinese asks for a Latin term
(`tokenizer`) in Chinese too.
"""

from __future__ import annotations

import re
from pathlib import Path

from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError

MAX_FILE_BYTES = 16 << 20
MAX_QUERIES = 100_000
MAX_QUERY_CHARS = 1000
PATTERNS: dict[str, tuple[str, ...]] = {
    "en": (
        "what is {q}", "{q} tutorial", "{q} introduction", "{q} explained", "{q} guide", "{q} examples",
        "how does {q} work", "how to use {q}", "{q} best practices", "{q} exercises with solutions", "history of {q}",
    ),
    "zh": (
        "{q} 是什么", "{q} 教程", "{q} 入门", "{q} 详解", "{q} 指南", "{q} 例子", "{q} 原理", "如何使用 {q}",
        "{q} 最佳实践", "{q} 习题 解答", "{q} 历史",
    ),
}  # fmt: skip
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_SPACE = re.compile(r"\s+")


def queries_of(source: SearchSource) -> list[str]:
    """The queries of a source, the given ones first, then their forms. Raises HeadwaterError."""
    given = list(dict.fromkeys(query for query in map(cleaned, (*source.keywords, *_lines(source.queries))) if query))
    if not given:
        raise HeadwaterError("arguments", "no query is given", where=source.queries, mend="give at least one query")
    if source.expand:
        given += [form for query in given for form in forms(query, source.language or source.lang)]
    found = list(dict.fromkeys(given))
    if len(found) > MAX_QUERIES:
        raise HeadwaterError("arguments", f"more than {MAX_QUERIES} queries", where=source.queries)
    return found


def cleaned(query: str) -> str:
    """A query in one line, without what no service takes."""
    return _SPACE.sub(" ", "".join(c if c.isprintable() else " " for c in query)).strip()[:MAX_QUERY_CHARS]


def forms(query: str, language: str = "") -> list[str]:
    """The forms in which people ask for a query."""
    chinese = bool(_HAN.search(query))
    names = ["zh"] if chinese else ["en", "zh"] if language.lower().startswith("zh") else ["en"]
    return [pattern.format(q=query) for name in names for pattern in PATTERNS[name]]


def _lines(path: str) -> list[str]:
    """The queries of a file: a line each; empty lines and those that begin with # are passed over."""
    if not path:
        return []
    try:
        with open(Path(path).expanduser(), "rb") as handle:
            data = handle.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise HeadwaterError("unknown_name", f"cannot be read: {error.strerror}", where=path) from error
    if len(data) > MAX_FILE_BYTES:
        raise HeadwaterError("arguments", f"is larger than {MAX_FILE_BYTES >> 20} MiB", where=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HeadwaterError("unreadable_input", "is not UTF-8 text", where=path) from error
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
