"""A small model for the page: trained on text, scored in bits a byte, written as a Hugging Face folder.

In: texts and an encoder. Out: a decoder, and its loss by language.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from headwater import storage
from headwater.evaluate import perplexity
from headwater.interop import hf_config
from headwater.model import checkpoint, weights
from headwater.model.config import ModelSection, resolve
from headwater.model.decoder import Decoder, build
from headwater.model.init import initialise
from headwater.tokenizer.encode import Encoder
from headwater.train import step
from headwater.train.config import TrainConfig
from headwater.train.optim import registry
from headwater.train.precision import Machine

LENGTH, SEQUENCES = 128, 16
RATE, WARMUP_STEPS = 3e-3, 20


def fresh(vocab_size: int, tie: bool) -> Decoder:
    """A model of untrained weights: llama-1m with three blocks."""
    section = ModelSection(preset="llama-1m", num_layers=3, tie_embeddings=tie)
    return initialise(build(resolve(section, vocab_size, LENGTH)), 7)


def windows(texts: list[str], encoder: Encoder) -> np.ndarray:
    """int64 [windows, LENGTH + 1]: the texts one after another, each behind an end token."""
    ids, offsets = encoder.encode_batch(texts)
    stream = np.insert(ids.astype(np.int64), offsets[:-1], encoder.eod_id)
    return stream[: len(stream) // (LENGTH + 1) * (LENGTH + 1)].reshape(-1, LENGTH + 1)


def train(decoder: Decoder, rows: np.ndarray, steps: int, seed: int, rate: float = RATE) -> None:
    """So many steps over windows drawn at random, at a rate that rises and then stays."""
    machine = Machine(device="cpu", precision="fp32", compile=False, micro_batch=SEQUENCES, threads=1)
    optimizers = registry.build(decoder.train(), TrainConfig(optimizer="adamw", sequence_length=LENGTH), rate)
    step.prepare(decoder, machine, LENGTH)
    rng = np.random.default_rng(seed)
    for number in range(steps):
        registry.set_rate(optimizers, rate * min(1.0, (number + 1) / WARMUP_STEPS))
        step.accumulate(decoder, rows[rng.integers(0, len(rows), SEQUENCES)], machine)
        step.clip(decoder, 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)


def bits_per_byte(decoder: Decoder, encoder: Encoder, texts: list[str]) -> float:
    """Loss on texts, by byte of text."""
    rows = windows(texts, encoder)
    decoder.eval()
    score = perplexity.channel_score(
        perplexity.window_nats(decoder, rows, SEQUENCES), rows, perplexity.token_bytes(encoder)
    )
    return float(score["bits_per_byte"])


def save(decoder: Decoder, folder: Path) -> Path:
    """The model as a Hugging Face folder, without a tokenizer."""
    with storage.open_atomic(folder / checkpoint.MODEL) as handle:
        weights.write_tensors(handle, decoder.state_dict(), {"format": "pt"})
    storage.write_json(folder / hf_config.NAME, hf_config.written(decoder.config, {}))
    return folder
