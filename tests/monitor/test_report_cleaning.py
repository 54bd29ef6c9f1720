"""The funnel, the histograms, the copies and the examples of the report say what the verdicts say."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import document
from headwater.monitor.report import bars, copies, tally
from headwater.monitor.report.gather import gather
from headwater.monitor.report.histogram import HEIGHT, WIDTH, Histogram, described, panel, picture
from headwater.monitor.report.html import percent
from headwater.monitor.report.parts import cleaning, examples, funnel, statistics
from headwater.monitor.report.tally import Amount
from tests.monitor import synthetic

# (channel, reason, bytes, copy of, value)
ROWS = [
    ("en-general", "", 100, "", None),
    ("en-general", "gopher.num_words", 5, "", 3.0),
    ("en-general", "dedup.minhash", 90, "d0", 0.9),
    ("en-general", "dedup.minhash", 90, "d0", 0.8),
    ("zh-general", "", 60, "", None),
    ("zh-specific-poetry", "dedup.exact", 30, "d4", None),
    ("zh-general", "decontaminate.ngram", 40, "", 0.7),
    ("zh-general", "cap.host", 20, "", None),
]


def verdicts(folder: Path, rows: list[tuple], shards: int = 2) -> Path:
    size = -(-len(rows) // shards)
    for number in range(shards):
        some = [
            dict(zip(("channel", "reason", "text_bytes", "duplicate_of", "value"), row, strict=True))
            | {"id": f"d{number * size + index}", "kept": not row[1]}
            for index, row in enumerate(rows[number * size : (number + 1) * size])
        ]
        batch = pa.RecordBatch.from_pylist(some, schema=synthetic.VERDICTS)
        document.write_parquet(folder / f"{number:05d}.parquet", [batch], synthetic.VERDICTS)
    return folder


def test_the_tally_adds_up_by_channel_language_and_phase(tmp_path):
    notices: list[str] = []
    found = tally.tally(verdicts(tmp_path, ROWS), notices)
    assert not notices and found.total() == Amount(8, 435) and found.kept() == Amount(2, 160)
    assert found.labels() == ["en-general", "zh-general", "zh-specific-poetry"]
    assert found.by_language().total("zh") == Amount(4, 150)
    taken = {phase: found.total(phase=phase).documents for phase in tally.PHASES}
    assert taken == {"chosen": 0, "judged": 1, "decontaminated": 1, "deduplicated": 3, "capped": 1}
    assert found.kept().documents + sum(taken.values()) == found.total().documents
    assert found.reasons()[0] == ("dedup.minhash", Amount(2, 180))


@given(st.lists(st.tuples(st.sampled_from(["en-general", "zh-general", ""]), st.sampled_from(["", "a.b", "dedup.url"]),
                          st.integers(0, 1000)), max_size=30))  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_the_tally_is_the_same_for_any_shards(tmp_path_factory, rows):
    rows = [(*row, "", None) for row in rows]
    one, three = (tally.tally(verdicts(tmp_path_factory.mktemp("v"), rows, n), []) for n in (1, 3))
    assert one.cells == three.cells
    assert one.total() == Amount(len(rows), sum(row[2] for row in rows))


def test_a_damaged_shard_is_said_and_the_others_are_counted(tmp_path):
    verdicts(tmp_path, ROWS)
    (tmp_path / "00000.parquet").write_bytes(b"no parquet")
    notices: list[str] = []
    assert tally.tally(tmp_path, notices).total().documents == 4
    assert len(copies.copies(tmp_path, notices).largest) == 1
    assert len(notices) == 2 and all("00000.parquet" in notice for notice in notices)


def test_copies_are_grouped_by_what_they_copy(tmp_path):
    found = copies.copies(verdicts(tmp_path, ROWS), [])
    assert found.largest == [("d0", 3), ("d4", 2)] and found.sizes == {3: 1, 2: 1} and found.is_whole
    assert found.least_alike == [copies.Pair("dedup.minhash", "d3", "d0", 0.8)]


def test_the_funnel_falls_from_step_to_step(tmp_path):
    run_folder, stages = synthetic.make(tmp_path, steps=2)
    facts = gather(run_folder, stages)
    steps = funnel.funnel(facts)
    numbers = [step.documents for step in steps if not step.is_part]
    assert numbers[:2] == [431, 400] and len(steps) >= 8
    page = str(funnel.render(facts))
    assert "400 (" not in page and "by language" in page.lower() and "zh" in page
    assert re.search(r"decontaminate\.ngram", page) is None, "what the report does not count is not made up"


def histogram(counts, edges, low=None, high=None) -> Histogram:
    return Histogram("a.b", "a_b", np.array(counts, float), np.array(edges, float), low, high)


def test_what_is_beyond_a_limit_is_counted_and_orange():
    one = histogram([1, 2, 7, 3, 1], [0, 25, 50, 200, math.nextafter(1000, 2000), 4000], 50, 1000)
    assert (one.below, one.above, one.rows) == (3, 1, 14)
    drawn = str(picture(one))
    assert "≥ 50 · 21.4 %" in drawn and "≤ 1000 · 7.1 %" in drawn and "fill c1" in drawn and "fill c0" in drawn
    assert "21.4 % below 50" in described(one)


def test_a_limit_of_zero_rejects_what_is_above_and_keeps_zero():
    for edges, counts in (([0, 5e-324, 1, 2], [9, 0, 2]), ([5e-324, 1, 2], [9, 2])):
        entry = {"column": "x", "low": None, "high": 0.0, "edges": edges, "counts": counts}
        one = statistics.histogram("c4.curly_bracket", entry)
        assert one is not None and one.above == 2 and one.rows == 11
        assert str(picture(one)).count("fill c0") == 1


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=60),
    st.floats(0.001, 2.0), st.floats(1.0, 3.0), st.integers(0, 60), st.integers(0, 60), st.booleans(),
)  # fmt: skip
@settings(deadline=None)
def test_every_bar_stays_inside_its_panel(counts, step, growth, low, high, has_limits):
    edges = np.cumsum([0.0, *(step * growth**i for i in range(len(counts)))])
    limits = (float(edges[min(low, len(counts))]), float(edges[min(high, len(counts))])) if has_limits else (None, None)
    one = histogram(counts, edges, min(limits) if has_limits else None, max(limits) if has_limits else None)
    assert one.below + one.above <= one.rows
    for numbers in re.findall(r"M([\d.]+) [\d.]+V([\d.]+)h([\d.]+)V", str(panel(one))):
        x, y, wide = map(float, numbers)
        assert x >= 0 and x + wide <= WIDTH and 0 <= y <= HEIGHT
    assert "nan" not in str(panel(one))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["edges", "counts", "low"]), inner),
    max_leaves=8,
)


@given(json_values, json_values, json_values)
def test_what_is_no_histogram_is_left_out(edges, counts, low):
    entry = {"edges": edges, "counts": counts, "low": low, "high": low}
    found = statistics.histograms({"histograms": {"a.b": entry, "c.d": edges}})
    assert all(str(picture(one)) for one in found)
    assert isinstance(examples.near({"nearest": {"a.b": entry, "c.d": edges}}), dict)


def test_a_page_of_two_hundred_rules_stays_small(tmp_path):
    run_folder, stages = synthetic.make(tmp_path, steps=2)
    facts = gather(run_folder, stages)
    edges = np.linspace(0, 1, 60).tolist()
    entry = {"column": "c", "low": edges[3], "high": None, "edges": edges, "counts": list(range(59))}
    facts.statistics["histograms"] = {f"gopher.rule_{number}": entry for number in range(200)}
    assert len(statistics.render(facts)) < 1_000_000


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0.0 %"), (1e-5, "< 0.1 %"), (0.99999, "> 99.9 %"), (1.0, "100.0 %")]
)
def test_nearly_nothing_is_not_nothing(share, said):
    assert percent(share) == said


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_change_is_marked_in_order_and_nothing_else_is(before, after):
    marks = cleaning.changes(before, after)
    assert any(marks) == (before != after)
    for text, ranges in zip((before, after), marks, strict=True):
        places = [place for pair in ranges for place in pair]
        assert places == sorted(places) and all(start < end <= len(text) for start, end in ranges)


def test_the_change_alone_is_marked():
    assert cleaning.changes("so cafÃ© au lait, and then", "so café au lait, and then some") == ([(6, 8)], [(6, 7)])


def test_a_bar_of_pieces_never_overflows():
    drawn = str(bars.stacked([("a", 0.7, "c0"), ("b", 0.7, "c1"), ("c", math.nan, "c2"), ("d", 0.1, "c3")]))
    ends = [float(x) + float(wide) for x, wide in re.findall(r'x="([\d.]+)" y="2" width="([\d.]+)"', drawn)]
    assert max(ends) <= bars.WIDTH and "nan" not in drawn
