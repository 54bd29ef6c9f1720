"""Texts made to break whatever reads them, through the whole of `headwater curate`: floods, bombs and lone halves.

Each stands among good documents, which must come out as if it were not there. Bounds are on time; memory is tested in
tests/faults.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.corpora import chinese, code, english
from tests.faults import curated

LIMIT_S = 30  # of processor time, of one command on ten texts of 100,000 characters
_rng = random.Random(61)
GOOD = {name: make(_rng) for name, make in (("en", english), ("zh", chinese), ("code", code))}
ENGLISH, CHINESE, CODE = GOOD.values()


def among(text: str, every: str, put: str) -> str:
    """The text with `put` after every `every`."""
    return text.replace(every, every + put)


# each makes a text of about `n` characters
TEXTS: dict[str, Callable[[int], str]] = {
    "zero-width": lambda n: "\u200b" * n,
    "zero-width between letters": lambda n: "\u200b".join((ENGLISH * (n // len(ENGLISH) + 1))[: n // 2]),
    "one letter under combining marks": lambda n: "a" + "\u0301" * n,
    "combining marks alone": lambda n: "\u0301\u0327" * (n // 2),
    "zalgo": lambda n: "".join(c + "\u0300\u0315\u031b\u0323\u0345" * 4 for c in (ENGLISH * 99)[: n // 21]),
    "marks of many classes": lambda n: "".join(chr(0x300 + i * 7 % 112) for i in range(n)),
    "hangul jamo": lambda n: "\u1100\u1161\u11a8" * (n // 3),
    "bidi controls": lambda n: "\u202e\u2066" * (n // 2) + ENGLISH,
    "bidi in every word": lambda n: "\u202e".join((ENGLISH.split(" ") * (n // 40 + 1))[: n // 7]),
    "variation selectors": lambda n: "字\ufe0f\U000e0100" * (n // 3),
    "tags": lambda n: "".join(chr(0xE0020 + i % 95) for i in range(n)),
    "spaces": lambda n: " " * n + "x",
    "no-break spaces": lambda n: "\u00a0\u2003" * (n // 2) + "x",
    "line ends": lambda n: "\n" * n + "x",
    "carriage returns": lambda n: "\r" * n + "x\r\n\r",
    "line separators": lambda n: "a\u2028b\u2029c\u0085\x0b\x0c" * (n // 8),
    "NULs": lambda n: "\x00" * n + "x",
    "control characters": lambda n: "".join(map(chr, range(1, 32))) * (n // 31),
    "one long word": lambda n: "x" * n,
    "one Chinese character": lambda n: "的" * n,
    "no spaces": lambda n: "".join(ENGLISH.split()) * (n // 700),
    "equal lines": lambda n: "the same line\n" * (n // 14),
    "equal short lines": lambda n: "a\n" * (n // 2),
    "equal Chinese lines": lambda n: "同一行\n" * (n // 4),
    "equal paragraphs": lambda n: "one\n\n" * (n // 5),
    "distinct lines": lambda n: "".join(f"{i}\n" for i in range(n // 6)),
    "two words": lambda n: "a b " * (n // 4),
    "digits": lambda n: "1234567890" * (n // 10),
    "digits in groups": lambda n: "6222 0213 8888 " * (n // 15),
    "at signs": lambda n: "a@" * (n // 2),
    "an address without end": lambda n: "a." * (n // 2) + "@b",
    "dots": lambda n: "." * n,
    "dotted numbers": lambda n: "1.2.3." * (n // 6),
    "colons": lambda n: ":" * n,
    "hex and colons": lambda n: "ab:" * (n // 3),
    "hyphens": lambda n: "-" * n + "BEGIN RSA PRIVATE KEY",
    "private keys without end": lambda n: "-----BEGIN RSA PRIVATE KEY-----\n" * (n // 32),
    "links": lambda n: "[a](b " * (n // 6),
    "brackets": lambda n: "[" * n,
    "stars": lambda n: "*" * n + "\n" + "*_" * (n // 2),
    "ampersands": lambda n: "&" * n + "amp;",
    "entities": lambda n: "&amp;" * (n // 5),
    "nested entities": lambda n: "&" + "amp;" * (n // 4) + "lt;",
    "numbered entities": lambda n: "&#55296;&#x110000;&#0;&#" + "9" * n + ";",
    "mojibake": lambda n: "Ã©â€™" * (n // 5),
    "mojibake many times over": lambda n: layers("é", 9)[: max(n, 9)],
    "western mojibake": lambda n: "ÖÐÎÄ" * (n // 4),
    "eastern mojibake": lambda n: "涓枃" * (n // 2),
    "half mojibake": lambda n: "Ã" * n,
    "replacement characters": lambda n: "\ufffd" * n,
    "private characters": lambda n: "\ue000\U00100000" * (n // 2),
    "noncharacters": lambda n: "\ufffe\uffff\U0001ffff" * (n // 3),
    "emoji families": lambda n: "👨‍👩‍👧‍👦🏳️‍🌈" * (n // 11),
    "quotes": lambda n: "\"'" * (n // 2),
    "braces": lambda n: "{" * n,
    "comments without end": lambda n: "/*" * (n // 2),
    "hash lines": lambda n: "# x\n" * (n // 4),
    "tags without end": lambda n: "<a " * (n // 3),
    "bullets": lambda n: "• a\n" * (n // 4),
    "ellipses": lambda n: "wait...\n" * (n // 8),
    "stop words": lambda n: "the be to of and " * (n // 17),
    "every character": lambda n: "".join(chr(c) for c in range(1, min(n, 0x11_0000)) if not 0xD800 <= c < 0xE000),
    "random characters": lambda n: "".join(random.Random(n).choices([chr(c) for c in range(32, 0xD000)], k=n)),
    "random bytes as Latin-1": lambda n: random.Random(n).randbytes(n).decode("latin-1"),
    "e-mail addresses": lambda n: "a@b.cn " * (n // 7),
    "internet addresses": lambda n: "8.8.8.8 " * (n // 8),
    "phone numbers": lambda n: "电话 13812345678\n" * (n // 15),
    "identity numbers": lambda n: "身份证 11010519491231002X\n" * (n // 23),
    "urls": lambda n: "http://a.b/ " * (n // 12),
    "one long url": lambda n: "http://a.b/" + "x/" * (n // 2),
    "base64": lambda n: "QUJD/+==" * (n // 8),
    "minified": lambda n: "function(a){return a}," * (n // 22),
    "spam": lambda n: "加微信领取优惠券" * (n // 8),
}


def layers(text: str, times: int) -> str:
    for _ in range(times):
        text = text.encode().decode("latin-1")
    return text


def write(path: Path, texts: dict[str, str], **fields: str) -> Path:
    rows = [{"id": name, "text": text, "url": f"https://{i}.example/"} for i, (name, text) in enumerate(texts.items())]
    path.write_text("".join(json.dumps(row | fields, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk is most of a small command, and no power is cut here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def test_good_documents_come_out_as_if_hostile_ones_were_not_there(tmp_path: Path) -> None:
    texts = {name: make(5_000) for name, make in TEXTS.items()}
    figures = curated.survive(write(tmp_path / "in.jsonl", GOOD | texts), tmp_path / "out", LIMIT_S)
    assert figures["code"] == 0 and figures["in"] == len(GOOD) + len(texts)
    found = {row["id"]: row["text"] for row in curated.rows(tmp_path / "out" / "kept")}
    assert {name: found.get(name) for name in GOOD} == GOOD


GROUP = 10


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["", "code"])
@pytest.mark.parametrize("first", range(0, len(TEXTS), GROUP))
def test_long_hostile_texts_cost_no_more_than_text(first: int, lang: str, tmp_path: Path) -> None:
    texts = {name: TEXTS[name](100_000) for name in list(TEXTS)[first : first + GROUP]}
    path = write(tmp_path / "in.jsonl", texts, lang=lang)
    assert curated.survive(path, tmp_path / "out", LIMIT_S)["in"] == len(texts)
