"""In which type the matrix products run, and on what.

In: the recipe's wishes. Out: what this machine does. Weights, sums, norms, positions and losses are
fp32 in every case; only products change.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass

import torch

from headwater.errors import HeadwaterError
from headwater.train.config import TrainConfig

# Instructions without which bf16 products on a CPU are emulated and slower than fp32.
CPU_BF16 = ("avx512_bf16", "amx_bf16", "amx_tile")
# Compiling the blocks takes about this long; it pays when the run is several times longer.
COMPILE_COST_S = 40.0
CPU_FLOPS_PER_S = 60e9  # what two cores were seen to do uncompiled; only decides whether compiling pays
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a run was decided to use; recorded in its checkpoints, so that a resumed run does the same."""

    device: str
    precision: str
    compile: bool
    micro_batch: int
    threads: int

    @property
    def dtype(self) -> torch.dtype:
        return DTYPES[self.precision]

    def autocast(self) -> contextlib.AbstractContextManager[object]:
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.precision == "bf16")


def cpu_has_bf16() -> bool:
    """Whether products in bf16 are native here (measured: 2x fp32 with avx512_bf16 on two cores)."""
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(capabilities.get(name) for name in CPU_BF16)


def decide(config: TrainConfig, operations: float, sequences: int) -> tuple[Machine, list[str]]:
    """What to use for a run of so many operations, and a line for each choice worth saying.

    Raises HeadwaterError arguments when a device was asked for that is not there.
    """
    said = []
    device = config.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    elif device == "cuda" and not torch.cuda.is_available():
        raise HeadwaterError("arguments", "train.device is cuda, and torch sees no GPU", mend="set train.device: auto")
    precision = config.precision
    if precision == "auto":
        precision = "bf16" if device == "cuda" or cpu_has_bf16() else "fp32"
        if precision == "fp32":
            said.append("precision fp32: this processor has no bf16 products")
    compiled, why = _decide_compile(config.compile, device, operations)
    if why:
        said.append(why)
    micro_batch = min(config.micro_batch or _micro_batch(device, config.sequence_length), sequences)
    machine = Machine(
        device=device, precision=precision, compile=compiled, micro_batch=micro_batch, threads=torch.get_num_threads()
    )
    return machine, said


def _decide_compile(wish: str, device: str, operations: float) -> tuple[bool, str]:
    if wish == "off":
        return False, ""
    if not has_compiler():
        return False, "torch.compile off: no C++ compiler found (g++ or clang++); training works, somewhat slower"
    if wish == "on" or device != "cpu":
        return True, ""
    long_enough = operations / CPU_FLOPS_PER_S > 3 * COMPILE_COST_S
    return long_enough, "" if long_enough else "torch.compile off: the run is shorter than compiling pays for"


def has_compiler() -> bool:
    return any(shutil.which(name) for name in ("g++", "clang++", "c++"))


def _micro_batch(device: str, sequence_length: int) -> int:
    """Sequences at once: a CPU likes activations that fit its caches, a GPU wants to be filled."""
    return max(1, (4096 if device == "cpu" else 32768) // sequence_length)
