"""Our training step beside transformers' LlamaForCausalLM with bf16 autocast and torch.compile.

In: nothing (random tokens; a step's cost does not depend on them). Out: tokens a second of both at the
same sizes, batch and type, taken in turns in one process, and the ratio of the medians.
Both compile, both use fused AdamW and clip the gradient; the peer gets the microbatch that suits it best.

    python -m benchmarks.train [--small] [--preset llama-10m] [--vocab 16384] [--rounds 7]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from benchmarks import runner
from headwater.model.config import ModelConfig, ModelSection, resolve
from headwater.model.decoder import build
from headwater.model.flops import parameters, training_flops_per_token
from headwater.model.init import initialise
from headwater.train import precision, step
from headwater.train.config import TrainConfig
from headwater.train.optim import registry

LENGTH = 512
MICRO_BATCHES = (4, 8, 16)


def ours(config: ModelConfig, tokens_BT1: np.ndarray, compiled: str) -> Callable[[], None]:
    """One optimizer step as `headwater train` does it, its automatic choices included."""
    train = TrainConfig(sequence_length=LENGTH, compile=compiled)  # type: ignore[arg-type]
    machine, said = precision.decide(train, 1e18, tokens_BT1.shape[0])
    print("ours:", machine, *said)
    decoder = initialise(build(config, machine.device), 7)
    optimizers = registry.build(decoder, train, 1e-3)
    step.prepare(decoder, machine, LENGTH)

    def turn() -> None:
        step.accumulate(decoder, tokens_BT1, machine)
        step.clip(decoder, 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    return turn


def peer(config: ModelConfig, tokens_BT1: np.ndarray, compiled: str, micro_batch: int) -> Callable[[], None]:
    """The same step written plainly over transformers."""
    from transformers import LlamaConfig, LlamaForCausalLM

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.hidden_size,
            intermediate_size=config.ffn_size,
            num_hidden_layers=config.num_layers,
            num_attention_heads=config.num_heads,
            num_key_value_heads=config.num_kv_heads,
            head_dim=config.head_size,
            max_position_embeddings=config.max_positions,
            tie_word_embeddings=config.tie_embeddings,
            use_cache=False,
            attn_implementation="sdpa",
        )
    ).to(device)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    called = torch.compile(model) if compiled == "on" else model
    tokens = torch.from_numpy(tokens_BT1[:, :-1]).contiguous().to(device)

    def turn() -> None:
        parts = tokens.split(micro_batch)
        for part in parts:
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = called(input_ids=part, labels=part).loss / len(parts)
            loss.backward()
            loss.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return turn


def timed(turn: Callable[[], None]) -> float:
    started = time.perf_counter()
    turn()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a model and batch that only show that it runs")
    parser.add_argument("--preset", default="llama-10m")
    parser.add_argument("--vocab", type=int, default=16384)
    parser.add_argument("--sequences", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--compile", choices=("on", "off"), default="on")
    args = parser.parse_args()
    if args.small:
        args.preset, args.vocab, args.sequences, args.rounds = "llama-1m", 4096, 8, 3
    config = resolve(ModelSection(preset=args.preset), args.vocab, LENGTH)
    tokens_BT1 = np.random.default_rng(7).integers(0, args.vocab, (args.sequences, LENGTH + 1))
    turns = {"ours": ours(config, tokens_BT1, args.compile)}
    for micro_batch in MICRO_BATCHES:
        if args.sequences % micro_batch == 0:
            turns[f"peer {micro_batch}"] = peer(config, tokens_BT1, args.compile, micro_batch)
    first = {name: timed(turn) for name, turn in turns.items()}
    for turn in turns.values():
        timed(turn)
    taken: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(args.rounds):
        for name, turn in turns.items():
            taken[name].append(timed(turn))
    num_tokens = args.sequences * LENGTH
    speed = {name: num_tokens / statistics.median(times) for name, times in taken.items()}
    print({name: round(value) for name, value in speed.items()})
    best = max((name for name in turns if name != "ours"), key=lambda name: speed[name])
    work = training_flops_per_token(config, LENGTH)
    runner.save(
        "train" if not args.small else "train-small",
        ours={"tokens_per_s": round(speed["ours"]), "first_step_s": round(first["ours"], 1)},
        peer={
            "tokens_per_s": round(speed[best]),
            "first_step_s": round(first[best], 1),
            "name": f"transformers, {best}",
        },
        ratio=speed["ours"] / speed[best],
        preset=args.preset,
        parameters=parameters(config).total,
        vocab_size=args.vocab,
        compile=args.compile,
        tokens=num_tokens,
        rounds=args.rounds,
        gflops_per_s=round(speed["ours"] * work / 1e9, 1),
    )


if __name__ == "__main__":
    main()
