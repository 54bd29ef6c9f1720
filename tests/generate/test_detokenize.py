"""What was shown never changes, and the pieces joined are the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.generate.detokenize import Detokenizer, text_of
from tests.generate.tiny import EOD, Bytes

HOSTILE = "中文 and English 🙂👩‍👩‍👧 \x00\r\n\u202e\u200b"


@given(st.one_of(st.text(), st.just(HOSTILE)))
def test_text_comes_back_character_by_character(text):
    stream = Detokenizer(Bytes())
    shown = ""
    for token in text.encode("utf-8"):
        shown += stream.feed(token)
        assert text.startswith(shown), "no half character is ever shown"
    assert shown + stream.close() == text


@given(st.lists(st.integers(0, EOD)))
def test_any_bytes_give_what_decoding_them_at_once_gives(ids):
    assert text_of(Bytes(), ids) == bytes(i for i in ids if i < 256).decode("utf-8", "replace")
