"""A finished capture's documents in one file, for commands that are used without a recipe.

In: a folder with `pages.parquet` and `warc/`, the labels of its source, and the capture's report. Out:
`documents.jsonl.zst`, in the order of the pages, and `report.json` with the documents counted in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from headwater import document, storage
from headwater.acquire.documents import Labels

DOCUMENTS = "documents.jsonl.zst"
Row = dict[str, Any]


def write_documents(
    folder: Path, labels: Labels, report: dict[str, Any], language: Callable[[str], str]
) -> dict[str, Any]:
    """Write the documents of a capture; its report with their counts, as it is written too.

    `language`: names the language of a text, for documents whose labels name none.
    """
    from headwater.acquire.crawl import REPORT

    problems: Counter[str] = Counter()
    kept = document.write_jsonl(folder / DOCUMENTS, document.batches_of(_documents(folder, labels, problems, language)))
    counts = {"in": report["kept"], "kept": kept, "rejected": dict(sorted(problems.items()))}
    value = {**report, "documents": counts}
    storage.write_json(folder / REPORT, value)
    return value


def _documents(folder: Path, labels: Labels, problems: Counter[str], language: Callable[[str], str]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    from headwater.acquire import documents, warc
    from headwater.acquire.crawl import PAGES
    from headwater.acquire.pages import page_row

    for page in pq.read_table(folder / PAGES).to_pylist():
        record = warc.read_record(folder / page["warc_file"], page["warc_offset"])
        row = page_row(record, page["warc_file"], problems)
        if row is not None:
            row = documents.label_page(row | {"license": page["license"]}, labels)
            yield row | {"lang": row["lang"] or language(row["text"])}
