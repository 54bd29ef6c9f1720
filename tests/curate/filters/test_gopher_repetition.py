"""Gopher's repetition rules: lines, paragraphs and runs of words said before."""

from headwater.curate.filters import gopher_repetition
from headwater.curate.filters.gopher_repetition import GopherRepetitionConfig
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import ENGLISH

LINES = [" ".join(ENGLISH.split()[i : i + 8]) for i in range(0, 64, 8)]


def measured(text):
    found = statistics(gopher_repetition, text)
    return {name.removeprefix("gopher_repetition_"): value for name, value in found.items()}


def rejected(text):
    return verdict(gopher_repetition.rules(GopherRepetitionConfig()), statistics(gopher_repetition, text))


def test_prose_passes():
    assert rejected(ENGLISH) is None


def test_pieces_said_before():
    found = measured("one\ntwo\n\none\ntwo\n\nthree")
    assert found["dup_lines"] == 2 / 5 and found["dup_line_chars"] == 6 / 23
    assert found["dup_paragraphs"] == 1 / 3 and found["dup_paragraph_chars"] == 7 / 23


def test_runs_of_words_said_before():
    text = "a b c d e f a b c d e f"
    found = measured(text)
    assert found["top_2gram"] == 6 / len(text)  # "a b" twice
    assert found["dup_5gram"] == 5 / len(text) and found["dup_6gram"] == 6 / len(text) and found["dup_7gram"] == 0


def test_each_rule_catches_its_fault():
    cases = {
        "gopher_repetition.dup_lines": "\n".join([*LINES, *["So."] * 6]),
        "gopher_repetition.dup_line_chars": "\n".join([*LINES, LINES[0] + LINES[1], *[LINES[0] + LINES[1]] * 2]),
        "gopher_repetition.dup_paragraphs": "\n\n".join([LINES[0] + "\n" + LINES[1], *[LINES[2] + " So."] * 3, "no"]),
        "gopher_repetition.top_2gram": "standing water " * 9 + ENGLISH,
        "gopher_repetition.dup_10gram": " ".join([*LINES, *LINES[:2], "So", *LINES[:2]]),
    }
    for reason, text in cases.items():
        broken = [rule.reason for rule in gopher_repetition.rules(GopherRepetitionConfig())
                  if statistics(gopher_repetition, text)[rule.column] > rule.high]  # fmt: skip
        assert reason in broken, (reason, broken)


def test_a_commonest_run_that_comes_once_counts_too():
    assert measured("two words")["top_2gram"] == 1.0
