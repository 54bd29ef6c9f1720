"""The new rows of an embedding or an output head: mixed from old rows, or drawn as the old ones are spread.

In: the old rows, as a view on their file, and a Growth. Out: bytes appended to an open file, some thousand rows at a
time; sums are in fp64, mixtures in fp32, and what is written has the old rows' type.

Shapes: V old rows, N new ones, M rows at once, D model (1 for a bias).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

import numpy as np
import torch
from torch import Tensor

MIXED_AT_ONCE = 2048  # old rows
SUMMED_AT_ONCE = 4096


@dataclass(frozen=True, kw_only=True)
class Growth:
    """New row n goes to `first_id + n`, mixed from ids[starts[n]:starts[n + 1]]; all are drawn where `ids` is None."""

    num_new: int
    first_id: int
    num_rows: int  # after, padding included
    starts: np.ndarray | None = None
    ids: np.ndarray | None = None
    weights: np.ndarray | None = None
    seed: int = 0


@torch.no_grad()
def write_rows(old: Tensor, handle: IO[bytes], growth: Growth) -> None:
    """Rows of the new tokens, then those of the padding. `old`: a view on the file, (rows, D) or (rows,)."""
    old_VD = old.reshape(len(old), -1)[: growth.first_id]
    mean_D, std_D = _moments(old_VD)
    if growth.ids is None:
        generator = torch.Generator().manual_seed(growth.seed)
        for at in range(0, growth.num_new, MIXED_AT_ONCE):
            count = min(MIXED_AT_ONCE, growth.num_new - at)
            drawn_ND = torch.randn(count, old_VD.shape[1], generator=generator) * std_D + mean_D
            _put(drawn_ND, old.dtype, handle)
    else:
        _mixed(old_VD, handle, growth)
    padding = growth.num_rows - growth.first_id - growth.num_new
    for at in range(0, padding, MIXED_AT_ONCE):
        _put(mean_D.expand(min(MIXED_AT_ONCE, padding - at), -1), old.dtype, handle)


def _mixed(old_VD: Tensor, handle: IO[bytes], growth: Growth) -> None:
    assert growth.starts is not None and growth.ids is not None and growth.weights is not None
    first = 0
    while first < growth.num_new:
        limit = growth.starts[first] + MIXED_AT_ONCE
        stop = max(first + 1, int(np.searchsorted(growth.starts, limit, side="right")) - 1)
        part = slice(growth.starts[first], growth.starts[stop])
        sizes = np.diff(growth.starts[first : stop + 1])
        rows_MD = old_VD[torch.from_numpy(growth.ids[part])].float()
        rows_MD *= torch.from_numpy(growth.weights[part]).unsqueeze(1)
        mixed_ND = torch.zeros(stop - first, old_VD.shape[1])
        mixed_ND.index_add_(0, torch.from_numpy(np.repeat(np.arange(stop - first), sizes)), rows_MD)
        _put(mixed_ND, old_VD.dtype, handle)
        first = stop


def _moments(old_VD: Tensor) -> tuple[Tensor, Tensor]:
    """(mean, standard deviation) of each dimension over the old rows, summed in fp64."""
    total_D = torch.zeros(old_VD.shape[1], dtype=torch.float64)
    squares_D = torch.zeros_like(total_D)
    for at in range(0, len(old_VD), SUMMED_AT_ONCE):
        part_MD = old_VD[at : at + SUMMED_AT_ONCE].double()
        total_D += part_MD.sum(0)
        squares_D += part_MD.square().sum(0)
    mean_D = total_D / len(old_VD)
    return mean_D.float(), (squares_D / len(old_VD) - mean_D.square()).clamp(min=0).sqrt().float()


def _put(rows_ND: Tensor, dtype: torch.dtype, handle: IO[bytes]) -> None:
    handle.write(rows_ND.to(dtype).contiguous().view(torch.uint8).numpy().data)
