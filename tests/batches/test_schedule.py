"""The schedule: every window exactly once an epoch, fixed counts a block, and segments that go on exactly."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches import schedule as schedules
from headwater.batches.schedule import Schedule, continued, parse, read
from headwater.errors import HeadwaterError
from tests.batches.made import segment, write_schedule

counts_st = st.dictionaries(st.sampled_from(["zh-general", "en-general", "code-specific", "en-specific-math"]),
                            st.integers(0, 12), min_size=1).filter(lambda c: sum(c.values()) > 0)  # fmt: skip


def drawn(schedule: Schedule, last: int | None = None) -> dict[str, list[int]]:
    """Draw numbers by channel, in the order of the run."""
    found: dict[str, list[int]] = {name: [] for name in schedule.channels}
    for step in range(1, (last or schedule.num_steps) + 1):
        for channel, draw in zip(*schedule.draws(step), strict=True):
            found[schedule.channels[channel]].append(int(draw))
    return found


@given(counts=counts_st, sequences=st.integers(1, 9), steps=st.integers(1, 25), seed=st.integers(0, 2**62 - 1))
@settings(max_examples=80, deadline=None)
def test_each_channel_is_drawn_in_order_without_gaps(counts, sequences, steps, seed):
    row = segment(counts, dict.fromkeys(counts, 5), sequences=sequences, last_step=steps, seed=seed)
    schedule = Schedule([parse(row, "")])
    for name, numbers in drawn(schedule).items():
        assert numbers == list(range(len(numbers)))
        assert schedule.drawn_before(steps + 1)[name] == len(numbers)


def test_every_window_comes_exactly_once_an_epoch():
    windows = {"a": 13, "b": 7}
    schedule = Schedule([parse(segment({"a": 3, "b": 2}, windows, last_step=60), "")])
    seen: dict[tuple[str, int], Counter[int]] = {}
    for step in range(1, 61):
        for channel, epoch, window in zip(*schedule.windows(step), strict=True):
            seen.setdefault((schedule.channels[channel], int(epoch)), Counter())[int(window)] += 1
    for (name, epoch), found in seen.items():
        last = max(e for n, e in seen if n == name)
        assert max(found.values()) == 1
        if epoch < last:
            assert set(found) == set(range(windows[name]))
    assert {name for name, _ in seen} == {"a", "b"}


def test_whole_blocks_hold_each_channel_to_its_count():
    counts = {"code-general": 2, "en-general": 4, "zh-general": 4}
    schedule = Schedule([parse(segment(counts, dict.fromkeys(counts, 99), sequences=5, last_step=40), "")])
    for first in range(1, 40, 2):
        both = np.concatenate([schedule.draws(first)[0], schedule.draws(first + 1)[0]])
        assert np.bincount(both).tolist() == [2, 4, 4]


def test_any_step_alone_equals_the_step_in_a_run():
    row = segment({"a": 5, "b": 3}, {"a": 11, "b": 4}, sequences=3, last_step=50)
    whole = Schedule([parse(row, "")])
    forward = {step: whole.windows(step) for step in range(1, 51)}
    for step in (50, 1, 17, 49, 2):
        alone = Schedule([parse(row, "")]).windows(step)
        assert all(np.array_equal(a, b) for a, b in zip(alone, forward[step], strict=True))


@given(cut=st.integers(1, 30), counts=counts_st, later=counts_st, sequences=st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_an_appended_segment_goes_on_where_each_channel_stopped(cut, counts, later, sequences):
    windows = dict.fromkeys({*counts, *later}, 6)
    first = parse(segment(counts, windows, sequences=sequences, last_step=30), "")
    before = Schedule([first])
    appended = continued(before, cut + 1, segment(later, windows, sequences=sequences, last_step=20))
    both = Schedule([first, appended])
    assert both.num_steps == cut + 20
    for numbers in drawn(both).values():
        assert numbers == list(range(len(numbers)))
    for step in range(1, cut + 1):
        assert np.array_equal(both.draws(step)[1], before.draws(step)[1])


def test_the_same_segment_continued_draws_on_as_if_never_cut():
    """Counts differ inside a block at most; the windows drawn from each channel are the same ones in the same order."""
    row = segment({"a": 3, "b": 5}, {"a": 9, "b": 4}, sequences=8, last_step=20)
    whole = Schedule([parse(row, "")])
    cut = Schedule([replace(parse(row, ""), last_step=10)])
    both = Schedule([*cut.segments, continued(cut, 11, {**row, "last_step": 10})])
    for step in range(1, 21):
        for channel in (0, 1):
            expected, found = (s.windows(step) for s in (whole, both))
            assert sorted(expected[2][expected[0] == channel]) == sorted(found[2][found[0] == channel])


def test_a_channel_left_out_later_keeps_its_count():
    windows = {"a": 9, "b": 9}
    first = parse(segment({"a": 1, "b": 3}, windows, last_step=5), "")
    second = continued(Schedule([first]), 6, segment({"a": 4}, {"a": 9}, last_step=5))
    both = Schedule([first, second])
    assert both.drawn_before(11) == {"a": 5 + 20, "b": 15}
    third = continued(both, 11, segment({"b": 4}, {"b": 9}, last_step=5))
    assert third.offsets == {"b": 15}


def test_segments_are_read_with_a_torn_last_line(tmp_path):
    path = write_schedule(tmp_path / "schedule.jsonl", segment({"a": 1}, {"a": 3}))
    path.write_bytes(path.read_bytes() + b'{"schema": 1, "first_')
    assert read(path).num_steps == 10


def broken(**changes):
    return {**segment({"a": 2, "b": 2}, {"a": 3, "b": 3}), **changes}


@pytest.mark.parametrize(
    "row",
    [
        broken(schema=2),
        broken(first_step=0),
        broken(first_step=3),
        broken(last_step=0),
        broken(block=5),
        broken(block=-4),
        broken(sequences=0),
        broken(sequences=2**40),
        broken(counts={"a": -2, "b": 6}),
        broken(counts={"a": 2.0, "b": 2}),
        broken(counts={"../a": 2, "b": 2}, windows={"../a": 3, "b": 3}, offsets={"../a": 0, "b": 0}),
        broken(windows={"a": 0, "b": 3}),
        broken(windows={"a": 3}),
        broken(offsets=[0, 0]),
        broken(seed=True),
        broken(last_step=2**70),
        [],
        7,
        None,
        {"schema": 1},
    ],
)
def test_what_is_no_segment_is_said(tmp_path, row):
    with pytest.raises(HeadwaterError) as caught:
        read(write_schedule(tmp_path / "schedule.jsonl", row))
    assert caught.value.failure in ("damaged_file", "foreign_version")


def test_gaps_and_missing_files_are_said(tmp_path):
    with pytest.raises(HeadwaterError, match="step 11"):
        read(write_schedule(tmp_path / "s.jsonl", broken(), broken(first_step=12, last_step=20)))
    with pytest.raises(HeadwaterError) as caught:
        read(tmp_path / "none.jsonl")
    assert caught.value.failure == "unknown_name"
    with pytest.raises(HeadwaterError, match="no segment"):
        read(write_schedule(tmp_path / "empty.jsonl"))


@given(st.binary(max_size=200), st.integers(0, 300))
@settings(max_examples=300, deadline=None)
def test_damaged_bytes_are_an_error_or_a_schedule(tmp_path_factory, noise, place):
    path = tmp_path_factory.mktemp("fuzz") / "schedule.jsonl"
    good = json.dumps(broken()).encode() + b"\n"
    path.write_bytes(good[:place] + noise + good[place + len(noise) :])
    try:
        assert read(path).num_steps >= 1
    except HeadwaterError as error:
        assert error.exit_code == 3


def test_deep_nesting_is_an_error(tmp_path):
    path = tmp_path / "schedule.jsonl"
    path.write_text("[" * 100_000 + "\n")
    with pytest.raises(HeadwaterError):
        read(path)


def test_constants_are_what_decision_001_says():
    assert schedules.NAME == "schedule.jsonl"
    keys = {
        "schema",
        "first_step",
        "last_step",
        "seed",
        "sequence_length",
        "sequences",
        "block",
        "counts",
        "offsets",
        "windows",
    }
    assert set(parse(broken(), "").row()) == keys
