"""A shard's tokens by channel and source: what is counted, what is kept, what is refused."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from headwater import storage
from headwater.pack import build, pieces
from tests.pack.made import packed
from tests.tokenizer.made import rows


def test_tokens_of_each_source_are_told_and_add_up(tmp_path):
    given = rows(40)
    for place, row in enumerate(given):
        row["source"] = ("wiki", "books", "")[place % 3]
    _, figures = packed(tmp_path, given)
    channels = storage.read_json(tmp_path / "pack/pack.json")["channels"]
    for name, channel in channels.items():
        table = pq.read_table(tmp_path / f"pack/{name}.docs.parquet", columns=["source", "length"])
        found = table.group_by("source").aggregate([("length", "sum")]).to_pylist()
        assert channel["sources"] == {row["source"]: row["length_sum"] for row in found}
        assert sum(channel["sources"].values()) == figures["tokens"][name]


def test_any_number_of_sources_is_told_in_few_lines(monkeypatch):
    monkeypatch.setattr(build, "MAX_SOURCES", 2)
    assert build.largest({"a": 1, "b": 5, "c": 3, "d": 1}) == {"b": 5, "c": 3, "": 2}
    assert build.largest({"a": 1, "": 5}) == {"": 5, "a": 1}


def test_channels_of_a_batch_keep_the_order_of_their_rows():
    column = pa.array(["b", "a", "b", "c", "a", "b"])
    assert {name: rows.tolist() for name, rows in pieces.by_channel(column)} == {"b": [0, 2, 5], "a": [1, 4], "c": [3]}
