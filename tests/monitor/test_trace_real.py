"""A thousand random tokens of a packed sample of real text, each traced to text that contains it."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

import headwater
from headwater import document
from headwater.tokenizer import train
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.encode import Encoder
from headwater.tokenizer.pieces import Decoder
from tests.monitor.traced import make_run

DATA = Path(__file__).parents[2].parent / "shared" / "data"
LABELS = {
    "corpus-zh": ("zh", "general", "general"),
    "corpus-en": ("en", "general", "general"),
    "corpus-code": ("code", "specific", "general"),
    "domain-math": ("en", "specific", "math"),
}
DOCUMENTS, TOKENS = 60, 1000
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test corpora are not on this machine")


def sample():
    """Rows of each corpus in turn, with the labels it stands for."""
    found = []
    for name, (lang, kind, domain) in LABELS.items():
        batch = next(iter(document.read(DATA / f"{name}.jsonl.zst")))
        for number, row in enumerate(islice(batch.to_pylist(), DOCUMENTS)):
            row |= {"id": f"{name}-{number}", "text": row["text"][:4_000], "meta": {}}
            found.append(row | {"lang": lang, "kind": kind, "domain": domain})
    return found


def test_a_thousand_tokens_of_real_text(tmp_path, monkeypatch):
    given = sample()
    config = TokenizerConfig(vocab_size=2048)
    learned = train.train_from(list(document.batches_of(given[::7], max_rows=100)), config)
    monkeypatch.setattr("tests.pack.made.tokenizer", lambda: learned)
    folder, documents = make_run(tmp_path, given=given)
    run, by_id = headwater.Run(folder), {row["id"]: row for row in documents}
    encoder, decoder = Encoder.load(folder / "tokenizer"), Decoder(folder / "tokenizer/tokenizer.json")
    rng, channels = random.Random(11), set()
    found = {step: (run.documents(step), run.batch(step)) for step in range(1, run.schedule.num_steps + 1)}
    for number in range(TOKENS):
        step, row, place = rng.randint(1, run.schedule.num_steps), rng.randrange(8), rng.randrange(65)
        parts = (part for part in found[step][0] if part["row"] == row)
        part = next(part for part in parts if part["offset"] <= place < part["offset"] + part["tokens"])
        token, text = int(found[step][1].tokens_BT1[row, place]), by_id[part["id"]]["text"]
        before, inside, after = run.tracer.tokens(part, 1 << 40)
        assert inside[place - part["offset"]] == token
        assert encoder.decode_bytes([token]) in text.encode()
        assert decoder.decode([*before, *inside, *after]) == text
        assert number % 10 or step in run.steps(doc=part["id"])
        channels.add(part["channel"])
    assert len(channels) == len(LABELS)
