"""Expansion: old ids stay, exactly as many tokens come, and a text is encoded as before and then merged on."""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from headwater import document
from headwater.errors import HeadwaterError
from headwater.tokenizer import expand, expand_base, expand_cuts, expand_files, expand_letters, expand_words, train
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.words import SCALE
from tests import corpora
from tests.tokenizer import old_vocabularies
from tests.tokenizer.made import HOSTILE

NAMES = tuple(old_vocabularies.MAKERS)
ADD = 60
DATA = Path(__file__).parents[2].parent / "shared" / "data"
MEMORY = 64_000_000


def texts(num: int = 8, seed: int = 3) -> list[str]:
    rng = random.Random(seed)
    return [(corpora.chinese, corpora.code, corpora.chinese)[place % 3](rng) for place in range(num)] + ["<tool_call>"]


def counted(base, given=None):
    array = pa.array(given if given is not None else texts(), pa.large_string())
    return expand_words.counted([(array, np.full(len(array), SCALE, np.int64))], base, MEMORY)


@cache
def grown(name: str, folder) -> tuple:
    base = expand_base.opened(old_vocabularies.written(folder / name, name))
    return base, expand.expanded(base, counted(base), ADD)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("old")


def library(described):
    found = Tokenizer.from_str(json.dumps(described))
    found.encode_special_tokens = True
    return found


def merged_on(ids: list[int], merges: list[tuple[int, int, int]]) -> list[int]:
    """The reference: each new merge in its turn, from the left."""
    for left, right, made in merges:
        at, out = 0, []
        while at < len(ids):
            if ids[at : at + 2] == [left, right]:
                out.append(made)
                at += 2
            else:
                out.append(ids[at])
                at += 1
        ids = out
    return ids


def new_merges(base, expansion):
    vocab = expansion.described["model"]["vocab"]
    pairs = expansion.described["model"]["merges"][len(base.described["model"]["merges"]) :]
    split = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in pairs]
    return [(vocab[left], vocab[right], vocab[left + right]) for left, right in split]


@pytest.mark.parametrize("name", NAMES)
def test_old_ids_merges_and_ranks_stay_and_exactly_as_many_come(folder, name):
    base, expansion = grown(name, folder)
    old, new = library(base.described), library(expansion.described)
    before, after = old.get_vocab(), new.get_vocab()
    assert len(after) == len(before) + ADD
    assert all(after[piece] == id_ for piece, id_ in before.items())
    come = sorted(after[piece] for piece in set(after) - set(before))
    assert come == list(range(max(before.values()) + 1, max(before.values()) + 1 + ADD))
    merges, more = (json.loads(t.to_str())["model"]["merges"] for t in (old, new))
    assert more[: len(merges)] == merges
    assert expansion.described["added_tokens"] == base.described["added_tokens"]


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_encoded_as_before_and_then_merged_on(folder, name):
    base, expansion = grown(name, folder)
    old, new = library(base.described), library(expansion.described)
    merges = new_merges(base, expansion)
    letters = {tuple(made): expansion.first_id + n for n, made in enumerate(expansion.made_of[: ADD - len(merges)])}
    fewer = 0
    for text in [*texts(), *texts(6, seed=9), *(text[:400] for text in HOSTILE)]:
        before, after = old.encode(text, add_special_tokens=False), new.encode(text, add_special_tokens=False)
        fewer += len(before.ids) - len(after.ids)
        if not base.described["model"].get("ignore_merges"):
            assert expand_files.undone(expansion, np.array(after.ids)).tolist() == before.ids
        expected = []
        for ids in words_of(before):
            whole = "".join(old.id_to_token(id_) for id_ in ids)
            if base.described["model"].get("ignore_merges") and whole in expansion.pieces:
                expected.append(new.token_to_id(whole))
            else:
                expected += merged_on(with_letters(ids, letters), merges)
        assert after.ids == expected
    assert fewer > 200


def with_letters(ids, letters):
    out, at = [], 0
    while at < len(ids):
        size = next((size for size in (4, 3, 2) if tuple(ids[at : at + size]) in letters), 0)
        out.append(letters[tuple(ids[at : at + size])] if size else ids[at])
        at += size or 1
    return out


def words_of(encoding):
    """Ids of each word that the pre-tokenizer cut."""
    found: list[list[int]] = []
    last = object()
    for id_, word in zip(encoding.ids, encoding.word_ids, strict=True):
        if word != last:
            found.append([])
        last = word
        found[-1].append(id_)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_encoder_reads_it_and_every_text_comes_back(folder, name):
    base, expansion = grown(name, folder)
    encoder = expand_files.encoder_for(base, expansion, texts(4))
    assert encoder.vocab_size == expansion.num_ids == base.encoder.vocab_size + ADD
    for text in [*texts(4), "数据 的 1999"]:
        ids = encoder.encode(text)
        assert encoder.decode_bytes(ids).strip() == base.encoder.decode_bytes(base.encoder.encode(text)).strip()
        assert len(ids) <= len(base.encoder.encode(text))


def test_the_end_token_may_be_named_beside_the_file(tmp_path):
    text = old_vocabularies.text_of("gpt2").replace("<|endoftext|>", "<EOT>")
    (tmp_path / "tokenizer.json").write_text(text, "utf-8")
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "<EOT>"}')
    base = expand_base.opened(tmp_path)
    encoder = expand_files.encoder_for(base, expand.expanded(base, counted(base), ADD), [])
    assert encoder.eod_id == base.encoder.eod_id == base.tokenizer.token_to_id("<EOT>")


@pytest.mark.parametrize("name", ["gpt2", "qwen2", "llama3"])
def test_the_slow_way_learns_what_the_fast_way_learns(folder, name, monkeypatch):
    base, expansion = grown(name, folder)
    said: list[str] = []

    def refused(cut):
        raise expand_words.Unsupported("a test")

    monkeypatch.setattr(expand_words.native, "cutting", refused)
    given = [text for text in texts() if "tool_call" not in text]
    array = pa.array(given, pa.large_string())
    found = expand_words.counted([(array, np.full(len(array), SCALE, np.int64))], base, MEMORY, said.append)
    assert "a test" in said[0]
    assert expand.expanded(base, found, ADD).pieces == expansion.pieces


@given(st.lists(st.text("ab ", max_size=12), min_size=1, max_size=12), st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_learning_assumes_what_encoding_does(folder, given, add):
    base, _ = grown("gpt2", folder)
    found = counted(base, given * 2)
    try:
        expansion = expand.expanded(base, found, add)
    except HeadwaterError as error:
        assert error.failure == "data"
        return
    old, new = library(base.described), library(expansion.described)
    for text in given:
        ids = [id_ for word in words_of(old.encode(text)) for id_ in merged_on(word, new_merges(base, expansion))]
        assert new.encode(text).ids == ids


def test_numbers_scripts_and_words_stay_apart_where_nothing_cuts_the_text(folder):
    base, expansion = grown("llama2", folder)
    assert base.whole_text
    for piece in expansion.pieces:
        kinds = {kind for kind in (sort_of(letter) for letter in piece.lstrip("\u2581")) if kind}
        assert len(kinds) <= 1 and "\u2581" not in piece.lstrip("\u2581"), piece
        assert not (len(piece) > 1 and any(letter.isdigit() for letter in piece)), piece
    assert sum(len(piece) == 1 for piece in expansion.pieces) > 10  # Chinese characters that were bytes before


def sort_of(letter):
    return "han" if "\u4e00" <= letter <= "\u9fff" else "letter" if letter.isalpha() else "sign"


def test_merging_never_changes_what_is_apart():
    pieces = ["\u2581", "\u2581\u2581", "\u2581a", "b", "，", "中", "か", "7", "\u2581中"]
    first, last = expand_cuts.classes(pieces)
    apart = {(a, b): bool(expand_cuts.between(first[[a, b]], last[[a, b]])[0]) for a in range(9) for b in range(9)}
    assert not apart[0, 1] and not apart[0, 5] and not apart[2, 3] and not apart[8, 5]
    for pair in ((3, 2), (3, 4), (4, 5), (5, 6), (7, 7), (0, 7), (3, 8), (2, 0)):
        assert apart[pair], pair


def test_characters_are_found_in_bytes_within_a_word():
    text = "é中😀".encode() + b"\xe4\xb8" + "文".encode() + b"\xff\x80"
    ids = np.frombuffer(text, np.uint8).astype(np.int32)
    at, codes, sizes = expand_letters._characters(ids, np.array([0, len(text)]))
    assert [chr(code) for code in codes] == ["é", "中", "😀", "文"] and sizes.tolist() == [2, 3, 4, 3]
    assert at.tolist() == [0, 2, 5, 11]
    split = expand_letters._characters(ids, np.array([0, 3, len(text)]))
    assert [chr(code) for code in split[1]] == ["é", "😀", "文"]


def test_too_little_text_is_refused_with_how_many_there_are(folder):
    base, _ = grown("gpt2", folder)
    with pytest.raises(HeadwaterError, match=r"supports \d+ new tokens, not 5000") as caught:
        expand.expanded(base, counted(base), 5000)
    assert caught.value.failure == "data"
    with pytest.raises(HeadwaterError, match="supports 0 new tokens"):
        expand.expanded(base, counted(base, []), 1)


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared test corpora are not on this machine")
@pytest.mark.parametrize("pretokenizer", ["headwater", "llama3", "qwen2"])
def test_real_text_is_encoded_as_before_and_then_merged_on(tmp_path, pretokenizer):
    first = (next(islice(document.read(DATA / f"corpus-{lang}.jsonl.zst"), 1)) for lang in ("en", "zh"))
    english, chinese = (batch.slice(0, 60) for batch in first)
    train.save(tmp_path, train.train_from([english], TokenizerConfig(vocab_size=2000, pretokenizer=pretokenizer)))
    base = expand_base.opened(tmp_path)
    given = chinese.column("text").to_pylist()
    expansion = expand.expanded(base, counted(base, given), 2000)
    old, new = library(base.described), library(expansion.described)
    for text in [*given, *english.column("text").to_pylist()]:
        assert expand_files.undone(expansion, np.array(new.encode(text).ids)).tolist() == old.encode(text).ids
    merges = new_merges(base, expansion)
    encoding = old.encode(given[0][:1000])
    assert new.encode(given[0][:1000]).ids == [id_ for word in words_of(encoding) for id_ in merged_on(word, merges)]


BROKEN = {
    "missing": (None, "unknown_name"),
    "not json": (b"{", "damaged_file"),
    "no object": (b"[]", "damaged_file"),
    "no merges": (b'{"model": {"type": "BPE", "vocab": {}}}', "damaged_file"),
    "deep": (b"[" * 100_000, "damaged_file"),
    "wordpiece": (b'{"model": {"type": "WordPiece", "vocab": {"a": 0}}}', "data"),
    "unigram": (b'{"model": {"type": "Unigram", "vocab": [["a", 0]]}}', "data"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_bpe_vocabulary_is_refused(tmp_path, case):
    content, failure = BROKEN[case]
    if content is not None:
        (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(HeadwaterError) as caught:
        expand_base.opened(tmp_path)
    assert caught.value.failure == failure


@pytest.mark.parametrize("change", [{"end_of_word_suffix": "</w>"}, {"dropout": 0.1}, {"byte_fallback": False}])
def test_bpe_that_is_neither_of_bytes_nor_falls_back_on_them_is_refused(tmp_path, change):
    value = json.loads(old_vocabularies.text_of("bpe"))
    value["model"] |= change
    (tmp_path / "tokenizer.json").write_text(json.dumps(value))
    with pytest.raises(HeadwaterError) as caught:
        expand_base.opened(tmp_path)
    assert caught.value.failure == "data"
