"""A Hugging Face checkpoint with more rows: the embedding and the output head grow, all else is copied.

In: a folder with config.json and safetensors, one file or several, and what new rows are mixed from. Out: such a
folder. Old rows keep their bytes. Tensors pass through as streams, a few megabytes at a time; no pickle is read and no
code of a folder is run, so that any architecture with an embedding of a known name will do.

Rows beyond the last token, there to make the matrix a good size for the hardware, are the mean of the old ones: no
text reads them, and the head gives them no more than a middling score.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.interop import huggingface
from headwater.interop.expand_rows import Growth, write_rows
from headwater.model import checkpoint, weights

CONFIG, GENERATION = "config.json", "generation_config.json"
EMBEDDINGS = ("embed_tokens.weight", "wte.weight", "word_embeddings.weight", "embed_in.weight")
HEADS = ("lm_head.weight", "lm_head.bias", "embed_out.weight")
MOST_PADDING = 1024  # rows beyond the tokens that a model may come with; more, and it was made for another vocabulary
COPY_BYTES = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Model:
    """A folder that can grow: its files, config.json, and the tensors with a row a token in each file."""

    folder: Path
    config: dict[str, Any]
    files: list[Path]
    growing: dict[Path, list[str]]

    @property
    def num_rows(self) -> int:
        return int(self.config["vocab_size"])


def opened(folder: Path, num_ids: int) -> Model:
    """Raises HeadwaterError data, unsafe_file, damaged_file or unknown_name."""
    config = checkpoint.read_json(folder / CONFIG)
    rows = config.get("vocab_size") if isinstance(config, dict) else None
    if not isinstance(rows, int) or isinstance(rows, bool):
        raise HeadwaterError("data", "states no vocab_size", where=str(folder / CONFIG))
    if config.get("auto_map"):
        raise HeadwaterError("unsafe_file", "needs code of its own to be loaded (auto_map)", where=str(folder / CONFIG))
    if not num_ids <= rows <= num_ids + MOST_PADDING:
        raise HeadwaterError(
            "data",
            f"the model has {rows} rows, the vocabulary {num_ids} ids",
            where=str(folder),
            mend="give the vocabulary that the model was trained with",
        )
    files = huggingface.files(folder)
    growing = {path: _growing(path, rows) for path in files}
    if not any(name.endswith(EMBEDDINGS) for names in growing.values() for name in names):
        raise HeadwaterError("data", f"holds no embedding ({', '.join(EMBEDDINGS)})", where=str(folder))
    return Model(folder=folder, config=config, files=files, growing=growing)


def _growing(path: Path, rows: int) -> list[str]:
    """The tensors of a file that have a row a token. Raises HeadwaterError damaged_file or data."""
    if not path.is_file():
        raise HeadwaterError("damaged_file", "is named by the index and missing", where=str(path))
    found = []
    with weights.open_tensors(path) as tensors:
        for name in sorted(tensors.keys()):
            part = tensors.get_slice(name)
            grows, has_rows = name.endswith((*EMBEDDINGS, *HEADS)), part.get_shape()[:1] == [rows]
            if grows and not has_rows:
                problem = f"{name} has shape {part.get_shape()}, config.json says {rows} rows"
                raise HeadwaterError("damaged_file", problem, where=str(path))
            if grows and part.get_dtype() not in weights.TYPE_NAMES.values():
                problem = f"{name} is {part.get_dtype()}; known are F32, BF16 and F16"
                raise HeadwaterError("data", problem, where=str(path))
            if has_rows and "embed" in name and not grows:
                raise HeadwaterError("data", f"{name} has a row a token too, of unknown use", where=str(path))
            if grows:
                found.append(name)
    return found


def write(model: Model, out: Path, growth: Growth) -> None:
    """Write the grown folder, without its tokenizer. Raises HeadwaterError damaged_file or disk_full."""
    for path in model.files:
        with storage.open_atomic(out / path.name) as handle:
            if model.growing[path]:
                _grown(path, handle, model.growing[path], growth)
            else:
                with open(path, "rb") as source:
                    shutil.copyfileobj(source, handle, COPY_BYTES)
    index = model.folder / huggingface.INDEX
    if len(model.files) > 1 or model.files[0].name != checkpoint.MODEL:
        value = checkpoint.read_json(index)
        metadata = dict(value.get("metadata") or {})
        metadata["total_size"] = sum(_tensor_bytes(out / path.name) for path in model.files)
        storage.write_json(out / huggingface.INDEX, {**value, "metadata": metadata})
    if (model.folder / GENERATION).is_file():
        storage.write_bytes(out / GENERATION, (model.folder / GENERATION).read_bytes())
    storage.write_json(out / CONFIG, {**model.config, "vocab_size": growth.num_rows})


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """(the header of a safetensors file that the library has checked, where its numbers begin)."""
    with open(path, "rb") as handle:
        size = int.from_bytes(handle.read(8), "little")
        return json.loads(handle.read(size)), 8 + size


def _tensor_bytes(path: Path) -> int:
    return path.stat().st_size - _header(path)[1]


def _grown(path: Path, handle: IO[bytes], names: list[str], growth: Growth) -> None:
    """Write a file of tensors again, those of `names` with more rows."""
    header, begins = _header(path)
    order = sorted((name for name in header if name != "__metadata__"), key=lambda name: header[name]["data_offsets"])
    told = {name: header[name] for name in ("__metadata__",) if name in header}
    offset = 0
    for name in order:
        start, end = header[name]["data_offsets"]
        shape, size = list(header[name]["shape"]), end - start
        if name in names:
            size = size // shape[0] * growth.num_rows
            shape[0] = growth.num_rows
        told[name] = {"dtype": header[name]["dtype"], "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    handle.write(weights.header_bytes(told))
    with open(path, "rb") as source, weights.open_tensors(path) as tensors:
        for name in order:
            start, end = header[name]["data_offsets"]
            if name in names:
                end = start + (end - start) // header[name]["shape"][0] * growth.first_id
            _copy(source, begins + start, end - start, handle)
            if name in names:
                write_rows(tensors.get_tensor(name), handle, growth)


def _copy(source: IO[bytes], start: int, size: int, handle: IO[bytes]) -> None:
    source.seek(start)
    while size:
        block = source.read(min(size, COPY_BYTES))
        if not block:
            raise HeadwaterError("damaged_file", "was cut short", where=source.name)
        handle.write(block)
        size -= len(block)
