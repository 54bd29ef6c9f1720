"""Documents brought in for a command: once, in shards, each with an id of its own."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

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


def dying_after(number):
    """A removal that is killed when it has removed so many files."""

    def remove(folder):
        for path in sorted(path for path in folder.rglob("*") if path.is_file())[:number]:
            path.unlink()
        raise KeyboardInterrupt

    return remove


@pytest.mark.parametrize("number", range(4))
def test_a_work_folder_whose_removal_was_cut_short_is_made_anew(tmp_path, monkeypatch, number):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "one"}\n{"broken\n')
    given = [str(path)], tmp_path / "work", {"version": 1}
    inputs.bring(*given)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(inputs.shutil, "rmtree", dying_after(number))
        inputs.remove(tmp_path / "work")
    assert inputs.bring(*given) == ({"input.invalid_json": 1}, False)
    (shard,) = (tmp_path / "work" / "acquire" / "documents").iterdir()
    assert pq.read_table(shard)["text"].to_pylist() == ["one"]


@pytest.mark.parametrize("lost", ["acquire/documents/00000.parquet", "refused.parquet", "read.json"])
@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_what_was_brought_is_believed_only_where_all_of_it_is_there(tmp_path, lost, how):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "one"}\n{"broken\n')
    given = [str(path)], tmp_path / "work", {"version": 1}
    inputs.bring(*given)
    (tmp_path / "work" / lost).unlink()
    if how == "damaged":
        (tmp_path / "work" / lost).write_bytes(b"{")
    assert inputs.bring(*given) == ({"input.invalid_json": 1}, False)
    assert inputs.bring(*given) == ({"input.invalid_json": 1}, True)
