"""A corpus with planted dirt: mojibake, spam, and what one site alone says."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pyarrow as pa

from headwater import document
from headwater.tokenizer.audit_text import Phrases
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.train import train_from
from tests import corpora

CONFIG = TokenizerConfig(vocab_size=900, reserve=4)
PHRASES = Phrases(sensitive=frozenset({"澳门赌场网址", "百家乐"}))
ONE_SITE = "The zorblaxquux of Quuxinator. " * 5


@cache
def rows(num: int = 150) -> list[dict[str, Any]]:
    rng, found = random.Random(3), []
    for place in range(num):
        lang = ("zh", "en", "code")[place % 3]
        text, site = corpora.MAKERS[lang](rng), f"host{place % 9}.example.org"
        if place % 10 == 0:
            text += "\n锟斤拷锟斤拷烫烫烫烫，锟斤拷烫烫烫。"
        if place % 10 == 3:
            text += "\n欢迎来澳门赌场网址注册，百家乐投注。" * 3
        if place % 13 == 1:
            text, site = f"{text}\n{ONE_SITE}", "zorb.example.com"
        found.append({"id": f"d{place}", "text": text, "url": f"https://{site}/{place}", "lang": lang})
    return found


def batches() -> list[pa.RecordBatch]:
    return list(document.batches_of(rows(), max_rows=40))


@cache
def tokenizer(kind: str = "bbpe") -> Any:
    return train_from(batches(), TokenizerConfig(vocab_size=CONFIG.vocab_size, reserve=4, type=kind))
