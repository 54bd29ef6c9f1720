"""A run small enough to train in a test: packed tokens, a schedule, a tokenizer and a Context."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.batches.indexed import HEADER, MAGIC, VERSION
from headwater.batches.packing import num_windows
from headwater.model.config import ModelSection
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage
from headwater.train.config import TrainConfig, num_steps, sequences_a_step

VOCAB = 96
LENGTH = 16
CHANNELS = {"zh-general": 3000, "en-general": 4000, "code-specific": 2000}  # tokens
MODEL = ModelSection(
    preset="llama-1m", hidden_size=32, num_layers=2, num_heads=4, num_kv_heads=2, head_size=8, ffn_size=48
)
TRAIN = TrainConfig(
    tokens=20 * 8 * LENGTH,
    batch_tokens=8 * LENGTH,
    sequence_length=LENGTH,
    learning_rate=0.01,
    precision="fp32",
    compile="off",
    micro_batch=3,
    checkpoint_every_steps=4,
    decay_share=0.25,
)


@dataclass(frozen=True)
class Recipe:
    model: ModelSection
    train: TrainConfig
    fork: str = ""


def tokenizer_bytes() -> bytes:
    """A byte-level tokenizer of 2 special tokens and a few bytes; enough to be loaded."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())[: VOCAB - 2]
    vocab = {"<|endoftext|>": 0, "<|pad|>": 1} | {letter: i + 2 for i, letter in enumerate(letters)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>", "<|pad|>"])
    return tokenizer.to_str().encode()


def write_channel(folder: Path, name: str, tokens: np.ndarray, lengths: np.ndarray | None = None) -> None:
    """A channel of documents of these lengths (default: one)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.bin").write_bytes(tokens.astype("<u2").tobytes())
    sizes = np.array([len(tokens)]) if lengths is None else lengths
    head = HEADER.pack(MAGIC, VERSION, 8, len(sizes), len(sizes) + 1)
    parts = (
        sizes.astype("<i4"),
        ((np.cumsum(sizes) - sizes) * 2).astype("<i8"),
        np.arange(len(sizes) + 1, dtype="<i8"),
    )
    (folder / f"{name}.idx").write_bytes(head + b"".join(part.tobytes() for part in parts))


def segment(
    train: TrainConfig, seed: int, counts: dict[str, int], windows: dict[str, int] | None = None
) -> dict[str, Any]:
    windows = windows or {name: num_windows(size, train.sequence_length) for name, size in CHANNELS.items()}
    return {
        "schema": 1,
        "first_step": 1,
        "last_step": num_steps(train),
        "seed": seed,
        "sequence_length": train.sequence_length,
        "sequences": sequences_a_step(train),
        "block": sum(counts.values()),
        "counts": counts,
        "offsets": dict.fromkeys(counts, 0),
        "windows": {name: windows[name] for name in counts},
    }


def world(
    root: Path,
    run: str = "tiny",
    *,
    train: TrainConfig = TRAIN,
    model: ModelSection = MODEL,
    seed: int = 7,
    counts: dict[str, int] | None = None,
    windows: dict[str, int] | None = None,
    fork: str = "",
    say: io.StringIO | None = None,
    **changed: Any,
) -> Context:
    """Inputs under `root` (made once) and a Context for the run."""
    train = replace(train, **changed)
    if not (root / "pack").exists():
        rng = np.random.default_rng(1)
        for name, size in CHANNELS.items():
            walk = np.cumsum(rng.integers(0, 3, size)) % (VOCAB - 2) + 2  # something to learn
            write_channel(root / "pack", name, walk)
        storage.write_bytes(root / "tokenizer" / "tokenizer.json", tokenizer_bytes())
    counts = counts or {"zh-general": 4, "en-general": 4, "code-specific": 2}
    mix = root / f"mix-{num_steps(train)}-{'-'.join(map(str, counts.values()))}-{seed}"
    storage.write_text(mix / "schedule.jsonl", json.dumps(segment(train, seed, counts, windows)) + "\n")
    folder = storage.make_folder(root / "runs" / run)
    return Context(
        stage=Stage(name="train", version=1, function="", config=train),
        folder=folder,
        inputs={"tokenizer": root / "tokenizer", "pack": root / "pack", "mix": mix},
        seed=seed,
        engine=None,  # type: ignore[arg-type]
        report=Reporter(quiet=say is None, out=say),
        run_folder=folder,
        recipe=Recipe(model, train, fork),
        input_digests={"tokenizer": "t", "pack": "p", "mix": mix.name},
    )
