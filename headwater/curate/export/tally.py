"""What an exported data set holds: counted over its own files, so that the card says what is there.

In: the shards. Out: documents by part, channel, language and licence; of each source its documents, licences and the
days they were fetched.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

READ = ["source", "license", "lang", "channel", "fetched_at", "meta"]
DAY_CHARS = 10
UNKNOWN = ""  # a licence that no row says
GROUPED = ["source", "license", "lang", "channel"]


def of_files(folder: Path, names: list[str]) -> dict[str, Any]:
    """The figures of the shards, named below a folder as `data/PART-…`."""
    parts: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = {name: Counter() for name in GROUPED}
    sources: dict[str, dict[str, Any]] = {}
    synthetic = 0
    for name in names:
        with pq.ParquetFile(folder / name) as parquet:
            for number in range(parquet.num_row_groups):
                rows = parquet.read_row_group(number, columns=READ)
                parts[name.removeprefix("data/").split("-")[0]] += rows.num_rows
                synthetic += pc.sum(pc.match_substring(rows["meta"], '"synthetic":"true"')).as_py() or 0
                _add(groups, sources, rows.drop_columns(["meta"]))
    found = {"channels": groups["channel"], "languages": groups["lang"], "licenses": groups["license"]}
    return {
        "documents": parts.total(),
        "parts": dict(parts),
        **{name: dict(sorted(counts.items())) for name, counts in found.items()},
        "sources": sources,
        "synthetic": synthetic,
    }


def _add(groups: dict[str, Counter[str]], sources: dict[str, dict[str, Any]], rows: pa.Table) -> None:
    day = pc.utf8_slice_codeunits(rows["fetched_at"], 0, DAY_CHARS)
    day = pc.if_else(pc.equal(day, ""), None, day)
    rows = rows.set_column(rows.schema.get_field_index("fetched_at"), "day", day)
    table = rows.group_by(GROUPED, use_threads=False).aggregate([("day", "min"), ("day", "max"), ([], "count_all")])
    for row in table.to_pylist():
        count = row["count_all"]
        for name, counter in groups.items():
            counter[row[name] or ""] += count
        entry = sources.setdefault(row["source"] or "", {"documents": 0, "licenses": Counter(), "days": []})
        entry["documents"] += count
        entry["licenses"][row["license"] or UNKNOWN] += count
        days = [*entry["days"], *(one for one in (row["day_min"], row["day_max"]) if one)]
        entry["days"] = [min(days), max(days)] if days else []
