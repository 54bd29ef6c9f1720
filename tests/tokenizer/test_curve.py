"""A curve tells the tokens of every smaller vocabulary, from one learning."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from headwater.tokenizer import curve, learn, train, word_groups, words
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.report import compression, encoder_of
from tests.tokenizer.made import batches


def with_channel(found=None) -> list[pa.RecordBatch]:
    return [batch.append_column("channel", batch.column("lang")) for batch in found or batches()]


@pytest.fixture(scope="module", params=["bbpe", "bpe"])
def learned(request):
    config = TokenizerConfig(type=request.param, vocab_size=900, reserve=4)
    counted = word_groups.count(batches(), "lang", config)
    together = words.merged(counted.values(), 1 << 20)
    vocabulary = learn.vocabulary(words.commonest(together, 1 << 30)[0], config)
    return vocabulary, {lang: curve.of(vocabulary, found) for lang, found in counted.items()}


def test_a_curve_is_what_each_smaller_vocabulary_really_gives(learned):
    vocabulary, curves = learned
    for size in (vocabulary.num_fixed, vocabulary.num_fixed + 1, vocabulary.num_fixed + 77, 900):
        built = vocabulary.cut(size).tokenizer()
        assert built.get_vocab_size() == size
        channels = compression(encoder_of(built), with_channel())["channels"]
        for lang, one in curves.items():
            assert one.tokens_at(size) == channels[lang]["tokens"]
            assert one.size_bytes == channels[lang]["bytes"] and one.characters == channels[lang]["characters"]


def test_a_smaller_vocabulary_is_the_beginning_of_a_larger_one(learned):
    vocabulary, _ = learned
    if vocabulary.config.type == "bbpe":
        config = TokenizerConfig(vocab_size=500, reserve=4)
        assert train.train_from(batches(), config).to_str() == vocabulary.cut(500).tokenizer().to_str()
    with pytest.raises(ValueError, match="cannot hold"):
        vocabulary.cut(vocabulary.num_fixed - 1)


def test_the_size_for_a_compression_is_the_first_that_has_it(learned):
    for one in learned[1].values():
        assert (np.diff(one.sizes) > 0).all() and (np.diff(one.tokens) <= 0).all()
        middle = one.bytes_per_token(800)
        size = one.size_for(middle)
        assert size <= 800 and one.bytes_per_token(size) == middle > one.bytes_per_token(size - 1)
        assert one.size_for(one.ceiling) is not None and one.size_for(one.ceiling * 1.01) is None


def test_curves_of_several_texts_add_up(learned):
    vocabulary, curves = learned
    counted = word_groups.count(batches(), "lang", vocabulary.config)
    all_words = curve.of(vocabulary, words.merged(counted.values(), 1 << 20))
    together = curve.together(list(curves.values()))
    assert np.array_equal(together.tokens, all_words.tokens) and together.size_bytes == all_words.size_bytes


def test_no_words_have_a_curve(learned):
    empty = curve.of(learned[0], words.together([]))
    assert empty.bytes_per_token(900) == 0 and empty.ceiling == 0 and empty.size_for(3) is None
