"""Rows by each packing: every token a target once an epoch, every input with its document, and the way back."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import storage
from headwater.batches import laid, locate, packing
from headwater.batches.reader import BatchReader
from headwater.batches.schedule import read
from headwater.errors import HeadwaterError
from tests.batches.made import segment, write_channel, write_schedule

EOD = 65_000
NAME = "en-general"


def made(folder, lengths, length, strategy):
    """A reader of one epoch of one channel, a row a step, and the channel's tokens."""
    tokens = write_channel(folder, NAME, lengths)
    told = laid.write(folder, folder, strategy, length, EOD, [NAME])
    rows = told["channels"][NAME]["rows"]
    shape = {"sequence_length": length, "sequences": 1, "last_step": rows}
    path = write_schedule(folder / "schedule.jsonl", segment({NAME: 1}, {NAME: rows}, **shape))
    return BatchReader(folder, path, laid.read(folder)), tokens, told["channels"][NAME]


LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=15)


@given(lengths=LENGTHS, length=st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_best_fit_scores_every_token_once_an_epoch(tmp_path_factory, lengths, length):
    reader, tokens, told = made(tmp_path_factory.mktemp("rows"), lengths, length, "best_fit")
    starts = np.cumsum(lengths) - lengths
    seen: Counter[int] = Counter()
    scored = 0
    for step in range(1, reader.num_steps + 1):
        batch = reader.batch(step)
        row, segments, counts = batch.tokens_BT1[0], batch.segment_BT[0], batch.scored_BT1[0]
        scored += int(counts[1:].sum())
        places = np.full(length + 1, -1)
        for found in locate.ranges(reader.schedule, step, reader.packing):
            places[found.at : found.at + found.num_tokens] = np.arange(found.start, found.start + found.num_tokens)
        assert np.array_equal(row[places >= 0], tokens[places[places >= 0]]) and (row[places < 0] == EOD).all()
        seen.update(places[1:][places[1:] >= 0].tolist())
        for target in range(1, length + 1):
            assert (segments[target - 1] == -1) <= (not counts[target])
            if not counts[target]:
                continue
            place, before = places[target], places[target - 1]
            opens = place in starts
            assert opens or before == place - 1, "a target within a document follows its own predecessor"
            assert not opens or target == 1 or segments[target - 1] != segments[target - 2]
            within = not opens and target > 1 and counts[target - 1]
            assert not within or segments[target - 1] == segments[target - 2]
    assert seen == Counter(range(len(tokens)))
    assert scored == len(tokens) - told["unscored"]


@given(lengths=LENGTHS, length=st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_masked_windows_know_the_document_of_each_target(tmp_path_factory, lengths, length):
    if sum(lengths) <= length:
        return
    reader, tokens, _ = made(tmp_path_factory.mktemp("rows"), lengths, length, "masked")
    document = np.repeat(np.arange(len(lengths)), lengths)
    for step in range(1, reader.num_steps + 1):
        batch = reader.batch(step)
        start = int(batch.window_B[0]) * length
        assert np.array_equal(batch.tokens_BT1[0], tokens[start : start + length + 1])
        targets = document[start + 1 : start + length + 1]
        assert np.array_equal(batch.segment_BT[0], targets - targets[0]) and batch.scored_BT1 is None


@given(lengths=LENGTHS, length=st.integers(1, 12))
@settings(max_examples=12, deadline=None)
def test_every_row_is_found_again(tmp_path_factory, lengths, length):
    reader, tokens, _ = made(tmp_path_factory.mktemp("rows"), lengths, length, "best_fit")
    schedule, lain = reader.schedule, reader.packing
    reads: dict[int, set[int]] = {}
    for step in range(1, reader.num_steps + 1):
        for found in locate.ranges(schedule, step, lain):
            for token in range(found.start, found.start + found.num_tokens):
                reads.setdefault(token, set()).add(step)
    for token in range(len(tokens)):
        assert [s for s, _ in locate.steps(schedule, NAME, token, packing=lain)] == sorted(reads[token])
    for start, size in ((0, len(tokens)), (len(tokens) // 2, 7), (3, 0)):
        expected = set().union(*(reads.get(t, set()) for t in range(start, start + size)))
        assert [s for s, _ in locate.steps(schedule, NAME, start, size, packing=lain)] == sorted(expected)


def test_an_index_that_disagrees_is_refused(tmp_path):
    reader, _, _ = made(tmp_path, [5, 9, 20, 3], 8, "best_fit")
    schedule = tmp_path / "schedule.jsonl"
    write_channel(tmp_path, NAME, [5, 9, 20, 4])
    with pytest.raises(HeadwaterError, match="not those its rows were laid from"):
        BatchReader(tmp_path, schedule, reader.packing)
    other = write_schedule(tmp_path / "o.jsonl", segment({NAME: 1}, {NAME: 5}, sequence_length=9, sequences=1))
    with pytest.raises(HeadwaterError, match="rows of 8 tokens where the schedule has 9"):
        BatchReader(tmp_path, other, reader.packing)


@pytest.mark.parametrize("spoil", ["short", "pickle", "negative", "twice", "bounds", "shape", "json", "other"])
def test_a_damaged_index_is_said(tmp_path, spoil):
    made(tmp_path, [5, 9, 20, 3], 8, "best_fit")
    path = tmp_path / f"{NAME}{laid.RUNS_SUFFIX}"
    runs = np.load(path)
    if spoil == "short":
        path.write_bytes(path.read_bytes()[:-9])
    elif spoil == "pickle":
        np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif spoil in ("negative", "twice"):
        runs[0, 0] = -1 if spoil == "negative" else 30
        np.save(path, runs)
    elif spoil == "bounds":
        np.save(tmp_path / f"{NAME}{laid.ROWS_SUFFIX}", np.array([0, 3, 2, len(runs)]))
    elif spoil == "shape":
        np.save(path, runs[:, :2])
    else:
        storage.write_text(tmp_path / laid.NAME, "{}" if spoil == "json" else '{"schema": 9}')
    with pytest.raises(HeadwaterError) as caught:
        laid.read(tmp_path)
    assert caught.value.exit_code == 3


def test_no_folder_and_no_file_mean_cutting(tmp_path):
    assert laid.read(None).strategy == laid.read(tmp_path).strategy == "cut"


def test_a_new_process_needs_numpy_alone(tmp_path):
    import subprocess
    import sys

    made(tmp_path, [5, 9, 20, 3], 8, "best_fit")
    code = (
        "import sys, pathlib; from headwater.batches import laid; from headwater.batches.reader import BatchReader;"
        "p = pathlib.Path(sys.argv[1]); print(BatchReader(p, p / 'schedule.jsonl', laid.read(p)).batch(2).tokens_BT1);"
        "assert 'pyarrow' not in sys.modules and 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, timeout=60)
    reader = BatchReader(tmp_path, tmp_path / "schedule.jsonl", laid.read(tmp_path))
    assert done.stdout.strip() == str(reader.batch(2).tokens_BT1), done.stderr


def test_an_empty_channel_has_no_rows(tmp_path):
    write_channel(tmp_path, NAME, [])
    for strategy in packing.STRATEGIES:
        told = laid.write(tmp_path, tmp_path, strategy, 8, EOD, [NAME])
        assert told["channels"][NAME]["rows"] == 0 and laid.read(tmp_path).rows(NAME, 0, 8) == 0


def test_the_schedule_of_a_run_reads_back(tmp_path):
    reader, _, _ = made(tmp_path, [5, 9, 20, 3], 8, "best_fit")
    assert read(tmp_path / "schedule.jsonl").segments[0].windows[NAME] == reader.num_steps
