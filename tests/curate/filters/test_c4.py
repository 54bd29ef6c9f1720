"""C4's document verdicts: sentences in lines that end like one, brackets, placeholders."""

from headwater.curate.config import C4Config
from headwater.curate.filters import c4
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import ENGLISH


def measured(text):
    return statistics(c4, text)


def rejected(text):
    return verdict(c4.rules(C4Config()), measured(text))


def test_sentences_count_only_in_lines_that_end_like_one():
    assert measured("One two three. Four five six!\nHome\nAbout us\nIs it so? It is.")["c4_num_sentences"] == 4
    assert measured("Two words.\nends with dots ...\nno end here")["c4_num_sentences"] == 0
    assert measured('He said: "Come here and see."')["c4_num_sentences"] == 1
    assert measured("x" * 1001 + " is a word.")["c4_num_sentences"] == 0


def test_boilerplate_lines_are_left_out():
    assert (
        measured("Please enable JavaScript to view this.\nThis site uses cookies, as all do.")["c4_num_sentences"] == 0
    )


def test_hard_wrapped_paragraphs_are_read_whole():
    words = ENGLISH.split()
    wrapped = "\n".join(" ".join(words[i : i + 10]) for i in range(0, len(words), 10))
    assert measured("Title\n\n" + wrapped)["c4_num_sentences"] == 5


def test_verdicts():
    assert rejected(ENGLISH) is None
    assert rejected("Home\nAbout\nContact\nImprint") == "c4.num_sentences"
    assert rejected(ENGLISH + "\nThen call function(x) { return x; } and be done.") == "c4.curly_bracket"
    assert rejected(ENGLISH + "\nThen write `{x}` and be done with it.") is None
    assert rejected(ENGLISH + "\nfunction(x) { return x; }") is None  # a line C4 drops before it looks
    assert rejected(ENGLISH + " Lorem ipsum dolor sit amet.") == "c4.lorem_ipsum"
