"""Real Chinese, English and code: every document comes back, and our cuts in long texts change no token."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from headwater import document
from headwater.tokenizer import plain
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.plain import Plain
from headwater.tokenizer.report import encoder_of
from headwater.tokenizer.train import train_from

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CORPORA = ("corpus-zh", "corpus-en", "corpus-code", "domain-math")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared test corpora are not on this machine"),
]


@pytest.mark.timeout(600)
def test_every_document_comes_back_and_parts_change_nothing(monkeypatch):
    batches = [batch for name in CORPORA for batch in islice(document.read(DATA / f"{name}.jsonl.zst"), 1)]
    batches = [batch.slice(0, 400) for batch in batches]
    encoder = encoder_of(train_from(batches, TokenizerConfig(vocab_size=8192)))
    for batch in batches:
        texts = batch.column("text").to_pylist()
        ids, offsets = encoder.encode_batch(texts)
        for place, text in enumerate(texts):
            assert encoder.decode_bytes(ids[offsets[place] : offsets[place + 1]]) == text.encode()
        with monkeypatch.context() as patch:
            patch.setattr(plain, "CALL_CHARACTERS", 3_000)
            in_parts, _ = Plain(encoder._tokenizer, divisible=True).encode(texts)
        assert np.array_equal(in_parts, ids)
        assert batch.column("text").nbytes / len(ids) > 2.5
