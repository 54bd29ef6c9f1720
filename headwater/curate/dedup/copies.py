"""Which documents are still there, and which were found to be copies.

In: a shard's judgement by the rules, and the drops that earlier steps filed. Out: masks and records by row.
A document that an earlier step rejected takes no part in a later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater.curate.dedup import sections
from headwater.curate.dedup.plan import DROP, STEPS, Plan
from headwater.pipeline import phases


def judged_file(shard: str) -> str:
    return f"{phases.WORK}/judged/{shard}"


def drops(orders: np.ndarray, survivors: np.ndarray, step: str, values: np.ndarray | float = np.nan) -> np.ndarray:
    """DROP records of documents dropped for documents of this corpus."""
    found = np.zeros(len(orders), DROP)
    found["order"], found["survivor"], found["value"], found["step"] = orders, survivors, values, STEPS.index(step)
    return found


def file_drops(plan: Plan, path: Path, found: np.ndarray) -> None:
    """File drops by the region of the dropped document, in order."""
    found = found[np.argsort(found["order"], kind="stable")]
    sections.write_split(path, found, plan.region_of(found["order"]), plan.num_regions)


def of_shard(plan: Plan, folder: Path, files: Iterable[str], shard: int) -> np.ndarray:
    """The drops of a shard's documents from these files, in order; `order` is the row within the shard."""
    first, end, region = plan.starts[shard], plan.starts[shard + 1], plan.region_of_shard(shard)
    parts = []
    for name in files:
        found = sections.read(folder / name, region, DROP)
        parts.append(found[(found["order"] >= first) & (found["order"] < end)])
    found = np.concatenate([np.zeros(0, DROP), *parts])
    found["order"] -= first
    return found[np.argsort(found["order"], kind="stable")]


def left(plan: Plan, folder: Path, files: Iterable[str], shard: int, steps: Sequence[str] = STEPS) -> np.ndarray:
    """A mask of the shard's rows that no rule and none of these drops rejected. `steps`: whose drops count."""
    table = pq.read_table(folder / judged_file(plan.names[shard]), columns=["reason"])
    there = pc.equal(table["reason"], "").combine_chunks().to_numpy(zero_copy_only=False).astype(bool)
    found = of_shard(plan, folder, files, shard)
    there[found["order"][np.isin(found["step"], [STEPS.index(step) for step in steps])]] = False
    return there


def columns(plan: Plan, shard: int, names: list[str]) -> pa.Table:
    """Columns of a shard's annotations."""
    return pq.read_table(plan.annotations / plan.names[shard], columns=names)
