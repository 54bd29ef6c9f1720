"""Words counted by group are those of the group's texts alone, also where the tables do not hold them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headwater import document
from headwater.tokenizer import patterns, word_groups, words
from headwater.tokenizer.config import TokenizerConfig
from tests.tokenizer.made import batches, rows

CONFIG = TokenizerConfig()


def spelled(found: words.Words) -> dict[bytes, int]:
    text = found.text.tobytes()
    pairs = zip(found.starts[:-1], found.starts[1:], found.counts.tolist(), strict=True)
    return {text[start:end]: count for start, end, count in pairs}


def expected(lang: str, given) -> dict[bytes, int]:
    texts = pa.array([row["text"] for row in given if row["lang"] == lang], pa.large_string())
    alone = words.count(
        [(texts, word_groups.np.full(len(texts), words.SCALE))], patterns.rules("headwater", "auto"), 1 << 24
    )
    return spelled(next(alone))


@pytest.mark.parametrize("least", [word_groups.LEAST_TABLE_BYTES, 0])
def test_each_group_is_counted_as_if_alone(monkeypatch, least):
    monkeypatch.setattr(word_groups, "LEAST_TABLE_BYTES", least)
    if not least:  # the smallest table there is: written away a few times
        monkeypatch.setattr(word_groups, "MOST_GROUPS", 1 << 40)
        many = [
            {"id": "a", "lang": "en", "text": " ".join(f"word{number}" for number in range(start, start + 9_000))}
            for start in range(0, 36_000, 6_000)
        ]
    else:
        many = rows()
    found = word_groups.count(document.batches_of(many, max_rows=7), "lang", CONFIG)
    assert set(found) == {row["lang"] for row in many}
    for lang, one in found.items():
        assert spelled(one) == expected(lang, many)


def test_groups_past_the_most_are_counted_together(monkeypatch):
    monkeypatch.setattr(word_groups, "MOST_GROUPS", 2)
    found = word_groups.count(batches(), "lang", CONFIG)
    assert list(found) == [word_groups.OTHERS, "zh"]
    assert len(found["others"].counts) > len(found["zh"].counts)


def test_nothing_is_counted_of_nothing():
    assert word_groups.count([], "lang", CONFIG) == {}
