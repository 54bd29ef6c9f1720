"""What a model costs: parameters, operations and memory, from its sizes alone.

In: a ModelConfig. Out: numbers. A multiply and an add are two operations.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.model.config import ModelConfig


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of weights; `total` counts a tied matrix once."""

    embedding: int
    head: int
    attention: int
    mlp: int
    norm: int

    @property
    def non_embedding(self) -> int:
        """N of the scaling laws: everything but the vocabulary."""
        return self.attention + self.mlp + self.norm

    @property
    def total(self) -> int:
        return self.embedding + self.head + self.non_embedding


def parameters(config: ModelConfig) -> Parameters:
    vocabulary = config.vocab_size * config.hidden_size
    query = config.hidden_size * config.num_heads * config.head_size
    key_value = config.hidden_size * config.num_kv_heads * config.head_size
    return Parameters(
        embedding=vocabulary,
        head=0 if config.tie_embeddings else vocabulary,
        attention=config.num_layers * 2 * (query + key_value),
        mlp=config.num_layers * 3 * config.hidden_size * config.ffn_size,
        norm=(2 * config.num_layers + 1) * config.hidden_size,
    )


def forward_flops_per_token(config: ModelConfig, sequence_length: int) -> dict[str, float]:
    """Operations of one token's forward pass, by part, averaged over a causal sequence.

    A matrix of P weights costs 2P. Scores and their weighted sum cost 4·T·N·H for T keys, of which a
    causal token sees half on average.
    """
    counted = parameters(config)
    scores = 2.0 * config.num_layers * sequence_length * config.num_heads * config.head_size
    parts = {
        "attention": 2.0 * counted.attention + scores,
        "mlp": 2.0 * counted.mlp,
        "head": 2.0 * config.vocab_size * config.hidden_size,
    }
    return parts | {"total": sum(parts.values())}


def training_flops_per_token(config: ModelConfig, sequence_length: int) -> float:
    """Forward and backward: the backward pass does each product twice (arXiv 2001.08361, section 2.1)."""
    return 3.0 * forward_flops_per_token(config, sequence_length)["total"]


def training_memory_bytes(config: ModelConfig, micro_batch_tokens: int, optimizer_states: int = 2) -> int:
    """A rough need: fp32 weights, gradients and optimizer states, and the activations of a microbatch.

    Activations: what a block keeps for its backward pass, in bf16 but for the fp32 residual stream.
    """
    weights = 4 * parameters(config).total * (2 + optimizer_states)
    width = config.num_heads * config.head_size + 2 * config.num_kv_heads * config.head_size
    per_token = config.num_layers * (4 * 4 * config.hidden_size + 2 * (3 * width + 4 * config.ffn_size))
    return weights + micro_batch_tokens * per_token
