"""`headwater extract`: the text of pages.

In: WARC files. Out: documents as JSONL.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from headwater.acquire.sources.files import FilesSource
from headwater.cli.console import Outcome, check_source, language, reasons
from headwater.errors import HeadwaterError


def extract(
    warcs: Annotated[list[str], typer.Argument(help="WARC files, folders of them, or globs")],
    output: Annotated[Path, typer.Option("--output", "-o", help="the documents, such as out.jsonl.zst")],
) -> Outcome:
    """The main text of every HTML page in WARC files. Example: headwater extract crawl/warc -o pages.jsonl.zst"""
    source = FilesSource(paths=tuple(warcs))
    check_source(source, "extract")
    from headwater import document
    from headwater.acquire import files

    items = [item for item in files.input_files(source) if document.format_of(item.location) == "warc"]
    for path in warcs:
        if not Path(path).is_dir() and document.format_of(path) not in ("warc", None):
            raise HeadwaterError("arguments", "not a WARC file (.warc or .warc.gz)", where=path)
    problems: Counter[str] = Counter()
    found = (row for item in items for row in files.rows(item, source, problems))
    rows = (row | {"lang": row["lang"] or language(row["text"])} for row in found)
    kept = document.write_jsonl(output, document.batches_of(rows))
    if not kept:
        raise document.nothing_read(", ".join(warcs), problems)
    rejected = dict(sorted(problems.items()))
    value = {"in": kept + sum(rejected.values()), "kept": kept, "rejected": rejected}
    return Outcome(value=value, text=f"{kept} documents in {output}" + reasons(rejected))
