"""AdamW (arXiv 1711.05101), fused where the device has it.

In: a decoder and the settings. Out: one optimizer; matrices decay, norms and embeddings do not
(arXiv 2501.00656: decaying embeddings slows and destabilises).
"""

from __future__ import annotations

import torch
from torch import nn

from headwater.model.decoder import Decoder
from headwater.train.config import TrainConfig


def build(decoder: Decoder, config: TrainConfig, learning_rate: float) -> list[torch.optim.Optimizer]:
    return [over(dict(decoder.named_parameters()), config, learning_rate)]


def over(parameters: dict[str, nn.Parameter], config: TrainConfig, learning_rate: float) -> torch.optim.Optimizer:
    """AdamW over named parameters."""
    decayed = [p for name, p in parameters.items() if p.ndim == 2 and "embed_tokens" not in name]
    free = [p for name, p in parameters.items() if p.ndim != 2 or "embed_tokens" in name]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=learning_rate,
        betas=(config.betas[0], config.betas[1]),
        eps=config.eps,
        fused=True,
    )
