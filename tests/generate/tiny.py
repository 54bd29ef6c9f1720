"""A decoder of a few thousand random weights, and an encoder whose tokens are bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from headwater.model.config import ModelConfig

EOD = 256


class Bytes:
    """Token i below 256 is the byte i; 256 ends a document."""

    vocab_size = 260
    eod_id = bos_id = EOD

    def encode_batch(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        given = texts if isinstance(texts, list) else texts.to_pylist()
        parts = [(text or "").encode("utf-8") for text in given]
        ids = np.frombuffer(b"".join(parts), dtype=np.uint8).astype(np.uint32)
        return ids, np.cumsum([0, *map(len, parts)]).astype(np.int64)

    def decode_bytes(self, ids: Any) -> bytes:
        return bytes(int(i) for i in ids if i < 256)

    def decode(self, ids: Any) -> str:
        return self.decode_bytes(ids).decode("utf-8", "replace")


def decoder(max_positions: int = 64, seed: int = 0) -> Any:
    from headwater.model.decoder import build
    from headwater.model.init import initialise

    config = ModelConfig(
        preset="tiny",
        vocab_size=Bytes.vocab_size,
        hidden_size=32,
        num_layers=2,
        num_heads=4,
        num_kv_heads=2,
        head_size=8,
        ffn_size=48,
        rope_theta=10000.0,
        norm_eps=1e-5,
        max_positions=max_positions,
        tie_embeddings=True,
        init_std=0.2,
    )
    return initialise(build(config), seed)
