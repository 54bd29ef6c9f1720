"""The page of the real corpora says what the runs say, the same each time, and copies no text of theirs."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from benchmarks import funnel, funnel_page
from headwater.monitor.report.gather import gather
from headwater.monitor.report.tally import Amount, Tally
from headwater.recipe.load import load
from tests.monitor import synthetic


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    run_folder, stages = synthetic.make(tmp_path_factory.mktemp("funnel"), steps=2)
    cells = {("corpus-en/prose", ""): Amount(7, 700), ("corpus-en/prose", "gopher.num_words"): Amount(1, 20)}
    examples = {("corpus-en/prose", "gopher.num_words"): [("bad-0", 49.0)]}
    return {case: (gather(run_folder, stages), Tally(cells=cells), examples) for case in funnel.CASES}


def test_the_page_has_a_funnel_a_picture_and_examples(cases, tmp_path):
    text = funnel_page.write(tmp_path, cases).read_text("utf-8")
    assert "| corpus-en/prose | 8 | 720 B | 1 | 7 | 87.5 % | 97.2 % |" in text
    assert "`gopher.num_words`" in text and "`bad-0`" in text and "![gopher" in text
    for path in tmp_path.glob("*.svg"):
        root = ElementTree.fromstring(path.read_text("utf-8"))
        assert root.tag.endswith("svg") and "script" not in path.read_text("utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    funnel_page.write(tmp_path, cases)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_only_a_few_words_of_a_text_are_shown():
    hostile = "a | b ` <script>\n\n\u202e # x \x1b[31m " * 50
    shown = funnel_page.excerpt(hostile)
    assert len(shown) <= funnel_page.EXCERPT_CHARS + 3 and "|" not in shown and shown.count("`") == 2
    assert "\n" not in shown and "\u202e" not in shown and not funnel_page.excerpt(" \n")


def test_a_class_of_rows_is_a_source_of_the_recipe(tmp_path):
    rows = [{"id": str(n), "text": "x", "lang": "en", "domain": "prose" if n % 3 else "poetry"} for n in range(9)]
    (tmp_path / "corpus-en.jsonl.zst").write_bytes(compressed(rows))
    found = funnel.classes(tmp_path)
    assert found == [("corpus-en", "prose"), ("corpus-en", "poetry")]
    for case, preset in funnel.CASES.items():
        recipe = load(str(funnel.write_recipe(tmp_path / f"{case}.yaml", tmp_path, case, found))).recipe
        kinds = {re.sub(".*/", "", source.source): source.kind for source in recipe.sources}
        assert recipe.curate.preset == preset and kinds["prose"] == ("specific" if case == "labelled" else "general")


def compressed(rows: list[dict]) -> bytes:
    import zstandard

    return zstandard.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
