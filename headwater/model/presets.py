"""The shapes a recipe can name.

From llama-1m to llama-300m the name is the number of parameters without the vocabulary (the N of
scaling laws), since the vocabulary is the recipe's own. From llama-1b on the shapes are those of
the published Llama models, whose names count the embeddings too.
"""

from __future__ import annotations

from typing import TypedDict


class Shape(TypedDict):
    """What a preset fixes; sizes in numbers of values."""

    hidden_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_size: int
    ffn_size: int
    rope_theta: float
    tie_embeddings: bool


def _shape(
    hidden: int, layers: int, heads: int, kv: int, head: int, ffn: int, *, theta: float = 1e4, tie: bool = True
) -> Shape:
    return {
        "hidden_size": hidden,
        "num_layers": layers,
        "num_heads": heads,
        "num_kv_heads": kv,
        "head_size": head,
        "ffn_size": ffn,
        "rope_theta": theta,
        "tie_embeddings": tie,
    }


PRESETS: dict[str, Shape] = {
    "llama-1m": _shape(128, 5, 4, 2, 32, 384),
    "llama-4m": _shape(256, 5, 4, 2, 64, 768),
    "llama-10m": _shape(384, 6, 6, 2, 64, 1024),
    "llama-30m": _shape(512, 10, 8, 4, 64, 1408),
    "llama-100m": _shape(768, 16, 12, 4, 64, 2048),
    "llama-300m": _shape(1024, 26, 16, 8, 64, 2816),
    # Published shapes: Llama 3.2 (1b, 3b), Llama 2 (7b, 13b: arXiv 2307.09288), Llama 3 (8b, 70b: arXiv 2407.21783).
    "llama-1b": _shape(2048, 16, 32, 8, 64, 8192, theta=5e5),
    "llama-3b": _shape(3072, 28, 24, 8, 128, 8192, theta=5e5),
    "llama-7b": _shape(4096, 32, 32, 32, 128, 11008, tie=False),
    "llama-8b": _shape(4096, 32, 32, 8, 128, 14336, theta=5e5, tie=False),
    "llama-13b": _shape(5120, 40, 40, 40, 128, 13824, tie=False),
    "llama-70b": _shape(8192, 80, 64, 8, 128, 28672, theta=5e5, tie=False),
}
