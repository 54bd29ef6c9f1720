"""A pipeline of stages by hand: documents in, annotations, verdicts and splits out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from headwater import document
from headwater.curate import annotate, decide, split
from headwater.curate.config import CurateConfig, SplitConfig
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Engine, Stage

ENGLISH = (
    "The river that runs past the old mill was low that summer. People came to sit on the stones and to talk of the"
    " rain that had not come. Nobody in the village could remember a year with so little water. The children, who"
    " have no memory of other years, thought it was the best summer of all and built small dams from one bank to the"
    " other. When the storms arrived in autumn every dam was gone within an hour."
)
CHINESE = (
    "村口的老磨坊旁边有一条小河，那年夏天水位很低。人们坐在石头上，谈论迟迟不来的雨水。"
    "村里没有谁记得哪一年的水比这更少。孩子们不记得从前，只觉得这是最好的夏天，从这岸到那岸筑起小小的水坝。"
    "秋天的暴雨一到，所有的水坝不到一个小时就被冲走了。"
)
CODE = '''"""Reads numbers from a file."""

import sys


def total(path):
    """The sum of the numbers in a file."""
    result = 0
    with open(path) as handle:
        for line in handle:
            result += int(line)
    return result


if __name__ == "__main__":
    print(total(sys.argv[1]))
'''
POEM = "静夜思\n李白\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"


def write_documents(folder: Path, shards: list[list[dict[str, Any]]]) -> Path:
    """A finished acquire stage with these rows, a list a shard; ids are made where missing."""
    for number, rows in enumerate(shards):
        full = [{"id": f"d{number}-{index}", **row} for index, row in enumerate(rows)]
        document.write_parquet(folder / "documents" / f"000-{number:05d}.parquet", document.batches_of(full))
    return folder


def context(
    name: str, folder: Path, inputs: dict[str, Path], config: Any, seed: int = 7, engine: Engine | None = None
) -> Context:
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(name=name, version=1, function="", config=config)
    return Context(
        stage=stage,
        folder=folder,
        inputs=inputs,
        seed=seed,
        engine=engine or LocalEngine(1),
        report=Reporter(quiet=True),
    )


def run_all(
    root: Path,
    documents: Path,
    config: CurateConfig | None = None,
    splits: SplitConfig | None = None,
    seed: int = 7,
    workers: int = 1,
) -> dict[str, dict[str, Any]]:
    """Figures of annotate, curate and split, made below `root`."""
    steps = (
        ("annotate", annotate.run, {"acquire": documents}, config or CurateConfig()),
        ("curate", decide.run, {"annotate": root / "annotate"}, config or CurateConfig()),
        ("split", split.run, {"curate": root / "curate"}, splits or SplitConfig()),
    )
    engine = LocalEngine(workers)
    try:
        return {
            name: function(context(name, root / name, inputs, settings, seed, engine))
            for name, function, inputs, settings in steps
        }
    finally:
        engine.close()


def rows(folder: Path) -> list[dict[str, Any]]:
    """Every row of a folder's Parquet files, in document order."""
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def public_bytes(folder: Path) -> dict[str, bytes]:
    """What a stage publishes: every file but the hidden ones."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def report(root: Path) -> dict[str, Any]:
    return json.loads((root / "curate" / "report.json").read_text("utf-8"))
