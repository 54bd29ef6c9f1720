"""The report of diversity: figures of the sample and of the hosts, before and after curation.

In: the folders of the stages `diversity`, `annotate` and `curate`. Out: a value for `diversity.json` (`figures.py` and
`hosts.py` say its shape). Nothing but the sample's texts is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater.curate.diversity import figures, hosts, sample
from headwater.errors import HeadwaterError
from headwater.pipeline.stage import shards

REPORT = "diversity.json"


def diversity(sampled: Path, annotations: Path, verdicts: Path) -> dict[str, Any]:
    """The report. `sampled`: the stage's folder; the others hold `NAME.parquet`. Raises HeadwaterError damaged_file."""
    table = pq.read_table(sampled / sample.FILE)
    of_sample = table["shard"].to_pylist()
    rows = table["row"].to_numpy()
    kept = np.zeros(table.num_rows, bool)
    tallies: dict[str, list[pa.Table]] = {"before": [], "after": []}
    by_shard: dict[str, list[int]] = {}
    for place, name in enumerate(of_sample):
        by_shard.setdefault(name, []).append(place)
    for path in shards(verdicts):
        chosen = pq.read_table(path, columns=["kept"])["kept"].combine_chunks()
        given = pq.read_table(annotations / path.name, columns=["url", "text_bytes"])
        if given.num_rows != len(chosen):
            raise HeadwaterError("damaged_file", "has other rows than its annotations", where=str(path))
        places = np.array(by_shard.get(path.name, []), np.int64)
        kept[places] = chosen.to_numpy(zero_copy_only=False)[rows[places]]
        for name, part in (("before", given), ("after", given.filter(chosen))):
            tallies[name].append(hosts.tally(part["url"], part["text_bytes"]))
    return {
        "sample": figures.measure(table, kept),
        "hosts": {name: hosts.spread(hosts.add_up(found)) for name, found in tallies.items()},
    }
