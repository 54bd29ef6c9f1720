"""Packing: documents whole and in order, each traced to its tokens, the same bytes however the work was done."""

from __future__ import annotations

import json
import random
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater import storage
from headwater.batches.indexed import IndexedTokens
from headwater.errors import HeadwaterError
from headwater.pack import build
from headwater.pipeline.engine.local import LocalEngine
from headwater.tokenizer.encode import Encoder
from tests.pack.made import context_of, corpus, packed
from tests.tokenizer.made import rows


def content(folder):
    return {p.name: storage.file_digest(p) for p in sorted(folder.iterdir()) if p.is_file()}


def test_documents_are_whole_in_order_and_end_with_their_token(tmp_path):
    documents, figures = packed(tmp_path)
    encoder = Encoder.load(tmp_path / "tokenizer")
    training = [row for row in documents if row["part"] == "train"]
    assert figures["counts"] == {"in": len(training), "kept": len(training), "rejected": {}}
    for channel in ("zh-general", "en-general", "code-general"):
        mine = [row for row in training if row["channel"] == channel]
        found = IndexedTokens(tmp_path / "pack" / channel)
        table = pq.read_table(tmp_path / "pack" / f"{channel}.docs.parquet").to_pylist()
        assert len(found) == len(mine) == len(table)
        assert found.num_tokens == figures["tokens"][channel]
        for place, (row, told) in enumerate(zip(mine, table, strict=True)):
            tokens = found.sequence(place)
            assert tokens[-1] == encoder.eod_id and encoder.decode(tokens) == row["text"]
            assert (told["document_id"], told["url"], told["channel"]) == (row["id"], row["url"], channel)
            assert (told["warc_file"], told["warc_offset"]) == (row["warc_file"], row["warc_offset"])
            start = told["token_offset"]
            assert np.array_equal(found.tokens[start : start + told["length"]], tokens)


def test_pack_json_says_what_is_there(tmp_path):
    documents, figures = packed(tmp_path)
    value = json.loads((tmp_path / "pack/pack.json").read_text())
    zh = value["channels"]["zh-general"]
    texts = [r["text"] for r in documents if r["part"] == "train" and r["channel"] == "zh-general"]
    assert zh["documents"] == len(texts) and zh["text_bytes"] == sum(len(t.encode()) for t in texts)
    assert (zh["lang"], zh["kind"], zh["domain"]) == ("zh", "general", "general")
    assert value["tokens"] == figures["tokens"] and value["dtype"] == "uint16" and value["vocab_size"] == 700
    assert value["tokenizer"] == storage.file_digest(tmp_path / "tokenizer/tokenizer.json")


def test_workers_and_restarts_change_nothing(tmp_path):
    corpus(tmp_path)
    build.run(context_of(tmp_path, "one"))
    engine = LocalEngine(2)
    try:
        build.run(context_of(tmp_path, "two", engine))
    finally:
        engine.close()
    assert content(tmp_path / "one") == content(tmp_path / "two")
    rng = random.Random(4)
    for _ in range(3):  # some finished files and markers are gone, as after a kill
        for path in sorted((tmp_path / "two").rglob("*")):
            if path.is_file() and rng.random() < 0.4:
                path.unlink()
        build.run(context_of(tmp_path, "two"))
        assert content(tmp_path / "one") == content(tmp_path / "two")


def test_finished_pieces_are_not_made_again(tmp_path, monkeypatch):
    corpus(tmp_path)

    def failing(task):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(build, "join_channel", failing)
        with pytest.raises(KeyboardInterrupt):
            build.run(context_of(tmp_path))
    monkeypatch.setattr(build, "encode_shard", failing)
    build.run(context_of(tmp_path))
    assert (tmp_path / "pack/zh-general.bin").exists()


def test_long_joins_keep_offsets_across_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "ROW_GROUP_DOCUMENTS", 3)
    packed(tmp_path)
    table = pq.read_table(tmp_path / "pack/en-general.docs.parquet")
    lengths, offsets = table["length"].to_numpy().astype(np.int64), table["token_offset"].to_numpy()
    assert np.array_equal(offsets, np.cumsum(lengths) - lengths)


def test_all_rejected_is_empty(tmp_path):
    corpus(tmp_path)
    shutil.rmtree(tmp_path / "split")
    (tmp_path / "split/split").mkdir(parents=True)
    with pytest.raises(HeadwaterError) as caught:
        build.run(context_of(tmp_path))
    assert caught.value.failure == "empty_corpus"


def test_a_channel_name_that_leaves_the_folder_is_refused(tmp_path):
    bad = rows(2)
    for row in bad:
        row["domain"] = "../../etc"
    with pytest.raises(HeadwaterError, match="cannot name a file"):
        packed(tmp_path, bad)
    assert not list(tmp_path.parent.glob("etc*"))


def test_many_domains_are_many_channels(tmp_path):
    given = rows(60)
    for place, row in enumerate(given):
        row["domain"] = f"domain_{place}"
    _, figures = packed(tmp_path, given)
    assert len(figures["tokens"]) == figures["counts"]["in"]
