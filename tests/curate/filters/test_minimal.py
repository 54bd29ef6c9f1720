"""The rules for every document: readable, and more than one thing said over and over."""

import pytest

from headwater.curate.config import MinimalConfig
from headwater.curate.filters import minimal
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM


def rejected(text):
    return verdict(minimal.rules(MinimalConfig()), statistics(minimal, text))


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, CODE, POEM, "Haste makes waste.", "欲速则不达", "ok", "E=mc²"])
def test_short_forms_and_chosen_text_pass(text):
    assert rejected(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\x00\x01\x02" + "binary" * 3, "minimal.control_characters"),
        ("锟斤拷\ufffd\ufffd\ufffd text", "minimal.replacement_characters"),
        ("\u200b" * 50 + "text", "minimal.invisible_characters"),
        ("--- ... ---", "minimal.empty"),
        ("", "minimal.empty"),
        ("a" * 500, "minimal.repeated"),
        ("哈" * 500, "minimal.repeated"),
        ("买一送一，" * 200, "minimal.repeated"),
        ("\n".join(["the same line of some words"] * 40), "minimal.repeated"),
    ],
)
def test_junk_is_rejected(text, reason):
    assert rejected(text) == reason


def test_layout_lines_do_not_count_as_repetition():
    text = "\n".join(f"```\ncommand number {word}\n```" for word in ENGLISH.split()[:20])
    row = statistics(minimal, text)
    assert row["dup_line_share"] < 0.3
