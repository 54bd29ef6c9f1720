"""One training step: forward and backward over the microbatches of a batch.

In: a decoder, a batch of tokens and what the machine does. Out: gradients on the parameters, and the
summed loss of every sequence. Every microbatch is divided by the token count of the whole step, so
that the gradient does not depend on how the batch was cut.

Shapes: B sequences, T tokens, M sequences of a microbatch, D model, N targets.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor

from headwater.model.decoder import Block, Decoder
from headwater.train.loss import Terms, linear_cross_entropy, terms
from headwater.train.precision import Machine

QUERY_BLOCK = 128
# Beyond, the attention weights kept for the backward pass outgrow the caches and torch's kernel wins.
MAX_BLOCKED_LENGTH = 1024


def prepare(decoder: Decoder, machine: Machine, sequence_length: int) -> None:
    """Compile block by block: the blocks are alike, so one compilation serves all of them."""
    blocked = machine.device == "cpu" and sequence_length <= MAX_BLOCKED_LENGTH
    for block in decoder.model.layers:
        assert isinstance(block, Block)
        block.self_attn.query_block = QUERY_BLOCK if blocked else 0
        if machine.compile:
            block.compile(dynamic=False)


@functools.cache
def chunk_terms(compiled: bool) -> Terms:
    return torch.compile(terms, dynamic=False) if compiled else terms


def scored_targets(tokens_BT1: np.ndarray, scored_BT1: np.ndarray | None) -> np.ndarray:
    """How many targets of each sequence count (B,): all, but for those of documents taken down."""
    sequences, length = tokens_BT1.shape[0], tokens_BT1.shape[1] - 1
    return np.full(sequences, length) if scored_BT1 is None else scored_BT1[:, 1:].sum(axis=1)


def accumulate(
    decoder: Decoder,
    tokens_BT1: np.ndarray,
    machine: Machine,
    scored_BT1: np.ndarray | None = None,
    segment_BT: np.ndarray | None = None,
) -> Tensor:
    """Add the batch's gradient to the parameters; nats of each sequence, fp32 on the CPU (B,).

    `scored_BT1`: which tokens count as targets; None where all do. `segment_BT`: the document of each input, where
    attention stays within one.
    """
    sequences, length = tokens_BT1.shape[0], tokens_BT1.shape[1] - 1
    tokens = torch.from_numpy(tokens_BT1).to(machine.device)
    scale = 1.0 / max(1, int(scored_targets(tokens_BT1, scored_BT1).sum()))
    scale_BT = torch.full((sequences, length), scale, device=machine.device)
    if scored_BT1 is not None:
        scale_BT *= torch.from_numpy(scored_BT1[:, 1:]).to(machine.device)
    segment = None if segment_BT is None else torch.from_numpy(segment_BT).to(machine.device)
    nats_of = []
    for start in range(0, sequences, machine.micro_batch):
        part = slice(start, start + machine.micro_batch)
        micro_MT1, scale_MT = tokens[part], scale_BT[part]
        with machine.autocast():
            hidden_MTD = decoder.hidden(micro_MT1[:, :-1], segment_BT=None if segment is None else segment[part])
        loss, nats_N = linear_cross_entropy(
            hidden_MTD.flatten(0, 1),
            decoder.head_weight_VD,
            micro_MT1[:, 1:].flatten(),
            scale_MT.flatten(),
            machine.dtype,
            chunk_terms(machine.compile),
        )
        loss.backward()
        nats_of.append(torch.where(scale_MT > 0, nats_N.view(-1, length), 0.0).sum(dim=1))
    return torch.cat(nats_of).cpu()


def by_channel(
    nats_B: Tensor, channel_B: np.ndarray, channels: tuple[str, ...], counts_B: np.ndarray
) -> dict[str, float]:
    """Mean nats a scored token of each channel in the batch."""
    nats = nats_B.numpy().astype(np.float64)
    found = {}
    for index in np.unique(channel_B):
        mine = channel_B == index
        found[channels[int(index)]] = float(nats[mine].sum() / max(1, counts_B[mine].sum()))
    return found


def clip(decoder: Decoder, max_norm: float) -> float:
    """Scale the gradient down to `max_norm` (0: leave it); its norm before."""
    limit = max_norm if max_norm > 0 else float("inf")
    return float(torch.nn.utils.clip_grad_norm_(decoder.parameters(), limit))
