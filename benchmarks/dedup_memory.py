"""Dedup of a made corpus within a memory budget: how much a process grows by, and what it finds.

In: a number of documents and a budget. Out: one JSON object: bytes of text, the budget, the growth of the resident set
above what the process holds when it begins (interpreter, libraries, compiled kernels), seconds, and a digest of the
verdicts. Measured is the stage `curate`; the signatures are made before, a batch of texts at a time. Every fifth
document is a near-copy of an earlier one, every tenth an exact one.

    python -m benchmarks.dedup_memory --documents 100000 --memory 20000000
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import document, storage

WORDS = 240  # a document
SHARD_ROWS = 2000
VOCABULARY = 50_000


def texts(first: int, count: int) -> list[str]:
    """Documents by number; near-copies change three words in a hundred."""
    found = []
    for number in range(first, first + count):
        source = number // 2 if number % 5 == 4 or number % 10 == 7 else number
        while source % 5 == 4 or source % 10 == 7:
            source //= 2
        words = np.random.default_rng(source).integers(0, VOCABULARY, WORDS)
        if number % 5 == 4:
            places = np.random.default_rng(number + 10**9).integers(0, WORDS, 7)
            words[places] = VOCABULARY + number % 1000
        found.append(" ".join(f"word{word}" for word in words.tolist()))
    return found


def made(documents: int) -> Iterator[list[dict[str, str]]]:
    """The rows of each shard."""
    for first in range(0, documents, SHARD_ROWS):
        count = min(SHARD_ROWS, documents - first)
        yield [{"id": f"d{first + row}", "text": text, "lang": "en"} for row, text in enumerate(texts(first, count))]


def write(root: Path, shards: Iterable[list[dict[str, str]]]) -> int:
    """Documents and what dedup needs of their annotations, in shards; bytes of text."""
    from headwater.curate import annotate

    size = 0
    for number, rows in enumerate(shards):
        name = f"{number:05d}.parquet"
        document.write_parquet(root / "acquire" / "documents" / name, document.batches_of(rows))
        data = [row["text"].encode() for row in rows]
        given = {
            "id": [row["id"] for row in rows],
            "lang": [row["lang"] for row in rows],
            "kind": ["general"] * len(rows),
            "domain": ["general"] * len(rows),
            "crawled": [False] * len(rows),
            "injected": [False] * len(rows),
            "text_bytes": list(map(len, data)),
            "digest": [hashlib.sha256(text).hexdigest()[:32] for text in data],
        }
        columns = []
        for field in annotate.SCHEMA:
            empty = [""] * len(rows) if pa.types.is_string(field.type) else [None] * len(rows)
            columns.append(pa.array(given.get(field.name, empty), field.type))
        batch = pa.RecordBatch.from_arrays(columns, schema=annotate.SCHEMA)
        document.write_parquet(root / "annotate" / "annotations" / name, [batch], annotate.SCHEMA)
        size += sum(map(len, data))
    return size


def run(root: Path, stages: tuple[str, ...], memory: int, **settings: Any) -> str:
    """Fingerprint or curate, or both, in this process; a digest of the verdicts."""
    from headwater.curate import decide, fingerprint
    from headwater.curate.config import CurateConfig
    from headwater.curate.dedup.config import DedupConfig
    from headwater.pipeline.engine.local import LocalEngine
    from headwater.pipeline.progress import Reporter
    from headwater.pipeline.stage import Context, Stage

    config = CurateConfig(preset="none", dedup=DedupConfig(memory=memory, **settings))
    inputs = {name: root / name for name in ("acquire", "annotate", "fingerprint")}
    for name, function, settings, given in (
        ("fingerprint", fingerprint.run, config.dedup, ("acquire", "annotate")),
        ("curate", decide.run, config, ("annotate", "fingerprint")),
    ):
        if name not in stages:
            continue
        stage = Stage(name=name, version=1, function="", config=settings)
        function(
            Context(
                stage=stage, folder=storage.make_folder(root / name), inputs={n: inputs[n] for n in given},
                seed=0, engine=LocalEngine(1), report=Reporter(quiet=True),
            )
        )  # fmt: skip
    digest = hashlib.sha256()
    for path in sorted((root / "curate" / "verdicts").glob("*.parquet")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def resident(field: str) -> int:
    """Bytes of this process: VmRSS now, VmHWM at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--memory", type=int, default=20_000_000, help="bytes")
    parser.add_argument("--write", type=Path, help="only make the corpus, here")
    given = parser.parse_args()
    if given.write:
        size = write(given.write, made(given.documents))
        run(given.write, ("fingerprint",), given.memory)
        print(size)
        return 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write(root / "little", made(50))
        run(root / "little", ("fingerprint", "curate"), 10**9)  # loads and compiles everything
        command = [sys.executable, "-m", "benchmarks.dedup_memory", "--documents", str(given.documents)]
        there = ["--write", str(root / "corpus")]  # by another process, so that this one keeps no memory of it
        size = int(subprocess.run([*command, *there], check=True, capture_output=True, text=True).stdout)
        Path("/proc/self/clear_refs").write_text("5")  # VmHWM counts from here
        before, started = resident("VmRSS"), time.perf_counter()
        digest = run(root / "corpus", ("curate",), given.memory)
        found = {
            "documents": given.documents,
            "text_bytes": size,
            "memory_budget": given.memory,
            "memory_grown": resident("VmHWM") - before,
            "seconds": round(time.perf_counter() - started, 1),
            "report": storage.read_json(root / "corpus" / "curate" / "report.json")["rejected"],
            "verdicts": digest,
        }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
