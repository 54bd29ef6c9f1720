"""The choice of a back end: the fastest that gives the tokens of `tokenizers`, and in words why not a faster one."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, normalizers

from headwater.tokenizer import backends
from headwater.tokenizer.encode import Encoder
from headwater.tokenizer.plain import Plain, Unsupported
from headwater.tokenizer.train import save
from tests.tokenizer.test_native import learned


def chosen(tokenizer: Tokenizer) -> tuple[str, str]:
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.encode_special_tokens = True
    found, slow = backends.choose(json.loads(tokenizer.to_str()), Plain(copy, divisible=False))
    return found.name, slow


def without_gigatoken(monkeypatch) -> None:
    def missing(described: dict[str, Any]) -> Any:
        raise Unsupported("gigatoken is not installed")

    monkeypatch.setattr(backends, "_giga", missing)


def test_our_pattern_goes_to_our_kernel():
    for kind in ("bbpe", "bpe"):
        assert chosen(learned(kind, "headwater")) == ("headwater", "")


@pytest.mark.parametrize("name", ["gpt2", "cl100k", "llama3", "qwen2"])
def test_known_patterns_go_to_gigatoken_and_without_it_to_our_kernel(name, monkeypatch):
    pytest.importorskip("gigatoken", reason="gigatoken is optional")
    assert chosen(learned("bbpe", name)) == ("gigatoken", "")
    without_gigatoken(monkeypatch)
    assert chosen(learned("bbpe", name)) == ("headwater", "")


def renamed(back_end: Any, wrong: bool) -> Any:
    class Other:
        name = "other"

        def encode(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
            ids, offsets = back_end.encode(texts)
            return (ids[::-1] if wrong else ids), offsets

    return Other()


def test_one_that_differs_on_the_sample_is_not_used(monkeypatch):
    native = backends._native
    monkeypatch.setattr(backends, "_giga", lambda described: renamed(native(described), wrong=True))
    assert chosen(learned("bbpe", "gpt2")) == ("headwater", "")
    monkeypatch.setattr(backends, "_native", lambda described: renamed(native(described), wrong=True))
    assert chosen(learned("bbpe", "gpt2")) == ("tokenizers", "other gives other tokens on a sample")
    monkeypatch.setattr(backends, "_native", lambda described: renamed(native(described), wrong=False))
    assert chosen(learned("bbpe", "gpt2")) == ("other", "")


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (lambda t: setattr(t, "normalizer", normalizers.Lowercase()), "a normalizer (Lowercase)"),
        (lambda t: setattr(t, "pre_tokenizer", None), "a pre-tokenizer of other steps"),
    ],
)
def test_the_feature_that_makes_it_slow_is_named_to_whoever_loads_it(tmp_path, feature, said):
    tokenizer = Tokenizer.from_str(learned("bbpe", "gpt2").to_str())
    feature(tokenizer)
    save(tmp_path, tokenizer)
    heard: list[str] = []
    encoder = Encoder.load(tmp_path, heard.append)
    assert said in encoder.slow and said in heard[0] and "twenty times slower" in heard[0] and len(heard) == 1
    assert Encoder.load(tmp_path).slow == encoder.slow
    text = "The Cat sat"
    assert encoder.encode(text).tolist() == tokenizer.encode(text, add_special_tokens=False).ids


def test_a_fast_one_says_nothing(tmp_path):
    save(tmp_path, learned("bbpe", "headwater"))
    heard: list[str] = []
    assert Encoder.load(tmp_path, heard.append).slow == "" and heard == []


def test_added_tokens_of_text_are_in_the_sample(monkeypatch):
    """Qwen's kind: found in text, so a back end that misses them must show it."""
    without_gigatoken(monkeypatch)
    tokenizer = Tokenizer.from_str(learned("bbpe", "qwen2").to_str())
    tokenizer.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    assert chosen(tokenizer) == ("headwater", "")
    seen: list[str] = []
    plain = Plain(tokenizer, divisible=False)
    monkeypatch.setattr(plain, "encode", lambda texts: (seen.extend(texts), Plain.encode(plain, texts))[1])
    backends.choose(json.loads(tokenizer.to_str()), plain)
    assert any("<tool_call>" in str(text) for text in seen)


def test_no_kernels_on_this_machine(monkeypatch):
    """A machine that only generates has neither numba nor pyarrow."""
    without_gigatoken(monkeypatch)

    def missing(described: dict[str, Any]) -> Any:
        raise Unsupported("numba is not installed")

    monkeypatch.setattr(backends, "_native", missing)
    assert chosen(learned("bbpe", "gpt2")) == ("tokenizers", "numba is not installed")
