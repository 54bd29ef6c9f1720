"""Tokens taken down are neither read nor scored from a segment on; nothing else of a run's batches changes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches import ranges
from headwater.batches.locate import TokenRange
from headwater.batches.masked import Mask
from headwater.batches.reader import BatchReader
from headwater.batches.segment import parse
from headwater.errors import HeadwaterError
from tests.batches.made import segment, write_channel, write_schedule

EOD = 60_001  # none of the made tokens
PAIRS = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 12)), max_size=8)


@given(PAIRS)
def test_joined_ranges_hold_the_same_tokens_apart_from_each_other(pairs):
    joined = ranges.joined(pairs)
    tokens = {token for start, length in pairs for token in range(start, start + length)}
    assert {token for start, length in joined for token in range(start, start + length)} == tokens
    assert all(a + n < b for (a, n), (b, _) in zip(joined, joined[1:], strict=False))
    assert ranges.parse(json.loads(json.dumps(ranges.as_json({"c": joined})))) == {"c": joined}
    for start, length in ((3, 4), (0, 1), (50, 20)):
        assert ranges.covers({"c": joined}, "c", start, length) == (set(range(start, start + length)) <= tokens)
    assert not ranges.covers({"c": joined}, "other", 0, 1)


@given(PAIRS, st.lists(st.integers(0, 7), min_size=1, max_size=4))
def test_a_mask_replaces_exactly_its_tokens(pairs, windows):
    tokens = np.arange(100)
    rows = [
        TokenRange(row=row, channel="ab"[row % 2], epoch=0, window=w, start=w * 8, num_tokens=9)
        for row, w in enumerate(windows)
    ]
    batch = np.stack([tokens[w * 8 : w * 8 + 9] for w in windows])
    masked, scored = Mask({"a": ranges.joined(pairs)}, EOD).apply(batch, rows)
    taken = {token for start, length in pairs for token in range(start, start + length)}
    for row, found in enumerate(rows):
        expected = [found.channel == "a" and token in taken for token in batch[row].tolist()]
        assert (~scored[row]).tolist() == expected
        assert np.array_equal(masked[row], np.where(expected, EOD, batch[row]))


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 10), PAIRS.filter(bool))
def test_earlier_batches_stay_and_later_ones_hold_nothing_taken_down(tmp_path_factory, first, pairs):
    folder = tmp_path_factory.mktemp("masked")
    tokens = write_channel(folder, "zh-general", [40, 60, 29])
    write_channel(folder, "en-general", [150])
    (folder / "pack.json").write_text(json.dumps({"eod_id": EOD}))
    counts, windows = {"en-general": 2, "zh-general": 3}, {"en-general": 18, "zh-general": 16}
    plain = segment(counts, windows, last_step=12)
    before = BatchReader(folder, write_schedule(folder / "before.jsonl", plain))
    drawn = before.schedule.drawn_before(first)
    masked = ranges.as_json({"zh-general": ranges.joined(pairs)})
    later = {**plain, "first_step": first, "offsets": drawn, "masked": masked}
    after = BatchReader(folder, write_schedule(folder / "after.jsonl", plain, later))
    gone = {int(token) for start, length in pairs for token in tokens[start : start + length]}
    seen = {int(token) for start, length in pairs for token in range(start, start + length)}
    for step in range(1, 13):
        old, new = before.batch(step), after.batch(step)
        if step < first:
            assert np.array_equal(old.tokens_BT1, new.tokens_BT1) and new.scored_BT1 is None
            continue
        zh = new.channel_B == after.channels.index("zh-general")
        places = new.window_B[:, None] * 8 + np.arange(9)
        hidden = np.isin(places, list(seen)) & zh[:, None]
        assert np.array_equal(~new.scored_BT1, hidden) and (new.tokens_BT1[hidden] == EOD).all()
        assert np.array_equal(new.tokens_BT1[zh][~hidden[zh]], tokens[places[zh][~hidden[zh]]])
        if len(np.unique(tokens)) == len(tokens):
            assert not gone & set(new.tokens_BT1[zh].ravel().tolist())


@pytest.mark.parametrize(
    "masked",
    [
        [],
        {"a": 3},
        {"a": [[1]]},
        {"a": [[1, 0]]},
        {"a": [[-1, 2]]},
        {"a": [[5, 2], [1, 2]]},
        {"a": [[1, 2], [3, 2]]},
        {"a": [[1.0, 2]]},
        {"a": [[True, 2]]},
        {"a": [[1, 1 << 63]]},
    ],
)
def test_a_segment_with_bad_ranges_is_refused(masked):
    with pytest.raises(HeadwaterError) as caught:
        parse(segment({"a": 1}, {"a": 1}, masked=masked), "here")
    assert caught.value.failure == "damaged_file"


def test_a_mask_without_a_pack_that_names_the_end_of_documents_is_refused(tmp_path):
    write_channel(tmp_path, "a", [40])
    path = write_schedule(tmp_path / "s.jsonl", segment({"a": 1}, {"a": 4}, masked={"a": [[1, 2]]}))
    for content in (None, b"{}", b"[1]", b'{"eod_id": "x"}'):
        if content is not None:
            (tmp_path / "pack.json").write_bytes(content)
        with pytest.raises(HeadwaterError) as caught:
            BatchReader(tmp_path, path)
        assert caught.value.failure == "damaged_file"
