"""FineWeb's rules: lines that read like prose."""

from headwater.curate.filters import fineweb
from headwater.curate.filters.fineweb import FinewebConfig
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import ENGLISH


def rejected(text, **settings):
    return verdict(fineweb.rules(FinewebConfig(**settings)), statistics(fineweb, text))


def test_prose_passes():
    assert rejected(ENGLISH) is None


def test_statistics():
    found = statistics(fineweb, "It is so.\n\nno end here, though this line is not so short\nIt is so.\n")
    assert found["fineweb_ended_lines"] == found["fineweb_short_lines"] == 2 / 3
    assert found["fineweb_dup_line_chars"] == 9 / (9 + 45 + 9)
    assert found["fineweb_newlines_per_word"] == 4 / 19


def test_each_rule_catches_its_fault():
    words = ENGLISH.split()
    long_lines = [" ".join(words[i : i + 9]) + " and so on" for i in range(0, 72, 9)]
    assert rejected("\n".join(line.rstrip(".") for line in long_lines)) == "fineweb.ended_lines"
    assert rejected("\n".join(f"{word} is here." for word in words)) == "fineweb.short_lines"
    repeated = ENGLISH + "\nAnd this line is here, and it comes again later.\n"
    assert rejected(repeated * 2) == "fineweb.dup_line_chars"
    assert rejected(repeated * 2, max_dup_line_chars=1) is None
    assert rejected(
        "\n\n\n".join(["This is a line of a few words, as is the next."] * 1 + ["Yes."] * 0) + "\n" * 9
    ) == ("fineweb.newlines")


def test_a_page_without_a_line_has_none_that_ends():
    assert rejected("\n\n") == "fineweb.ended_lines"
