"""Tokenizers with rare features are encoded as `tokenizers` encodes them, and fast where the features do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, trainers

from headwater.tokenizer import backends, patterns
from headwater.tokenizer.encode import Encoder

TEXTS = ["the cat sat on the café mat; 我们都是好人。" * 20, "def f(x):\n    return x + 12345\n" * 20]
PIECES = [
    "the cat",
    "<tool_call>",
    "</tool_call>",
    " ",
    "e\u0301",
    "\u212a",
    "caf\u00e9",
    "我们",
    "<|endoftext|>",
    "x1\n",
    "",
]


def made(name: str, normalizer: Any = None) -> Tokenizer:
    found = Tokenizer(models.BPE())
    found.pre_tokenizer = patterns.pre_tokenizer("bbpe", name, "auto")
    found.decoder = decoders.ByteLevel()
    letters = sorted(patterns.byte_letters())
    found.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=400, show_progress=False, initial_alphabet=letters))
    if normalizer:
        found.normalizer = normalizer
    found.add_special_tokens(["<|endoftext|>"])
    return found


def qwen() -> Tokenizer:
    found = made("qwen2", normalizers.NFC())
    found.add_tokens([AddedToken("<tool_call>", normalized=False), AddedToken("</tool_call>", lstrip=True), "the cat"])
    return found


def same(encoder: Encoder, plain: Tokenizer, texts: list[str | None]) -> None:
    plain.encode_special_tokens = True
    ids, offsets = encoder.encode_batch(pa.array(texts, pa.large_string()))
    for row, text in enumerate(texts):
        expected = plain.encode(text or "", add_special_tokens=False).ids
        assert ids[offsets[row] : offsets[row + 1]].tolist() == expected, text


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.none() | st.lists(st.sampled_from(PIECES) | st.text(max_size=4)).map("".join), max_size=6))
def test_added_tokens_and_normal_forms(texts: list[str | None]) -> None:
    encoder, plain = PREPARED
    same(encoder, plain, texts)


PREPARED = Encoder(qwen()), qwen()


def test_the_features_do_not_slow_the_rest() -> None:
    assert PREPARED[0].slow == ""
    assert PREPARED[0]._backend.name != "tokenizers"


@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFD", "NFKD"])
def test_each_normal_form(form: str) -> None:
    plain = made("cl100k", getattr(normalizers, form)())
    encoder = Encoder(Tokenizer.from_str(plain.to_str()))
    assert encoder.slow == ""
    same(encoder, plain, ["plain", "cafe\u0301", "ﬁne ½ ３", "가", None, ""])


def test_what_no_fast_way_has_is_named() -> None:
    plain = made("cl100k", normalizers.Lowercase())
    encoder = Encoder(Tokenizer.from_str(plain.to_str()))
    assert "Lowercase" in encoder.slow and encoder._backend.name == "tokenizers"
    same(encoder, plain, ["The CAT"])


@pytest.mark.parametrize("name", ["gpt2", "cl100k", "llama3", "qwen2"])
def test_gigatoken_gives_the_tokens_of_tokenizers(name: str) -> None:
    pytest.importorskip("gigatoken")
    plain = made(name)
    encoder = Encoder(Tokenizer.from_str(plain.to_str()))
    assert encoder._backend.name == "gigatoken"
    same(encoder, plain, [*backends.SAMPLE, *TEXTS, None])


def test_our_pattern_does_not_import_gigatoken() -> None:
    encoder = Encoder(made("headwater"))
    assert encoder._backend.name == "headwater" and encoder.slow == ""


def test_gigatoken_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its table of words stays bounded over a long stream, and the tokens are the same before and after."""
    pytest.importorskip("gigatoken")
    from headwater.tokenizer import giga

    monkeypatch.setattr(giga, "RENEWED_BYTES", 10)
    encoder = Encoder(made("cl100k"))
    first = encoder.encode(TEXTS[0])
    before = encoder._backend._backend
    assert np.array_equal(encoder.encode(TEXTS[0]), first)
    assert encoder._backend._backend is not before
