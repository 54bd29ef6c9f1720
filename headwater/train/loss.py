"""Cross entropy of the output head without ever holding all logits.

In: the last hidden states, the head's weight and the targets. Out: the scaled sum of losses, and the
loss of each token in nats. Rows are taken in chunks; while a chunk's logits are at hand, their gradient
is formed and multiplied on, so that the forward pass leaves both gradients behind and nothing is
computed twice.

Shapes: N tokens, C tokens of a chunk, D model, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

CHUNK_BYTES = 32 << 20  # fp32 logits of one chunk: about what a last-level cache holds

Terms = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def terms(logits_CV: Tensor, targets_C: Tensor, scale_C: Tensor) -> tuple[Tensor, Tensor]:
    """Nats of each token (fp32), and the gradient of their sum, each `scale_C` times, by the logits (in their type)."""
    logits32_CV = logits_CV.float()
    log_sum_C = torch.logsumexp(logits32_CV, dim=-1)
    target_logit_C = logits32_CV.gather(1, targets_C.unsqueeze(1)).squeeze(1)
    gradient_CV = torch.exp(logits32_CV - log_sum_C.unsqueeze(1)) * scale_C.unsqueeze(1)
    gradient_CV.scatter_add_(1, targets_C.unsqueeze(1), -scale_C.unsqueeze(1))
    return log_sum_C - target_logit_C, gradient_CV.to(logits_CV.dtype)


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden_ND: Tensor,
        weight_VD: Tensor,
        targets_N: Tensor,
        scale_N: Tensor,
        dtype: torch.dtype,
        chunk_terms: Terms,
    ) -> tuple[Tensor, Tensor]:
        hidden, weight = hidden_ND.to(dtype), weight_VD.to(dtype)
        rows = max(1, CHUNK_BYTES // (4 * weight.shape[0]))
        nats_N = torch.empty(hidden.shape[0], dtype=torch.float32, device=hidden.device)
        by_hidden_ND = torch.empty_like(hidden)
        by_weight_VD = torch.zeros_like(weight_VD, dtype=torch.float32)
        for start in range(0, hidden.shape[0], rows):
            part = slice(start, start + rows)
            nats_N[part], gradient_CV = chunk_terms(hidden[part] @ weight.T, targets_N[part], scale_N[part])
            torch.mm(gradient_CV, weight, out=by_hidden_ND[part])
            by_weight_VD += gradient_CV.T @ hidden[part]
        ctx.save_for_backward(by_hidden_ND.to(hidden_ND.dtype), by_weight_VD.to(weight_VD.dtype))
        ctx.mark_non_differentiable(nats_N)
        return (nats_N * scale_N).sum(), nats_N

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        by_hidden_ND, by_weight_VD = ctx.saved_tensors
        return by_hidden_ND * gradients[0], by_weight_VD * gradients[0], None, None, None, None


def linear_cross_entropy(
    hidden_ND: Tensor,
    weight_VD: Tensor,
    targets_N: Tensor,
    scale: float | Tensor,
    dtype: torch.dtype,
    chunk_terms: Terms = terms,
) -> tuple[Tensor, Tensor]:
    """(summed loss, each token's `scale` times; loss of each token in nats).

    Products are in `dtype`, everything else in fp32. `scale`: one number, or one a token: 0 where none is scored.
    """
    scale_N = scale if isinstance(scale, Tensor) else hidden_ND.new_full(targets_N.shape, scale, dtype=torch.float32)
    device = hidden_ND.device.type
    with torch.autocast(device, enabled=False):
        loss, nats_N = _LinearCrossEntropy.apply(hidden_ND, weight_VD, targets_N, scale_N, dtype, chunk_terms)
    return loss, nats_N
