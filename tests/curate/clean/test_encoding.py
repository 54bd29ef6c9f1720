"""Broken characters: garbled text comes back, good text in any language is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.clean.config import EncodingConfig
from headwater.curate.clean.encoding import repair_text
from headwater.curate.clean.pieces import PIECE_BYTES

GOOD = {
    "zh": "这是一个用来测试的中文句子，我们在这里说明问题。",
    "en": "It’s a “quoted” sentence — with dashes… and a café.",
    "fr": "Où est l’été ? « À demain », dit-elle, près de la forêt ; ça va être naïf. CAFÉ»",
    "de": "Größere Übungen für Mädchen und Jungen: Straße, Äpfel, Öl.",
    "is": "Það var einu sinni maður sem átti þrjá syni. Ærið er það.",
    "vi": "Tôi rất thích ăn phở vào buổi sáng. Ấn tượng! Ân cần, NÃO, Âu Lạc.",
    "pt": "NÃO há solução; a AÇÃO é amanhã. Pão, mãe, irmã.",
    "ru": "Это простое предложение на русском языке.",
    "el": "Αυτή είναι μια απλή πρόταση.",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "ja": "これは日本語の文章です。漢字も入っています。",
    "ar": "هذه جملة بسيطة باللغة العربية.",
    "fa": "می‌خواهم کتاب‌ها را بخوانم.",
    "hi": "यह एक सरल वाक्य है। क्‍या",
    "emoji": "Family 👨‍👩‍👧 and heart ❤️ and flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿.",
    "math": "Let x ± y ≤ ½ · π² × 10⁻³; A ∩ B ⊆ C.",
}


@pytest.mark.parametrize("lang", GOOD)
def test_good_text_is_left_alone(lang):
    assert repair_text(GOOD[lang]) == (GOOD[lang], {})


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("lang", ["en", "fr", "de", "is", "pt", "ru", "el", "cs", "zh", "ja", "vi"])
def test_utf8_read_as_western_comes_back(lang, encoding):
    """Bytes that Windows-1252 leaves free are read as control characters, as browsers do."""
    garbled = GOOD[lang].encode().decode("latin-1")
    if encoding == "cp1252":
        garbled = "".join(
            c if c < "\x80" else c.encode("latin-1").decode("cp1252", "replace").replace("\ufffd", c) for c in garbled
        )
    assert garbled != GOOD[lang]
    assert repair_text(garbled)[0] == GOOD[lang]


@pytest.mark.parametrize("lang", ["fr", "ru", "zh"])
def test_garbled_twice_and_thrice(lang):
    once = GOOD[lang].encode().decode("latin-1")
    twice = once.encode().decode("latin-1")
    assert repair_text(twice)[0] == repair_text(twice.encode().decode("latin-1"))[0] == GOOD[lang]


@pytest.mark.parametrize(
    "text",
    ["这是一个用来测试的中文句子", "中文网页 and English 文件", "联系我们，关于公司的新闻", "他们在学校里学习语言。"],
)
def test_gbk_read_as_latin_comes_back(text):
    assert repair_text(text.encode("gb18030").decode("latin-1"))[0] == text
    assert repair_text(f"see {text.encode('gb18030').decode('latin-1')} there")[0] == f"see {text} there"


@pytest.mark.parametrize("text", ["中文测试", "学习中文", "中文"])
def test_utf8_read_as_gbk_comes_back(text):
    garbled = text.encode().decode("gb18030")  # texts whose bytes are all characters of GBK: of others some is lost
    assert repair_text(garbled)[0] == text and repair_text(f"see {garbled} there")[0] == f"see {text} there"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(set("".join(GOOD.values())) - set("\u200c\u200d"))), max_size=40).map("".join))
def test_repair_is_done_in_one_go(text):
    once, _ = repair_text(text)
    assert repair_text(once)[0] == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a&amp;nbsp;b &lt;x&gt; &#8217; &hellip;", "a b <x> ’ …"),
        ("In HTML you write &amp;lt; and &copy; for these.", "In HTML you write &amp;lt; and &copy; for these."),
        ("字符要转义：&amp;amp;，空格是&nbsp;。", "字符要转义：&amp;amp;，空格是&nbsp;。"),
        ("The entity &eacute; is one.", "The entity &eacute; is one."),
        ("See a.com/index.html?a=1&amp;b=2", "See a.com/index.html?a=1&b=2"),
        ("5 &amp;amp;lt; 6 and AT&amp;T", "5 &amp;amp;lt; 6 and AT&T"),
        ("say `&amp;` and\n```\n&lt;\n```\n&lt;", "say `&amp;` and\n```\n&lt;\n```\n<"),
        ("AT&T; R&D &unknown; x&y; &#0; &copy", "AT&T; R&D &unknown; x&y; &#0; &copy"),
        ("\ufeffzero\u200bwidth so\u00adft \u202eright\u202c to\u2060gether", "zerowidth soft right together"),
        ("a\r\nb\rc\u2028d\x0ce\x00\x07", "a\nb\nc\nd\ne"),
        ("no\u00a0break thin\u2009space\u3000wide", "no break thin space\u3000wide"),
        ("cafe\u0301 A\u030a", "café Å"),
        ("Z" + "\u0301\u0316" * 30 + "algo", "Zalgo"),
        ("ＡＢ１２　ｃ", "ＡＢ１２　ｃ"),
        ("a\u200db क\u094d\u200dय", "ab क\u094d\u200dय"),
    ],
)
def test_what_is_not_seen(text, expected):
    assert repair_text(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected", "edits"),
    [
        ("\x1b[31mred\x1b[0m and \x1b[1;38;5;196mbold\x1b[m", "red and bold", {"invisible": 4}),
        ("\x1b]0;标题\x07$ ls\x1b[K", "$ ls", {"invisible": 2}),
        ("\x1b]8;;http://a.example/b\x1b\\link\x1b]8;;\x1b\\", "link", {"invisible": 2}),
        ("中文\x1b[1m粗体\x1b[0m。", "中文粗体。", {"invisible": 2}),
        ("caf\xc3\x1b[0m\xa9 \x1b(Bx", "café x", {"invisible": 2, "mojibake": 1}),
        ("\x1bHello [31m] array[0m]", "Hello [31m] array[0m]", {"invisible": 1}),
        ("\x1b]no end\nof it \x1b[文", "]no end\nof it [文", {"invisible": 2}),
        ("\x1bParis rings\x07 twice", "Paris rings twice", {"invisible": 2}),
        ("\x1b[31m\x1b[0m", "", {"invisible": 2}),
    ],
)
def test_escapes_of_terminals_go_as_a_whole(text, expected, edits):
    assert repair_text(text) == (expected, edits)
    assert repair_text(text, EncodingConfig(invisible=False, mojibake=False)) == (text, {})


def test_an_escape_at_the_end_of_a_piece_goes():
    for gap in range(PIECE_BYTES - 6, PIECE_BYTES + 3):
        assert repair_text("x" * gap + "\x1b[1;31mred") == ("x" * gap + "red", {"invisible": 1})


def test_full_width_where_asked_for():
    assert repair_text("ＡＢ１２　ｃ。", EncodingConfig(full_width=True)) == ("AB12 c。", {"full_width": 6})


@pytest.mark.parametrize("name", ["mojibake", "entities", "invisible", "spaces", "nfc"])
def test_every_repair_has_a_switch(name):
    text = {"mojibake": "cafÃ©", "entities": "&lt;", "invisible": "\ufeffa", "spaces": "a\xa0b", "nfc": "e\u0301"}[name]
    assert repair_text(text)[0] != text
    assert repair_text(text, EncodingConfig(**{name: False})) == (text, {})


def test_tables_of_characters_are_no_mojibake():
    for text in ("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ", "Ã and Â are letters", "锟斤拷"):
        assert repair_text(text) == (text, {})


@pytest.mark.parametrize(
    "text",
    [
        "Ã©" * 100_000, "ÖÐÎÄ" * 100_000, "涓枃" * 100_000, "&amp;" * 100_000, "a" + "\u0301\u0316" * 200_000,
        "`&lt;" * 100_000,        "\u200d" * 300_000, "\x1b[" * 300_000 + "31m" * 300_000, "\x1b]" * 300_000,
        "&" * 1_000_000, "Â" * 300_000,
    ],
)  # fmt: skip
def test_hostile_text_takes_linear_time(text):
    repair_text("Ã©")
    start = time.monotonic()
    repair_text(text)
    assert time.monotonic() - start < 10
