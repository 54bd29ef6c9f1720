"""Bad input is refused in words before anything is written: empty corpora, sizes, files of any kind."""

from __future__ import annotations

import json
import random
from typing import Any

import pyarrow as pa
import pytest
from tokenizers import Tokenizer, models

from headwater.errors import HeadwaterError
from headwater.tokenizer import encode
from headwater.tokenizer.config import TokenizerConfig, special_tokens
from headwater.tokenizer.encode import Encoder
from headwater.tokenizer.plain import Plain
from headwater.tokenizer.train import train_from
from tests.tokenizer import made

SMALLEST = 256 + len(special_tokens(0))
WRONG: list[Any] = [None, True, -1, 0, 1.5, 2**31, 2**63, "", "x", "\ud7ff", [], {}, [[]], [None], {"": None}, "<s>"]


def described(kind: str = "bbpe") -> dict[str, Any]:
    return json.loads(made.tokenizer(kind).to_str())


def opened(path) -> Encoder | HeadwaterError:
    """What a file gives: an encoder that works, or an error of ours; anything else fails the test."""
    try:
        encoder = Encoder.load(path)
    except HeadwaterError as error:
        assert error.exit_code in (2, 3) and str(path.parent) in str(error)
        return error
    encoder.decode(encoder.encode("a 中 1\n <|endoftext|> don't"))
    return encoder


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to everything in a file; of long lists and maps the first, some from within, and the last."""
    inner = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if len(inner) > 12:
        inner = [*inner[:3], *inner[10 : len(inner) : len(inner) // 5], inner[-1]]
    return [path, *(found for key in inner for found in places(value[key], (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return value


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
def test_wrong_types_everywhere(tmp_path, kind):
    path, rng = tmp_path / "tokenizer.json", random.Random(kind)
    good = json.dumps(described(kind))
    where = places(described(kind))
    for _ in range(300):
        at, new = rng.choice(where), rng.choice(WRONG)
        path.write_text(json.dumps(put(json.loads(good), at, new)))
        opened(path)


@pytest.mark.parametrize("kind", ["bbpe", "bpe"])
def test_missing_parts_everywhere(tmp_path, kind):
    path, good = tmp_path / "tokenizer.json", json.dumps(described(kind))
    for at in places(described(kind))[1:]:
        value = json.loads(good)
        inner = value
        for key in at[:-1]:
            inner = inner[key]
        del inner[at[-1]]
        path.write_text(json.dumps(value))
        opened(path)


def test_truncated_files(tmp_path):
    path, good = tmp_path / "tokenizer.json", made.tokenizer().to_str().encode()
    for size in [*range(0, len(good), len(good) // 150), len(good) - 1]:
        path.write_bytes(good[:size])
        assert isinstance(opened(path), HeadwaterError)


def with_model(**changes: Any) -> dict[str, Any]:
    value = described()
    value["model"] |= changes
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"model": {"type": "BPE", "vocab": {}, "merges": []}},
        with_model(vocab={}),
        with_model(vocab={"<|endoftext|>": 0}),
        with_model(merges=[["a", "never"]]),
        with_model(merges=[["a", "b", "c"]]),
        with_model(merges=[["a"]]),
        with_model(merges=["ab"]),
        with_model(merges=[["<|endoftext|>", "中"]]),
        with_model(vocab={"<|endoftext|>": -1}),
        with_model(vocab={"<|endoftext|>": 1.5}),
        with_model(vocab=[["a", 0]]),
        with_model(type="WordPiece"),
    ],
)
def test_files_that_contradict_themselves(tmp_path, value):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(value))
    found = opened(path)
    if isinstance(found, HeadwaterError):
        assert found.failure in ("damaged_file", "unsafe_file", "data")


def test_merges_of_unknown_tokens_are_named(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(with_model(merges=[["a", "never"]])))
    found = opened(path)
    assert isinstance(found, HeadwaterError) and "never" in str(found)


def test_ids_with_gaps_and_ids_that_two_tokens_share(tmp_path):
    path, value = tmp_path / "tokenizer.json", described()
    vocab = value["model"]["vocab"]
    last = max(vocab, key=vocab.__getitem__)
    vocab[last] += 1_000
    path.write_text(json.dumps(value))
    found = opened(path)
    assert isinstance(found, Encoder) and found.vocab_size == 1_700
    assert found.decode(range(650, 1_700)).endswith(found.decode([1_699]))
    vocab[last] = vocab["a"]
    path.write_text(json.dumps(value))
    error = opened(path)
    assert isinstance(error, HeadwaterError) and error.failure == "damaged_file" and f"id {vocab['a']}" in str(error)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(encode, "MAX_FILE_BYTES", 1 << 20)
    path = tmp_path / "tokenizer.json"
    with open(path, "wb") as handle:
        handle.truncate((1 << 20) + 1)
    error = opened(path)
    assert isinstance(error, HeadwaterError) and error.failure == "unsafe_file"


@pytest.mark.parametrize("kind", ["Unigram", "WordPiece", "WordLevel"])
def test_models_that_are_not_bpe_are_encoded_by_the_library_or_refused(tmp_path, kind):
    model = {
        "Unigram": lambda: models.Unigram([("<s>", 0.0), ("</s>", 0.0), ("a", -1.0)], 0, False),
        "WordPiece": lambda: models.WordPiece({"[UNK]": 0, "</s>": 1, "a": 2}, unk_token="[UNK]"),
        "WordLevel": lambda: models.WordLevel({"[UNK]": 0, "</s>": 1, "a": 2}, unk_token="[UNK]"),
    }[kind]()
    path = tmp_path / "tokenizer.json"
    path.write_text(Tokenizer(model).to_str())
    said: list[str] = []
    encoder = Encoder.load(path, said.append)
    assert kind in encoder.slow and kind in said[0]


def test_an_empty_corpus_is_an_error_of_the_commands_own(tmp_path):
    """The function that has no stage around it gives the bytes alone: nothing was asked that it could not do."""
    for texts in ([], [""], [None]):
        batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
        assert train_from([batch], TokenizerConfig(vocab_size=400, reserve=0)).get_vocab_size() == SMALLEST


@pytest.mark.parametrize("size", [0, 1, 257, SMALLEST + 255, -5])
def test_a_vocabulary_below_bytes_and_special_tokens_is_refused(size):
    problems = TokenizerConfig(vocab_size=size, reserve=256).check()
    assert [where for where, _ in problems] == ["vocab_size"]
    assert f"must be at least {SMALLEST + 256}" in problems[0][1]


@pytest.mark.parametrize("name", ["headwater", "gpt2"])
def test_lone_surrogates_are_question_marks_in_every_back_end(name):
    config = TokenizerConfig(vocab_size=400, reserve=0, pretokenizer=name)  # type: ignore[arg-type]
    tokenizer = train_from(made.batches(), config)
    encoder, library = Encoder(Tokenizer.from_str(tokenizer.to_str())), Encoder(Tokenizer.from_str(tokenizer.to_str()))
    library._backend = Plain(library._tokenizer, divisible=False)
    for texts in (["a\ud800b"], ["fine", "\udfff", None, "x\udc80"]):
        said = [(text or "").encode("utf-8", "replace").decode() for text in texts]
        for one in (encoder, library):
            ids, offsets = one.encode_batch(texts)
            assert one.decode(ids) == "".join(said) and len(offsets) == len(texts) + 1


def test_what_is_no_text_is_our_bug_and_stays_one():
    encoder = Encoder(Tokenizer.from_str(made.tokenizer().to_str()))
    with pytest.raises((TypeError, AttributeError)):
        encoder.encode_batch([5])
