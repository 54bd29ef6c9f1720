"""What the text of a token says against it."""

from __future__ import annotations

import pytest

from headwater.tokenizer import audit_text
from headwater.tokenizer.audit_text import DIRTY, MOJIBAKE, OVER_LONG, SENSITIVE, Phrases

PHRASES = Phrases(
    sensitive=frozenset({"百家乐", "澳门赌场网址", "成人视频在线"}),
    dirty=frozenset({"欢迎来电咨询"}),
    words=frozenset({"xhamster"}),
)


@pytest.mark.parametrize(
    ("text", "reason", "certain"),
    [
        ("锟斤拷", MOJIBAKE, True),
        ("斤拷", MOJIBAKE, True),
        ("烫烫烫", MOJIBAKE, True),
        ("\ufffd\ufffd", MOJIBAKE, True),
        (" cafÃ©", MOJIBAKE, True),
        ("â€™s", MOJIBAKE, True),
        ("€™", MOJIBAKE, True),
        (" cafÃ", MOJIBAKE, True),
        ("浣犲ソ鍚", MOJIBAKE, True),
        ("\x93quoted\x94", MOJIBAKE, True),
        ("玩百家乐吧", SENSITIVE, True),
        (" XHamster", SENSITIVE, True),
        ("澳门赌场", SENSITIVE, False),
        ("欢迎来电咨询", DIRTY, False),
        ("</div>", DIRTY, False),
        ("&nbsp;", DIRTY, False),
        ("https:", DIRTY, False),
        ("a\u200bb", DIRTY, False),
        ("\ue000\ue001", DIRTY, False),
        ("中国福利彩票天天", OVER_LONG, False),
        ("哈哈哈", OVER_LONG, False),
        ("-" * 17, OVER_LONG, False),
        (" " * 33, OVER_LONG, False),
        ("internationalisations", OVER_LONG, False),
    ],
)
def test_what_is_suspicious(text, reason, certain):
    assert (reason, certain) in audit_text.reasons(text, PHRASES)


@pytest.mark.parametrize(
    "text",
    [
        *(" the", "return", "人工智能", "中华人民共和国"[:6], "的", "。\n", "    ", "\t\t", "你好", "锟"),
        *(" café", "É»", "Île", " naïve", "“…”", "über", "Ñandú", "日本語", "カタカナ", "한국어", " привет"),
        *("self.", "()", "==", "2024", "澳门", "赌场", "\r\n", " Ångström", "€", "™", "½", "–", "—“"),
    ],
)
def test_what_is_not(text):
    assert audit_text.reasons(text, PHRASES) == []


def test_every_word_of_a_windows_mojibake_is_seen():
    for character in "éèüñ’“”–…中文":
        garbled = character.encode("utf-8").decode("cp1252", "ignore")
        if len(garbled) == len(character.encode("utf-8")):
            assert audit_text.is_mojibake(f" caf{garbled}"), garbled
