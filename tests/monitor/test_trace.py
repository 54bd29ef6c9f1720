"""Every token of a batch is traced to the text that holds it, to its page and WARC record, and back."""

from __future__ import annotations

import json
import random
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import headwater
from headwater.batches.reader import BatchReader
from headwater.batches.schedule import continued
from headwater.errors import HeadwaterError
from headwater.monitor.trace import DocumentTable
from headwater.tokenizer.encode import Encoder
from tests.monitor.traced import make_run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("workspace"))


def test_the_parts_of_a_row_make_up_the_row(made):
    run = headwater.Run(made[0])
    for step in (1, 7, run.schedule.num_steps):
        for row in range(8):
            parts = [part for part in run.documents(step) if part["row"] == row]
            assert [part["offset"] for part in parts] == np.cumsum([0, *(p["tokens"] for p in parts)])[:-1].tolist()
            assert sum(part["tokens"] for part in parts) == 65
            assert len({part["channel"] for part in parts}) == 1


def test_random_tokens_are_traced_to_text_that_holds_them(made):
    folder, documents = made
    run, encoder = headwater.Run(folder), Encoder.load(folder / "tokenizer")
    by_id = {row["id"]: row for row in documents}
    rng = random.Random(2)
    for _ in range(60):
        step, row, place = rng.randint(1, run.schedule.num_steps), rng.randrange(8), rng.randrange(65)
        batch = run.batch(step)
        part = next(
            p for p in run.documents(step) if p["row"] == row and p["offset"] <= place < p["offset"] + p["tokens"]
        )
        origin = by_id[part["id"]]
        assert origin["part"] == "train" and part["channel"] == origin["channel"] == run.channels[batch.channel_B[row]]
        expected = [*encoder.encode(origin["text"]).tolist(), encoder.eod_id]
        token = int(batch.tokens_BT1[row, place])
        assert expected[part["document_offset"] + place - part["offset"]] == token
        assert encoder.decode_bytes([token]) in origin["text"].encode()
        assert (part["url"], part["warc_file"], part["warc_offset"]) == (
            origin["url"],
            origin["warc_file"],
            origin["warc_offset"],
        )
        assert run.document(part["id"])["text"] == origin["text"]
        assert step in run.steps(doc=part["id"]) and step in run.steps(url=part["url"])


def test_steps_of_a_document_are_exactly_those_that_hold_it(made):
    run = headwater.Run(made[0])
    holds: dict[str, set[int]] = {}
    for step in range(1, run.schedule.num_steps + 1):
        for part in run.documents(step):
            holds.setdefault(part["id"], set()).add(step)
    for row in made[1]:
        if row["part"] == "train":
            assert run.steps(doc=row["id"]) == sorted(holds.get(row["id"], set()))


def test_the_runs_own_schedule_counts_once_training_has_begun(made, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(made[0], folder, symlinks=False)
    mixed = headwater.Run(folder).schedule
    later = continued(mixed, 5, mixed.segments[0])
    (folder / "schedule.jsonl").write_text("".join(json.dumps(s.row()) + "\n" for s in (*mixed.segments, later)))
    own = headwater.Run(folder)
    assert own.schedule.num_steps == 4 + mixed.num_steps
    part = own.documents(own.schedule.num_steps)[0]
    assert own.schedule.num_steps in own.steps(doc=part["id"])
    reader = BatchReader(folder / "pack", folder / "schedule.jsonl")
    assert np.array_equal(own.batch(9).tokens_BT1, reader.batch(9).tokens_BT1)


def test_what_is_not_there_is_said(made, tmp_path):
    run = headwater.Run(made[0])
    heldout = next(row for row in made[1] if row["part"] == "heldout")
    for ask in (
        lambda: run.documents(0),
        lambda: run.documents(10**9),
        lambda: run.batch(-1),
        lambda: run.steps(doc="no-such"),
        lambda: run.steps(doc=heldout["id"]),
        lambda: run.steps(),
        lambda: run.steps(doc="a", url="b"),
        lambda: run.document("no-such"),
        lambda: headwater.Run(tmp_path / "none"),
        lambda: headwater.Run(tmp_path).channels,
        lambda: run.part("evaluate"),
    ):
        with pytest.raises(HeadwaterError) as caught:
            ask()
        assert caught.value.exit_code == 2


def test_the_story_of_a_document(made):
    run = headwater.Run(made[0])
    train, heldout = (next(r for r in made[1] if r["part"] == part) for part in ("train", "heldout"))
    told = run.story(train["id"])
    assert told["document"]["text"] == train["text"] and told["split"]["part"] == "train"
    assert told["packed"][0]["channel"] == train["channel"] and told["steps"] == run.steps(doc=train["id"])
    assert "packed" not in run.story(heldout["id"])


def test_metrics_take_the_latest_attempt_and_a_torn_line(tmp_path):
    rows = [
        {"step": 1, "attempt": 1, "loss": 3.0},
        {"step": 2, "attempt": 1, "loss": 2.0},
        {"step": 2, "attempt": 2, "loss": 2.5},
        {"step": 2, "probe": {"zh-general": {"ppl": 9}}},
        {"step": 3, "attempt": 2, "loss": None},
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"step": 4, "att')
    run = headwater.Run(tmp_path)
    assert [(row["step"], row["loss"]) for row in run.metrics()] == [(1, 3.0), (2, 2.5), (3, None)]
    assert run.probes() == [rows[3]] and run.events() == []


@pytest.mark.parametrize(
    "line", [b"[]\n", b"{}\n", b'{"step": "a"}\n', b"\xff\n", b'{"step": 1, "attempt": null}\n', b"nul\n"]
)
def test_damaged_logs_are_said(tmp_path, line):
    (tmp_path / "metrics.jsonl").write_bytes(line + b'{"step": 1}\n')
    with pytest.raises(HeadwaterError) as caught:
        headwater.Run(tmp_path).metrics()
    assert caught.value.failure == "damaged_file"


def beside(made, folder, *suffixes):
    """A channel's tokens and index, and these of its other files, in a folder of their own."""
    for suffix in (".bin", ".idx", *suffixes):
        shutil.copy(made[0] / f"pack/zh-general{suffix}", folder)


@pytest.mark.parametrize("suffix", [".docs.arrow", ".docs.parquet"])
def test_damaged_document_tables_are_said(made, tmp_path, suffix):
    beside(made, tmp_path)
    good = (made[0] / f"pack/zh-general{suffix}").read_bytes()
    path, rng = tmp_path / f"zh-general{suffix}", random.Random(5)
    failures = 0
    for _ in range(300):
        start = rng.randrange(len(good))
        noise = rng.randbytes(rng.randrange(1, 30))
        path.write_bytes(good[:start] + noise + good[start + rng.randrange(40) :])
        try:
            table = DocumentTable(tmp_path, "zh-general")
            for row in (0, len(table) - 1):
                table.row(row)
            table.find("url", "x")
            list(table.batches(["url"]))
        except HeadwaterError as error:
            failures += 1
            assert error.failure == "damaged_file"
    assert failures > 150


def test_tables_that_disagree_with_the_index_are_said(made, tmp_path):
    beside(made, tmp_path)
    path = tmp_path / "zh-general.docs.parquet"
    table = pq.read_table(made[0] / "pack/zh-general.docs.parquet")
    pq.write_table(table.slice(1), path)
    with pytest.raises(HeadwaterError, match="documents where the index counts"):
        DocumentTable(tmp_path, "zh-general")
    pq.write_table(table.drop_columns(["length"]), path)
    with pytest.raises(HeadwaterError, match="no column length"):
        DocumentTable(tmp_path, "zh-general")
    pq.write_table(table.set_column(3, table.schema.field(3), pa.array([1] * len(table), pa.int32())), path)
    with pytest.raises(HeadwaterError, match="another length"):
        DocumentTable(tmp_path, "zh-general").row(2)
    (tmp_path / "zh-general.idx").write_bytes((made[0] / "pack/en-general.idx").read_bytes())
    with pytest.raises(HeadwaterError):
        DocumentTable(tmp_path, "zh-general")


def test_a_lookup_answers_as_the_table_it_was_made_from(made, tmp_path):
    beside(made, tmp_path, ".docs.arrow", ".docs.parquet")
    fast = DocumentTable(tmp_path, "zh-general")
    (tmp_path / "zh-general.docs.arrow").unlink()
    slow = DocumentTable(tmp_path, "zh-general")
    assert fast.path != slow.path and len(fast) == len(slow) > 3
    for index in range(len(fast)):
        row = fast.row(index)
        assert row == slow.row(index)
        for column in ("document_id", "url"):
            assert index in fast.find(column, row[column])
            assert fast.find(column, row[column]) == slow.find(column, row[column])
    assert fast.find("url", "none") == slow.find("url", "none") == []
