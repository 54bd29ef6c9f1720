"""Annotation: rows line up, languages resolve, statistics are filled for the rules that apply."""

import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import document
from headwater.curate import annotate
from headwater.curate.filters import chinese, code, gopher
from tests.curate import workspace
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM


def annotated(*documents):
    batch = document.batch([{"id": f"d{i}", **row} for i, row in enumerate(documents)])
    return annotate.statistics(batch).to_pylist()


def test_rows_and_sizes():
    rows = annotated({"text": ENGLISH, "kind": "specific", "domain": "Web Docs!"}, {"text": CHINESE})
    assert [row["id"] for row in rows] == ["d0", "d1"]
    assert rows[0]["kind"] == "specific" and rows[0]["domain"] == "web_docs" and not rows[0]["crawled"]
    assert rows[1]["kind"] == "general" and rows[1]["domain"] == "general"
    assert rows[1]["text_bytes"] == len(CHINESE.encode()) and rows[1]["num_chars"] == len(CHINESE)
    assert rows[0]["num_words"] == len(ENGLISH.split())


def test_statistics_are_filled_for_the_language_s_own_rules():
    english, chinese_, source = annotated({"text": ENGLISH}, {"text": CHINESE}, {"text": CODE})
    assert (english["lang"], chinese_["lang"], source["lang"]) == ("en", "zh", "code")
    assert all(english[name] is not None for name in gopher.COLUMNS) and english["chinese_han_share"] is None
    assert all(chinese_[name] is not None for name in chinese.COLUMNS) and chinese_["gopher_num_words"] is None
    assert all(source[name] is not None for name in code.COLUMNS) and source["gopher_num_words"] is None


@pytest.mark.parametrize(
    ("text", "given_lang", "expected"),
    [
        (POEM, "zh-Hant", "zh"), (ENGLISH, "zh", "en"), (CHINESE, "en", "zh"), (CODE, "code", "code"),
        (ENGLISH, "code", "code"), (ENGLISH, "klingon", "en"), ("42", "de", "de"), ("42", "", "und"),
        ("ISO 8601", "zh", "zh"),
    ],
)  # fmt: skip
def test_a_given_language_stands_where_the_text_can_be_in_it(text, given_lang, expected):
    (row,) = annotated({"text": text, "lang": given_lang})
    assert row["lang"] == expected


def test_digest_ignores_white_space_and_composition():
    texts = ["café  au\nlait", "cafe\u0301 au lait ", "café au lait!"]
    digests = [row["digest"] for row in annotated(*({"text": text} for text in texts))]
    assert digests[0] == digests[1] != digests[2]


@settings(deadline=None)
@given(st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_any_text_is_annotated(texts):
    batch = document.batch([{"id": str(i), "text": text} for i, text in enumerate(texts)])
    found = annotate.statistics(batch)
    assert found.schema == annotate.SCHEMA and found.num_rows == len(texts)
    shares = [name for name in annotate.STATISTICS if name.endswith("_share")]
    assert all(value is None or 0 <= value <= 1 for name in shares for value in found.column(name).to_pylist())


@settings(deadline=None)
@given(st.lists(st.sampled_from([ENGLISH, CHINESE, CODE, POEM]), min_size=2, max_size=5))
def test_a_sliced_batch_is_the_slice_of_the_annotations(texts):
    batch = document.batch([{"id": str(i), "text": text} for i, text in enumerate(texts)])
    assert annotate.statistics(batch.slice(1)).equals(annotate.statistics(batch).slice(1))


HOSTILE = {
    "one line": "word " * 1_000_000,
    "one word": "a" * 5_000_000,
    "digits": "1" * 5_000_000,
    "numbers": "1.1," * 1_250_000,
    "dots": "1." * 2_500_000,
    "zero width": "\u200b" * 2_500_000,
    "nul": "\x00" * 5_000_000,
    "lines": "\n" * 5_000_000,
    "spaces": "1 , " + " " * 5_000_000 + "x",
    "quotes": '"' * 5_000_000,
    "marks": ".)" * 2_500_000,
    "han": "汉字" * 1_000_000,
    "backticks": "`{" * 1_000_000 + " a b.",
    "comments": "/*" * 1_000_000,
    "combining": "a" + "\u0301" * 1_000_000,
    "parentheses": "f(" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lang", ["en", "zh", "code", ""])
@pytest.mark.slow
def test_hostile_text_takes_bounded_time(name, lang):
    started = time.process_time()
    annotated({"text": HOSTILE[name], "lang": lang})
    assert time.process_time() - started < 15


def test_hostile_text_of_100_kilobytes_is_quick():
    for text in HOSTILE.values():
        for lang in ("en", "zh", "code"):
            started = time.process_time()
            annotated({"text": text[:100_000], "lang": lang})
            assert time.process_time() - started < 1.5


def test_stage_writes_row_aligned_shards(tmp_path):
    shards = [[{"text": ENGLISH}, {"text": POEM}], [{"text": CODE}], []]
    documents = workspace.write_documents(tmp_path / "acquire", shards)
    given_ = workspace.context("annotate", tmp_path / "annotate", {"acquire": documents}, workspace.CurateConfig())
    figures = annotate.run(given_)
    assert figures["counts"] == {"in": 3, "kept": 3, "rejected": {}}
    for path in sorted((documents / "documents").iterdir()):
        mine = pq.read_table(tmp_path / "annotate" / "annotations" / path.name)
        assert mine.schema.equals(annotate.SCHEMA)
        assert mine["id"].to_pylist() == pq.read_table(path)["id"].to_pylist()


def test_statistics_take_and_give_record_batches():
    assert isinstance(annotate.statistics(document.batch([{"id": "a", "text": "x"}])), pa.RecordBatch)
