"""Our kernel encodes as `tokenizers` does: every pattern and kind, hostile and real text; what it lacks it names."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from headwater.tokenizer import native, patterns
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.native import Native
from headwater.tokenizer.plain import Plain, Unsupported
from headwater.tokenizer.report import encoder_of
from headwater.tokenizer.train import train_from
from tests.tokenizer import made, real

ALL = [(kind, name) for kind in ("bbpe", "bpe") for name in patterns.NAMES]
IDS = ["-".join(pair) for pair in ALL]
TEXTS = st.text(st.one_of(st.sampled_from("the 中文,1\n'a é"), st.characters(exclude_categories=["Cs"])), max_size=120)


@cache
def learned(kind: str, name: str, digits: str = "auto", vocab_size: int = 700) -> Any:
    config = TokenizerConfig(type=kind, pretokenizer=name, digits=digits, vocab_size=vocab_size, reserve=4)  # type: ignore[arg-type]
    return train_from(made.batches(), config)


@cache
def both(kind: str, name: str, digits: str = "auto") -> tuple[Native, Plain]:
    return opened(learned(kind, name, digits))


def opened(tokenizer: Tokenizer) -> tuple[Native, Plain]:
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.encode_special_tokens = True
    return Native(json.loads(tokenizer.to_str())), Plain(copy, divisible=False)


def same(pair: tuple[Native, Plain], texts: Any) -> None:
    (ids, offsets), (expected, ends) = (back_end.encode(texts) for back_end in pair)
    assert ids.dtype == np.uint32 and offsets.dtype == np.int64
    assert np.array_equal(offsets, ends) and np.array_equal(ids, expected)


@pytest.mark.parametrize("pair", ALL, ids=IDS)
@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_any_text(pair, texts):
    same(both(*pair), texts)


@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_hostile_text(pair):
    for digits in ("auto", "single", "triple", "none"):
        same(both(*pair, digits), made.HOSTILE)
        for text in made.HOSTILE:  # batches of one, from a cache that knows the words
            same(both(*pair, digits), [text])


@real.needs_data
@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_real_text(pair):
    same(both(*pair), real.texts(60, 1_500))


def test_arrays_as_they_come():
    pair = both("bbpe", "gpt2")
    array = pa.array(["a b", None, "", "中文 1 \n", "x"])
    for given_array in (array, array.cast(pa.large_string()), array.slice(1, 3), array.slice(2, 0)):
        same(pair, given_array)
    same(pair, pa.chunked_array([array, array.slice(3)]))
    same(pair, [])
    same(pair, ["", None, "a"])


def test_ones_that_are_taken_whole_or_end_between_calls(monkeypatch):
    monkeypatch.setattr(native, "CALL_BYTES", 50)
    texts = [row["text"][: 7 * place] for place, row in enumerate(made.rows(20))]
    same(both("bbpe", "headwater"), texts)


def test_words_that_are_tokens_are_taken_as_they_are():
    """`ignore_merges`, Llama 3's: a word that is a token is that token, whatever the merges make of it."""
    for kind in ("bbpe", "bpe"):
        described = json.loads(learned(kind, "llama3").to_str())
        kept = len(described["model"]["merges"]) // 2
        described["model"] |= {"ignore_merges": True, "merges": described["model"]["merges"][:kept]}
        same(opened(Tokenizer.from_str(json.dumps(described))), [*made.HOSTILE, *(r["text"] for r in made.rows(9))])


def test_a_pair_that_is_named_twice_counts_as_in_the_library():
    described = json.loads(learned("bbpe", "gpt2").to_str())
    merges = described["model"]["merges"]
    described["model"]["merges"] = [*merges[40:60], *merges, *merges[10:20]]
    same(opened(Tokenizer.from_str(json.dumps(described))), [row["text"] for row in made.rows(9)])


def changed(**changes: Any) -> dict[str, Any]:
    described = json.loads(learned("bbpe", "gpt2").to_str())
    model = described["model"] | changes.pop("model", {})
    return described | changes | {"model": model}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": {"type": "Unigram"}}, "a model of type Unigram"),
        ({"normalizer": {"type": "Lowercase"}}, "a normalizer (Lowercase)"),
        ({"model": {"dropout": 0.1}}, "dropout"),
        ({"model": {"continuing_subword_prefix": "##"}}, "continuing_subword_prefix"),
        ({"model": {"end_of_word_suffix": "</w>"}}, "end_of_word_suffix"),
        ({"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True}}, "a space added before every text"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "a pre-tokenizer of type Whitespace"),
        ({"pre_tokenizer": None}, "a pre-tokenizer of other steps than one pattern"),
        ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "x"}, "behavior": "Isolated"}}, "a pattern that is"),
        ({"added_tokens": [{"id": 0, "content": "<a>", "special": False}]}, "added tokens that are not special"),
        ({"pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated"}}, "a pattern that is"),
    ],
)
def test_what_it_lacks_is_named(changes, said):
    with pytest.raises(Unsupported) as caught:
        Native(changed(**changes))
    assert said in str(caught.value)


def test_a_byte_without_a_token_is_named():
    described = changed()
    described["model"]["vocab"] = {k: v for k, v in described["model"]["vocab"].items() if k != "Ā"}
    described["model"]["merges"] = []
    with pytest.raises(Unsupported, match="no token for 1 of the 256 bytes"):
        Native(described)
    described = json.loads(learned("bpe", "gpt2").to_str())
    described["model"]["byte_fallback"] = False
    with pytest.raises(Unsupported, match="no byte_fallback"):
        Native(described)


@pytest.mark.slow
@real.needs_data
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_every_document_of_the_data(pair):
    """Tokens as `tokenizers` gives them, and every byte back."""
    kind, name = pair
    sample = pa.record_batch({"text": pa.array(real.texts(400, 20_000), pa.large_string())})
    config = TokenizerConfig(type=kind, pretokenizer=name, vocab_size=16_384)
    tokenizer = train_from([sample], config)
    encoder, plain = encoder_of(tokenizer), opened(tokenizer)[1]
    mine = opened(tokenizer)[0]
    for path in real.files():
        for texts in real.batches(path):
            (ids, offsets), (expected, ends) = mine.encode(texts), plain.encode(texts)
            assert np.array_equal(offsets, ends) and np.array_equal(ids, expected), path.name
            assert encoder.decode_bytes(ids) == "".join(texts.to_pylist()).encode()
            assert np.array_equal(encoder.encode_batch(texts)[0], expected), path.name


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_single_word_of_100_megabytes():
    encoder = encoder_of(learned("bbpe", "gpt2"))
    mine = opened(learned("bbpe", "gpt2"))[0]
    for letter in ("a", "中"):
        text = letter * (100_000_000 // len(letter.encode()))
        for found in (mine.encode([text])[0], encoder.encode(text)):
            assert encoder.decode_bytes(found) == text.encode()
