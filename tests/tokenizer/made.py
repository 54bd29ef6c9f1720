"""A small corpus in Chinese, English and code, and tokenizers learned from it once a session."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pyarrow as pa

from headwater import document
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.train import train_from
from tests import corpora

WRITERS = {"zh": corpora.chinese, "en": corpora.english, "code": corpora.code}


def rows(num: int = 24, seed: int = 0) -> list[dict[str, Any]]:
    """Documents of the three in turn, with ids, URLs and WARC places."""
    rng = random.Random(seed)
    found = []
    for place in range(num):
        lang = list(WRITERS)[place % 3]
        found.append(
            {
                "id": f"d{seed}-{place:04d}",
                "text": WRITERS[lang](rng),
                "url": f"https://example.org/{lang}/{place}",
                "lang": lang,
                "kind": "general",
                "domain": "general",
                "warc_file": f"{lang}.warc.gz",
                "warc_offset": place * 100,
                "digest": "",
            }
        )
    return found


def batches(num: int = 24, seed: int = 0) -> list[pa.RecordBatch]:
    return list(document.batches_of(rows(num, seed), max_rows=10))


@cache
def tokenizer(kind: str = "bbpe", digits: str = "single", vocab_size: int = 700) -> Any:
    return train_from(batches(), TokenizerConfig(type=kind, digits=digits, vocab_size=vocab_size, reserve=4))


HOSTILE = [
    "",
    " ",
    "\n",
    "\r\n\r\n",
    "\0\0a\0",
    "a\u200bb\u200c\u200d\ufeff",
    "\ud7ff\ue000\ufffd\uffff\U0010ffff",
    "😀👨‍👩‍👧‍👦🇨🇳",
    "你好，world！Python的def f(x):\n\treturn x  # 注释\r\n",
    "　全角　空格　",
    "〇㐀𠀀𪛖々ー・",
    "e\u0301 é ﷽ \u202e rtl \u202c",
    "<|endoftext|><|pad|><|reserved_0|> <0x41> ▁a",
    "1234567890" * 20,
    "٣٤٥ ²³ Ⅻ ①",
    "   \t  indented\n\n\n    twice  ",
    "don't WON'T it's 'll",
    "a" * 5_000,
    "中" * 5_000,
    " " * 5_000 + "x",
    "-" * 5_000,
    "\u0300" * 100,
]
