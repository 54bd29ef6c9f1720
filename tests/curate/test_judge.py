"""Who is judged by what: language, kind, domain, and whether a page was crawled."""

import pyarrow as pa
import pytest

from headwater import document
from headwater.curate import annotate, judge
from headwater.curate.config import CurateConfig, GopherConfig
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM

MENU = "Home\nAbout us\nProducts\nContact\nImprint\nSign in"
LATEX = (
    "\\section{Types}\nLet $X$ be a type and let $f : X \\to Y$ be a map such that $f_{*}$ is an equivalence {see}.\n"
    * 9
)
PROVERB = "A stitch in time saves nine."
HAIKU = "An old silent pond.\nA frog jumps into the pond,\nsplash! Silence again,\nand the night goes on."


def reasons(*rows, config=None):
    batch = document.batch([{"id": str(i), **row} for i, row in enumerate(rows)])
    table = pa.Table.from_batches([annotate.statistics(batch)])
    return judge.judge(table, config or CurateConfig())[0].to_pylist()


def test_each_language_is_judged_by_its_own_rules():
    assert reasons({"text": ENGLISH}, {"text": CHINESE}, {"text": CODE}, {"text": POEM}) == ["", "", "", ""]


@pytest.mark.parametrize("text", [PROVERB, HAIKU, POEM, "欲速则不达，见小利则大事不成。", "Practice makes perfect!"])
def test_short_forms_are_not_judged_as_pages(text):
    assert reasons({"text": text}) == [""]


def test_the_same_few_words_on_a_page_are_a_stub():
    english = {"text": PROVERB, "lang": "en", "url": "https://a.example/"}
    crawled = {"url": "https://a.example/", "warc_file": "a.warc.gz"}
    assert reasons(english, english | crawled) == ["gopher.num_words"] * 2
    assert reasons({"text": "欢迎访问。"} | crawled, {"text": "Login denied."} | crawled) == [
        "chinese.num_han",
        "minimal.stub",
    ]


def test_menus_are_rejected_crawled_or_not():
    assert reasons({"text": MENU}, {"text": MENU, "warc_file": "a"}) == ["gopher.num_words"] * 2


@pytest.mark.parametrize("kind", ["specific", "instruct"])
def test_chosen_corpora_meet_the_minimal_rules_only(kind):
    rows = [
        {"text": text, "kind": kind, "warc_file": "a"} for text in (MENU, LATEX, PROVERB, "答：好", CODE + "x" * 2000)
    ]
    assert reasons(*rows) == [""] * 5
    assert reasons({"text": "\x00" * 50, "kind": kind}) == ["minimal.control_characters"]


def test_a_named_domain_is_a_chosen_corpus_unless_it_was_crawled():
    assert reasons({"text": LATEX, "domain": "math", "lang": "en"}) == [""]
    assert reasons({"text": MENU, "domain": "math", "warc_file": "a"}) == ["gopher.num_words"]


def test_preset_none_judges_nothing():
    assert reasons({"text": "\x00" * 50}, {"text": MENU}, config=CurateConfig(preset="none")) == ["", ""]


def test_a_threshold_changes_the_verdict_and_not_the_statistics():
    strict = CurateConfig(gopher=GopherConfig(min_words=1000))
    assert reasons({"text": ENGLISH, "url": "http://a.example"}, config=strict) == ["gopher.num_words"]


def test_verdict_carries_the_value():
    batch = document.batch([{"id": "a", "text": MENU}, {"id": "b", "text": ENGLISH}])
    reason, value = judge.judge(pa.Table.from_batches([annotate.statistics(batch)]), CurateConfig())
    assert reason.to_pylist() == ["gopher.num_words", ""] and value.to_pylist() == [8.0, None]


def test_no_documents_no_verdicts():
    table = pa.Table.from_batches([], schema=annotate.SCHEMA)
    assert len(judge.judge(table, CurateConfig())[0]) == 0
