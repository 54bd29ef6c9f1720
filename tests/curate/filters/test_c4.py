"""C4's document verdicts: sentences in lines that end like one, brackets, placeholders."""

from headwater.curate.filters import c4
from headwater.curate.filters.c4 import C4Config
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import ENGLISH


def sentences(text):
    return statistics(c4, text)["c4_num_sentences"]


def rejected(text):
    return verdict(c4.rules(C4Config()), statistics(c4, text))


def test_sentences_count_only_in_lines_that_end_like_one():
    assert sentences("One two three. Four five six!\nHome\nAbout us\nIs it so? It is.") == 4
    assert sentences("Two words.\nends with dots ...\nno end here") == 0
    assert sentences('He said: "Come here and see."') == 1
    assert sentences("x" * 1001 + " is a word.") == 0


def test_citations_are_taken_out_first():
    assert sentences("It stood there.[12] It fell later.[citation needed]") == 2
    assert sentences("It stood there and it fell later.[a]") == 0


def test_boilerplate_lines_are_left_out():
    assert sentences("Please enable JavaScript to view this.\nThis site uses cookies, as all do.") == 0


def test_verdicts():
    assert rejected(ENGLISH) is None
    assert rejected("Home\nAbout\nContact\nImprint") == "c4.num_sentences"
    assert rejected(ENGLISH + "\nThen call function(x) { return x; } and be done.") == "c4.curly_bracket"
    assert rejected(ENGLISH + "\nfunction(x) { return x; }") is None  # a line C4 drops before it looks
    assert rejected(ENGLISH + " Lorem ipsum dolor sit amet.") == "c4.lorem_ipsum"
