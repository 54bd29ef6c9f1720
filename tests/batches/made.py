"""Packed channels made of numbers, and schedules over them, for tests of what reads both."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np


def write_channel(folder: Path, name: str, lengths: list[int], seed: int = 0) -> np.ndarray:
    """A `.bin` and `.idx` of random tokens, written by hand from the format's description; the tokens."""
    rng = np.random.default_rng([seed, *name.encode()])
    tokens = rng.integers(0, 60_000, sum(lengths), dtype=np.uint16)
    (folder / f"{name}.bin").write_bytes(tokens.tobytes())
    (folder / f"{name}.idx").write_bytes(index(lengths))
    return tokens


def index(lengths: list[int], code: int = 8, size: int = 2) -> bytes:
    parts = [b"MMIDIDX\x00\x00", struct.pack("<Q", 1), struct.pack("<B", code)]
    parts += [struct.pack("<QQ", len(lengths), len(lengths) + 1)]
    parts += [struct.pack("<i", n) for n in lengths]
    start = 0
    for n in lengths:
        parts.append(struct.pack("<q", start))
        start += n * size
    parts += [struct.pack("<q", i) for i in range(len(lengths) + 1)]
    return b"".join(parts)


def segment(counts: dict[str, int], windows: dict[str, int], **given: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "first_step": 1,
        "last_step": 10,
        "seed": 7,
        "sequence_length": 8,
        "sequences": 4,
        "block": sum(counts.values()),
        "counts": counts,
        "offsets": dict.fromkeys(counts, 0),
        "windows": windows,
        **given,
    }


def write_schedule(path: Path, *segments: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in segments))
    return path
