"""Writing and removing checkpoints: a folder is wholly there or not there.

In: named tensors, JSON values and a run's `checkpoints/` folder. Out: `step-00000100/`, written under
a temporary name and renamed when all of it is on the disk. `model.checkpoint` is the format.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from headwater import storage
from headwater.model import weights
from headwater.model.checkpoint import CONFIG, MODEL, OPTIMIZER, STATE, TOKENIZER, name_of, sealed


def write(
    parent: Path,
    config: dict[str, Any],
    tensors: dict[str, Mapping[str, Tensor]],
    tokenizer: bytes,
    state: dict[str, Any],
) -> Path:
    """Write the checkpoint of `state["step"]` below `parent`; one of the same step is replaced.

    `tensors`: the content of each safetensors file (MODEL and OPTIMIZER) by its name.
    """
    final = parent / name_of(state["step"])
    temporary = storage.make_folder(_temporary(final))
    try:
        digests = {}
        for name in (MODEL, OPTIMIZER):
            with storage.open_atomic(temporary / name) as handle:
                digests[name] = weights.write_tensors(handle, tensors[name], {"format": "pt"})
        storage.write_json(temporary / CONFIG, config)
        storage.write_bytes(temporary / TOKENIZER, tokenizer)
        storage.write_json(temporary / STATE, sealed(temporary, state, digests))
        if final.exists():
            remove(final)
        storage.publish_folder(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def remove(folder: Path) -> None:
    """Remove a checkpoint: renamed first, so that a kill in between leaves no half of one under its name."""
    doomed = _temporary(folder)
    with storage.disk_errors(folder):
        folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def _temporary(folder: Path) -> Path:
    return folder.parent / f"{storage.TEMPORARY_PREFIX}{secrets.token_hex(4)}-{folder.name}"
