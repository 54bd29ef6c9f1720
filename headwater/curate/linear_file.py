"""A linear model on disk: one line of JSON, then the weights as little-endian float32.

In: a header and weights, or a file that may be anyone's. Out: the file, or its parts, every size checked before it is
trusted. Nothing in such a file can run: it is numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.errors import HeadwaterError

FORMAT, VERSION = "headwater.linear", 1
MAX_HEADER_BYTES = 65_536
MAX_WEIGHTS = 1 << 26


def write(path: Path, header: dict[str, Any], weights: np.ndarray) -> None:
    """Write a model, atomically."""
    data = np.ascontiguousarray(weights, "<f4").tobytes()
    described = {
        "format": FORMAT, "version": VERSION, "num_weights": len(weights), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    line = json.dumps(header | described, sort_keys=True, separators=(",", ":"), allow_nan=False)
    with storage.open_atomic(path) as out:
        out.write(line.encode() + b"\n" + data)


def read(path: Path) -> tuple[dict[str, Any], np.ndarray]:
    """(header, weights). Raises HeadwaterError unreadable_input, foreign_version or damaged_file."""
    try:
        with open(path, "rb") as handle:
            header = _header(handle.readline(MAX_HEADER_BYTES + 1), path)
            size = 4 * header["num_weights"]
            data = handle.read(size + 1)
    except OSError as error:
        raise HeadwaterError("unreadable_input", f"cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) != size or hashlib.sha256(data).hexdigest() != header.get("sha256"):
        raise HeadwaterError("damaged_file", "the weights are not those that were written", where=str(path))
    weights = np.frombuffer(data, "<f4").astype(np.float32, copy=False)
    if not np.isfinite(weights).all():
        raise HeadwaterError("damaged_file", "a weight is not a number", where=str(path))
    return header, weights


def _header(line: bytes, path: Path) -> dict[str, Any]:
    try:
        header = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise HeadwaterError("unreadable_input", "is not a linear model of headwater", where=str(path))
    if header.get("version") != VERSION:
        told = f"has version {str(header.get('version'))[:20]}; this headwater reads {VERSION}"
        raise HeadwaterError("foreign_version", told, where=str(path))
    count = header.get("num_weights")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= MAX_WEIGHTS:
        raise HeadwaterError("unreadable_input", f"does not hold 1 to {MAX_WEIGHTS} weights", where=str(path))
    return header


def checked(
    header: dict[str, Any], known: dict[str, type], path: Path, make: Callable[[dict[str, Any]], Any], num_weights: int
) -> Any:
    """The settings in a header, of known types and within bounds. Raises HeadwaterError unreadable_input."""
    values, bias = header.get("linear"), header.get("bias")
    right = isinstance(values, dict) and values.keys() == known.keys()
    right = right and all(_is(value, known[name]) for name, value in (values or {}).items())
    right = right and isinstance(bias, float) and math.isfinite(bias)
    config = make(values) if right and isinstance(values, dict) else None
    if config is None or config.check() or num_weights != 1 << config.bucket_bits:
        raise HeadwaterError("unreadable_input", "holds settings that this version does not know", where=str(path))
    return config


def _is(value: Any, kind: type) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float) if kind is float else kind)
