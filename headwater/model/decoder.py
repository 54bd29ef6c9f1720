"""The LLaMA decoder: RMSNorm, rotary attention and SwiGLU blocks on one residual stream.

In: token ids. Out: logits, or the last hidden states for a loss that never holds all logits.
Module names give the state dict of Hugging Face's LlamaForCausalLM, so that weights need no renaming.

Shapes: B batch, T time, D model, F ffn, V vocabulary, R = head size / 2.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from headwater.errors import HeadwaterError
from headwater.model.attention import Attention, documents_apart
from headwater.model.config import ModelConfig
from headwater.model.rope import Rope


class RMSNorm(nn.Module):
    """x / rms(x) in fp32, then scaled. Source: arXiv 1910.07467, equation 4."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x_BTD: Tensor) -> Tensor:
        x32_BTD = x_BTD.float()
        scale_BT1 = torch.rsqrt(x32_BTD.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * (x32_BTD * scale_BT1).to(x_BTD.dtype)


class FeedForward(nn.Module):
    """SwiGLU: down(silu(gate(x)) * up(x)). Source: arXiv 2002.05202, equation 6."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.ffn_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.ffn_size, bias=False)
        self.down_proj = nn.Linear(config.ffn_size, config.hidden_size, bias=False)

    def forward(self, x_BTD: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x_BTD)) * self.up_proj(x_BTD))


class Block(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.norm_eps)
        self.mlp = FeedForward(config)

    def forward(self, x_BTD: Tensor, cos_BTR: Tensor, sin_BTR: Tensor, seen_B1TT: Tensor | None = None) -> Tensor:
        x_BTD = x_BTD + self.self_attn(self.input_layernorm(x_BTD), cos_BTR, sin_BTR, seen_B1TT)
        return x_BTD + self.mlp(self.post_attention_layernorm(x_BTD))


class Body(nn.Module):
    """Everything below the output head."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.norm = RMSNorm(config.hidden_size, config.norm_eps)
        self.rope = Rope(config.head_size, config.rope_theta, config.max_positions)

    def forward(
        self, tokens_BT: Tensor, positions_BT: Tensor | None = None, segment_BT: Tensor | None = None
    ) -> Tensor:
        seen_B1TT = None
        if segment_BT is not None:
            positions_BT, seen_B1TT = documents_apart(segment_BT)
        elif positions_BT is None:
            positions_BT = torch.arange(tokens_BT.shape[1], device=tokens_BT.device).unsqueeze(0)
        cos_BTR, sin_BTR = self.rope(positions_BT)
        x_BTD = self.embed_tokens(tokens_BT)
        for layer in self.layers:
            x_BTD = layer(x_BTD, cos_BTR, sin_BTR, seen_B1TT)
        return self.norm(x_BTD)


class Decoder(nn.Module):
    """`decoder(tokens_BT) -> logits_BTV`. With tied embeddings there is no `lm_head` of its own."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Body(config)
        self.lm_head = None if config.tie_embeddings else nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    @property
    def head_weight_VD(self) -> Tensor:
        return self.model.embed_tokens.weight if self.lm_head is None else self.lm_head.weight

    def hidden(self, tokens_BT: Tensor, positions_BT: Tensor | None = None, segment_BT: Tensor | None = None) -> Tensor:
        """The normed last hidden states (B, T, D).

        `positions_BT` default to 0, 1, …; attention is causal over the tokens given. With `segment_BT`, the document
        of each token, positions restart and attention stays within a document.
        Raises HeadwaterError arguments when the context is longer than the model's.
        """
        if tokens_BT.shape[1] > self.config.max_positions:
            raise HeadwaterError(
                "arguments",
                f"{tokens_BT.shape[1]} tokens are more than the model's context of {self.config.max_positions}",
            )
        return self.model(tokens_BT, positions_BT, segment_BT)

    def forward(self, tokens_BT: Tensor, positions_BT: Tensor | None = None) -> Tensor:
        return F.linear(self.hidden(tokens_BT, positions_BT), self.head_weight_VD)


def build(config: ModelConfig, device: torch.device | str = "cpu") -> Decoder:
    """A decoder whose weights are room, not yet values: for weights about to be read or drawn."""
    with torch.device("meta"):
        decoder = Decoder(config)
    return decoder.to_empty(device=device)
