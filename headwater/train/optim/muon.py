"""Muon for the hidden matrices, AdamW for everything else.

In: a decoder and the settings. Out: two optimizers. A Muon step is scaled to the size of an AdamW
step (0.2 sqrt(max(rows, columns)), arXiv 2502.16982, equation 4), so one learning rate serves both.
"""

from __future__ import annotations

import torch

from headwater.model.decoder import Decoder
from headwater.train.config import TrainConfig
from headwater.train.optim import adamw


def build(decoder: Decoder, config: TrainConfig, learning_rate: float) -> list[torch.optim.Optimizer]:
    named = dict(decoder.named_parameters())
    hidden = {name: p for name, p in named.items() if p.ndim == 2 and name.startswith("model.layers.")}
    rest = {name: p for name, p in named.items() if name not in hidden}
    muon = torch.optim.Muon(
        list(hidden.values()),
        lr=learning_rate,
        weight_decay=config.weight_decay,
        momentum=config.momentum,
        adjust_lr_fn="match_rms_adamw",
    )
    return [muon, adamw.over(rest, config, learning_rate)]
