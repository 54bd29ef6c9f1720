"""Batches of a run, from a step to its tokens, beside Megatron-core's blended GPT datasets over the same files.

In: nothing (random tokens in documents of a few hundred; what they say costs nothing). Out: tokens a second of one
core at two sequence lengths, of the schedule alone, of the batches, and of the peer; and what a step far away costs.

    python -m benchmarks.sampler [--small] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks import runner
from headwater.batches.packing import num_windows
from headwater.batches.reader import BatchReader
from headwater.batches.schedule import read
from headwater.batches.segment import Segment
from headwater.pack import indexed

SHARES = {"zh-general": 0.325, "en-general": 0.25, "en-specific-math": 0.15, "code-specific": 0.2, "zh-specific": 0.075}
FLOOR = 20e6  # tokens a second and core
BATCH_TOKENS = 1 << 19
STEPS = 1_000_000  # of the schedule; far more than are read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampler")
    parser.add_argument("--small", action="store_true", help="a corpus and rounds of seconds")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, for both
    with tempfile.TemporaryDirectory() as folder:
        sizes = write(Path(folder), 4_000_000 if given.small else 60_000_000)
        found = {length: measure(Path(folder), sizes, length, given.rounds) for length in (512, 4096)}
    for length, one in found.items():
        print(length, {name: f"{value:.4g}" for name, value in one.items()})
    slowest = min(one["batches"] for one in found.values())
    ratio = min(one["batches"] / one["peer"] for one in found.values())
    runner.save(
        "sampler",
        {str(length): {n: v for n, v in one.items() if n != "peer"} for length, one in found.items()},
        {str(length): {"batches": one["peer"]} for length, one in found.items()},
        ratio,
        unit="tokens/s of one core; seek_ms: a step anywhere in the run",
        floor_tokens_per_s=FLOOR,
        reaches_floor=slowest >= FLOOR,
    )


def write(folder: Path, num_tokens: int) -> dict[str, int]:
    """Packed channels of random tokens; tokens by channel."""
    rng = np.random.default_rng(7)
    for name, share in SHARES.items():
        lengths = rng.integers(50, 900, max(2, round(num_tokens * share / 475))).astype(np.int32)
        rng.integers(0, 60_000, int(lengths.sum()), dtype=np.uint16).tofile(folder / f"{name}.bin")
        indexed.write_idx(folder / f"{name}.idx", np.dtype("<u2"), len(lengths), lambda held=lengths: iter([held]))
    return {name: (folder / f"{name}.bin").stat().st_size // 2 for name in SHARES}


def measure(folder: Path, sizes: dict[str, int], length: int, rounds: int) -> dict[str, float]:
    """Medians over rounds, ours and the peer taken in turns."""
    sequences = BATCH_TOKENS // length
    path = schedule(folder, sizes, length, sequences)
    reader, blended = BatchReader(folder, path), peer(folder, length, sequences)
    steps = 40
    for batch in (reader.batch, blended):  # the files are in the page cache, the first chunk found
        batch(1)
    figures: dict[str, list[float]] = {"schedule": [], "batches": [], "peer": []}
    for turn in range(rounds):
        alone = read(path)
        first = 2 + turn * steps
        figures["schedule"].append(speed(alone.windows, range(first, first + steps)))
        figures["batches"].append(speed(reader.batch, range(first, first + steps)))
        figures["peer"].append(speed(blended, range(first, first + max(2, steps // 8))))
    far = np.random.default_rng(1).integers(1, STEPS, 20).tolist()
    seek_s = statistics.median(timed(reader.batch, [step]) for step in far)
    return {name: statistics.median(values) for name, values in figures.items()} | {"seek_ms": 1e3 * seek_s}


def speed(batch: Callable[[int], Any], steps: range) -> float:
    return len(steps) * BATCH_TOKENS / timed(batch, list(steps))


def timed(batch: Callable[[int], Any], steps: list[int]) -> float:
    began = time.perf_counter()
    for step in steps:
        batch(step)
    return time.perf_counter() - began


def schedule(folder: Path, sizes: dict[str, int], length: int, sequences: int) -> Path:
    """A run of a million steps in the shares above."""
    counts = {name: round(SHARES[name] * 40_000) for name in sorted(SHARES)}
    segment = Segment(
        first_step=1, last_step=STEPS, seed=7, sequence_length=length, sequences=sequences, block=sum(counts.values()),
        counts=counts, offsets=dict.fromkeys(counts, 0), order="even",
        windows={name: num_windows(sizes[name], length) for name in counts},
    )  # fmt: skip
    path = folder / f"schedule-{length}.jsonl"
    path.write_text(json.dumps(segment.row()) + "\n")
    return path


def peer(folder: Path, length: int, sequences: int) -> Callable[[int], Any]:
    """Megatron-core's BlendedDataset of GPTDatasets, a batch collated by torch as its loader does."""
    import torch
    from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig

    prefixes = [str(folder / name) for name in SHARES]
    config = GPTDatasetConfig(
        random_seed=7, sequence_length=length, blend=(prefixes, list(SHARES.values())), split="1,0,0",
        path_to_cache=None,
        tokenizer=SimpleNamespace(eod=0, pad=0, vocab_size=60_000, unique_identifiers={"name": "none"}),
        reset_position_ids=False, reset_attention_mask=False, eod_mask_loss=False, create_attention_mask=False,
        mid_level_dataset_surplus=0.005,
    )  # fmt: skip
    num = 400 * sequences
    built, _, _ = BlendedMegatronDatasetBuilder(GPTDataset, [num, 0, 0], lambda: True, config).build()

    def batch(step: int) -> Any:
        places = range(step * sequences, (step + 1) * sequences)
        return torch.utils.data.default_collate([built[place] for place in places])

    return batch


if __name__ == "__main__":
    main()
