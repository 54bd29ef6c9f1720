"""What the model writes after the opening of a document it has never seen.

In: held-out documents as tokens. Out: rows with the prompt, the model's continuation (the likeliest
token each time, and once drawn), and what really followed.
A prompt is at most half of its document, and never ends inside a character.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from headwater.evaluate.config import EvaluateConfig
from headwater.evaluate.windows import Encoded
from headwater.generate.detokenize import text_of
from headwater.generate.engine import generate_ids
from headwater.generate.sample import Sampling

SHORTEST = 8  # tokens: of a shorter document, half is too little to continue
DRAWN_TEMPERATURE, DRAWN_TOP_P = 0.8, 0.95


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The two sides of a document: what the model is shown, and what really followed."""

    document: Encoded
    prompt: list[int]
    reference: list[int]


def openings(documents: Iterable[Encoded], config: EvaluateConfig, seed: int, encoder: Any) -> list[Opening]:
    """At most `continuations` documents a channel, those with the lowest hash of (seed, id)."""
    by_channel: dict[str, list[Encoded]] = {}
    for one in documents:
        if len(one.ids) >= SHORTEST:
            by_channel.setdefault(one.channel, []).append(one)
    found = []
    for channel in sorted(by_channel):
        ranked = sorted(by_channel[channel], key=lambda one: (_rank(seed, one.id), one.id))
        found += [_opening(one, config, encoder) for one in ranked[: config.continuations]]
    return found


def _rank(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{name}".encode("utf-8", "surrogatepass")).digest()


def _opening(one: Encoded, config: EvaluateConfig, encoder: Any) -> Opening:
    tokens = [int(token) for token in one.ids[: 2 * config.continuation_tokens + SHORTEST]]
    size = min(config.continuation_tokens, len(tokens) // 2)
    while size > 1 and not _is_whole(encoder, tokens[:size]):
        size -= 1
    end = size + config.continuation_tokens
    while end < len(tokens) and end > size and not _is_whole(encoder, tokens[size:end]):
        end -= 1
    return Opening(document=one, prompt=tokens[:size], reference=tokens[size:end])


def _is_whole(encoder: Any, tokens: list[int]) -> bool:
    try:
        encoder.decode_bytes(tokens).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def continuations(
    decoder: Any, encoder: Any, found: list[Opening], config: EvaluateConfig, seed: int
) -> list[dict[str, Any]]:
    """Rows {"channel", "id", "url", "prompt", "continuation", "finish", "sampled", "reference"}."""
    room = decoder.config.max_positions - 1
    prompts = [one.prompt[-room:] for one in found]
    limit = config.continuation_tokens
    greedy = generate_ids(decoder, encoder, prompts, max_tokens=limit)
    sampling = Sampling(temperature=DRAWN_TEMPERATURE, top_p=DRAWN_TOP_P, seed=seed)
    drawn = generate_ids(decoder, encoder, prompts, max_tokens=limit, sampling=sampling)
    return [
        {
            "channel": one.document.channel,
            "id": one.document.id,
            "url": one.document.url,
            "prompt": text_of(encoder, prompt),
            "continuation": text_of(encoder, tokens),
            "finish": finish,
            "sampled": text_of(encoder, sampled),
            "reference": text_of(encoder, one.reference),
        }
        for one, prompt, (tokens, finish), (sampled, _) in zip(found, prompts, greedy, drawn, strict=True)
    ]
