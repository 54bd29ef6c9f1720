"""Real text for tests: every file of the shared data, as many rows of each as a test wants."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import zstandard

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CORPORA = ("corpus-zh", "corpus-en", "corpus-code", "domain-math", "instruct")
BATCH_CHARACTERS = 1 << 20
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test corpora are not on this machine")


def files() -> list[Path]:
    return sorted(DATA.rglob("*.jsonl.zst"))


def rows(path: Path) -> Iterator[str]:
    """The text of every row; of a row without one, all strings in it, one a line."""
    with zstandard.open(path, "rb") as handle:
        for line in io.TextIOWrapper(handle, "utf-8"):
            row = json.loads(line)
            yield row["text"] if "text" in row else "\n".join(strings(row))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


@cache
def texts(num_rows: int = 200, most_characters: int = 3_000) -> list[str]:
    """The first rows of every corpus, each cut to so many characters."""
    paths = [DATA / f"{name}.jsonl.zst" for name in CORPORA]
    return [text[:most_characters] for path in paths for text in islice(rows(path), num_rows)]


def batches(path: Path) -> Iterator[pa.Array]:
    """Every row of a file, about a megabyte at a time."""
    held: list[str] = []
    size = 0
    for text in rows(path):
        held.append(text)
        size += len(text)
        if size >= BATCH_CHARACTERS:
            yield pa.array(held, pa.large_string())
            held, size = [], 0
    if held:
        yield pa.array(held, pa.large_string())
