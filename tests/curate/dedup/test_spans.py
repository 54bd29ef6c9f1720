"""Spans: what an earlier document has is cut, what none has stays, and every cut is of equal bytes."""

from __future__ import annotations

import json
import random

import pytest

from headwater.curate.dedup import passages, spans
from headwater.curate.dedup.config import DedupConfig
from tests import corpora
from tests.curate import workspace
from tests.curate.test_split import write_verdicts

CONFIG = DedupConfig(span_words=20)


def cut(root, shards, config=CONFIG, kept=None):
    """The texts after the stage, by id, and its figures."""
    documents = workspace.write_documents(root / "acquire", shards)
    judged = [[("c", "en-general", 9, not kept or row["id"] in kept) for row in rows] for rows in shards]
    curate = write_verdicts(root / "curate", judged)
    for path, name in zip(
        sorted((curate / "verdicts").iterdir()), sorted((documents / "documents").iterdir()), strict=True
    ):
        path.rename(path.with_name(name.name))
    given = workspace.context("spans", root / "spans", {"acquire": documents, "curate": curate}, config)
    spans.run(given)
    rows = workspace.rows(root / "spans" / "documents")
    return {row["id"]: row["text"] for row in rows}, json.loads((root / "spans" / "spans.json").read_text())


def words(seed, count):
    rng = random.Random(seed)
    return " ".join("".join(rng.choices(corpora.SYLLABLES, k=3)) for _ in range(count))


def hanzi(seed, count):
    rng = random.Random(seed)
    return "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(count))


def test_a_passage_stays_in_the_first_document_alone(tmp_path):
    passage = words("passage", 40)
    rows = [{"id": f"d{n}", "text": f"{words(n, 30)} {passage}. {words(-n, 30)}"} for n in range(1, 5)]
    texts, figures = cut(tmp_path, [rows[:2], rows[2:]])
    assert texts["d1"] == rows[0]["text"]
    for number in (2, 3, 4):
        assert passage not in texts[f"d{number}"]
        assert texts[f"d{number}"].startswith(words(number, 30)) and texts[f"d{number}"].endswith(words(-number, 30))
    assert figures["documents_cut"] == 3 == figures["spans_cut"] and figures["bytes_cut"] >= 3 * len(passage)


@pytest.mark.parametrize("length", [19, 20, 300])
def test_length_in_words_and_in_characters(tmp_path, length):
    english, chinese = words("e", length), hanzi("z", int(length * 1.6 + 0.5))
    rows = [{"id": f"e{n}", "text": f"{words(n, 9)}, {english}; {words(-n, 9)}"} for n in (1, 2)]
    rows += [{"id": f"z{n}", "text": f"{hanzi(n, 9)}，{chinese}。{hanzi(-n, 9)}"} for n in (1, 2)]
    texts, _ = cut(tmp_path, [rows])
    assert (english in texts["e2"]) == (length < 20) == (chinese in texts["z2"])
    assert english in texts["e1"] and chinese in texts["z1"]


def test_a_long_passage_is_cut_whole(tmp_path):
    passage = words("long", 5000)
    texts, figures = cut(tmp_path, [[{"id": "a", "text": passage}, {"id": "b", "text": f"Mine. {passage} Mine too."}]])
    assert texts["b"] == "Mine.  Mine too." or texts["b"].split() == ["Mine.", "Mine", "too."]
    assert figures["spans_cut"] == 1


def test_what_was_rejected_neither_cuts_nor_is_cut(tmp_path):
    passage = words("p", 60)
    rows = [{"id": name, "text": f"{name} {passage}"} for name in ("a", "b", "c")]
    texts, _ = cut(tmp_path, [rows], kept={"b", "c"})
    assert texts["a"] == rows[0]["text"] and texts["b"] == rows[1]["text"] and texts["c"].strip() == "c"


def test_equal_tokens_are_not_equal_bytes(tmp_path):
    """Anchors look past case and signs; a cut does not."""
    passage = words("p", 60)
    texts, figures = cut(tmp_path, [[{"id": "a", "text": passage}, {"id": "b", "text": passage.upper()}]])
    assert texts["b"] == passage.upper() and figures["documents_cut"] == 0


def test_nothing_depends_on_shards_and_partitions(tmp_path, monkeypatch):
    shared = [words(f"s{n}", 50) for n in range(5)]
    rng = random.Random(1)
    rows = [{"id": f"d{n}", "text": f"{words(n, 20)} {rng.choice(shared)} {words(-n, 20)}"} for n in range(1, 25)]
    one, _ = cut(tmp_path / "one", [rows])
    monkeypatch.setattr(spans, "PLACE_BYTES", 4_000_000)
    many, _ = cut(
        tmp_path / "many", [rows[:7], [], rows[7:20], rows[20:]], DedupConfig(span_words=20, memory=16_000_000)
    )
    assert one == many


def test_cuts_keep_characters_and_words_whole():
    first, second = "xx 河流山川 word", "xx 河流山川 words"
    data = second.encode()
    span = passages.repeated(data, [(3, first.encode()[:3], first.encode()[3:])], DedupConfig(span_chars=8))
    assert all(data[:a].decode() + data[b:].decode() for a, b in span)
    assert passages._whole_words(data, 4, len(data) - 1) == (6, len(data) - 5)
