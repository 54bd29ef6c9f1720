"""Causal self-attention with grouped key and value heads.

In: the normed residual stream, the rotary tables of its positions, and which tokens each may see where that is less
than all before it. Out: what attention adds to it.

Shapes: B batch, T time, D model, N heads, K key-value heads, G = N/K, H head size, R = H/2, C queries
of a block, E keys it may see.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from headwater.model.config import ModelConfig
from headwater.model.rope import rotate


class Attention(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.num_heads, self.num_kv_heads, self.head_size = config.num_heads, config.num_kv_heads, config.head_size
        width, kv_width = config.num_heads * config.head_size, config.num_kv_heads * config.head_size
        self.query_block = 0  # queries at once for `blocked`; 0: torch's own kernel
        self.q_proj = nn.Linear(config.hidden_size, width, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, kv_width, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, kv_width, bias=False)
        self.o_proj = nn.Linear(width, config.hidden_size, bias=False)

    def forward(self, x_BTD: Tensor, cos_BTR: Tensor, sin_BTR: Tensor, seen_B1TT: Tensor | None = None) -> Tensor:
        B, T, _ = x_BTD.shape
        q_BNTH = self.q_proj(x_BTD).view(B, T, self.num_heads, self.head_size).transpose(1, 2)
        k_BKTH = self.k_proj(x_BTD).view(B, T, self.num_kv_heads, self.head_size).transpose(1, 2)
        v_BKTH = self.v_proj(x_BTD).view(B, T, self.num_kv_heads, self.head_size).transpose(1, 2)
        q_BNTH, k_BKTH = rotate(q_BNTH, cos_BTR, sin_BTR), rotate(k_BKTH, cos_BTR, sin_BTR)
        if self.query_block:
            out_BNTH = blocked(q_BNTH, k_BKTH, v_BKTH, self.query_block, seen_B1TT)
        else:
            out_BNTH = F.scaled_dot_product_attention(
                q_BNTH,
                k_BKTH,
                v_BKTH,
                attn_mask=seen_B1TT,
                is_causal=seen_B1TT is None,
                enable_gqa=self.num_kv_heads != self.num_heads,
            )
        return self.o_proj(out_BNTH.transpose(1, 2).reshape(B, T, -1))


def documents_apart(segment_BT: Tensor) -> tuple[Tensor, Tensor]:
    """For rows of several documents: the position of each token in its own (B, T), and which tokens it may see,
    those of its document up to itself (B, 1, T, T). `segment_BT`: equal for neighbours of one document."""
    place_T = torch.arange(segment_BT.shape[1], device=segment_BT.device)
    begins_BT = torch.ones_like(segment_BT, dtype=torch.bool)
    begins_BT[:, 1:] = segment_BT[:, 1:] != segment_BT[:, :-1]
    begin_BT = torch.where(begins_BT, place_T, 0).cummax(dim=1).values
    seen_BTT = (place_T <= place_T[:, None]) & (place_T >= begin_BT[:, :, None])
    return place_T - begin_BT, seen_BTT.unsqueeze(1)


def blocked(
    q_BNTH: Tensor, k_BKTH: Tensor, v_BKTH: Tensor, query_block: int, seen_B1TT: Tensor | None = None
) -> Tensor:
    """Causal attention by plain products, a block of queries at a time, each against the keys it may see.

    For training on a CPU: forward and backward take less than half the time of torch's kernel there
    (measured at 512 tokens, compiled), at the price of keeping the weights, T x T / 2 a head.
    """
    B, N, T, H = q_BNTH.shape
    K = k_BKTH.shape[1]
    q_BKGTH = (q_BNTH * H**-0.5).view(B, K, N // K, T, H)
    position_T = torch.arange(T, device=q_BNTH.device)
    parts = []
    for start in range(0, T, query_block):
        end = min(start + query_block, T)
        q_BKgH = q_BKGTH[..., start:end, :].reshape(B, K, -1, H)  # g = G x C: a key-value head serves its group at once
        score_BKGCE = (q_BKgH @ k_BKTH[:, :, :end].transpose(2, 3)).view(B, K, N // K, end - start, end)
        if seen_B1TT is None:
            seen = position_T[:end] <= position_T[start:end, None]
        else:
            seen = seen_B1TT[:, :, None, start:end, :end]
        weight_BKGCE = torch.softmax(score_BKGCE.float().masked_fill(~seen, float("-inf")), dim=-1)
        out_BKgH = weight_BKGCE.to(v_BKTH.dtype).view(B, K, -1, end) @ v_BKTH[:, :, :end]
        parts.append(out_BKgH.view(B, N, end - start, H))
    return torch.cat(parts, dim=2)
