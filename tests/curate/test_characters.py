"""Character kinds: the table equals its definition, and counts equal a plain loop."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import characters


def plain_counts(text: str) -> dict[str, int]:
    return dict(Counter(characters.kind_of(ord(character)) for character in text))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_counts_equal_a_loop_over_characters(text):
    counts = characters.counts(characters.code_points(text))
    found = {name: int(count) for name, count in zip(characters.KINDS, counts, strict=True) if count}
    assert found == plain_counts(text)


def test_kinds_of_known_characters():
    expected = {
        "A": "latin", "é": "latin", "汉": "han", "𠀀": "han", "か": "kana", "한": "hangul", "ж": "cyrillic",
        "Ω": "greek",
        "ع": "arabic", "א": "hebrew", "ह": "devanagari", "ก": "thai", "7": "digit", "７": "digit", "٣": "digit",
        ".": "ascii_punctuation", "。": "cjk_punctuation", "，": "cjk_punctuation", "“": "punctuation", "€": "symbol",
        "\x00": "control", "\x1b": "control", "\ufffd": "replacement", "\u200b": "invisible", "\ufeff": "invisible",
        "\t": "space", "\u3000": "space", "\n": "newline", "\ue855": "other", "😀": "symbol",
    }  # fmt: skip
    assert {character: characters.kind_of(ord(character)) for character in expected} == expected
