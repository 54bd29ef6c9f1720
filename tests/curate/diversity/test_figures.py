"""Figures of diversity against what is known of simple samples, and the stage that draws the sample."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.curate.diversity import figures, hosts, report, sample
from headwater.curate.diversity.config import DiversityConfig
from headwater.kernels import arrow, fold
from headwater.kernels.tokens import tokens
from tests.corpora import MAKERS
from tests.curate.workspace import context, write_documents


def found(texts):
    return tokens(*arrow.text_buffers(pa.array(texts, pa.large_string())), fold.table())


@pytest.mark.parametrize("groups", [1, 4, 20])
def test_vendi_counts_the_different_texts(groups):
    texts = [f"{chr(97 + number % groups) * 9} {chr(97 + number % groups) * 8}" for number in range(20)]
    assert figures.vendi(figures.features(found(texts))) == pytest.approx(groups, rel=1e-6)


def test_vendi_of_texts_without_words_is_their_number():
    assert figures.vendi(figures.features(found(["", "?!", " "]))) == pytest.approx(3)


def test_copies_lower_every_figure():
    rng = random.Random(3)
    for lang, make in MAKERS.items():
        varied = [make(rng) for _ in range(30)]
        texts = {"varied": varied, "copied": varied[:3] * 10}
        one, other = (figures.figures(texts[name], 10_000) for name in ("varied", "copied"))
        assert one["vendi"] > 5 * other["vendi"], lang
        assert one["compression_ratio"] < other["compression_ratio"]
        assert one["distinct_3"] > other["distinct_3"]
        assert one["self_repetition"] < other["self_repetition"]


def test_self_repetition_counts_other_documents():
    texts = ["one two three four five", "one two three four", "six seven eight nine"]
    assert figures.self_repetition(found(texts)) == pytest.approx(2 * np.log(2) / 3)
    assert figures.self_repetition(found(["", "a"])) == 0.0
    assert figures.distinct(found(["a b", "a c"]), 1) == 0.75 and figures.distinct(found(["a"]), 3) is None


def test_both_sides_are_measured_on_as_many_documents():
    rng = random.Random(5)
    table = pa.table({"lang": ["en"] * 60 + ["zh"] * 5, "text": [MAKERS["en"](rng) for _ in range(65)]})
    kept = np.arange(65) % 3 == 0
    measured = figures.measure(table, kept)
    assert measured["en"]["before"]["documents"] == measured["en"]["after"]["documents"] == 20
    assert measured["zh"]["before"]["vendi"] is None, "too few texts"


def test_hosts_spread():
    tallied = hosts.tally(
        pa.array(["http://a.b/1", "http://www.a.b/2", "http://c.d/", None]), pa.array([10, 30, 40, 7])
    )
    assert hosts.spread(hosts.add_up([tallied, tallied])) == {
        "documents": 8,
        "without_host": 2,
        "hosts": 2,
        "effective_hosts": 2.0,
        "gini": 0.0,
        "top": [
            {"host": "a.b", "documents": 4, "bytes": 80, "share": 0.5},
            {"host": "c.d", "documents": 2, "bytes": 80, "share": 0.5},
        ],
    }
    empty = hosts.spread(hosts.add_up([]))
    assert empty["hosts"] == 0 and empty["gini"] is None
    uneven = hosts.tally(pa.array([f"http://h{n}/" for n in range(10)]), pa.array([991] + [1] * 9))
    assert hosts.spread(uneven)["gini"] > 0.85 and hosts.spread(uneven)["effective_hosts"] < 1.1


def sampled(tmp_path, parts, config):
    rng = random.Random(1)
    rows = [
        {"id": f"{lang}{n}", "text": MAKERS[lang](rng), "lang": lang, "url": f"http://h{n % 3}.example/{n}"}
        for lang in ("en", "zh")
        for n in range(30)
    ]
    cut = [rows[start : start + 60 // parts] for start in range(0, 60, 60 // parts)]
    folder = write_documents(tmp_path / "acquire", cut)
    for path in sorted((folder / "documents").glob("*.parquet")):
        given = pq.read_table(path, columns=["id", "lang", "url"])
        sizes = pa.array([100] * given.num_rows, pa.int64())
        for kind, name in (("annotations", "text_bytes"), ("verdicts", "kept")):
            (tmp_path / kind / kind).mkdir(parents=True, exist_ok=True)
            column = (
                sizes if kind == "annotations" else pa.array([not i.endswith("1") for i in given["id"].to_pylist()])
            )
            pq.write_table(given.append_column(name, column), tmp_path / kind / kind / path.name)
    inputs = {"acquire": folder, "annotate": tmp_path / "annotations"}
    sample.run(context("diversity", tmp_path / "diversity", inputs, config))
    return tmp_path / "diversity"


def test_the_sample_is_the_same_whatever_the_shards(tmp_path):
    config = DiversityConfig(sample_documents=12, sample_chars=100)
    one, many = (pq.read_table(sampled(tmp_path / str(n), n, config) / sample.FILE) for n in (1, 5))
    assert one.select(["id", "lang", "text"]) == many.select(["id", "lang", "text"])
    assert one["lang"].to_pylist() == ["en"] * 12 + ["zh"] * 12
    assert max(len(text) for text in one["text"].to_pylist()) == 100
    assert not sampled(tmp_path / "none", 2, DiversityConfig(sample_documents=0)).joinpath(".tmp").exists()


def test_the_report_tells_before_from_after(tmp_path):
    folder = sampled(tmp_path, 4, DiversityConfig())
    value = report.diversity(folder, tmp_path / "annotations/annotations", tmp_path / "verdicts/verdicts")
    assert value["hosts"]["before"]["documents"] == 60 and value["hosts"]["after"]["documents"] == 54
    assert value["sample"]["en"]["before"]["documents"] == value["sample"]["en"]["after"]["documents"] == 27
    assert value["sample"]["zh"]["after"]["vendi"] > 5
