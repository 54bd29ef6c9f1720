"""Hugging Face's config.json and its companions, read and written.

In: a ModelConfig, or a config.json someone else wrote. Out: the other; what our decoder would
compute otherwise is refused by name, never guessed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError
from headwater.model.checkpoint import read_json
from headwater.model.config import ModelConfig

NAME = "config.json"
ARCHITECTURE = "LlamaForCausalLM"
PAD_TOKENS = ("<|pad|>", "<pad>", "[PAD]")
# Keys that change what a Llama computes, and the only values that we compute.
REQUIRED: dict[str, tuple[Any, ...]] = {
    "hidden_act": ("silu",),
    "attention_bias": (False, None),
    "mlp_bias": (False, None),
    "quantization_config": (None,),
    "auto_map": (None,),
    "sliding_window": (None,),
    "partial_rotary_factor": (None, 1, 1.0),
}
SIZES = {
    "vocab_size": "vocab_size",
    "hidden_size": "hidden_size",
    "num_layers": "num_hidden_layers",
    "num_heads": "num_attention_heads",
    "ffn_size": "intermediate_size",
}


def special_ids(tokenizer: bytes, eod_id: int, bos_id: int) -> dict[str, int]:
    """Ids of the special tokens; padding falls back on the end token where the tokenizer has none."""
    added = {entry["content"]: int(entry["id"]) for entry in json.loads(tokenizer).get("added_tokens", [])}
    pad = next((added[token] for token in PAD_TOKENS if token in added), eod_id)
    return {"bos_token_id": bos_id, "eos_token_id": eod_id, "pad_token_id": pad}


def written(config: ModelConfig, ids: dict[str, int]) -> dict[str, Any]:
    """config.json for transformers 4 (which reads rope_theta) and 5 (which reads rope_parameters)."""
    return {
        "architectures": [ARCHITECTURE],
        "model_type": "llama",
        **{theirs: getattr(config, ours) for ours, theirs in SIZES.items()},
        "num_key_value_heads": config.num_kv_heads,
        "head_dim": config.head_size,
        "hidden_act": "silu",
        "max_position_embeddings": config.max_positions,
        "initializer_range": config.init_std,
        "rms_norm_eps": config.norm_eps,
        "rope_theta": config.rope_theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": config.rope_theta},
        "tie_word_embeddings": config.tie_embeddings,
        "attention_bias": False,
        "attention_dropout": 0.0,
        "mlp_bias": False,
        "use_cache": True,
        "torch_dtype": "float32",
        **ids,
    }


def generation_config(ids: dict[str, int]) -> dict[str, Any]:
    return {"_from_model_config": True, **ids}


def tokenizer_config(tokenizer: bytes, ids: dict[str, int], config: ModelConfig) -> dict[str, Any]:
    by_id = {int(entry["id"]): entry["content"] for entry in json.loads(tokenizer).get("added_tokens", [])}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": config.max_positions,
        "clean_up_tokenization_spaces": False,
        **{name.removesuffix("_id"): by_id[id_] for name, id_ in ids.items() if id_ in by_id},
    }


def read(folder: Path) -> ModelConfig:
    """The ModelConfig of a folder. Raises HeadwaterError unknown_name, data or unsafe_file."""
    path = folder / NAME
    if not path.is_file():
        raise HeadwaterError("unknown_name", f"holds no {NAME}", where=str(folder))
    value = read_json(path)
    if not isinstance(value, dict):
        raise HeadwaterError("data", "is not an object", where=str(path))
    _check_architecture(value, str(path))
    try:
        heads = int(value["num_attention_heads"])
        config = ModelConfig(
            preset="",
            **{ours: int(value[theirs]) for ours, theirs in SIZES.items()},
            num_kv_heads=int(_or(value.get("num_key_value_heads"), heads)),
            head_size=int(_or(value.get("head_dim"), int(value["hidden_size"]) // max(1, heads))),
            rope_theta=_rope_theta(value, str(path)),
            norm_eps=float(value.get("rms_norm_eps", 1e-6)),
            max_positions=int(value.get("max_position_embeddings", 2048)),
            tie_embeddings=bool(value.get("tie_word_embeddings", False)),
            init_std=float(value.get("initializer_range", 0.02)) or 0.02,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise HeadwaterError("data", f"not a Llama config: {type(error).__name__} {error}", where=str(path)) from error
    if wrong := config.check():
        raise HeadwaterError("data", "; ".join(f"{name}: {message}" for name, message in wrong), where=str(path))
    return config


def _or(value: Any, otherwise: int) -> Any:
    return otherwise if value is None else value


def _check_architecture(value: dict[str, Any], where: str) -> None:
    names = value.get("architectures") or [value.get("model_type")]
    if names not in ([ARCHITECTURE], ["llama"]) or value.get("model_type", "llama") != "llama":
        raise HeadwaterError("data", f"architecture {names!r} is not known; known is {ARCHITECTURE}", where=where)
    for key, allowed in REQUIRED.items():
        found = value.get(key, allowed[0])
        if found not in allowed:
            failure = "unsafe_file" if key == "auto_map" else "data"
            raise HeadwaterError(failure, f"{key} = {found!r} is not something this decoder computes", where=where)


def _rope_theta(value: dict[str, Any], where: str) -> float:
    """The rotary base, from either place. Raises HeadwaterError data for any scaling."""
    theta = value.get("rope_theta")
    for key in ("rope_scaling", "rope_parameters"):
        rope = value.get(key)
        if rope is None:
            continue
        kind = rope.get("rope_type", rope.get("type", "default")) if isinstance(rope, dict) else rope
        if kind != "default" or rope.get("partial_rotary_factor", 1) != 1:
            raise HeadwaterError("data", f"rotary scaling {rope!r} is not something this decoder computes", where=where)
        theta = rope.get("rope_theta", theta)
    return float(10_000.0 if theta is None else theta)
