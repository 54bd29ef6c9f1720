"""Encoding by our kernel, by gigatoken and by `tokenizers`: megabytes a second of a core, in turns in one process.

In: texts of every corpus of `--data`. Out: the medians, and the least ratio of our kernel to `tokenizers`. The
vocabulary is learned from the same texts; every turn begins with an empty table of words, as a worker does. Seconds are
the processor's, of all threads. All tokens are compared first.

    python -m benchmarks.tokenizer_encode [--data ../shared/data] [--mb 12] [--vocab 32000] [--rounds 5]
"""

from __future__ import annotations

import os

os.environ["RAYON_NUM_THREADS"] = "1"  # before a library of Rust is loaded: one core each
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import runner
from benchmarks.tokenizer_train import CORPORA, columns

PATTERNS = ("headwater", "gpt2", "llama3")


def sample(data: Path, megabytes: float) -> pa.Array:
    """Texts of every corpus, as many bytes of each."""
    held: list[str] = []
    for name in CORPORA:
        taken = 0
        for column in columns(data / f"{name}.jsonl.zst"):
            if taken >= megabytes * 1e6 / len(CORPORA):
                break
            held += column.to_pylist()
            taken += column.nbytes
    return pa.array(held, pa.large_string())


def openers(tokenizer: Any, pattern: str) -> dict[str, Callable[[], Any]]:
    """What opens each back end, its table of words empty."""
    from tokenizers import Tokenizer

    from headwater.tokenizer.giga import Giga
    from headwater.tokenizer.native import Native
    from headwater.tokenizer.plain import Plain

    described = json.loads(tokenizer.to_str())

    def plain() -> Plain:
        library = Tokenizer.from_str(tokenizer.to_str())
        library.encode_special_tokens = True
        return Plain(library, divisible=pattern == "headwater")

    found: dict[str, Callable[[], Any]] = {"tokenizers": plain, "headwater": lambda: Native(described)}
    if pattern != "headwater":  # which gigatoken does not know
        found["gigatoken"] = lambda: Giga(described)
    return found


def measure(texts: pa.Array, size: int, pattern: str, vocab_size: int, rounds: int) -> dict[str, float]:
    """Megabytes a second of each back end."""
    from headwater.tokenizer.config import TokenizerConfig
    from headwater.tokenizer.train import train_from

    config = TokenizerConfig(pretokenizer=pattern, vocab_size=vocab_size, reserve=0)  # type: ignore[arg-type]
    ways = openers(train_from([pa.record_batch({"text": texts})], config), pattern)
    expected = ways["tokenizers"]().encode(texts)[0]
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            back_end = way()
            started = time.process_time()
            ids, _ = back_end.encode(texts)
            taken[name].append(time.process_time() - started)
            if turn == 0 and not np.array_equal(ids, expected):
                raise SystemExit(f"{name} gives other tokens")
    return {name: round(size / 1e6 / statistics.median(seconds), 2) for name, seconds in taken.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--mb", type=float, default=12, help="megabytes of text")
    parser.add_argument("--vocab", type=int, default=32_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    if not all((args.data / f"{name}.jsonl.zst").exists() for name in CORPORA):
        print("skipped: needs " + ", ".join(CORPORA) + " in --data DIR")
        return 0
    texts = sample(args.data, args.mb)
    size = sum(len(text.encode()) for text in texts.to_pylist())
    speeds = {name: measure(texts, size, name, args.vocab, args.rounds) for name in PATTERNS}
    kernel = {name: found["headwater"] for name, found in speeds.items()}
    library = {name: found["tokenizers"] for name, found in speeds.items()}
    runner.save(
        "tokenizer_encode",
        ours={"MB_per_s": kernel},
        peer={"name": "tokenizers", "MB_per_s": library},
        ratio=min(kernel[name] / library[name] for name in PATTERNS),
        gigatoken_MB_per_s={name: found["gigatoken"] for name, found in speeds.items() if "gigatoken" in found},
        text_MB=round(size / 1e6, 2),
        vocab_size=args.vocab,
        rounds=args.rounds,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
