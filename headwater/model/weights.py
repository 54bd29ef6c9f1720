"""Weights on disk: safetensors files, written as a stream and read with every bound checked.

In: named tensors and an open file, or a file and the names and shapes expected in it. Out: the
file's SHA-256, or the tensors. Nothing here can run code: the format is a JSON header and raw numbers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from headwater.errors import HeadwaterError
from headwater.model.decoder import Decoder

TYPE_NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16"}
_ALIGNMENT = 8  # bytes; the header is padded with spaces so that the numbers start aligned


def write_tensors(handle: IO[bytes], tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> str:
    """Write tensors in the order of their names; the SHA-256 of the file.

    One tensor at a time is brought to the CPU, so that no second copy of a model is held.
    """
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name in sorted(tensors):
        tensor = tensors[name]
        size = tensor.numel() * tensor.element_size()
        shape = list(tensor.shape)
        header[name] = {"dtype": TYPE_NAMES[tensor.dtype], "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = header_bytes(header)
    digest = hashlib.sha256()

    def put(data: Any) -> None:
        digest.update(data)
        handle.write(data)

    put(text)
    for name in sorted(tensors):
        flat = tensors[name].detach().to("cpu").contiguous().reshape(-1)
        if flat.numel():
            put(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def header_bytes(header: dict[str, Any]) -> bytes:
    """The beginning of a file: how long its header is, and the header."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text


@contextlib.contextmanager
def open_tensors(path: Path) -> Iterator[Any]:
    """A safetensors file open for reading, its header checked.

    Raises HeadwaterError damaged_file, also for what the library's parser refuses.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as opened:
            yield opened
    except (SafetensorError, OSError, ValueError, UnicodeError) as error:
        raise HeadwaterError("damaged_file", f"not a readable safetensors file: {error}", where=str(path)) from error


def read_tensors(path: Path, shapes: Mapping[str, tuple[int, ...]] | None = None) -> dict[str, Tensor]:
    """Every tensor of a file; with `shapes`, exactly those names and shapes and no other.

    Raises HeadwaterError damaged_file, before any tensor is read.
    """
    with open_tensors(path) as opened:
        names = set(opened.keys())
        if shapes is not None:
            check_names(names, set(shapes), str(path))
            for name, shape in shapes.items():
                check_shape(name, tuple(opened.get_slice(name).get_shape()), shape, str(path))
        return {name: opened.get_tensor(name) for name in sorted(names)}


def check_names(found: set[str], expected: set[str], where: str) -> None:
    """Raises HeadwaterError damaged_file that lists the first few names missing or unexpected."""
    missing, extra = sorted(expected - found), sorted(found - expected)
    parts = [f"{what} {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"
             for what, names in (("misses", missing), ("has the unexpected", extra)) if names]  # fmt: skip
    if parts:
        raise HeadwaterError("damaged_file", "; ".join(parts), where=where)


def check_shape(name: str, found: tuple[int, ...], expected: tuple[int, ...], where: str) -> None:
    if found != expected:
        raise HeadwaterError("damaged_file", f"{name} has shape {found}, the model's is {expected}", where=where)


def shapes_of(decoder: Decoder) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in decoder.state_dict().items()}


@torch.no_grad()
def fill(decoder: Decoder, tensors: Mapping[str, Tensor]) -> Decoder:
    """Copy tensors, already checked, into a decoder's parameters; their type becomes the parameter's."""
    for name, parameter in decoder.named_parameters():
        parameter.copy_(tensors[name])
    return decoder
