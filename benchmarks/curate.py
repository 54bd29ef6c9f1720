"""Curation beside datatrove: the same English documents, the same published rules, one core each.

Ours: `headwater curate` as a function (read, annotate, judge, exact dedup, write kept and rejected); and once more as
it is by default: it repairs text, masks personal data, finds near-copies and measures variety too, as theirs does not.
Theirs: JsonlReader → GopherRepetitionFilter → GopherQualityFilter → FineWebQualityFilter → C4QualityFilter →
JsonlWriter; C4 last, since it cuts the text that it hands on. Both read the same JSONL from a temporary folder and are
timed whole, imports and compiling left out. The share of documents on which both agree is saved too; the page of
`benchmarks.agreement` says more.

    python -m benchmarks.curate [--data ../shared/data] [--limit 500]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import runner
from headwater import document
from headwater.errors import HeadwaterError


def write_input(corpus: Path, path: Path, limit: int) -> tuple[int, int]:
    """English documents as general web pages, in JSONL; how many, and bytes of text."""
    count = size = 0
    path.parent.mkdir(parents=True)
    with open(path, "w", encoding="utf-8") as out:
        for batch in document.read(corpus):
            for row in batch.to_pylist():
                if limit and count >= limit:
                    return count, size
                kept = {"id": row["id"], "text": row["text"], "url": row["url"], "lang": "en"}
                out.write(json.dumps(kept, ensure_ascii=False) + "\n")
                count, size = count + 1, size + len(row["text"].encode())
    return count, size


def ours(source: Path, output: Path, same_work: bool) -> tuple[float, dict[str, str]]:
    """Seconds, and the reason of each document (empty: kept). `same_work`: the filters and exact dedup alone."""
    from headwater.curate.clean.config import CleanConfig
    from headwater.curate.config import CurateConfig
    from headwater.curate.dedup.config import DedupConfig
    from headwater.curate.diversity.config import DiversityConfig
    from headwater.curate.standalone import curate_files
    from headwater.pipeline.progress import Reporter

    warm = source.parent.parent / "warm.jsonl"
    warm.write_text(source.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    config, clean = CurateConfig(), CleanConfig()
    if same_work:
        clean = CleanConfig(enabled=False)
        config = CurateConfig(dedup=DedupConfig(minhash=False), diversity=DiversityConfig(sample_documents=0))
    given = {"config": config, "kind": "", "workers": 1, "report": Reporter(quiet=True), "clean": clean}
    with contextlib.suppress(HeadwaterError):  # its one document may well be rejected
        curate_files([str(warm)], output / "warm", **given)
    started = time.perf_counter()
    with contextlib.suppress(HeadwaterError):  # of a few documents all may be
        curate_files([str(source)], output / "out", **given)
    seconds = time.perf_counter() - started
    reasons: dict[str, str] = {}
    for path in sorted((output / "out").glob("*/*.parquet")):
        columns = ["id"] if path.parent.name == "kept" else ["id", "reason"]
        for batch in document.read_parquet(path, columns=columns):
            reasons |= {row["id"]: row.get("reason", "") for row in batch.to_pylist()}
    return seconds, reasons


def theirs(source: Path, output: Path) -> tuple[float, set[str]]:
    """Seconds, and the ids of the documents that datatrove keeps."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.text import split_into_sentences, split_into_words
    from loguru import logger

    logger.remove()
    split_into_words("Loads the tokenizer.")  # loading is left out of the time, like imports
    split_into_sentences("Loads it too. Here.")
    steps: list[Any] = [
        JsonlReader(str(source.parent)),
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        FineWebQualityFilter(),
        C4QualityFilter(),
        JsonlWriter(str(output / "kept"), compression=None),
    ]
    executor = LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=str(output / "logs"), skip_completed=False)
    started = time.perf_counter()
    executor.run()
    seconds = time.perf_counter() - started
    kept = (line for path in sorted((output / "kept").glob("*.jsonl")) for line in path.open(encoding="utf-8"))
    return seconds, {json.loads(line)["id"] for line in kept}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--limit", type=int, default=0, help="documents; 0: all")
    given = parser.parse_args()
    corpus = given.data / "corpus-en.jsonl.zst"
    if not corpus.exists():
        print(f"skipped: needs {corpus.name} in --data DIR")
        return 0
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in" / "documents.jsonl"
        count, size = write_input(corpus, source, given.limit)
        our_seconds, reasons = ours(source, folder / "ours", same_work=True)
        whole_seconds, _ = ours(source, folder / "whole", same_work=False)
        their_seconds, kept = theirs(source, folder / "theirs")
    judged = {name: reason for name, reason in reasons.items() if reason != "dedup.exact"}
    agreement = sum((not reason) == (key in kept) for key, reason in judged.items()) / max(len(judged), 1)
    megabytes = size / 1e6
    runner.save(
        "curate",
        {"MB_per_s": round(megabytes / our_seconds, 2), "kept": sum(not reason for reason in reasons.values())},
        {"name": "datatrove", "MB_per_s": round(megabytes / their_seconds, 2), "kept": len(kept)},
        their_seconds / our_seconds,
        documents=count,
        text_MB=round(megabytes, 2),
        agreement=round(agreement, 4),
        ratio_of_the_default_command=round(their_seconds / whole_seconds, 2),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
