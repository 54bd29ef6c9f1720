"""Where text is cut: nothing lost, Chinese apart from its neighbours, numbers as asked, time in proportion."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.tokenizer import patterns
from tests.tokenizer.made import HOSTILE


def cut(text: str, digits: str = "single") -> list[str]:
    return [piece for piece, _ in patterns.pre_tokenizer("bpe", "headwater", digits).pre_tokenize_str(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("你好，world", ["你好", "，", "world"]),
        ("用Python写", ["用", "Python", "写"]),
        ("。」\n下一行", ["。」\n", "下一行"]),
        ("日本語のテキスト", ["日本語", "のテキスト"]),
        ("the cat's hat", ["the", " cat", "'s", " hat"]),
        ("'stand", ["'stand"]),
        ("x = self._id.get(a)", ["x", " =", " self", "._", "id", ".get", "(a", ")"]),
        ("if x:\n        return", ["if", " x", ":\n", "       ", " return"]),
        ("a  \n\n  b", ["a", "  \n\n", " ", " b"]),
        ("한국어 문장", ["한국어", " 문장"]),
    ],
)
def test_pieces(text, pieces):
    assert cut(text) == pieces


@pytest.mark.parametrize(
    ("digits", "pieces"),
    [
        ("single", ["1", "2", "3", "4", "5", "6", "7"]),
        ("triple", ["1", "234", "567"]),
        ("none", ["1234567"]),
    ],
)
def test_numbers(digits, pieces):
    assert cut("1234567", digits) == pieces


@pytest.mark.parametrize("length", range(1, 64))
def test_threes_count_from_the_right(length):
    sizes = [len(piece) for piece in cut("7" * length, "triple")]
    assert sum(sizes) == length and all(size == 3 for size in sizes[1:])


@given(st.text(), st.sampled_from(list(patterns.NUMBERS)))
@settings(max_examples=200, deadline=None)
def test_nothing_is_lost(text, digits):
    assert "".join(cut(text, digits)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_not_lost(text):
    assert "".join(cut(text)) == text


@pytest.mark.parametrize("unit", ["1", "a", "中", " ", "\n", " \n", "-", "'", "\u0301", "1a", "。", "\t "])
def test_time_grows_with_length_alone(unit):
    text = unit * (150_000 // len(unit)) + "x"
    started = time.process_time()
    for digits in patterns.NUMBERS:
        patterns.pre_tokenizer("bpe", "headwater", digits).pre_tokenize_str(text)
    assert time.process_time() - started < 10  # a quadratic pattern takes minutes


def test_byte_letters_are_the_librarys():
    from tokenizers import pre_tokenizers

    assert sorted(patterns.byte_letters()) == sorted(pre_tokenizers.ByteLevel.alphabet())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    letters = patterns.byte_letters()
    for text in ("é中\n \x7f", "\xad\xa0"):
        assert level.pre_tokenize_str(text)[0][0] == "".join(letters[byte] for byte in text.encode())
