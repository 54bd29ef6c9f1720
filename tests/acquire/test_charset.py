"""Character sets: declared, misdeclared and not declared at all, in Chinese and other scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire.charset import decoded, known

ZH = "中文网页的正文内容，讲的是分词器与语言模型的训练方法。这里还有一些繁體字和標點。" * 8
JA = "日本語のページです。これは文字コードの判定を試すための文章です。" * 8
RU = "Это русская страница, на которой достаточно текста для определения кодировки. " * 8
DE = "Schöne Grüße aus Köln, wo übrigens häufig über Umlaute gesprochen wird. " * 8


def html(text: str, meta: str = "") -> str:
    declared = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    return (
        f"<html><head>{declared}<title>x</title><script>{'var a = 1;' * 200}</script></head><body><p>{text}</p></body>"
    )


@pytest.mark.parametrize(
    ("text", "encoding", "header", "meta"),
    [
        (ZH, "utf-8", "", ""), (ZH, "utf-8", "utf-8", "gb2312"), (ZH, "utf-8", "iso-8859-1", ""),
        (ZH, "utf-8", "", "utf-16"),
        (ZH, "gb18030", "gb2312", ""), (ZH, "gb18030", "", "gbk"), (ZH, "gb18030", "iso-8859-1", "gb2312"),
        (ZH, "gb18030", "utf-8", "gb2312"), (ZH, "gb18030", "", ""), (JA, "shift_jis", "", "shift_jis"),
        (JA, "euc_jp", "EUC-JP", ""), (RU, "cp1251", "", "windows-1251"), (RU, "koi8-r", "koi8-r", ""),
        (DE, "cp1252", "ISO-8859-1", ""), (DE, "latin-1", "", "iso-8859-1"), (ZH, "utf-8-sig", "gbk", "gbk"),
        (ZH, "utf-16", "", ""), ("plain ascii", "ascii", "no-such", "hex"),
    ],
)  # fmt: skip
def test_decoded(text: str, encoding: str, header: str, meta: str) -> None:
    page = html(text, meta)
    assert decoded(page.encode(encoding), header) == page


def test_a_few_bad_bytes_do_not_lose_the_page() -> None:
    data = html(ZH, "utf-8").encode()
    broken = data[:-60] + b"\xff" + data[-60:]
    assert ZH[:200] in decoded(broken, "utf-8")


@pytest.mark.parametrize(
    "label",
    ["", "hex", "rot13", "utf-7", "idna", "unicode_escape", "raw_unicode_escape", "nonsense", "a\x00b", "undefined"],
)
def test_labels_that_are_no_charset(label: str) -> None:
    assert known(label) == ""


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "gbk", "latin-1", "utf-16", "big5", "shift_jis"]))
def test_any_bytes(data: bytes, header: str) -> None:
    decoded(data, header).encode("utf-8")
