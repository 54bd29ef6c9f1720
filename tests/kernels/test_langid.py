"""The letters and n-grams of language identification, held to their plain twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import code_shape, langid, letters, scripts
from tests.reference import letters as plain

ALPHABET = "aābBczéß öжЖщ是的ひア가नहिमب ت\u0301\u0308 \n9𠀋"


def stream(text: str) -> list[tuple[int, str]]:
    data = np.frombuffer(text.encode(), np.uint8)
    codes, kinds = np.empty(len(data) + 8, np.uint16), np.empty(len(data) + 8, np.uint8)
    count = letters.stream(data, 0, len(data), *scripts.tables(), *scripts.compositions(), codes, kinds)
    return [
        (code, scripts.NAMES[kind]) for code, kind in zip(codes[:count].tolist(), kinds[:count].tolist(), strict=True)
    ]


def spelled(text: str) -> str:
    return "".join(chr(code) if code else "_" for code, _ in stream(text))


@settings(deadline=None, max_examples=150)
@given(st.text(ALPHABET, max_size=60))
def test_the_stream_is_the_plain_one(text):
    assert stream(text) == plain.stream(text)


@settings(deadline=None, max_examples=150)
@given(st.text(ALPHABET, max_size=60))
def test_slots_are_the_plain_ones(text):
    found = stream(text)
    codes = np.array([code for code, _ in found], np.uint16)
    kinds = np.array([scripts.NUMBER[name] for _, name in found], np.uint8)
    for script in (scripts.LATIN, scripts.CYRILLIC, scripts.ARABIC):
        out = np.empty(len(codes) * langid.PER_LETTER, np.int32)
        count = langid.slots_of(codes, kinds, len(codes), script, out)
        assert out[:count].tolist() == plain.slots(codes.tolist(), kinds.tolist(), script)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see https://a.example/b?c=d now", "_see_now_"),
        ("see www.example.com now", "_see_now_"),
        ("mail jo.doe@example.com now", "_mail_now_"),
        ("as \\textbf{bold} text", "_as_bold_text_"),
        ("<p class='x'>one</p> two &amp; three", "_one_two_three_"),
        ("a < b and c", "_a_b_and_c_"),
        ("ＡＢＣ", "_abc_"),
        ("Tie\u0302\u0301ng Vie\u0323\u0302t", "_tiếng_việt_"),
        ("看https://a.example看", "_看_看_"),
        ("\u200bzero\u200bwidth\ufeff", "_zerowidth_"),
        ("", "_"),
        ("123 !?", "_"),
    ],
)
def test_what_says_nothing_is_left_out(text, left):
    assert spelled(text) == left


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_fit_the_room(data):
    """Also broken UTF-8: nothing is written past what the room rules say."""
    given_ = np.frombuffer(data, np.uint8)
    codes, kinds = np.full(len(data) + 4, 7, np.uint16), np.full(len(data) + 4, 7, np.uint8)
    count = letters.stream(given_, 0, len(data), *scripts.tables(), *scripts.compositions(), codes, kinds)
    assert 1 <= count <= len(data) + 2 and codes[0] == 0 == codes[count - 1]
    shapes, words = np.zeros(len(data) + 3, np.uint8), np.zeros(len(data) + 3, np.uint64)
    count = code_shape.tokens_of(given_, 0, len(data), shapes, words)
    assert 1 <= count <= len(data) + 1 and not shapes[count:].any()


def test_a_ruler_is_few_tokens():
    data = np.frombuffer(b"-" * 500, np.uint8)
    shapes, words = np.zeros(502, np.uint8), np.zeros(502, np.uint64)
    assert code_shape.tokens_of(data, 0, 500, shapes, words) <= 5
