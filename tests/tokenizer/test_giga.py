"""Encoding by gigatoken: the tokens of `tokenizers`; begun anew so that its table of words stays bounded."""

from __future__ import annotations

import builtins
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.tokenizer import giga
from headwater.tokenizer.giga import Giga
from headwater.tokenizer.plain import Unsupported
from tests.tokenizer import made, real
from tests.tokenizer.test_native import TEXTS, learned, opened

pytest.importorskip("gigatoken", reason="gigatoken is optional")
NAMES = ("gpt2", "cl100k", "llama3", "qwen2")


def pair(name: str) -> tuple[Giga, object]:
    tokenizer = learned("bbpe", name)
    return Giga(json.loads(tokenizer.to_str())), opened(tokenizer)[1]


def same(back_ends, texts) -> None:
    (ids, offsets), (expected, ends) = (one.encode(texts) for one in back_ends)
    assert ids.dtype == np.uint32 and offsets.dtype == np.int64
    assert np.array_equal(ids, expected) and np.array_equal(offsets, ends)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_and_real_text(name):
    back_ends = pair(name)
    same(back_ends, made.HOSTILE)
    same(back_ends, pa.array(["a", None, "", "中文 1 \n"]))
    same(back_ends, [])
    if real.DATA.is_dir():
        same(back_ends, real.texts(60, 1_500))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_any_text(texts):
    same(_PAIR, texts)


_PAIR = pair("cl100k")


def test_it_is_begun_anew_after_so_much_text(monkeypatch):
    monkeypatch.setattr(giga, "RENEWED_BYTES", 1_000)
    back_ends = pair("gpt2")
    opened_again = []
    again = back_ends[0]._opened
    monkeypatch.setattr(back_ends[0], "_opened", lambda: (opened_again.append(1), again())[1])
    for start in range(0, 3_000, 300):
        same(back_ends, [f"word{number} " for number in range(start, start + 30)])
    assert len(opened_again) >= 2


def test_what_it_lacks_is_named(monkeypatch):
    described = json.loads(learned("bbpe", "gpt2").to_str())
    with pytest.raises(Unsupported, match="not special"):
        Giga(described | {"added_tokens": [{"id": 1, "content": "<a>", "special": False}]})
    with pytest.raises(Unsupported):
        Giga(json.loads(learned("bpe", "headwater").to_str()))
    present = builtins.__import__

    def missing(name, *rest):
        if name.startswith("gigatoken"):
            raise ImportError(name)
        return present(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(Unsupported, match="gigatoken is not installed"):
        Giga(described)
