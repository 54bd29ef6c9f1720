"""Hosts: how evenly a corpus is spread over the sites it came from.

In: the address, the size and the verdict of each document, shard by shard. Out, HOSTS of `diversity.json`:

    {"documents", "without_host", "hosts", "effective_hosts", "gini", "top": [{"host", "documents", "bytes", "share"}]}

`effective_hosts` is exp of the entropy of the hosts' shares of bytes: as many hosts of equal size would be as varied.
`gini` is 0 where all hosts are of one size, towards 1 where one has everything. Both are null without a host.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.diversity import caps

TOP = 10
DECIMALS = 4
TALLY = pa.schema([("host", pa.string()), ("documents", pa.int64()), ("bytes", pa.int64())])


def tally(urls: pa.Array | pa.ChunkedArray, sizes: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Documents and bytes of each host (TALLY), in the hosts' order; the empty host is of those without one."""
    table = pa.table({"host": caps.hosts(urls), "bytes": sizes})
    grouped = table.group_by("host").aggregate([("bytes", "count"), ("bytes", "sum")])
    columns = [grouped["host"], grouped["bytes_count"], pc.fill_null(grouped["bytes_sum"], 0)]
    return pa.table(columns, names=TALLY.names).cast(TALLY).sort_by("host")


def add_up(tallies: list[pa.Table]) -> pa.Table:
    """One tally of several."""
    grouped = pa.concat_tables([TALLY.empty_table(), *tallies]).group_by("host")
    summed = grouped.aggregate([("documents", "sum"), ("bytes", "sum")])
    columns = [summed["host"], summed["documents_sum"], summed["bytes_sum"]]
    return pa.table(columns, names=TALLY.names).cast(TALLY).sort_by("host")


def spread(table: pa.Table) -> dict[str, Any]:
    """HOSTS of a tally."""
    named = table.filter(pc.not_equal(table["host"], ""))
    sizes = named["bytes"].to_numpy()
    documents = sum(table["documents"].to_pylist())
    row: dict[str, Any] = {"documents": documents, "without_host": documents - sum(named["documents"].to_pylist())}
    row |= {"hosts": named.num_rows, "effective_hosts": None, "gini": None, "top": []}
    total = int(sizes.sum())
    if not total:
        return row
    shares = sizes[sizes > 0] / total
    ordered = np.sort(sizes.astype(np.float64))
    ranks = np.arange(1, len(ordered) + 1)
    gini = (2 * (ranks * ordered).sum() / (len(ordered) * total)) - (len(ordered) + 1) / len(ordered)
    row["effective_hosts"] = round(float(np.exp(-(shares * np.log(shares)).sum())), DECIMALS)
    row["gini"] = round(float(gini), DECIMALS)
    largest = named.sort_by([("bytes", "descending"), ("host", "ascending")]).slice(0, TOP).to_pylist()
    row["top"] = [entry | {"share": round(entry["bytes"] / total, DECIMALS)} for entry in largest]
    return row
