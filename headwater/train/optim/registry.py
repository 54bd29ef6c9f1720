"""The optimizers by name, and their state as named tensors.

In: a decoder and the recipe's optimizer. Out: torch optimizers; and for a checkpoint, a flat map
`PARAMETER#STATE -> tensor` that any later version can read, without pickle.
"""

from __future__ import annotations

from importlib import import_module

import torch
from torch import Tensor

from headwater.errors import HeadwaterError
from headwater.model.decoder import Decoder
from headwater.train.config import TrainConfig

OPTIMIZERS: dict[str, str] = {
    "adamw": "headwater.train.optim.adamw:build",
    "muon": "headwater.train.optim.muon:build",
}


def build(decoder: Decoder, config: TrainConfig, learning_rate: float) -> list[torch.optim.Optimizer]:
    module, _, name = OPTIMIZERS[config.optimizer].partition(":")
    optimizers: list[torch.optim.Optimizer] = getattr(import_module(module), name)(decoder, config, learning_rate)
    return optimizers


def set_rate(optimizers: list[torch.optim.Optimizer], rate: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate


def state_tensors(decoder: Decoder, optimizers: list[torch.optim.Optimizer]) -> dict[str, Tensor]:
    """Every state tensor, under its parameter's name."""
    names = {id(parameter): name for name, parameter in decoder.named_parameters()}
    return {
        f"{names[id(parameter)]}#{key}": value
        for optimizer in optimizers
        for parameter, state in optimizer.state.items()
        for key, value in state.items()
    }


def load_state(
    decoder: Decoder, optimizers: list[torch.optim.Optimizer], tensors: dict[str, Tensor], where: str
) -> None:
    """Put a saved state back. Raises HeadwaterError damaged_file when it does not fit the model."""
    parameters = dict(decoder.named_parameters())
    owner = {p: optimizer for optimizer in optimizers for group in optimizer.param_groups for p in group["params"]}
    for full_name, tensor in tensors.items():
        name, _, key = full_name.partition("#")
        parameter = parameters.get(name)
        if parameter is None or (tensor.ndim and tensor.shape != parameter.shape):
            raise HeadwaterError("damaged_file", f"optimizer state {full_name} does not fit the model", where=where)
        # A step count is one number, which fused AdamW wants beside the parameter.
        owner[parameter].state[parameter][key] = tensor.to(parameter.device)
