"""Perplexity and bits a byte on held-out windows.

In: a decoder, an encoder, a channel's windows (W, T + 1). Out: scores a channel and in all.

The log-probability of every token is taken in fp32 and summed in float64, so that the score does
not depend on the batch. Perplexity is over every scored token, ends of documents among them. Bits a
byte are over the tokens that are text: summed nats / ln 2 / bytes of those tokens in UTF-8, so that
models with different tokenizers compare. The interval is Student's t (95 %) on the mean nats of a
window; windows of one long document are alike, so it is a little too narrow where documents are few.
Dimensions: W windows, B windows in a batch, T tokens, D model,
V vocabulary.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from headwater.errors import HeadwaterError

MAX_LOGITS = 1 << 25  # held at once: 128 MiB in fp32
CONFIDENCE = 0.95
_MAX_NATS = 700.0  # e**700 is still a float


def score(decoder: Any, encoder: Any, windows: dict[str, np.ndarray], config: Any) -> dict[str, Any]:
    """The task: {"metric", "value", "stderr", "n", "channels"} over every channel.

    Raises HeadwaterError empty_corpus without windows, diverged when a probability is not a number.
    """
    bytes_V = token_bytes(encoder)
    nats = {channel: window_nats(decoder, rows, config.batch) for channel, rows in windows.items()}
    channels = {channel: channel_score(nats[channel], windows[channel], bytes_V) for channel in windows}
    scored = [rows.mean(axis=1) for rows in nats.values() if len(rows)]
    if not scored:
        raise HeadwaterError(
            "empty_corpus",
            "no channel has one held-out window",
            mend="hold out more text (split.samples), or train with a shorter train.sequence_length",
        )
    mean, stderr, _, _ = interval(np.concatenate(scored))
    value = math.exp(min(mean, _MAX_NATS))
    return {
        "metric": "perplexity",
        "value": value,
        "stderr": None if stderr is None else value * stderr,
        "n": sum(len(rows) for rows in scored),
        "channels": channels,
    }


def token_bytes(encoder: Any) -> np.ndarray:
    """UTF-8 bytes of each token of the vocabulary; 0 for the tokens that are marks and not text."""
    sizes = np.array([len(encoder.decode_bytes([token])) for token in range(encoder.vocab_size)], dtype=np.int64)
    for mark in (encoder.eod_id, encoder.bos_id):
        if mark is not None and 0 <= mark < len(sizes):
            sizes[mark] = 0
    return sizes


def window_nats(decoder: Any, windows_WT1: np.ndarray, batch: int) -> np.ndarray:
    """Nats of each scored token, float64 (W, T). Raises HeadwaterError diverged."""
    import torch

    device = next(decoder.parameters()).device
    head_VD = decoder.head_weight_VD.float()
    found = np.zeros((windows_WT1.shape[0], windows_WT1.shape[1] - 1))
    stretch = max(1, MAX_LOGITS // len(head_VD))
    decoder.eval()
    with torch.inference_mode():
        for start in range(0, len(found), batch):
            tokens_BT1 = torch.from_numpy(windows_WT1[start : start + batch].astype(np.int64)).to(device)
            hidden_BTD = decoder.hidden(tokens_BT1[:, :-1]).float()
            for row in range(len(tokens_BT1)):  # logits a row at a time: all of a batch would not fit
                for first in range(0, found.shape[1], stretch):
                    part = slice(first, first + stretch)
                    logits_TV = torch.nn.functional.linear(hidden_BTD[row, part], head_VD)
                    target_T1 = tokens_BT1[row, 1:, None][part]
                    nats_T = torch.logsumexp(logits_TV, dim=-1) - logits_TV.gather(-1, target_T1)[:, 0]
                    found[start + row, part] = nats_T.cpu().numpy()
    if not np.isfinite(found).all():
        raise HeadwaterError("diverged", "the model gives probabilities that are not numbers")
    return found


def channel_score(nats_WT: np.ndarray, windows_WT1: np.ndarray, bytes_V: np.ndarray) -> dict[str, Any]:
    """{"ppl", "low", "high", "n", "bits_per_byte"} of one channel; None where there is nothing to say."""
    if not len(nats_WT):
        return {"ppl": None, "low": None, "high": None, "n": 0, "bits_per_byte": None}
    mean, _, low, high = interval(nats_WT.mean(axis=1))
    bytes_WT = bytes_V[windows_WT1[:, 1:]]
    text_bytes = int(bytes_WT.sum())
    return {
        "ppl": math.exp(min(mean, _MAX_NATS)),
        "low": None if low is None else math.exp(min(low, _MAX_NATS)),
        "high": None if high is None else math.exp(min(high, _MAX_NATS)),
        "n": len(nats_WT),
        "bits_per_byte": float(nats_WT[bytes_WT > 0].sum() / math.log(2) / text_bytes) if text_bytes else None,
    }


def interval(values: np.ndarray) -> tuple[float, float | None, float | None, float | None]:
    """(mean, standard error, low, high) of a sample; one value alone has no error."""
    mean, count = float(values.mean()), len(values)
    if count < 2:
        return mean, None, None, None
    from scipy.special import stdtrit

    stderr = float(values.std(ddof=1)) / math.sqrt(count)
    reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * stderr
    return mean, stderr, mean - reach, mean + reach
