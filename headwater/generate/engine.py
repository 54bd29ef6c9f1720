"""Continue prompts: a batch of texts in, their continuations out.

In: a decoder, an encoder, prompts. Out: a Completion a prompt, in order.
Steps: encode, put the start-of-document token in front, group prompts of like length, then token by
token: logits, choice, stop at the end of a document, at the limit, or where the context is full.

Rows of unequal length are padded on the right and read at their own last token. Attention is causal,
so the padding is never seen, positions are those of the prompt alone, and a batch gives what each
prompt gives by itself. Everything is computed anew for each token.
Dimensions: B prompts in a batch, T tokens, D model, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.errors import HeadwaterError
from headwater.generate.detokenize import text_of
from headwater.generate.sample import Sampling, choose, generators

if TYPE_CHECKING:
    import torch

BATCH = 16


@dataclass(frozen=True, kw_only=True)
class Completion:
    """`tokens` are the generated ones; `finish` is "stop" (end of document) or "length"."""

    prompt: str
    text: str
    tokens: list[int]
    finish: str


def generate(
    decoder: Any,
    encoder: Any,
    prompts: Sequence[str],
    *,
    max_tokens: int = 64,
    sampling: Sampling | None = None,
    batch: int = BATCH,
) -> list[Completion]:
    """Continue each prompt by at most `max_tokens` tokens.

    Raises HeadwaterError arguments for a prompt that fills the context, or values that make no sense.
    """
    ids, offsets = encoder.encode_batch(list(prompts))
    encoded = [[int(token) for token in ids[offsets[i] : offsets[i + 1]]] for i in range(len(prompts))]
    found = generate_ids(decoder, encoder, encoded, max_tokens=max_tokens, sampling=sampling, batch=batch)
    return [
        Completion(prompt=prompt, text=text_of(encoder, tokens), tokens=tokens, finish=finish)
        for prompt, (tokens, finish) in zip(prompts, found, strict=True)
    ]


def generate_ids(
    decoder: Any,
    encoder: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_tokens: int,
    sampling: Sampling | None = None,
    batch: int = BATCH,
) -> list[tuple[list[int], str]]:
    """(generated tokens, finish) a prompt given as tokens; raises as `generate`."""
    sampling = (sampling or Sampling()).require()
    if max_tokens < 1 or batch < 1:
        raise HeadwaterError("arguments", "the number of tokens and the batch must be at least 1")
    start_id = encoder.eod_id if encoder.bos_id is None else encoder.bos_id
    context = decoder.config.max_positions
    rows = []
    for number, prompt in enumerate(prompts, 1):
        row = [int(token) for token in prompt]
        row = row if row[:1] == [start_id] else [start_id, *row]  # exactly one, never none, never two
        if len(row) > context:
            raise HeadwaterError(
                "arguments",
                f"prompt {number} has {len(row)} tokens with its start mark; the model reads {context}",
                mend=f"shorten it to at most {context - 1} tokens",
            )
        rows.append(row)
    draws = generators(sampling, rows)
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i]), i))  # like lengths together: little padding
    results: list[tuple[list[int], str]] = [([], "length")] * len(rows)
    for first in range(0, len(order), batch):
        group = order[first : first + batch]
        found = _continue(
            decoder, [rows[i] for i in group], [draws[i] for i in group], sampling, max_tokens, encoder.eod_id
        )
        for index, result in zip(group, found, strict=True):
            results[index] = result
    return results


def _continue(
    decoder: Any,
    rows: list[list[int]],
    draws: list[torch.Generator],
    sampling: Sampling,
    max_tokens: int,
    stop_id: int,
) -> list[tuple[list[int], str]]:
    """Generate for one batch until every row has ended."""
    made: list[list[int]] = [[] for _ in rows]
    finish = ["length"] * len(rows)
    open_rows = list(range(len(rows)))
    while open_rows:
        logits_BV = next_logits(decoder, [rows[i] + made[i] for i in open_rows])
        picks = choose(logits_BV, sampling, [draws[i] for i in open_rows])
        still_open = []
        for row, token in zip(open_rows, picks, strict=True):
            if token == stop_id:
                finish[row] = "stop"
                continue
            made[row].append(token)
            if len(made[row]) < max_tokens and len(rows[row]) + len(made[row]) <= decoder.config.max_positions:
                still_open.append(row)
        open_rows = still_open
    return list(zip(made, finish, strict=True))


def next_logits(decoder: Any, rows: list[list[int]]) -> torch.Tensor:
    """Logits (B, V) in fp32 for the token after each row."""
    import torch

    device = next(decoder.parameters()).device
    last_B = torch.tensor([len(row) - 1 for row in rows], device=device)
    width = max(len(row) for row in rows)
    tokens_BT = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=device)
    decoder.eval()
    with torch.inference_mode():
        hidden_BTD = decoder.hidden(tokens_BT)
        last_BD = hidden_BTD[torch.arange(len(rows), device=device), last_B]
        return torch.nn.functional.linear(last_BD, decoder.head_weight_VD).float()
