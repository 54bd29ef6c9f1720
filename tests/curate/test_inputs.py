"""Documents brought in for a command: once, in shards, each with an id of its own."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow.parquet as pq

from headwater.curate import inputs


def ids_of(tmp_path, names):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": f"text {n}"}) + "\n" for n, name in enumerate(names)))
    inputs.write_documents(inputs.wanted([str(path)]), tmp_path / "documents", "", Counter())
    return [
        name for shard in sorted((tmp_path / "documents").iterdir()) for name in pq.read_table(shard)["id"].to_pylist()
    ]


def test_an_id_given_again_gets_a_number(tmp_path):
    assert ids_of(tmp_path, ["a", "b", "a", "a", "a~2", "c"]) == ["a", "b", "a~2", "a~3", "a~2~2", "c"]


def test_the_same_request_goes_on_from_what_was_brought(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "one"}\n{"broken\n')
    given = [str(path)], tmp_path / "work", {"version": 1}
    assert inputs.bring(*given) == ({"input.invalid_json": 1}, False)
    assert inputs.bring(*given) == ({"input.invalid_json": 1}, True)
    path.write_text('{"text": "another"}\n')
    assert inputs.bring(*given) == ({}, False)
