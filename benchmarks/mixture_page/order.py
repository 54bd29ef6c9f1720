"""The section on the order: the same batches for any number of ranks, any accumulation, any restart; evenly spread."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.mixture_page import mixture_sample as sample
from benchmarks.mixture_page.table import CONFIG
from headwater.batches.ranks import micro_rows, rank_rows
from headwater.batches.reader import BatchReader
from headwater.batches.schedule import NAME, Schedule
from headwater.batches.steps import Ramp

TOKENS = 4_000_000
CUTS = ((1, 32), (2, 8), (4, 3), (8, 1))  # ranks, sequences of a microbatch


def section(data: Path, output: Path) -> str:
    pack = sample.packed(data)
    with tempfile.TemporaryDirectory() as folder:
        ramp = Ramp(start=0.25, tokens=TOKENS // 10, stages=4)
        sample.mixed(pack, Path(folder), CONFIG, TOKENS, ramp)
        path = Path(folder) / NAME
        schedule = BatchReader(pack, path).schedule
        parts = [
            "## The order of batches",
            "Batch k is a function of the seed, the schedule and k. The run above, now with a batch that grows from a "
            f"quarter over its first tenth: {len(schedule.segments)} segments, {schedule.num_steps} steps.",
            _segments(schedule),
            _same(pack, path, schedule),
            _even(schedule),
            _far(schedule),
        ]
    return "\n\n".join(parts)


def _segments(schedule: Schedule) -> str:
    body = []
    for one in schedule.segments:
        instruct = sum(count for name, count in one.counts.items() if "-instruct" in name)
        body.append([f"{one.first_step}–{one.last_step}", str(one.sequences), f"{instruct / one.block:.2%}"])
    return sample.table(["steps", "sequences a step", "instructions"], body)


def _same(pack: Path, path: Path, schedule: Schedule) -> str:
    """Every step read by one rank; then random steps by others, each with a reader of its own."""
    whole = BatchReader(pack, path)
    expected = {step: whole.batch(step).tokens_BT1 for step in range(1, schedule.num_steps + 1)}
    rng = random.Random(3)
    body = []
    for world, micro in CUTS:
        steps = rng.sample(sorted(expected), 40)
        equal = sum(np.array_equal(_by_ranks(pack, path, step, world, micro), expected[step]) for step in steps)
        body.append([str(world), str(micro), str(len(steps)), str(equal)])
    told = sample.table(["ranks", "microbatch", "restarts at random steps", "equal to the batch of one rank"], body)
    return f"{told}\n\nEvery rank opens the files anew at each of these steps, as after a restart, and takes its rows."


def _by_ranks(pack: Path, path: Path, step: int, world: int, micro: int) -> np.ndarray:
    parts = []
    for rank in range(world):
        tokens_BT1 = BatchReader(pack, path).batch(step).tokens_BT1
        parts += [tokens_BT1[rows] for rows in micro_rows(rank_rows(len(tokens_BT1), rank, world), micro)]
    return np.concatenate(parts)


def _even(schedule: Schedule) -> str:
    """How much a channel's share differs from batch to batch, beside an order left to chance."""
    segment = max(schedule.segments, key=lambda one: one.last_step - one.first_step)
    chance = Schedule([replace(s, order="shuffled") for s in schedule.segments])
    spread = [_deviation(one, segment.first_step, segment.last_step) for one in (schedule, chance)]
    return (
        f"Within a block each channel is spread evenly: its share of a batch differs from batch to batch by "
        f"{spread[0]:.2%} (standard deviation, mean of the channels), where places left to chance give {spread[1]:.2%}."
    )


def _deviation(schedule: Schedule, first: int, last: int) -> float:
    num = len(schedule.channels)
    counted = [np.bincount(schedule.windows(step)[0], minlength=num) for step in range(first, last + 1)]
    shares = np.array(counted) / np.array(counted).sum(axis=1, keepdims=True)
    return float(shares.std(axis=0)[shares.mean(axis=0) > 0].mean())


def _far(schedule: Schedule) -> str:
    """What a step costs that is far from every other, in a run of a hundred million steps."""
    last = schedule.segments[-1]
    far = Schedule([*schedule.segments[:-1], replace(last, last_step=100_000_000)])
    first = _median_ms(lambda step: far.windows(step), range(last.first_step, last.first_step + 20_000, 1_000))
    distant = _median_ms(lambda step: far.windows(step), range(99_000_000, 99_020_000, 1_000))
    return (
        f"A step found on its own costs {first:.1f} ms near the beginning and {distant:.1f} ms after 99 million steps."
    )


def _median_ms(find: Callable[[int], object], steps: range) -> float:
    taken = []
    for step in steps:
        began = time.perf_counter()
        find(step)
        taken.append(1e3 * (time.perf_counter() - began))
    return float(np.median(taken))
