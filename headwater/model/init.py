"""Initial weights.

In: a decoder and a seed. Out: the decoder, its weights drawn. Each tensor has a generator of its own,
seeded by its name, so that a weight depends on neither the order of drawing nor the number of layers.
"""

from __future__ import annotations

import hashlib
import math

import torch

from headwater.model.decoder import Decoder


def generator(seed: int, name: str) -> torch.Generator:
    """A generator on the CPU (the same draws on every device) for one named tensor."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)


@torch.no_grad()
def initialise(decoder: Decoder, seed: int) -> Decoder:
    """Normal weights of deviation `init_std`, ones for the norms.

    The two matrices that write into the residual stream are divided by sqrt(2 x layers), so that the
    stream's variance does not grow with depth (GPT-2, section 2.3).
    """
    config = decoder.config
    for name, parameter in decoder.named_parameters():
        if parameter.ndim == 1:
            parameter.fill_(1.0)
            continue
        writes_residual = name.endswith(("o_proj.weight", "down_proj.weight"))
        std = config.init_std / math.sqrt(2 * config.num_layers) if writes_residual else config.init_std
        drawn = torch.empty(parameter.shape, dtype=torch.float32)
        parameter.copy_(drawn.normal_(0.0, std, generator=generator(seed, name)))
    return decoder
