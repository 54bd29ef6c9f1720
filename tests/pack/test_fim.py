"""Middles moved to the end: the text comes back whole, the draw is fair and repeatable, the table tells of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import storage
from headwater.batches.indexed import IndexedTokens
from headwater.errors import HeadwaterError
from headwater.pack import build, fim
from headwater.pack.config import PackConfig
from headwater.tokenizer.config import FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX
from headwater.tokenizer.encode import Encoder
from tests.pack.made import context_of, corpus
from tests.tokenizer.made import tokenizer


@pytest.fixture(scope="module")
def encoder():
    return Encoder(tokenizer())


def parts(encoder, tokens, mode):
    """(prefix, suffix, middle) of a moved document's tokens, read by the special tokens."""
    prefix, suffix, middle = (encoder.token_id(t) for t in (FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE))
    tokens = list(tokens)
    assert tokens[0] == prefix
    a, b = tokens.index(suffix), tokens.index(middle)
    return tokens[1:a], tokens[a + 1 : b], tokens[b + 1 :]


@given(
    texts=st.lists(st.text(max_size=30), min_size=1, max_size=6), seed=st.integers(0, 50), spm=st.sampled_from([0, 1])
)
@settings(max_examples=40, deadline=None)
def test_the_parts_of_a_moved_document_make_up_its_text(encoder, texts, seed, spm):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    moving = fim.opened(PackConfig(fim=0.6, fim_spm=spm), seed, encoder)
    langs = ["code" if i % 3 else "en" for i in range(len(texts))]
    batch = pa.RecordBatch.from_pydict({"id": [f"d{i}" for i in range(len(texts))], "text": texts, "lang": langs})
    ids, offsets, moved = fim.encode(batch, encoder, moving)
    for row, text in enumerate(texts):
        tokens, begin, end = ids[offsets[row] : offsets[row + 1]], moved.begin[row], moved.end[row]
        if not moved.mode[row]:
            assert begin == end == -1 and np.array_equal(tokens, encoder.encode(text))
            continue
        assert langs[row] == "code" and moved.mode[row] == ("spm" if spm else "psm")
        prefix, suffix, middle = (encoder.decode(part) for part in parts(encoder, tokens, moved.mode[row]))
        if spm:
            assert not prefix and middle == text[:end] and suffix == text[end:]
        else:
            assert (prefix, suffix, middle) == (text[:begin], text[end:], text[begin:end])


def test_the_draw_is_the_share_asked_for(encoder):
    moving = fim.opened(PackConfig(fim=0.5, fim_spm=0.25), 7, encoder)
    drawn = [fim.draw(moving, f"document {i}", 1000) for i in range(4000)]
    modes = [mode for mode, _, _ in drawn]
    assert abs(modes.count("") / 4000 - 0.5) < 0.03 and abs(modes.count("spm") / (4000 - modes.count("")) - 0.25) < 0.03
    middles = [(begin, end) for mode, begin, end in drawn if mode]
    assert all(0 <= begin <= end <= 1000 for begin, end in middles)
    assert abs(np.mean([end - begin for begin, end in middles]) - 1000 / 3) < 25


def test_a_vocabulary_without_the_tokens_is_refused(tmp_path):
    corpus(tmp_path)
    path = tmp_path / "tokenizer/tokenizer.json"
    storage.write_text(path, path.read_text().replace("fim_middle", "other_middle"))
    context = context_of(tmp_path, config=PackConfig(fim=0.5))
    with pytest.raises(HeadwaterError, match="no <|fim_middle|>") as caught:
        build.run(context)
    assert caught.value.failure == "recipe" and "fim: 0" in caught.value.mend
    assert not list((tmp_path / "pack").glob("*"))


def test_the_document_table_says_what_was_moved(tmp_path):
    documents = {row["id"]: row for row in corpus(tmp_path)}
    build.run(context_of(tmp_path, config=PackConfig(fim=1.0)))
    build.run(context_of(tmp_path, "plain"))
    encoder = Encoder.load(tmp_path / "tokenizer")
    found = IndexedTokens(tmp_path / "pack/code-general")
    told = pq.read_table(tmp_path / "pack/code-general.docs.parquet").to_pylist()
    assert {row["fim"] for row in told} == {"psm", "spm"}
    for place, row in enumerate(told):
        text = documents[row["document_id"]]["text"]
        prefix, suffix, middle = (encoder.decode(p) for p in parts(encoder, found.sequence(place), row["fim"]))
        assert suffix == text[row["fim_end"] :] and prefix + middle == text[: row["fim_end"]]
    summary = storage.read_json(tmp_path / "pack/pack.json")["channels"]
    assert summary["code-general"]["fim_documents"] == len(told) and summary["en-general"]["fim_documents"] == 0
    for name in ("en-general", "zh-general"):
        assert storage.file_digest(tmp_path / f"pack/{name}.bin") == storage.file_digest(tmp_path / f"plain/{name}.bin")
