"""The encoder: exact both ways on anything, offsets right, special tokens beyond the reach of text."""

from __future__ import annotations

import json
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from headwater.errors import HeadwaterError
from headwater.tokenizer import plain
from headwater.tokenizer.encode import Encoder
from headwater.tokenizer.plain import Plain
from headwater.tokenizer.report import encoder_of
from headwater.tokenizer.train import save
from tests.tokenizer.made import HOSTILE, rows, tokenizer

KINDS = [("bbpe", "single"), ("bbpe", "triple"), ("bpe", "none")]


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def encoder(request) -> Encoder:
    return encoder_of(tokenizer(*request.param))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back(encoder, text):
    ids = encoder.encode(text)
    assert encoder.decode_bytes(ids) == text.encode()
    assert encoder.eod_id not in ids.tolist()


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_any_text_comes_back(kind, text):
    encoder = encoder_of(tokenizer(*kind)) if kind not in _CACHED else _CACHED[kind]
    _CACHED[kind] = encoder
    assert encoder.decode(encoder.encode(text)) == text


_CACHED: dict[tuple[str, str], Encoder] = {}


def test_a_batch_is_its_texts_one_after_another(encoder):
    texts = [*HOSTILE, *(row["text"] for row in rows(6))]
    ids, offsets = encoder.encode_batch(texts)
    assert ids.dtype == np.uint32 and offsets.dtype == np.int64 and len(offsets) == len(texts) + 1
    for text, start, end in zip(texts, offsets[:-1], offsets[1:], strict=True):
        assert np.array_equal(ids[start:end], encoder.encode(text))
    for array in (pa.array(texts, pa.large_string()), pa.chunked_array([texts])):
        assert np.array_equal(encoder.encode_batch(array)[0], ids)
    none, zero = encoder.encode_batch([])
    assert len(none) == 0 and zero.tolist() == [0]
    assert encoder.encode_batch(pa.array(["a", None]))[1].tolist()[1:] == [1, 1]


def test_a_long_text_in_parts_has_the_same_tokens(encoder, monkeypatch):
    text = "".join(row["text"] + "\n  indented，中文。「引号」a b\r\n\r\n\tx 12345 " for row in rows(12))
    whole = encoder.encode(text)
    for size in (120, 200, 333):
        monkeypatch.setattr(plain, "CALL_CHARACTERS", size)
        library = Plain(encoder._tokenizer, divisible=True)
        assert len(list(library.parts(text))) > 3
        assert np.array_equal(library.encode([text])[0], whole)


def test_a_long_text_without_a_place_to_cut_comes_back(encoder, monkeypatch):
    monkeypatch.setattr(plain, "CALL_CHARACTERS", 100)
    library = Plain(encoder._tokenizer, divisible=True)
    for text in ("中" * 1_050, "x" * 999, "\n" * 450, " " * 777, "😀" * 500):
        assert max(len(part) for part in library.parts(text)) <= 200
        assert encoder.decode(library.encode([text])[0]) == text


def test_special_tokens_stand_for_no_text(encoder):
    assert encoder.decode([encoder.eod_id, *encoder.encode("a"), encoder.eod_id]) == "a"
    assert encoder.decode([encoder.vocab_size + 5, 2**31]) == ""
    assert encoder.bos_id == encoder.eod_id == 0


def test_the_file_gives_the_same_encoder(tmp_path, encoder):
    save(tmp_path, encoder._tokenizer)
    loaded = Encoder.load(tmp_path)
    text = rows(1)[0]["text"]
    assert np.array_equal(loaded.encode(text), encoder.encode(text))
    assert np.array_equal(Encoder.load(tmp_path / "tokenizer.json").encode(text), encoder.encode(text))


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
def test_transformers_reads_it(tmp_path, kind):
    transformers = pytest.importorskip("transformers")
    save(tmp_path, tokenizer(kind, "single"))
    ours, theirs = Encoder.load(tmp_path), transformers.AutoTokenizer.from_pretrained(tmp_path)
    for text in ("你好，world！\n    return x", "é 😀 123", rows(3)[2]["text"]):
        ids = theirs(text, add_special_tokens=False)["input_ids"]
        assert ids == ours.encode(text).tolist()
        assert theirs.decode(ids) == text
    assert (theirs.eos_token_id, theirs.pad_token_id) == (ours.eod_id, 1)
    assert len(theirs) == ours.vocab_size


def test_a_foreign_byte_level_tokenizer_is_read(tmp_path):
    from tokenizers import decoders, models, pre_tokenizers, trainers

    foreign = Tokenizer(models.BPE())
    foreign.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    foreign.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    foreign.train_from_iterator([row["text"] for row in rows(3)], trainer)
    foreign.save(str(tmp_path / "tokenizer.json"))
    encoder = Encoder.load(tmp_path)
    assert encoder.eod_id == 1
    for text in ("hello 世界\n", "</s> x"):
        assert encoder.decode(encoder.encode(text)) == text
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": {"content": "<s>"}}')
    assert Encoder.load(tmp_path).eod_id == 0


def failing(path) -> HeadwaterError:
    with pytest.raises(HeadwaterError) as caught:
        Encoder.load(path)
    return caught.value


def test_what_is_no_tokenizer_is_said(tmp_path):
    assert failing(tmp_path).failure == "unknown_name"
    assert failing(tmp_path / "none").failure == "unknown_name"
    path = tmp_path / "tokenizer.json"
    for data in (b"", b"{}", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, b'{"model": {"type": "BPE"}}'):
        path.write_bytes(data)
        assert failing(tmp_path).failure == "damaged_file"
    described = json.loads(tokenizer().to_str())
    described["added_tokens"] = []
    for end in ("<|endoftext|>", "<|im_end|>"):
        del described["model"]["vocab"][end]
    path.write_text(json.dumps(described))
    assert failing(tmp_path).failure == "data"
    described["model"]["vocab"] |= {"<|endoftext|>": 2**31}
    path.write_text(json.dumps(described))
    assert failing(tmp_path).failure == "unsafe_file"


def test_fuzzed_files_are_an_error_or_a_tokenizer(tmp_path, num=1000):
    good = tokenizer().to_str().encode()
    path, rng = tmp_path / "tokenizer.json", random.Random(3)
    for _ in range(num):
        start = rng.randrange(len(good))
        noise = bytes(rng.choice(b'{}[]",:0189ae\\\xff\x00') for _ in range(rng.randrange(1, 12)))
        path.write_bytes(good[:start] + noise + good[start + rng.randrange(20) :])
        try:
            encoder = Encoder.load(path)
        except HeadwaterError as error:
            assert error.exit_code == 3
        else:
            encoder.decode(encoder.encode("a 中 1\n"))
