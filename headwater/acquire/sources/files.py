"""The source `files`: documents that are in files already.

In: recipe values, their types already checked. Out: a frozen source whose `check` names what types cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from headwater.acquire.sources.fields import Problems
from headwater.pipeline.option import option

WHERE_COLUMNS = ("id", "url", "title", "source", "license", "lang", "domain", "kind", "digest")
FILLED_COLUMNS = ("text", "id", "url", "title", "source", "license", "lang", "domain", "kind", "fetched_at")
MAX_SAMPLE = 1_000_000
Format = Literal[
    "auto", "jsonl", "json", "csv", "parquet", "arrow", "text", "markdown", "rst", "tex", "code", "notebook", "pdf",
    "docx", "epub", "wikipedia", "archive", "html", "warc", "wet",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FilesSource:
    """Documents in files of any format: tables, text, source code, books, Wikipedia dumps or WARC."""

    paths: tuple[str, ...] = option((), "files, folders, globs or fsspec addresses")
    format: Format = option("auto", "what the files are; auto: by their names")
    columns: dict[str, str] = field(
        default_factory=dict,
        metadata={"help": "where the files call a column otherwise, such as {text: body, meta.stars: stars}"},
    )
    exclude: tuple[str, ...] = option((), "globs of names, or folders, below the paths to leave out")
    max_documents: int = option(0, "documents to read, in their order; 0: all", "documents")
    sample: int = option(0, "documents to draw by the hash of their ids; 0: all", "documents")
    domain: str = option("", "domain of every document; empty: each row's own")
    kind: Literal["", "general", "specific", "instruct"] = option("", "kind of every document; empty: each row's own")
    lang: str = option("", "language of every document; empty: each row's own")
    license: str = option("", "licence of every document; empty: each row's own")
    source: str = option("", "name of the source; empty: each row's own")
    where: dict[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={"help": "keep only rows whose column has one of the values, such as {domain: [poetry]}"},
    )

    def check(self) -> Problems:
        problems = [("paths", "name at least one file or folder")] if not self.paths else []
        problems += [(f"paths.{i}", "is empty") for i, path in enumerate(self.paths) if not path.strip()]
        for column, values in self.where.items():
            problems += _column_problem(f"where.{column}", column, WHERE_COLUMNS)
            if not values:
                problems.append((f"where.{column}", "name at least one value"))
        for column, name in self.columns.items():
            problems += _column_problem(f"columns.{column}", column, FILLED_COLUMNS)
            if not name:
                problems.append((f"columns.{column}", "name the column of the files"))
        if self.max_documents < 0:
            problems.append(("max_documents", "must not be negative"))
        if not 0 <= self.sample <= MAX_SAMPLE:
            problems.append(("sample", f"must be 0 to {MAX_SAMPLE}: a sample is held in memory"))
        if self.sample and self.max_documents:
            problems.append(("sample", "give either `sample` or `max_documents`"))
        return problems


def _column_problem(path: str, column: str, known: tuple[str, ...]) -> Problems:
    if column in known or (column.startswith("meta.") and len(column) > len("meta.")):
        return []
    return [(path, f"no such column; known are {', '.join(known)} and meta.NAME")]
