"""The source `files`: documents that are in files already.

In: recipe values, their types already checked. Out: a frozen source whose `check` names what types cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from headwater.acquire.sources.fields import Problems, option

WHERE_COLUMNS = ("id", "url", "title", "source", "license", "lang", "domain", "kind", "digest")


@dataclass(frozen=True, kw_only=True)
class FilesSource:
    """Documents in files: JSONL, Parquet, text, source code or WARC."""

    paths: tuple[str, ...] = option((), "files, folders, globs or fsspec addresses")
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
            if column not in WHERE_COLUMNS and not column.startswith("meta."):
                known = ", ".join(WHERE_COLUMNS)
                problems.append((f"where.{column}", f"no such column; known are {known} and meta.NAME"))
            if not values:
                problems.append((f"where.{column}", "name at least one value"))
        return problems
