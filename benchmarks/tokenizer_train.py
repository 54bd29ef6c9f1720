"""Learning a vocabulary beside Hugging Face's BpeTrainer: the same text, pattern and size, each in its own process.

In: every corpus of `--data`, one after another. Out: seconds and peak memory of both, their ratios, and whether the
merges are equal where both may make tokens of any length. Both read the same Parquet file in the same batches and write
a tokenizer.json; theirs cuts text on every core, ours on one. Reading is inside the times; imports are in `cpu_seconds`
alone, which depend less on what else the machine does. Peak memory is that of the process.

    python -m benchmarks.tokenizer_train [--data ../shared/data] [--limit-mb 0] [--vocab 32000] [--pattern gpt2]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import runner

CORPORA = ("corpus-zh", "corpus-en", "corpus-code", "domain-math", "instruct")
BATCH_ROWS, WRITTEN_ROWS = 1_000, 50
MEMORY = 2_000_000_000  # enough for every distinct word; the default, half of it, leaves out the rarest, 1.3 % of all


def columns(path: Path) -> Iterator[Any]:
    """The texts of a corpus, few at a time."""
    import pyarrow as pa

    from headwater import document

    for batch in document.read(path):
        for start in range(0, batch.num_rows, WRITTEN_ROWS):
            yield batch.column("text").slice(start, WRITTEN_ROWS).cast(pa.large_string())


def write_input(data: Path, path: Path, limit_bytes: int) -> int:
    """The text of every corpus as Parquet; how many bytes."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    size = 0
    with pq.ParquetWriter(path, pa.schema([("text", pa.large_string())]), compression="zstd") as out:
        for name in CORPORA:
            taken = 0
            for column in columns(data / f"{name}.jsonl.zst"):
                if limit_bytes and taken >= limit_bytes / len(CORPORA):
                    break
                out.write_batch(pa.record_batch({"text": column}))
                taken += pc.sum(pc.binary_length(column)).as_py() or 0
            size += taken
    return size


def batches(path: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(BATCH_ROWS)


def ours(source: Path, target: Path, pattern: str, vocab_size: int, any_length: bool) -> float:
    """Seconds of `headwater`'s learning, as `headwater tokenizer train` does it."""
    from headwater.tokenizer import learn
    from headwater.tokenizer.config import TokenizerConfig
    from headwater.tokenizer.train import train_from

    if any_length:
        learn.MAX_TOKEN_BYTES = 1 << 30
    config = TokenizerConfig(pretokenizer=pattern, vocab_size=vocab_size, reserve=0, memory=MEMORY)  # type: ignore[arg-type]
    started = time.perf_counter()
    train_from(batches(source), config).save(str(target))
    return time.perf_counter() - started


def theirs(source: Path, target: Path, pattern: str, vocab_size: int) -> float:
    """Seconds of `tokenizers`' BpeTrainer."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    from headwater.tokenizer import patterns
    from headwater.tokenizer.config import special_tokens

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = patterns.pre_tokenizer("bbpe", pattern, "auto")
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=2, special_tokens=special_tokens(0), initial_alphabet=alphabet,
        show_progress=False,
    )  # fmt: skip
    started = time.perf_counter()
    tokenizer.train_from_iterator((batch.column("text").to_pylist() for batch in batches(source)), trainer)
    tokenizer.save(str(target))
    return time.perf_counter() - started


def peak_bytes() -> int:
    """The most memory that this process ever had; `ru_maxrss` would count what its parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def child(args: argparse.Namespace, side: str, source: Path, target: Path) -> dict[str, Any]:
    """Run one side in a process of its own; what it measured."""
    given = ["--vocab", str(args.vocab), "--pattern", args.pattern, "--side", side, str(source), str(target)]
    command = [sys.executable, "-m", "benchmarks.tokenizer_train", *given]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def merges_of(path: Path) -> list[Any]:
    return json.loads(path.read_bytes())["model"]["merges"]


def compare(args: argparse.Namespace, folder: Path) -> None:
    source = folder / "text.parquet"
    size = write_input(args.data, source, args.limit_mb * 1_000_000)
    child(args, "ours", source_of_one_text(folder), folder / "warm.json")  # compiles what this machine lacks
    sides = {side: child(args, side, source, folder / f"{side}.json") for side in ("ours", "theirs", "ours-any-length")}
    mine, other = sides["ours"], sides["theirs"]
    found, expected = merges_of(folder / "ours-any-length.json"), merges_of(folder / "theirs.json")
    equal = sum(one == two for one, two in zip(found, expected, strict=False))
    runner.save(
        "tokenizer_train" if not args.limit_mb else "tokenizer_train-small",
        ours=mine,
        peer={"name": "tokenizers BpeTrainer", **other},
        ratio=other["seconds"] / mine["seconds"],
        ratio_of_cpu=round(other["cpu_seconds"] / mine["cpu_seconds"], 4),
        memory_of_the_peers=round(mine["peak_bytes"] / other["peak_bytes"], 4),
        floors={"ratio": 1.0, "memory_of_the_peers": 0.5},
        text_MB=round(size / 1e6, 1),
        pattern=args.pattern,
        vocab_size=args.vocab,
        merges_equal_of=[equal, len(expected)],
    )


def source_of_one_text(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "warm.parquet"
    pq.write_table(pa.table({"text": pa.array(["the cat the cat"], pa.large_string())}), path)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--limit-mb", type=int, default=0, help="megabytes of text; 0: all")
    parser.add_argument("--vocab", type=int, default=32_000)
    parser.add_argument("--pattern", default="gpt2")
    parser.add_argument("--side", default="", help=argparse.SUPPRESS)
    parser.add_argument("paths", type=Path, nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        source, target = args.paths
        if args.side == "theirs":
            seconds = theirs(source, target, args.pattern, args.vocab)
        else:
            seconds = ours(source, target, args.pattern, args.vocab, args.side == "ours-any-length")
        found = {"seconds": round(seconds, 2), "cpu_seconds": round(time.process_time(), 2)}
        print(json.dumps(found | {"peak_bytes": peak_bytes()}))
        return 0
    if not all((args.data / f"{name}.jsonl.zst").exists() for name in CORPORA):
        print("skipped: needs " + ", ".join(CORPORA) + " in --data DIR")
        return 0
    with tempfile.TemporaryDirectory() as name:
        compare(args, Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
