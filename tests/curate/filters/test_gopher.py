"""Gopher's quality rules: what each one catches, and its limits."""

from headwater.curate.filters import gopher
from headwater.curate.filters.gopher import GopherConfig
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import ENGLISH


def measured(text):
    return statistics(gopher, text)


def rejected(text, **settings):
    return verdict(gopher.rules(GopherConfig(**settings)), measured(text))


def test_prose_passes():
    assert rejected(ENGLISH) is None


def test_words_are_those_of_the_published_count():
    found = measured("The cat's (big) hat -- of course!\n- and to 7...")
    # The cat 's ( big ) hat -- of course ! - and to 7 ...
    assert found["gopher_num_words"] == 10
    assert found["gopher_mean_word_length"] == 28 / 10
    assert found["gopher_alpha_words"] == 9 / 16 and found["gopher_stop_words"] == 3  # `The` is not `the`
    assert found["gopher_ellipses_per_word"] == 1 / 16 and found["gopher_hashes_per_word"] == 0
    assert found["gopher_bullet_lines"] == found["gopher_ellipsis_lines"] == 0.5


def test_each_rule_catches_its_fault():
    cases = {
        "gopher.num_words": "The end of it.",
        "gopher.mean_word_length": "a b c d e f g h i j to be of " * 10,
        "gopher.hashes": ENGLISH + " #" * 20,
        "gopher.ellipses": ENGLISH + " so..." * 20,
        "gopher.bullet_lines": "\n".join(f"- {word} that stands to be read with care" for word in ENGLISH.split()),
        "gopher.ellipsis_lines": "\n".join(" ".join(ENGLISH.split()[i : i + 12]) + " …" for i in range(0, 80, 12)),
        "gopher.alpha_words": ENGLISH + " 12 / 7" * 20,
        "gopher.stop_words": " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)),
    }
    for reason, text in cases.items():
        assert rejected(text) == reason, reason


def test_limits_are_inclusive():
    sixty = "the of word " * 20
    assert rejected(sixty, min_words=60, max_words=60) is None
    assert rejected(sixty, min_words=61) == rejected(sixty, max_words=59) == "gopher.num_words"


def test_nothing_is_no_error():
    assert rejected("") == rejected("\n \n") == "gopher.num_words"
