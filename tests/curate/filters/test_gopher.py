"""Gopher's statistics against a plain reading of the paper, and its verdicts at the limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.config import GopherConfig
from headwater.curate.filters import gopher, minimal
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import ENGLISH

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def measured(text):
    return statistics(gopher, text)


def plain(text):
    """The word and line statistics, one obvious loop each."""
    words, lines = text.split(), minimal.lines_of(text)
    real = [word for word in words if any(c.isalnum() for c in word)]
    stripped = [word.strip(PUNCTUATION) for word in real]
    count = max(len(words), 1)
    firsts = [line.split()[0] for line in lines if len(line.split()) > 1]
    headings = sum(len(first) for first in firsts if set(first) == {"#"} and len(first) <= 6)
    return {
        "gopher_num_words": len(real),
        "gopher_mean_word_length": sum(map(len, stripped)) / max(len(real), 1),
        "gopher_hashes_per_word": (text.count("#") - headings) / count,
        "gopher_alpha_words": sum(any(c.isalpha() for c in word) for word in words) / count,
        "gopher_stop_words": len({w.strip(PUNCTUATION).lower() for w in words} & gopher.STOP_WORDS),
        "gopher_ellipsis_lines": sum(line.endswith(("...", "…")) for line in lines) / max(len(lines), 1),
    }


WORDS = st.lists(
    st.sampled_from(
        ["the", "The", "of,", "river", "42", "#", "##", "#######", "…", "(and)", "a-b", "水坝", "\n", "--"]
    ),
    max_size=40,
)


@settings(deadline=None)
@given(WORDS)
def test_statistics_equal_the_plain_reading(words):
    text = " ".join(words)
    found = measured(text)
    for name, value in plain(text).items():
        assert abs(found[name] - value) < 1e-12, name


def rejected(text, **columns):
    row = measured(text) | {"dup_line_share": 0.0, "dup_line_char_share": 0.0} | columns
    return verdict(gopher.rules(GopherConfig()), row)


def test_prose_passes():
    assert rejected(ENGLISH) is None


def test_each_rule_catches_its_fault():
    repeated = "standing water " + "to be with that and of standing water " * 20
    cases = {
        "gopher.num_words": "The end of it.",
        "gopher.mean_word_length": "a b c d e f g h i j to be of " * 10,
        "gopher.hashes": ENGLISH + " #" * 20,
        "gopher.ellipses": ENGLISH + " so..." * 20,
        "gopher.bullet_lines": "\n".join(f"- {word} that stands to be read with care" for word in ENGLISH.split()),
        "gopher.ellipsis_lines": "\n".join(" ".join(ENGLISH.split()[i : i + 12]) + " …" for i in range(0, 80, 12)),
        "gopher.alpha_words": ENGLISH + " 12 / 7" * 20,
        "gopher.stop_words": " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)),
        "gopher.top_2gram": repeated,
        "gopher.duplicate_paragraphs": "\n\n".join([ENGLISH[:60]] * 3 + [ENGLISH]),
    }
    for reason, text in cases.items():
        assert rejected(text) == reason, reason
    assert rejected(ENGLISH, dup_line_share=0.31) == "gopher.duplicate_lines"
    assert rejected(ENGLISH, dup_line_char_share=0.21) == "gopher.duplicate_line_chars"


def test_markdown_is_no_fault():
    """The extractor writes headings and bold; the rules are about the text."""
    marked = "\n".join(f"## {word}\n**{word.upper()}** that stands to be read with care" for word in ENGLISH.split())
    assert measured(marked)["gopher_hashes_per_word"] == 0 and measured(marked)["gopher_bullet_lines"] == 0
    assert measured("- a list\n* of things\n• in it")["gopher_bullet_lines"] == 1


def test_limits_are_inclusive():
    base = {rule.column: 1.0 if rule.low > 0 else 0.0 for rule in gopher.rules(GopherConfig())}
    base |= {
        "gopher_num_words": 50.0,
        "gopher_mean_word_length": 3.0,
        "gopher_stop_words": 2.0,
        "gopher_alpha_words": 0.8,
    }
    assert verdict(gopher.rules(GopherConfig()), base) is None
    assert verdict(gopher.rules(GopherConfig()), base | {"gopher_num_words": 49.0}) == "gopher.num_words"
