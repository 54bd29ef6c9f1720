"""How well a vocabulary compresses each channel.

In: an encoder and record batches with `text` and `channel` (or the columns a channel is made of).
Out: `{"vocab_size", "channels": {name: {"tokens", "bytes_per_token", "chars_per_token"}}}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headwater.tokenizer.encode import Encoder


def encoder_of(tokenizer: Any) -> Encoder:
    """An Encoder over a copy of a `tokenizers.Tokenizer`, which stays as it is."""
    from tokenizers import Tokenizer

    return Encoder(Tokenizer.from_str(tokenizer.to_str()))


def compression(encoder: Encoder, batches: Iterable[pa.RecordBatch]) -> dict[str, Any]:
    """Tokens, bytes and characters a token by channel, and over all under `total`."""
    sums: dict[str, list[int]] = {}
    for batch in batches:
        texts = batch.column("text")
        _, offsets = encoder.encode_batch(texts)
        tokens = (offsets[1:] - offsets[:-1]).tolist()
        sizes, lengths = pc.binary_length(texts).to_pylist(), pc.utf8_length(texts).to_pylist()
        for row, name in enumerate(batch.column("channel").to_pylist()):
            found = sums.setdefault(name, [0, 0, 0, 0])
            for place, count in enumerate((tokens[row], sizes[row], lengths[row], 1)):
                found[place] += count
    everything = [sum(found[place] for found in sums.values()) for place in range(4)]
    return {
        "vocab_size": encoder.vocab_size,
        "channels": {name: _figures(*sums[name]) for name in sorted(sums)},
        "total": _figures(*everything),
    }


def _figures(tokens: int, size_bytes: int, characters: int, documents: int) -> dict[str, Any]:
    return {
        "documents": documents,
        "tokens": tokens,
        "bytes": size_bytes,
        "characters": characters,
        "bytes_per_token": round(size_bytes / tokens, 4) if tokens else 0.0,
        "chars_per_token": round(characters / tokens, 4) if tokens else 0.0,
    }
