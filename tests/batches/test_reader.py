"""Batches: the same after a restart, from any step, and exactly the tokens the windows name."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from headwater.batches import locate
from headwater.batches.packing import num_windows
from headwater.batches.reader import BatchReader
from headwater.batches.schedule import Schedule, continued, parse, read
from headwater.errors import HeadwaterError
from tests.batches.made import segment, write_channel, write_schedule

LENGTH = 8


@pytest.fixture
def packed(tmp_path):
    """Two channels of 81 and 50 tokens: 10 and 6 windows of 8."""
    tokens = {
        "en-general": write_channel(tmp_path, "en-general", [40, 41]),
        "zh-general": write_channel(tmp_path, "zh-general", [50]),
    }
    counts, windows = {"en-general": 3, "zh-general": 2}, {"en-general": 10, "zh-general": 6}
    path = write_schedule(tmp_path / "schedule.jsonl", segment(counts, windows, sequence_length=LENGTH, last_step=30))
    return tmp_path, path, tokens


@pytest.mark.parametrize(
    ("tokens", "length", "windows"), [(0, 8, 0), (8, 8, 0), (9, 8, 1), (16, 8, 1), (17, 8, 2), (1, 1, 0), (2, 1, 1)]
)
def test_windows_in_a_channel(tokens, length, windows):
    assert num_windows(tokens, length) == windows


def test_rows_are_the_windows_tokens(packed):
    folder, path, tokens = packed
    reader = BatchReader(folder, path)
    assert (reader.num_steps, reader.channels, reader.sequence_length) == (30, ("en-general", "zh-general"), LENGTH)
    for step in range(1, 31):
        batch = reader.batch(step)
        assert batch.tokens_BT1.shape == (4, LENGTH + 1) and batch.tokens_BT1.dtype == np.int64
        assert batch.slots_B.tolist() == list(range((step - 1) * 4, step * 4))
        for row, channel, window in zip(batch.tokens_BT1, batch.channel_B, batch.window_B, strict=True):
            expected = tokens[reader.channels[channel]][window * LENGTH : window * LENGTH + LENGTH + 1]
            assert np.array_equal(row, expected)


def test_outside_the_run_is_refused(packed):
    reader = BatchReader(*packed[:2])
    for step in (0, -1, 31):
        with pytest.raises(IndexError):
            reader.batch(step)


def test_a_new_process_gives_the_same_batches(packed):
    folder, path, _ = packed
    code = (
        "import sys, hashlib; from headwater.batches.reader import BatchReader; r = BatchReader(*sys.argv[1:]);"
        "print(hashlib.sha256(b''.join(r.batch(s).tokens_BT1.tobytes() for s in (30, 4, 17))).hexdigest());"
        "assert 'pyarrow' not in sys.modules and 'torch' not in sys.modules"
    )
    out = [
        subprocess.run([sys.executable, "-c", code, folder, path], capture_output=True, text=True, timeout=60)
        for _ in "ab"
    ]
    assert out[0].stdout and out[0].stdout == out[1].stdout, out[0].stderr


def test_two_segments_read_as_one_run(packed, tmp_path):
    folder, path, _ = packed
    first = parse(segment({"en-general": 3, "zh-general": 2}, {"en-general": 10, "zh-general": 6}, last_step=30), "")
    second = continued(Schedule([first]), 11, segment({"zh-general": 5}, {"zh-general": 6}, sequences=2, last_step=15))
    both = write_schedule(tmp_path / "both.jsonl", first.row(), second.row())
    old, new = BatchReader(folder, path), BatchReader(folder, both)
    assert new.num_steps == 25
    for step in range(1, 11):
        assert np.array_equal(old.batch(step).tokens_BT1, new.batch(step).tokens_BT1)
    later = [new.batch(step) for step in range(11, 26)]
    assert later[0].slots_B.tolist() == [40, 41]
    seen = Schedule([first]).drawn_before(11)["zh-general"]
    drawn = [int(e) * 6 + 0 for b in later for e in b.epoch_B]
    assert len(drawn) == 30 and min(drawn) == seen // 6 * 6


def test_a_schedule_of_another_corpus_is_refused(packed, tmp_path):
    folder, _, _ = packed
    other = write_schedule(tmp_path / "o.jsonl", segment({"en-general": 4}, {"en-general": 11}, sequence_length=LENGTH))
    with pytest.raises(HeadwaterError, match="10 windows where the schedule counts 11"):
        BatchReader(folder, other)
    missing = write_schedule(tmp_path / "m.jsonl", segment({"fr-general": 4}, {"fr-general": 11}))
    with pytest.raises(HeadwaterError):
        BatchReader(folder, missing)


def test_every_row_is_found_again_from_its_tokens(packed):
    _, path, _ = packed
    schedule = read(path)
    reads: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for step in range(1, 31):
        for found in locate.ranges(schedule, step):
            for token in range(found.start, found.start + found.num_tokens):
                reads.setdefault((found.channel, token), set()).add((step, found.row))
    for channel, num_tokens in (("en-general", 81), ("zh-general", 50)):
        for token in range(num_tokens):
            assert locate.steps(schedule, channel, token) == sorted(reads.get((channel, token), set()))
        spans = [(0, num_tokens), (5, 20), (7, 1), (8, 1), (9, 8), (num_tokens - 1, 1), (3, 0), (num_tokens + 50, 5)]
        for start, length in spans:
            expected = {s for t in range(start, start + length) for s in reads.get((channel, t), set())}
            assert locate.steps(schedule, channel, start, length) == sorted(expected)
    assert locate.steps(schedule, "no-such", 0) == []


def test_the_inverse_holds_over_two_segments():
    windows = {"a": 7, "b": 5}
    first = parse(segment({"a": 2, "b": 1}, windows, last_step=20), "")
    second = continued(Schedule([first]), 9, segment({"a": 1, "b": 3}, windows, sequences=3, last_step=20, seed=7))
    schedule = Schedule([first, second])
    for channel in windows:
        reads = {
            (step, found.row, found.window)
            for step in range(1, schedule.num_steps + 1)
            for found in locate.ranges(schedule, step)
            if found.channel == channel
        }
        for window in range(windows[channel]):
            expected = sorted((s, r) for s, r, w in reads if w == window)
            assert locate.steps(schedule, channel, window * 8 + 3) == expected
