"""Hugging Face folders: Llama weights in and out, checked name by name.

In: a checkpoint folder of ours, or a folder with config.json, safetensors and tokenizer.json.
Out: the other. Names and layouts are the same on both sides, so tensors pass unchanged but for their
type: ours are fp32. No pickle is read, and no code of a folder is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.interop import hf_config
from headwater.model import checkpoint, weights
from headwater.model.config import ModelConfig, from_json
from headwater.model.decoder import Decoder, build
from headwater.tokenizer.encode import Encoder

INDEX = "model.safetensors.index.json"
# Buffers that older files carry; they follow from the config.
DERIVED_SUFFIX = "rotary_emb.inv_freq"
HEAD, EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"


def export(source: Path, out: Path) -> Path:
    """Write a checkpoint as a folder that transformers 4 and 5 load.

    Raises HeadwaterError damaged_checkpoint, damaged_file or disk_full.
    """
    checkpoint.verify(source)
    path = source / checkpoint.CONFIG
    config = from_json(checkpoint.read_json(path), str(path))
    tensors = weights.read_tensors(source / checkpoint.MODEL, weights.shapes_of(_meta(config)))
    encoder = Encoder.load(source)
    tokenizer = (source / checkpoint.TOKENIZER).read_bytes()
    ids = hf_config.special_ids(tokenizer, encoder.eod_id, encoder.bos_id)
    with storage.open_atomic(out / checkpoint.MODEL) as handle:
        weights.write_tensors(handle, tensors, {"format": "pt"})
    storage.write_bytes(out / checkpoint.TOKENIZER, tokenizer)
    storage.write_json(out / "tokenizer_config.json", hf_config.tokenizer_config(tokenizer, ids, config))
    storage.write_json(out / "generation_config.json", hf_config.generation_config(ids))
    storage.write_json(out / hf_config.NAME, hf_config.written(config, ids))
    return out


def load(folder: Path) -> tuple[Decoder, Encoder]:
    """A decoder and encoder from a Hugging Face folder.

    Raises HeadwaterError unknown_name, unsafe_file, data (an architecture not ours) or damaged_file.
    """
    config = hf_config.read(folder)
    decoder = build(config)
    _fill(decoder, files(folder), str(folder))
    encoder = Encoder.load(folder)
    if encoder.vocab_size > config.vocab_size:
        raise HeadwaterError(
            "data", f"the tokenizer has {encoder.vocab_size} tokens, the model {config.vocab_size}", where=str(folder)
        )
    return decoder.eval(), encoder


def import_(folder: Path, out: Path) -> Path:
    """Write a Hugging Face folder as a checkpoint of ours. Raises what `load` raises."""
    from dataclasses import asdict

    decoder, _ = load(folder)
    with storage.open_atomic(out / checkpoint.MODEL) as handle:
        digest = weights.write_tensors(handle, decoder.state_dict(), {"format": "pt"})
    storage.write_json(out / checkpoint.CONFIG, asdict(decoder.config))
    storage.write_bytes(out / checkpoint.TOKENIZER, (folder / checkpoint.TOKENIZER).read_bytes())
    state = {"step": 0, "tokens": 0, "source": "huggingface"}
    storage.write_json(out / checkpoint.STATE, checkpoint.sealed(out, state, {checkpoint.MODEL: digest}))
    return out


def _meta(config: ModelConfig) -> Decoder:
    with torch.device("meta"):
        return Decoder(config)


def files(folder: Path) -> list[Path]:
    """The safetensors files of a folder. Raises HeadwaterError unsafe_file, damaged_file or unknown_name."""
    if (folder / checkpoint.MODEL).is_file():
        return [folder / checkpoint.MODEL]
    if (folder / INDEX).is_file():
        value = checkpoint.read_json(folder / INDEX)
        names = value.get("weight_map") if isinstance(value, dict) else None
        if not isinstance(names, dict) or not all(_plain(name) for name in names.values()):
            raise HeadwaterError("damaged_file", "names no files beside it", where=str(folder / INDEX))
        return [folder / name for name in sorted(set(names.values()))]
    pickled = sorted(path.name for suffix in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in folder.glob(suffix))
    if pickled:
        raise HeadwaterError(
            "unsafe_file",
            f"holds weights as pickle only ({pickled[0]}), which can run code when opened",
            where=str(folder),
            mend="ask for safetensors, or convert them where you trust the file",
        )
    raise HeadwaterError("unknown_name", "holds no model.safetensors", where=str(folder))


def _plain(name: Any) -> bool:
    return isinstance(name, str) and name.endswith(".safetensors") and Path(name).name == name


@torch.no_grad()
def _fill(decoder: Decoder, files: list[Path], where: str) -> None:
    """Copy every tensor once; all of ours must be met and nothing may be left over."""
    parameters = dict(decoder.named_parameters())
    for parameter in parameters.values():
        parameter.fill_(float("nan"))  # so that a weight never met can do no quiet harm
    seen: set[str] = set()
    for path in files:
        if not path.is_file():
            raise HeadwaterError("damaged_file", "is named by the index and missing", where=str(path))
        with weights.open_tensors(path) as opened:
            for name in sorted(opened.keys()):
                if name.endswith(DERIVED_SUFFIX):
                    continue
                if name in seen:
                    raise HeadwaterError("damaged_file", f"{name} is there twice", where=str(path))
                seen.add(name)
                if name in parameters:
                    _copy(name, opened, parameters[name], str(path))
    _check_tied(decoder, files, seen, where)
    weights.check_names(seen, set(parameters), where)


def _copy(name: str, opened: Any, parameter: Tensor, where: str) -> None:
    found = opened.get_slice(name)
    weights.check_shape(name, tuple(found.get_shape()), tuple(parameter.shape), where)
    tensor = opened.get_tensor(name)
    if tensor.dtype not in weights.TYPE_NAMES:
        raise HeadwaterError("data", f"{name} is {tensor.dtype}; known are fp32, bf16 and fp16", where=where)
    parameter.copy_(tensor)


def _check_tied(decoder: Decoder, files: list[Path], seen: set[str], where: str) -> None:
    """A tied model may carry its head too, if it is the embedding. Raises HeadwaterError data."""
    if decoder.lm_head is not None or HEAD not in seen:
        return
    for path in files:
        with weights.open_tensors(path) as opened:
            if HEAD in opened.keys() and not torch.equal(opened.get_tensor(HEAD).float(), decoder.head_weight_VD):  # noqa: SIM118
                raise HeadwaterError(
                    "data", "config.json ties the head to the embedding, and the file holds another head", where=where
                )
    seen.discard(HEAD)
