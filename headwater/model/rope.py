"""Rotary positions, in the half-split layout of Hugging Face's Llama.

In: queries or keys and the position of each token. Out: the same, each pair (i, i + H/2) of a head
turned by position x frequency i. Source: arXiv 2104.09864, equation 34.

Shapes: B batch, T time, N heads, H head size, R = H/2 pairs, P positions.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def frequencies(head_size: int, theta: float) -> Tensor:
    """theta^(-2i/H) for each pair i, in fp32 as other Llama code computes it, so that logits agree."""
    exponent_R = torch.arange(0, head_size, 2, dtype=torch.float32) / head_size
    return 1.0 / (theta**exponent_R)


def tables(head_size: int, theta: float, num_positions: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of every position and pair, fp32: (P, R) each."""
    positions_P = torch.arange(num_positions, dtype=torch.float32)
    angle_PR = torch.outer(positions_P, frequencies(head_size, theta))
    return angle_PR.cos(), angle_PR.sin()


def rotate(x_BNTH: Tensor, cos_BTR: Tensor, sin_BTR: Tensor) -> Tensor:
    """Turn each pair in fp32 and give back the type that came in."""
    first, second = x_BNTH.float().chunk(2, dim=-1)
    cos, sin = cos_BTR.unsqueeze(1), sin_BTR.unsqueeze(1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x_BNTH.dtype)


class Rope(nn.Module):
    """The tables of a model. They stay fp32 when the model is cast, and are rebuilt after `to_empty`.

    A table rounded to bf16 would give neighbours beyond position 256 the same angle.
    """

    def __init__(self, head_size: int, theta: float, num_positions: int) -> None:
        super().__init__()
        self.head_size, self.theta, self.num_positions = head_size, theta, num_positions
        self._build(torch.get_default_device())

    def _build(self, device: torch.device) -> None:
        with torch.device("cpu"):  # one place to compute, so that the tables are the same on every device
            cos_PR, sin_PR = tables(self.head_size, self.theta, self.num_positions)
        self.register_buffer("cos_PR", cos_PR.to(device), persistent=False)
        self.register_buffer("sin_PR", sin_PR.to(device), persistent=False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Rope:
        super()._apply(fn, recurse)
        self._build(self.get_buffer("cos_PR").device)
        return self

    def forward(self, positions_BT: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and sines of the given positions: (B, T, R) each."""
        return self.get_buffer("cos_PR")[positions_BT], self.get_buffer("sin_PR")[positions_BT]
