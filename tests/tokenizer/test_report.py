"""The figures of a report are what counting by hand gives, for any number of vocabularies."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headwater.errors import HeadwaterError
from headwater.tokenizer import report, train
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.encode import Encoder
from tests.tokenizer.made import tokenizer
from tests.tokenizer.test_curve import with_channel


def rows(*texts: tuple[str, str | None]) -> pa.RecordBatch:
    names, values = zip(*texts, strict=True)
    return pa.RecordBatch.from_pydict({"channel": list(names), "text": pa.array(values, pa.large_string())})


def bytes_alone():
    """A vocabulary without merges: every byte is a token."""
    return report.encoder_of(train.train_from([], TokenizerConfig(vocab_size=300, reserve=0)))


def test_figures_of_a_vocabulary_without_merges():
    batch = rows(("a", "hi  there\n"), ("b", "你好，x"), ("a", None), ("b", "é"))
    found = report.compression(bytes_alone(), [batch])
    a, b = found["channels"]["a"], found["channels"]["b"]
    assert (a["documents"], a["tokens"], a["bytes"], a["characters"], a["words"]) == (2, 10, 10, 10, 2)
    assert (a["fertility"], a["words_per_token"], a["single_byte_share"], a["split_share"]) == (5.0, 0.2, 1.0, 0.0)
    assert (b["tokens"], b["characters"], b["words"]) == (12, 5, 4)  # 你, 好, ，x, é
    assert b["split_share"] == round(11 / 12, 4) and b["chars_per_token"] == round(5 / 12, 4)
    assert a["unused"] == 256 - len(set(b"hi  there\n")) and found["total"]["tokens"] == 22


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("  \n", 0), ("one", 1), ("don't stop", 2), ("中文 mixed文", 4), ("ひらカナ", 4), ("a\u3000b\u00a0c", 3)],
)
def test_words(text, words):
    assert report.measures(pa.array([text], pa.large_string()))[0, report.WORDS] == words


def test_several_vocabularies_read_the_text_once():
    encoders = [report.encoder_of(tokenizer()), bytes_alone(), report.encoder_of(tokenizer("bpe"))]
    batches = iter(with_channel())  # can be read only once
    found = report.compared(encoders, batches)
    assert [one["total"]["bytes"] for one in found] == [found[0]["total"]["bytes"]] * 3
    for encoder, one in zip(encoders, found, strict=True):
        assert one == report.compression(encoder, with_channel()) and one["vocab_size"] == encoder.vocab_size
    assert found[0]["total"]["bytes_per_token"] > found[1]["total"]["bytes_per_token"] == 1


def test_no_text_has_figures():
    found = report.compression(bytes_alone(), [])
    assert found["channels"] == {} and found["total"]["tokens"] == 0 and found["total"]["unused"] == 256


def test_a_peer_needs_no_end_token_but_must_be_a_tokenizer(tmp_path):
    bare = train.train_from(with_channel(), TokenizerConfig(vocab_size=530), specials=())
    (tmp_path / "tokenizer.json").write_text(bare.to_str())
    with pytest.raises(HeadwaterError, match="no end-of-document token"):
        Encoder.load(tmp_path)
    peer = report.opened(tmp_path)
    assert peer.vocab_size == 530 and peer.decode(peer.encode("hello")) == "hello"
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(HeadwaterError) as caught:
        report.opened(tmp_path)
    assert caught.value.failure == "damaged_file"
