"""The split: no cluster on both sides, never more than asked for, the same from the same seed."""

import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import document
from headwater.curate import decide, split
from headwater.curate.config import SplitConfig
from headwater.pipeline import selection
from headwater.recipe import bounds
from tests.curate import workspace

SMALL = SplitConfig(samples=4, window_tokens=16, bytes_per_token=4.0, max_share=0.25)


def write_verdicts(folder, shards):
    """A finished curate stage; a row is (cluster, channel, bytes, kept)."""
    for number, rows in enumerate(shards):
        full = [
            {
                "id": f"{number}-{index}", "kept": kept, "reason": "" if kept else "gopher.num_words", "value": None,
                "duplicate_of": "", "lang": channel[:2], "kind": "general", "domain": "general", "channel": channel,
                "text_bytes": size, "cluster": cluster, "injected": False,
            }
            for index, (cluster, channel, size, kept) in enumerate(rows)
        ]  # fmt: skip
        batch = pa.RecordBatch.from_pylist(full, schema=decide.SCHEMA)
        document.write_parquet(folder / "verdicts" / f"{number:05d}.parquet", [batch], decide.SCHEMA)
    return folder


def run(root, shards, config=SMALL, seed=7):
    curate = write_verdicts(root / "curate", shards)
    given_ = workspace.context("split", root / "split", {"curate": curate}, config, seed)
    figures = split.run(given_)
    return figures, workspace.rows(root / "split" / "split"), json.loads((root / "split" / "split.json").read_text())


ROW = st.tuples(
    st.sampled_from([f"c{i}" for i in range(30)]),
    st.sampled_from(["zh-general", "en-general"]),
    st.integers(1, 400),
    st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(ROW, max_size=30), min_size=1, max_size=3), st.integers(0, 99))
def test_promises_hold_for_any_verdicts(shards, seed):
    with tempfile.TemporaryDirectory() as folder:
        figures, rows, report = run(Path(folder), shards, seed=seed)
    flat = [row for shard in shards for row in shard]
    assert len(rows) == len(flat)
    sides = {
        part: {c for (c, _, _, _), row in zip(flat, rows, strict=True) if row["part"] == part}
        for part in selection.PARTS
    }
    assert not sides["train"] & sides["heldout"], "no cluster on both sides"
    assert all(row["part"] == "rejected" for (_, _, _, kept), row in zip(flat, rows, strict=True) if not kept)
    counts = figures["counts"]
    assert counts["in"] == sum(kept for *_, kept in flat) == counts["kept"] + sum(counts["rejected"].values())
    for channel in ("zh-general", "en-general"):
        kept = sum(k and c == channel for _, c, _, k in flat)
        held = sum(row["part"] == "heldout" and row["channel"] == channel for row in rows)
        assert held <= max(SMALL.max_share * kept, kept >= split.SMALLEST)
        if kept and channel in report["channels"]:
            assert report["channels"][channel]["heldout"]["documents"] == held


def varied(count, channel="zh-general", size=100):
    return [(f"{channel}{i}", channel, size, True) for i in range(count)]


def test_a_large_channel_gives_every_sample_and_little_more(tmp_path):
    _, _, report = run(tmp_path, [varied(300), varied(300, "en-general")])
    for entry in report["channels"].values():
        assert entry["samples"] == entry["samples_wanted"] == 4
        assert 4 * 64 <= entry["heldout"]["bytes"] <= 4 * 64 + 200
        assert entry["train"]["documents"] + entry["heldout"]["documents"] == 300


def test_a_small_channel_says_how_few_it_has(tmp_path):
    _, _, report = run(tmp_path, [varied(8, size=40), varied(1, "en-general")])
    assert report["channels"]["zh-general"]["samples"] == 1
    assert report["channels"]["en-general"] == {
        "heldout": {"bytes": 0, "documents": 0}, "samples": 0, "samples_wanted": 4,
        "train": {"bytes": 100, "documents": 1},
    }  # fmt: skip


def test_a_smoke_test_can_be_measured(tmp_path):
    _, _, report = run(tmp_path, [varied(18)], SplitConfig(samples=4, window_tokens=16))
    assert report["channels"]["zh-general"]["heldout"]["documents"] == 1


def test_no_samples_hold_nothing_out(tmp_path):
    _, rows, _ = run(tmp_path, [varied(50)], SplitConfig(samples=0))
    assert {row["part"] for row in rows} == {"train"}


def test_the_seed_decides_and_shards_do_not(tmp_path):
    rows = varied(200)
    parts = []
    for name, shards, seed in (("a", [rows], 7), ("b", [rows[:50], rows[50:]], 7), ("c", [rows], 8)):
        parts.append([row["part"] for row in run(tmp_path / name, shards, seed=seed)[1]])
    assert parts[0] == parts[1] != parts[2]


def test_a_held_out_twin_in_another_channel_is_in_neither_part(tmp_path):
    twins = [(cluster, "en-general", size, kept) for cluster, _, size, kept in varied(400)]
    figures, rows, _ = run(tmp_path, [varied(40), twins])
    held = {cluster for (cluster, *_), row in zip(varied(40) + twins, rows, strict=True) if row["part"] == "heldout"}
    assert figures["counts"]["rejected"].get(split.TWIN, 0) > 0
    parts = {row["part"] for (cluster, *_), row in zip(varied(40) + twins, rows, strict=True) if cluster in held}
    assert "train" not in parts


def test_schema_and_row_order(tmp_path):
    run(tmp_path, [varied(5), []])
    paths = sorted((tmp_path / "split" / "split").iterdir())
    assert [path.name for path in paths] == ["00000.parquet", "00001.parquet"]
    assert pq.read_table(paths[0]).schema.equals(selection.SPLIT_SCHEMA)
    assert pq.read_table(paths[0])["id"].to_pylist() == [f"0-{i}" for i in range(5)]


def test_text_is_reached_through_the_split(tmp_path):
    """Downstream readers: documents joined with the parts, nothing copied."""
    documents = workspace.write_documents(tmp_path / "acquire", [[{"text": workspace.POEM}, {"text": workspace.CODE}]])
    workspace.run_all(tmp_path, documents)
    name = "000-00000.parquet"
    batches = list(selection.selected(documents / "documents" / name, tmp_path / "split" / "split" / name, "train"))
    assert [row for batch in batches for row in batch.column("channel").to_pylist()] == ["zh-general", "code-general"]


@pytest.mark.parametrize("field", ["samples", "window_tokens", "bytes_per_token", "max_share"])
def test_impossible_settings_are_named(field):
    assert [name for name, _ in bounds.problems(SplitConfig(**{field: -1}))] == [field]
