"""Packing beside Megatron's preprocess flow: the same documents and vocabulary, the same number of workers.

Ours: the `pack` stage, from document shards to `.bin`, `.idx` and the table of documents of every channel; `encode` is
its first phase, the tokens of every shard on disk. Theirs: megatron-core's `IndexedDatasetBuilder`, fed as their
`preprocess_data.py` does it (that script is not in the package): a pool of workers parses JSONL and encodes each
document with a Hugging Face fast tokenizer, here `tokenizers` itself, without the wrapper; the main process writes.
Imports, compiling and the start of the pools are left out of both. Runs alternate; the best of each counts.

    python -m benchmarks.pack [--data ../shared/data] [--megabytes 170] [--workers 2] [--rounds 2]
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import multiprocessing
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import runner
from headwater import document
from headwater.pack import build
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.selection import SPLIT_SCHEMA
from headwater.pipeline.stage import Context, Stage
from headwater.tokenizer import train
from headwater.tokenizer.config import END_OF_DOCUMENT, TokenizerConfig

PARTS = {"corpus-en.jsonl.zst": 0.4, "corpus-zh.jsonl.zst": 0.35, "corpus-code.jsonl.zst": 0.25}  # of the text
SHARDS = 8
PATTERNS = ("headwater", "gpt2")
VOCABULARY = 32_000
CHUNK_LINES = 32  # preprocess_data.py's

_tokenizer: Any = None  # of a worker of theirs
_end = 0


def rows_of(data: Path, total_bytes: int) -> list[dict[str, Any]]:
    """Documents of every part, in turn, so that shards are alike."""
    found: list[tuple[float, dict[str, Any]]] = []
    for name, share in PARTS.items():
        size, wanted = 0, share * total_bytes
        for batch in document.read(data / name):
            for row in batch.to_pylist():
                if size >= wanted:
                    break
                size += len(row["text"].encode())
                row["meta"] = dict(row["meta"])
                row["channel"] = document.channel(row["lang"], "general", "general")
                found.append((size / wanted, row | {"kind": "general", "domain": "general", "part": "train"}))
            if size >= wanted:
                break
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def write_inputs(folder: Path, rows: list[dict[str, Any]]) -> int:
    """The stages before `pack` for us, JSONL for them; bytes of text."""
    step = -(-len(rows) // SHARDS)
    for shard in range(SHARDS):
        part = rows[shard * step : (shard + 1) * step]
        name = f"{shard:05d}.parquet"
        document.write_parquet(folder / "acquire/documents" / name, document.batches_of(part))
        decided = [
            {key: row.get(key) for key in SPLIT_SCHEMA.names} | {"text_bytes": len(row["text"].encode())}
            for row in part
        ]
        split = pa.RecordBatch.from_pylist(decided, schema=SPLIT_SCHEMA)
        document.write_parquet(folder / "split/split" / name, [split], SPLIT_SCHEMA)
    with open(folder / "documents.jsonl", "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps({"text": row["text"]}, ensure_ascii=False) + "\n")
    return sum(len(row["text"].encode()) for row in rows)


class _Timed(LocalEngine):
    """Notes when each phase ends."""

    def run(self, *given: Any) -> None:
        super().run(*given)
        self.ended = [*getattr(self, "ended", []), time.perf_counter()]


def ours(folder: Path, output: Path, engine: _Timed) -> tuple[float, float, dict[str, int]]:
    """(seconds of encoding, of the whole stage, tokens by channel)."""
    stage = Stage(name="pack", version=1, function="headwater.pack.build:run", inputs=("acquire", "split", "tokenizer"))
    context = Context(
        stage=stage,
        folder=output,
        inputs={name: folder / name for name in stage.inputs},
        seed=7,
        engine=engine,
        report=Reporter(quiet=True),
    )
    engine.ended = []
    started = time.perf_counter()
    figures = build.run(context)
    return engine.ended[0] - started, time.perf_counter() - started, figures["tokens"]


def _start(path: str) -> None:
    from tokenizers import Tokenizer

    global _tokenizer, _end
    _tokenizer = Tokenizer.from_file(path)
    _tokenizer.encode_special_tokens = True
    _end = _tokenizer.token_to_id(END_OF_DOCUMENT)
    _tokenizer.encode("started")


def _encode(line: str) -> tuple[list[int], int]:
    ids = _tokenizer.encode(json.loads(line)["text"], add_special_tokens=False).ids
    ids.append(_end)
    return ids, len(line)


def theirs(folder: Path, output: Path, workers: int) -> tuple[float, int]:
    """(seconds, tokens)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from megatron.core.datasets.indexed_dataset import DType, IndexedDatasetBuilder
    path = str(folder / "tokenizer/tokenizer.json")
    output.mkdir(parents=True)
    tokens = 0
    with multiprocessing.get_context("fork").Pool(workers, initializer=_start, initargs=(path,)) as pool:
        pool.map(len, ["a"] * workers * 4)
        started = time.perf_counter()
        builder = IndexedDatasetBuilder(str(output / "text.bin"), dtype=DType.optimal_dtype(VOCABULARY))
        with open(folder / "documents.jsonl", encoding="utf-8") as lines:
            for ids, _size in pool.imap(_encode, lines, CHUNK_LINES):
                builder.add_document(ids, [len(ids)])
                tokens += len(ids)
        builder.finalize(str(output / "text.idx"))
        seconds = time.perf_counter() - started
    return seconds, tokens


def compare(folder: Path, pattern: str, given: argparse.Namespace, size: int) -> dict[str, Any]:
    """Best seconds of both for a vocabulary of one pattern, and that they wrote the same tokens."""
    rows = (batch for path in sorted((folder / "acquire/documents").glob("*")) for batch in document.read_parquet(path))
    config = TokenizerConfig(vocab_size=VOCABULARY, pretokenizer=pattern)  # type: ignore[arg-type]
    train.save(folder / "tokenizer", train.train_from(rows, config))
    gc.collect()
    engine = _Timed(given.workers)
    ours(folder, folder / f"{pattern}-warm", engine)
    encode, whole, peer = [], [], []
    for number in range(given.rounds):
        output = folder / f"{pattern}-{number}"
        seconds = ours(folder, output, engine)
        encode.append(seconds[0])
        whole.append(seconds[1])
        peer.append(theirs(folder, folder / f"{pattern}-peer-{number}", given.workers))
        if sum(seconds[2].values()) != peer[-1][1]:
            raise SystemExit(f"{pattern}: we wrote {sum(seconds[2].values())} tokens, they {peer[-1][1]}")
    engine.close()
    _same_tokens(folder / f"{pattern}-0", folder / f"{pattern}-peer-0/text.bin")
    best = min(seconds for seconds, _ in peer)
    return {
        "encode_MB_per_s": round(size / 1e6 / min(encode), 2),
        "pack_MB_per_s": round(size / 1e6 / min(whole), 2),
        "megatron_MB_per_s": round(size / 1e6 / best, 2),
        "encode_ratio": round(best / min(encode), 2),
        "pack_ratio": round(best / min(whole), 2),
        "tokens": peer[0][1],
    }


def _same_tokens(mine: Path, peer: Path) -> None:
    """Ours by channel hold the tokens of theirs, each as often."""
    dtype = np.uint16 if VOCABULARY < 65_500 else np.int32
    counts = [np.bincount(np.fromfile(path, dtype), minlength=VOCABULARY) for path in sorted(mine.glob("*.bin"))]
    if not np.array_equal(sum(counts), np.bincount(np.fromfile(peer, dtype), minlength=VOCABULARY)):
        raise SystemExit("the tokens differ")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--megabytes", type=float, default=170.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    if missing := [name for name in PARTS if not (given.data / name).exists()]:
        print(f"skipped: needs {', '.join(missing)} in --data DIR")
        return 0
    if importlib.util.find_spec("megatron") is None:
        print("skipped: needs megatron-core (pip install megatron-core)")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = rows_of(given.data, int(given.megabytes * 1e6))
        size = write_inputs(folder, rows)
        documents = len(rows)
        del rows
        found = {pattern: compare(folder, pattern, given, size) for pattern in PATTERNS}
    least = min(min(of["encode_ratio"], of["pack_ratio"]) for of in found.values())
    peer = {f"{pattern}_MB_per_s": of["megatron_MB_per_s"] for pattern, of in found.items()}
    runner.save(
        "pack",
        {
            f"{pattern}_{what}": of[what]
            for pattern, of in found.items()
            for what in ("encode_MB_per_s", "pack_MB_per_s")
        },
        {"name": "megatron-core IndexedDatasetBuilder fed by tokenizers", **peer},
        least,
        by_pattern=found,
        documents=documents,
        text_MB=round(size / 1e6, 2),
        workers=given.workers,
        vocabulary=VOCABULARY,
        megatron_core=runner_version("megatron-core"),
        gigatoken=runner_version("gigatoken"),
    )
    return 0


def runner_version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
