"""On real Chinese, English and code: a curve is exact at every size looked at, and targets are met."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from headwater import document
from headwater.pipeline.progress import Reporter
from headwater.tokenizer import report, train
from headwater.tokenizer.config import TokenizerConfig

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CORPORA = ("corpus-zh", "corpus-en", "corpus-code")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared test corpora are not on this machine"),
]


def batches() -> Iterator[pa.RecordBatch]:
    for name in CORPORA:
        batch = next(iter(document.read(DATA / f"{name}.jsonl.zst"))).slice(0, 200)
        yield batch.append_column("channel", batch.column("lang"))


@pytest.mark.parametrize(("kind", "pattern"), [("bbpe", "headwater"), ("bbpe", "gpt2"), ("bpe", "llama3")])
def test_curves_are_exact(kind, pattern):
    config = TokenizerConfig(type=kind, pretokenizer=pattern, vocab_size=12_000, reserve=0)
    learned, curves = train.curves(batches, config, Reporter(quiet=True))
    for size in (learned.num_fixed, 5_000, 12_000):
        encoder = report.encoder_of(learned.cut(size).tokenizer())
        channels = report.compression(encoder, batches())["channels"]
        assert {lang: one["tokens"] for lang, one in channels.items()} == {
            lang: one.tokens_at(size) for lang, one in curves.items()
        }


@pytest.mark.parametrize("size", [{"vocab_size": 8_000}, {"vocab_size": 64_000, "max_vocab_size": 64_000}])
def test_targets_are_met(size):
    asked = {"zh": 3.2, "en": 3.4}
    config = TokenizerConfig(target_compression=asked, **size)
    found = train.from_documents(batches, config, Reporter(quiet=True))
    channels = report.compression(report.encoder_of(found.tokenizer), batches())["channels"]
    for lang, value in asked.items():
        assert value * 0.999 <= channels[lang]["bytes_per_token"] <= value * 1.01
