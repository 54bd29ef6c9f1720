"""Spans: what an earlier document has is cut, what none has stays, and every cut is of equal bytes."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.dedup import bounds, passages, spans
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
    rows = [{"id": f"d{n}", "text": f"{words(n, 30)}. {passage}. {words(-n, 30)}"} for n in range(1, 5)]
    texts, figures = cut(tmp_path, [rows[:2], rows[2:]])
    assert texts["d1"] == rows[0]["text"]
    for number in (2, 3, 4):
        assert passage not in texts[f"d{number}"]
        assert texts[f"d{number}"] == f"{words(number, 30)}.\n{words(-number, 30)}"
    assert figures["cut_documents"] == 3 == figures["cut_spans"] and figures["cut_bytes"] == 3 * len(passage + ". ")


@pytest.mark.parametrize("length", [19, 20, 300])
def test_length_in_words_and_in_characters(tmp_path, length):
    english, chinese = words("e", length), hanzi("z", int(length * 1.6 + 0.5))
    rows = [{"id": f"e{n}", "text": f"{words(n, 9)}, {english}; {words(-n, 9)}"} for n in (1, 2)]
    rows += [{"id": f"z{n}", "text": f"{hanzi(n, 9)}。{chinese}。{hanzi(-n, 9)}"} for n in (1, 2)]
    texts, _ = cut(tmp_path, [rows])
    assert (english in texts["e2"]) == (length < 20) == (chinese in texts["z2"])
    assert english in texts["e1"] and chinese in texts["z1"]


def test_a_long_passage_is_cut_whole(tmp_path):
    passage = words("long", 5000)
    own = "Mine is what stands before it."
    texts, figures = cut(tmp_path, [[{"id": "a", "text": passage}, {"id": "b", "text": f"{own} {passage} Mine too."}]])
    assert texts["b"] == f"{own}\nMine too."
    assert figures["cut_spans"] == 1


def test_what_was_rejected_neither_cuts_nor_is_cut(tmp_path):
    passage = words("p", 60)
    rows = [{"id": name, "text": f"{words(name, 10)} {passage}"} for name in ("a", "b", "c")]
    texts, _ = cut(tmp_path, [rows], kept={"b", "c"})
    assert texts["a"] == rows[0]["text"] and texts["b"] == rows[1]["text"] and texts["c"] == words("c", 10)


def test_equal_tokens_are_not_equal_bytes(tmp_path):
    """Anchors look past case and signs; a cut does not."""
    passage = words("p", 60)
    texts, figures = cut(tmp_path, [[{"id": "a", "text": passage}, {"id": "b", "text": passage.upper()}]])
    assert texts["b"] == passage.upper() and figures["cut_documents"] == 0


def test_nothing_depends_on_shards_and_partitions(tmp_path, monkeypatch):
    shared = [words(f"s{n}", 50) for n in range(5)]
    rng = random.Random(1)
    rows = [{"id": f"d{n}", "text": f"{words(n, 20)} {rng.choice(shared)} {words(-n, 20)}"} for n in range(1, 25)]
    one, _ = cut(tmp_path / "one", [rows])
    monkeypatch.setattr(spans, "PLACE_BYTES", 40_000)
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


SHARED = (
    "Permission is hereby granted, free of charge, to any person who has a copy, to use it as they like. It comes as it"
    " is, and nobody who wrote it has to answer for what is done with it, now or later."
)
GEMEINSAM = (
    "未经书面授权，任何单位和个人不得以任何形式复制、转载或者摘编本文。违反上述声明者，本单位将追究其相关法律责任！"
)
LICENCE = "def total(numbers):\n    result = 0\n" + "".join(f"    result += numbers[{n}] * {n}\n" for n in range(9))


@pytest.mark.parametrize(
    ("first", "second", "expected", "lang"),
    [
        # What is equal by chance about the passage stays: a sentence is cut whole or not at all.
        (
            f"The old house stood empty for years. Then, one day, {SHARED} The next morning they left.",
            f"A hedge needs little care from anyone. But one day, {SHARED} The next summer it was cut.",
            "A hedge needs little care from anyone. But one day, Permission is hereby granted, free of charge, to any"
            " person who has a copy, to use it as they like.\nThe next summer it was cut.",
            "en",
        ),
        (
            f"Here is a first page, about a mill.\n\n{SHARED}\n\nThe end of the first page.",
            f"Here is a second page, about a river.\n\n{SHARED}\n\nAnother end, of the second page.",
            "Here is a second page, about a river.\n\nAnother end, of the second page.",
            "en",
        ),
        (
            f"今天我们去爬山，山上的风很大。{GEMEINSAM}下山的时候天已经黑了。",
            f"昨天他在家里看书，一直看到半夜。{GEMEINSAM}后来他就睡着了，没有做梦。",
            "昨天他在家里看书，一直看到半夜。\n后来他就睡着了，没有做梦。",
            "zh",
        ),
        (
            f"import sys\nfrom one import first\n\n{LICENCE}    return result, first\n",
            f"import os\nfrom two import another_thing\n\n{LICENCE}    return another_thing(result)\n",
            "import os\nfrom two import another_thing\n\n    return another_thing(result)\n",
            "co",
        ),
        # A passage that stands inside longer sentences is left: cutting it would break them.
        (
            f"First. He wrote that {words('in', 25)} was so. More of the first page follows here.",
            f"Second. She said that {words('in', 25)} is wrong. More of the second page follows, as ever.",
            None,
            "en",
        ),
    ],
)
def test_cuts_are_whole_sentences_and_lines(tmp_path, first, second, expected, lang):
    rows = [{"id": "a", "text": first, "lang": lang}, {"id": "b", "text": second, "lang": lang}]
    texts, figures = cut(tmp_path, [rows])
    assert texts == {"a": first, "b": expected or second}
    assert figures["cut_documents"] == bool(expected) and figures["emptied"] == 0


def test_code_is_cut_between_lines_alone():
    line = b'print("' + words("p", 30).capitalize().encode() + b'. Done. ", x)'
    quote = (4, b"xxxx", line)
    assert passages.repeated(b"abc\n" + line + b"y\n", [quote], CONFIG, lines_only=True) == []
    assert passages.repeated(b"abc\n" + line + b"\n", [quote], CONFIG, lines_only=True) == [(4, 4 + len(line))]


def test_a_document_is_left_whole_where_too_little_would_stay(tmp_path):
    rows = [{"id": "a", "text": f"{SHARED}"}, {"id": "b", "text": f"So. {SHARED}"}, {"id": "c", "text": GEMEINSAM}]
    rows += [
        {"id": "d", "text": f"{GEMEINSAM}看了九个字以后再说"},
        {"id": "e", "text": f"{GEMEINSAM}看了十二个字以后，他再也不说话了"},
    ]
    texts, figures = cut(tmp_path, [rows])
    assert [texts[name] == row["text"] for name, row in zip("abcde", rows, strict=True)] == [True] * 4 + [False]
    assert figures["emptied"] == 2 and figures["cut_documents"] == 1 and figures["documents"] == 5


@given(st.lists(st.tuples(st.sampled_from(["one.", "二。", "x\n", "\n\n", "  ", "\tab", "é! ", ""]), st.booleans())))
def test_cutting_takes_nothing_else_and_joins_nothing(parts):
    text, spans, at = b"", [], 0
    for part, goes in parts:
        data = part.encode()
        if goes and data:
            spans.append((len(text), len(text) + len(data)))
        text += data
    short = bounds.without(text, spans)
    left, at = [], 0
    for first, end in [*spans, (len(text), len(text))]:
        left.append(text[at:first])
        at = end
    assert b"".join(short.split()) == b"".join(b"".join(left).split())
    if not spans:
        assert short == text
    pieces = [piece.split() for piece in left if piece.strip()]
    assert [word for piece in pieces for word in piece] == short.split()


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("He came. She left.", [8, 9, 18]),
        ('He asked "why?" She left. ', [15, 16, 25, 26]),
        ('He asked "why?" and left.', [25]),
        ("J. Smith, e.g. the second of them, came. then left", [40, 41]),
        ("他来了。“为什么？”她说。", [4, 10, 13]),
        ("version 3.14 of a.b.c, at www.example.org/x", []),
    ],
)
def test_where_sentences_end(text, ends):
    data = text.encode()
    chars = sorted({len(data[:place].decode()) for place in bounds._sentences(data, 0, len(data))})
    assert chars == ends


@pytest.mark.parametrize("flood", [". ", ".", "。", ".)", "A. ", "\n", "…… ", "a.\u3000"])
def test_floods_of_signs_take_no_longer_than_other_text(flood):
    data = flood.encode() * 100_000
    began = time.monotonic()
    bounds.narrowed(data, 3, len(data) - 3, False)
    bounds.without(data, [(10, len(data) // 2), (len(data) // 2 + 9, len(data) - 9)])
    assert time.monotonic() - began < 3
