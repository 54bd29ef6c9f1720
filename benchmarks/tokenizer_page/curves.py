"""The section on compression: a curve by channel, its cost and knee, peers on the same text, targets and balance.

In: the folder of corpora. Out: Markdown; the drawing lies in img/tokenizer-curve.svg.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document, storage
from headwater.cli import tokenizer_curve
from headwater.pipeline.progress import Reporter
from headwater.tokenizer import report, train
from headwater.tokenizer.config import TokenizerConfig

CORPORA = ("corpus-zh", "corpus-en", "corpus-code", "domain-math")
SIZES = [4_000, 8_000, 16_000, 32_000, 64_000]
CORPUS_BYTES = 3_000_000  # learned from, a corpus; as much again is only measured on
MODELS = ("llama-10m", "llama-300m", "llama-1b")
PATTERNS = ("headwater", "gpt2", "cl100k", "llama3", "qwen2")
TARGET_SIZE = 16_000
TARGETS = {"zh": 3.5, "en": 3.4}


def section(data: Path, output: Path) -> str:
    """The section in Markdown."""
    learned, apart = halves(data)
    config = TokenizerConfig(vocab_size=SIZES[-1])
    silent = Reporter(quiet=True)
    first = tokenizer_curve.measured(lambda: iter(learned), config, SIZES, MODELS[0], 2048, silent)
    storage.write_text(output / "img" / "tokenizer-curve.svg", tokenizer_curve.drawing(first))
    total = first["drawn"]["all"]
    knees = [tokenizer_curve.knees(total, SIZES[0], SIZES[-1], model, 2048)["least_compute"] for model in MODELS]
    return "\n\n".join(
        [
            "## Compression and vocabulary size",
            f"Learned once, up to {SIZES[-1]:,} tokens, from {_megabytes(learned)} MB of Chinese, English, code and "
            "mathematics; a smaller vocabulary is the beginning of a larger one, so every other size is read off the "
            "same learning. Bytes a token on the text that was learned from:",
            _by_channel(first),
            "![Bytes a token against vocabulary size, by channel](img/tokenizer-curve.svg)",
            "What the embedding and the head cost, and the size at which a byte of text takes the least compute:",
            _costs(first),
            _knees(first, knees),
            _peers(learned, apart),
            _targets(learned),
        ]
    )


def halves(data: Path) -> tuple[list[pa.RecordBatch], list[pa.RecordBatch]]:
    """Documents to learn from, and others of the same corpora; every second one, a channel a corpus."""
    learned, apart = [], []
    for name in CORPORA:
        for place, batch in enumerate(_rows(data / f"{name}.jsonl.zst", name)):
            (learned if place % 2 == 0 else apart).append(batch)
    return learned, apart


def _rows(path: Path, name: str) -> Iterator[pa.RecordBatch]:
    """Documents of a corpus, few at a time, up to twice CORPUS_BYTES."""
    left = 2 * CORPUS_BYTES
    for batch in document.read([str(path)], Counter()):
        for start in range(0, batch.num_rows, 50):
            part = batch.slice(start, 50)
            channel = name.partition("-")[2]
            yield part.append_column("channel", pa.array([channel] * part.num_rows))
            left -= sum(len(text.encode()) for text in part.column("text").to_pylist())
            if left <= 0:
                return


def _megabytes(batches: list[pa.RecordBatch]) -> int:
    return round(sum(len(t.encode()) for batch in batches for t in batch.column("text").to_pylist()) / 1e6)


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines)


def _by_channel(first: dict[str, Any]) -> str:
    sizes = [entry["vocab_size"] for entry in first["sizes"]]
    rows = [[name, *(f"{one[str(size)]:.2f}" for size in sizes)] for name, one in first["channels"].items()]
    rows.append(["all", *(f"{entry['bytes_per_token']:.2f}" for entry in first["sizes"])])
    return markdown(["channel", *(f"{size:,}" for size in sizes)], rows)


def _costs(first: dict[str, Any]) -> str:
    rows = [
        [
            f"{entry['vocab_size']:,}",
            f"{entry['embedding_parameters'] / 1e6:.1f} M ({entry['embedding_share']:.0%})",
            f"{entry['training_bytes'] / 1e6:.0f} MB",
            f"{entry['head_flops_per_byte'] / 1e6:.2f} M",
            f"{entry['flops_per_byte'] / 1e6:.2f} M",
        ]
        for entry in first["sizes"]
    ]
    model = first["model"]
    header = ["tokens", f"parameters (of {model})", "memory in training", "head, FLOPs a byte", "model, FLOPs a byte"]
    return markdown(header, rows)


def _knees(first: dict[str, Any], knees: list[dict[str, Any]]) -> str:
    parts = []
    for model, one in zip(MODELS, knees, strict=True):
        beyond = " or more" if one["at_end"] else ""
        parts.append(f"{one['vocab_size']:,}{beyond} for {model}")
    return (
        f"Least compute a byte: {', '.join(parts)}. The curve itself bends at "
        f"{first['knee']['bend']['vocab_size']:,} tokens (furthest above the line between its ends), whatever the "
        "model. A large model has a knee far out, since its head is small beside its body; what then bounds the "
        "vocabulary is memory, and how often the rarest tokens are seen: more text would move every knee outwards."
    )


def _peers(learned: list[pa.RecordBatch], apart: list[pa.RecordBatch]) -> str:
    """Our pattern beside those of well-known models: the same text, size and learning, measured on other documents."""
    encoders = []
    for name in PATTERNS:
        config = TokenizerConfig(vocab_size=TARGET_SIZE, pretokenizer=name)  # type: ignore[arg-type]
        encoders.append(
            report.encoder_of(train.from_documents(lambda: iter(learned), config, Reporter(quiet=True)).tokenizer)
        )
    found = report.compared(encoders, apart)
    channels = list(found[0]["channels"])
    rows = [
        [
            name,
            *(f"{one['channels'][channel]['bytes_per_token']:.2f}" for channel in channels),
            f"{one['total']['bytes_per_token']:.2f}",
            f"{one['total']['fertility']:.2f}",
            f"{one['total']['split_share']:.1%}",
        ]
        for name, one in zip(PATTERNS, found, strict=True)
    ]
    return (
        f"Patterns side by side: each learned from the same text to {TARGET_SIZE:,} tokens, and measured on "
        f"{_megabytes(apart)} MB of other documents. Bytes a token; then tokens a word, and the share of tokens that "
        "hold only a part of a character.\n\n" + markdown(["pattern", *channels, "all", "tokens/word", "split"], rows)
    )


class _Kept:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line.strip())


def _targets(learned: list[pa.RecordBatch]) -> str:
    """A search for targets and one for balance, round by round."""
    config = TokenizerConfig(vocab_size=TARGET_SIZE)
    said, balanced = _Kept(), _Kept()
    train.from_documents(lambda: iter(learned), replace(config, target_compression=TARGETS), said)
    train.from_documents(lambda: iter(learned), replace(config, balance=True), balanced)
    asked = ",".join(f"{lang}={value:g}" for lang, value in TARGETS.items())
    return (
        f"Compression asked for: `--vocab-size {TARGET_SIZE} --target-compression {asked}` counts the words of each "
        "language once and looks for weights; what has no target (code) takes what is left.\n\n```\n"
        + "\n".join(said.lines)
        + "\n```\n\n`--balance`: every language equally near to what it reaches with a vocabulary for itself alone."
        + "\n\n```\n"
        + "\n".join(balanced.lines)
        + "\n```"
    )
