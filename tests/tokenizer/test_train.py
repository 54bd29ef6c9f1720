"""Learning a vocabulary: the same bytes every time, ids in a fixed order, and what cannot be is said."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from headwater import document
from headwater.errors import HeadwaterError
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.selection import SPLIT_SCHEMA
from headwater.pipeline.stage import Context, Stage
from headwater.recipe import bounds
from headwater.tokenizer import sample, train
from headwater.tokenizer.config import TokenizerConfig, special_tokens
from headwater.tokenizer.encode import Encoder
from tests.tokenizer.made import batches, rows, tokenizer

LEAST = 256 + len(special_tokens(0))  # entries that every vocabulary has


def digest(built) -> str:
    return hashlib.sha256(built.to_str().encode()).hexdigest()


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
def test_equal_text_gives_equal_bytes_in_another_process(kind):
    code = (
        "import hashlib, sys; from tests.tokenizer.made import tokenizer;"
        f"print(hashlib.sha256(tokenizer({kind!r}).to_str().encode()).hexdigest())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, cwd=Path(__file__).parents[2]
    )
    assert out.stdout.strip() == digest(tokenizer(kind)), out.stderr


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
def test_the_order_of_the_documents_does_not_matter(kind):
    config = TokenizerConfig(type=kind, vocab_size=700, reserve=4)
    turned = list(document.batches_of(rows()[::-1], max_rows=7))
    assert digest(train.train_from(turned, config)) == digest(tokenizer(kind))


def test_ids_are_special_then_bytes_then_merges():
    vocab = tokenizer().get_vocab(with_added_tokens=True)
    by_id = sorted(vocab, key=vocab.get)
    assert sorted(vocab.values()) == list(range(len(vocab)))
    first = len(special_tokens(4))
    assert first == 2 + 16 + 4 and by_id[:first] == special_tokens(4)
    assert all(len(token) == 1 for token in by_id[first : first + 256]) and len(by_id[first + 256]) == 2
    characters = tokenizer("bpe").get_vocab()
    assert [characters[f"<0x{byte:02X}>"] for byte in (0, 255)] == [first, first + 255]


def test_a_corpus_that_cannot_fill_the_vocabulary_gives_a_smaller_one():
    built = train.train_from(batches(3), TokenizerConfig(vocab_size=100_000, reserve=0))
    assert LEAST < built.get_vocab_size() < 100_000
    tiny = [document.batch([{"text": "x", "id": "1"}])]
    assert train.train_from(tiny, TokenizerConfig(vocab_size=5_000, reserve=0)).get_vocab_size() == LEAST


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"vocab_size": LEAST + 255}, "vocab_size"),
        ({"vocab_size": LEAST - 1, "reserve": 0}, "vocab_size"),
        ({"reserve": -1}, "reserve"),
        ({"sample_bytes": 0}, "sample_bytes"),
        ({"weights": {"zh": 0.0}}, "weights.zh"),
        ({"weights": {"zh": float("nan")}}, "weights.zh"),
    ],
)
def test_impossible_settings_are_told(given, path):
    assert path in [where for where, _ in bounds.problems(TokenizerConfig(**given))]


def test_possible_settings_pass():
    assert TokenizerConfig().check() == [] and TokenizerConfig(vocab_size=LEAST, reserve=0).check() == []


@pytest.mark.parametrize(
    ("available", "wanted", "weights", "kept"),
    [
        ({"zh": 100, "en": 300}, 1_000, {}, {"zh": 100, "en": 300}),
        ({"zh": 100, "en": 300}, 200, {}, {"zh": 50, "en": 150}),
        ({"zh": 1_000, "en": 3_000, "fr": 9}, 1_000, {"zh": 4, "en": 1}, {"zh": 800, "en": 200, "fr": 0}),
        ({"zh": 100, "en": 3_000}, 1_000, {"zh": 4, "en": 1}, {"zh": 100, "en": 900}),
        ({"zh": 0, "en": 30}, 1_000, {"zh": 4, "en": 1}, {"zh": 0, "en": 30}),
        ({}, 10, {}, {}),
    ],
)
def test_sample_rates(available, wanted, weights, kept):
    rate = sample.rates(available, wanted, weights)
    assert {name: round(rate[name] * size) for name, size in available.items()} == kept


def test_a_sample_is_chosen_by_id_and_near_its_rate():
    many = list(document.batches_of([{**row, "id": f"{i}"} for i, row in enumerate(rows(3) * 1_000)]))
    kept = [
        id_
        for batch in sample.thinned(many, {"zh": 0.5, "en": 0.1, "code": 1.0}, "lang")
        for id_ in batch.column("id").to_pylist()
    ]
    by_lang = [sum(int(id_) % 3 == place for id_ in kept) for place in range(3)]
    assert abs(by_lang[0] - 500) < 60 and abs(by_lang[1] - 100) < 40 and by_lang[2] == 1_000
    again = [
        id_
        for batch in sample.thinned(many[::-1], {"zh": 0.5, "en": 0.1, "code": 1.0}, "lang")
        for id_ in batch.column("id").to_pylist()
    ]
    assert set(kept) == set(again)


def context_of(folder: Path, config: TokenizerConfig, given=None, part: str = "train") -> Context:
    """Acquired documents in two shards and a split that puts every fourth one apart."""
    given = given or rows()
    for shard, part_rows in enumerate((given[:15], given[15:])):
        name = f"000-00000-{shard:04d}.parquet"
        document.write_parquet(folder / "acquire/documents" / name, document.batches_of(part_rows))
        decided = [
            {
                "id": row["id"],
                "part": "heldout" if place % 4 == 3 else part,
                "channel": f"{row['lang']}-general",
                **{key: row[key] for key in ("lang", "kind", "domain")},
                "text_bytes": len(row["text"].encode()),
            }
            for place, row in enumerate(part_rows)
        ]
        batch = pa.RecordBatch.from_pylist(decided, schema=SPLIT_SCHEMA)
        document.write_parquet(folder / "split/split" / name, [batch], SPLIT_SCHEMA)
    stage = Stage(name="tokenizer", version=1, function="headwater.tokenizer.train:run", config=config)
    inputs = {"acquire": folder / "acquire", "split": folder / "split"}
    report = Reporter(out=io.StringIO())
    return Context(
        stage=stage, folder=folder / "tokenizer", inputs=inputs, seed=7, engine=LocalEngine(1), report=report
    )


def test_the_stage_learns_from_the_training_part_alone(tmp_path):
    secret = [{**row, "text": row["text"] if place % 4 != 3 else "ꙮ" * 500} for place, row in enumerate(rows()[:15])]
    context = context_of(tmp_path, TokenizerConfig(vocab_size=600, reserve=4), [*secret, *rows()[15:]])
    figures = train.run(context)
    assert figures["vocab_size"] == 600 and set(figures["sampled_bytes"]) == {"zh", "en", "code"}
    encoder = Encoder.load(context.folder)
    assert len(encoder.encode("ꙮ" * 10)) == 30
    found = json.loads((context.folder / "report.json").read_text())
    assert set(found["channels"]) == {"zh-general", "en-general", "code-general"}
    for channel in found["channels"].values():
        assert channel["bytes_per_token"] >= channel["chars_per_token"] > 1


def test_the_stage_says_what_it_sampled(tmp_path):
    context = context_of(tmp_path, TokenizerConfig(vocab_size=600, sample_bytes=4_000, weights={"zh": 1.0, "fr": 1.0}))
    figures = train.run(context)
    said = context.report.out.getvalue()
    assert "learns from a sample" in said and figures["sampled_bytes"]["en"] == 0
    assert "weights name fr, of which the corpus has no text" in said


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"vocab_size": 90_000}, "tokens, not 90000"), ({"vocab_size": 600, "weights": {"fr": 1.0}}, "weights name fr")],
)
def test_what_the_corpus_cannot_give_is_refused_and_nothing_written(tmp_path, wrong, told):
    context = context_of(tmp_path, TokenizerConfig(**wrong))
    with pytest.raises(HeadwaterError) as caught:
        train.run(context)
    assert caught.value.failure == "data" and told in str(caught.value) and caught.value.mend
    assert not (context.folder / train.NAME).exists()


def test_no_training_text_is_an_error(tmp_path):
    with pytest.raises(HeadwaterError) as caught:
        train.run(context_of(tmp_path, TokenizerConfig(), part="rejected"))
    assert caught.value.failure == "empty_corpus"
