"""Learned vocabularies: the merges of Hugging Face's trainer, ids in their order, what is barred never there."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from headwater.kernels import word_counts
from headwater.tokenizer import learn, patterns
from headwater.tokenizer.config import NUM_BYTES, TokenizerConfig, special_tokens
from headwater.tokenizer.train import count_here, train_from
from headwater.tokenizer.words import SCALE
from tests.tokenizer import made, real

LEAST = NUM_BYTES + len(special_tokens(0))  # tokens of the smallest vocabulary


def batches(texts: list[str]) -> list[pa.RecordBatch]:
    return [pa.record_batch({"text": pa.array(texts, pa.large_string())})]


def merges_of(tokenizer: Any) -> list[tuple[str, str]]:
    return [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def hugging_face(texts: list[str], name: str, digits: str, vocab_size: int, reserve: int) -> Tokenizer:
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = patterns.pre_tokenizer("bbpe", name, digits)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=learn.MIN_PAIR_COUNT, show_progress=False,
        special_tokens=special_tokens(reserve), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=None,
    )  # fmt: skip
    theirs.train_from_iterator(texts, trainer)
    return theirs


def same_as_hugging_face(texts: list[str], name: str, digits: str, vocab_size: int, monkeypatch) -> None:
    monkeypatch.setattr(learn, "MAX_TOKEN_BYTES", 1 << 20)  # theirs counts letters, and has no limit here
    theirs = hugging_face(texts, name, digits, vocab_size, 4)
    config = TokenizerConfig(pretokenizer=name, digits=digits, vocab_size=vocab_size, reserve=4)  # type: ignore[arg-type]
    ours = train_from(batches(texts), config)
    assert merges_of(ours) == merges_of(theirs)
    assert ours.get_vocab() == theirs.get_vocab()


@pytest.mark.parametrize("name", patterns.NAMES)
@pytest.mark.parametrize("digits", ["auto", "none"])
def test_merges_are_hugging_faces(name, digits, monkeypatch):
    short = [text for text in made.HOSTILE if len(text.encode()) < word_counts.MAX_WORD_BYTES]  # ours cuts longer words
    texts = [*short, *(row["text"] for row in made.rows(24))]
    same_as_hugging_face(texts, name, digits, 900, monkeypatch)


@real.needs_data
def test_merges_on_real_text_are_hugging_faces(monkeypatch):
    same_as_hugging_face(real.texts(100, 1_500), "gpt2", "auto", 4_000, monkeypatch)


@pytest.mark.slow
@real.needs_data
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", patterns.NAMES)
def test_merges_on_more_real_text_are_hugging_faces(name, monkeypatch):
    same_as_hugging_face(real.texts(600, 30_000), name, "auto", 32_000, monkeypatch)


def test_ids_follow_a_fixed_order():
    config = TokenizerConfig(vocab_size=700, reserve=4)
    ours = train_from(made.batches(), config)
    vocab = ours.get_vocab()
    tokens = sorted(vocab, key=vocab.__getitem__)
    first = len(special_tokens(4))
    assert sorted(vocab.values()) == list(range(700))
    assert tokens[:first] == special_tokens(4) and tokens[first : first + 256] == sorted(patterns.byte_letters())
    assert tokens[first + 256 :] == list(dict.fromkeys(left + right for left, right in merges_of(ours)))


def test_letters_come_after_the_bytes_that_spell_the_rare_ones():
    config = TokenizerConfig(type="bpe", vocab_size=700, reserve=4)
    vocab = train_from(made.batches(), config).get_vocab()
    tokens = sorted(vocab, key=vocab.__getitem__)
    first = len(special_tokens(4))
    assert tokens[first : first + 256] == [f"<0x{byte:02X}>" for byte in range(256)]
    letters = [token for token in tokens[first + 256 :] if len(token) == 1]
    assert letters == tokens[first + 256 : first + 256 + len(letters)] == sorted(letters)
    assert len(letters) <= (700 - first - 256) * learn.ALPHABET_SHARE


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
def test_what_is_barred_never_forms_and_the_size_stays(kind):
    config = TokenizerConfig(type=kind, vocab_size=700, reserve=4)
    counted = count_here(((batch["text"], _ones(batch)) for batch in made.batches()), config)
    free = learn.tokenizer(counted, config)
    letters = patterns.byte_letters()
    bytes_of = {letter: byte for byte, letter in enumerate(letters)}
    made_tokens = [left + right for left, right in merges_of(free)][::7]
    barred = [
        bytes(bytes_of[letter] for letter in token) if kind == "bbpe" else token.encode() for token in made_tokens
    ]
    again = learn.tokenizer(counted, config, barred)
    assert not set(made_tokens) & set(again.get_vocab())
    assert again.get_vocab_size() == free.get_vocab_size() == 700


def test_no_token_is_longer_than_the_limit():
    texts = ["-" * 400 + " " + "=" * 400, "boilerplate" * 30] * 20
    ours = train_from(batches(texts), TokenizerConfig(vocab_size=2_000, reserve=0))
    lengths = [len(token) for token in ours.get_vocab() if not token.startswith("<|")]
    assert max(lengths) <= learn.MAX_TOKEN_BYTES


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
@pytest.mark.parametrize("texts", [["a"], ["1" * 50], [" " * 50], ["\n" * 50], ["\0\0\0"], ["中"], [""], ["", None]])
def test_text_that_fills_little_gives_a_small_vocabulary(kind, texts):
    ours = train_from(batches(texts), TokenizerConfig(type=kind, vocab_size=5_000, reserve=0))
    assert LEAST <= ours.get_vocab_size() < LEAST + 42
    assert Tokenizer.from_str(ours.to_str()).get_vocab() == ours.get_vocab()


def test_the_smallest_vocabulary_has_the_bytes_and_no_merge():
    for kind in ("bbpe", "bpe"):
        ours = train_from(made.batches(), TokenizerConfig(type=kind, vocab_size=LEAST, reserve=0))
        assert ours.get_vocab_size() == LEAST and merges_of(ours) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_single_word_of_100_megabytes_is_learned_from():
    ours = train_from(batches(["ab" * 50_000_000]), TokenizerConfig(vocab_size=300, reserve=0))
    assert LEAST < ours.get_vocab_size() < LEAST + 42


def _ones(batch: pa.RecordBatch) -> Any:
    import numpy as np

    return np.full(batch.num_rows, SCALE, np.int64)
