"""Lab: does the way numbers are cut show in arithmetic?

The same small model learns the same sums, in the same order, for the same steps, under three vocabularies: digits one
by one, digits in threes from the right, and numbers left to merging. What is measured is how many unseen sums each
answers exactly, by the digits of the larger number. Peer results: Singh and Strouse 2024 (arXiv 2402.14903).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
import torch.nn.functional as F

from headwater import storage
from headwater.labs import arithmetic
from headwater.model.config import ModelConfig
from headwater.model.decoder import Decoder, build
from headwater.model.init import initialise
from headwater.monitor.report import standalone
from headwater.monitor.report.chart import Series
from headwater.tokenizer import report, train
from headwater.tokenizer.config import TokenizerConfig
from headwater.train.config import TrainConfig
from headwater.train.optim import registry

WAYS = {"single": "one by one", "triple": "in threes from the right", "none": "left to merging"}
VOCAB_SIZE = 256 + 64 + 1200  # room for every number of up to three digits
VOCABULARY_LINES, TESTED, PROBED = 100_000, 2000, 500
BATCH, RATE, PROBES = 64, 2e-3, 10
STEPS = 2500


def run(
    output: Path, steps: int = STEPS, seed: int = 0, say: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """Train and measure; writes index.md, accuracy.svg and result.json, and returns the last one's content."""
    lines = arithmetic.drawn(np.random.default_rng([seed, 1]), VOCABULARY_LINES)
    text = pa.array(["".join(pair) for pair in zip(lines.asked, lines.answers, strict=True)], pa.large_string())
    tested = arithmetic.drawn(np.random.default_rng([seed, 2]), TESTED)
    result: dict[str, Any] = {"steps": steps, "sums_a_step": BATCH, "seed": seed, "ways": {}}
    for way in WAYS:
        began = time.monotonic()
        config = TokenizerConfig(vocab_size=VOCAB_SIZE, digits=way, reserve=0)  # type: ignore[arg-type]
        tokenizer = train.train_from([pa.RecordBatch.from_pydict({"text": text})], config)
        encoder = report.encoder_of(tokenizer)
        decoder, curve = _learned(encoder, steps, seed)
        answered = arithmetic.right(decoder, encoder, tested)
        result["ways"][way] = {
            "accuracy": round(float(answered.mean()), 4),
            "by_digits": {str(n): round(float(answered[tested.digits == n].mean()), 4) for n in _digits(tested)},
            "tested": {str(n): int((tested.digits == n).sum()) for n in _digits(tested)},
            "curve": curve,
            "vocab_size": encoder.vocab_size,
            "tokens_a_sum": round(_tokens_a_sum(encoder, tested), 2),
            "seconds": round(time.monotonic() - began, 1),
        }
        say(f"  digits {WAYS[way]}: {result['ways'][way]['accuracy']:.1%} of unseen sums right")
    _write(output, result)
    return result


def _digits(problems: arithmetic.Problems) -> list[int]:
    return sorted(set(problems.digits.tolist()))


def _tokens_a_sum(encoder: Any, problems: arithmetic.Problems) -> float:
    texts = ["".join(pair) for pair in zip(problems.asked, problems.answers, strict=True)]
    return len(encoder.encode_batch(texts)[0]) / len(texts)


def _model(vocab_size: int) -> ModelConfig:
    """0.4 million parameters, and the embedding of the vocabulary."""
    return ModelConfig(
        preset="", vocab_size=vocab_size, hidden_size=128, num_layers=2, num_heads=4, num_kv_heads=4, head_size=32,
        ffn_size=352, rope_theta=10_000.0, norm_eps=1e-5, max_positions=64, tie_embeddings=True, init_std=0.02,
    )  # fmt: skip


def _learned(encoder: Any, steps: int, seed: int) -> tuple[Decoder, list[list[float]]]:
    """The trained model, and [sums seen, share of fresh sums right] as it learned."""
    decoder = initialise(build(_model(encoder.vocab_size)), seed)
    optimizers = registry.build(decoder, TrainConfig(optimizer="adamw", weight_decay=0.01), RATE)
    random, fresh = np.random.default_rng([seed, 3]), arithmetic.drawn(np.random.default_rng([seed, 4]), PROBED)
    curve = []
    for step in range(1, steps + 1):
        inputs, targets = arithmetic.tokens(encoder, arithmetic.drawn(random, BATCH))
        logits = decoder(inputs)
        F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=arithmetic.IGNORED).backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        registry.set_rate(optimizers, RATE * min(1.0, step / max(1, steps // 20), (steps - step + 1) / (steps / 2)))
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        if step % max(1, steps // PROBES) == 0:
            curve.append([step * BATCH, round(float(arithmetic.right(decoder, encoder, fresh).mean()), 4)])
    return decoder.eval(), curve


def _write(output: Path, result: dict[str, Any]) -> None:
    series = []
    for way, found in result["ways"].items():
        x, y = np.array(found["curve"] or [[0, 0.0]], np.float64).T
        series.append(Series(name=f"digits {WAYS[way]}", x=x, y=100 * y))
    chart = standalone.lines(
        series, title="Unseen sums answered exactly", x_label="sums seen", y_label="% right", from_zero=True
    )
    storage.write_text(output / "accuracy.svg", chart)
    storage.write_text(output / "index.md", page(result))
    storage.write_json(output / "result.json", result)


def page(result: dict[str, Any], picture_at: str = "accuracy.svg") -> str:
    """The result in Markdown."""
    digits = sorted(next(iter(result["ways"].values()))["by_digits"], key=int)
    lines = [
        "# Digits",
        "",
        f"One model of 0.4 million parameters learns the same {result['steps'] * result['sums_a_step']:,} additions"
        f" (numbers of 1 to {arithmetic.MAX_DIGITS} digits) under three vocabularies. Unseen sums answered"
        " exactly, by the digits of the larger number:",
        "",
        "| digits | " + " | ".join(digits) + " | all | tokens a sum |",
        "|---" * (len(digits) + 3) + "|",
    ]
    for way, found in result["ways"].items():
        shares = " | ".join(f"{found['by_digits'][n]:.1%}" for n in digits)
        lines.append(f"| {WAYS[way]} | {shares} | {found['accuracy']:.1%} | {found['tokens_a_sum']} |")
    best = max(result["ways"], key=lambda way: result["ways"][way]["accuracy"])
    lines += [
        "",
        f"Best here: {WAYS[best]}.",
        "",
        f"![Unseen sums answered exactly, as models learn]({picture_at})",
    ]
    return "\n".join(lines) + "\n"
