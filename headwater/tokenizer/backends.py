"""Which library or kernel encodes with a vocabulary: the fastest that gives the tokens `tokenizers` gives.

In: a tokenizer and what its file holds. Out: a back end, and a sentence where it is slower than it might be.
Each is asked for the tokens of a sample first: one that differs from `tokenizers` there is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from headwater.tokenizer import patterns, set_apart
from headwater.tokenizer.plain import Plain

MOST_SPELLED = 64  # added tokens in the sample
SAMPLE = (
    *("", " ", "a", "\n\n\n", " \n", "\r\n \r\n", "a  b   c\t\td \n e\u3000f"),
    "The quick brown fox can't jump; it'll rest, won't it? I'VE DONE. 's 'S ’s 'LL 'ſ I'm'ere",
    "x = self._id.get(a)[0]  # 注释\nif x:\n        return y\n\n\n\tz = 1_000_000.5e-10\r\n",
    "人工智能正在改变世界，2024年有12345篇论文。日本語のテキストとカタカナー 한국어 문장 하나",
    "Ünïcødé naïve café ﬁne é e\u0301 हिन्दी वाक्य นี่คือภาษาไทย مرحبا بالعالم שלום עולם",
    "1234567890 12 007 ３４５ Ⅷ ½ 1" + "0" * 70,
    "👩\u200d👩\u200d👧 🇨🇳 ❤️ \u200b\ufeff \x00\x1f\x7f \U0001f600\U00020000\U0010ffff ……——！！！???...!!!",
    "<|endoftext|> <s> </s> [INST] <0x41> https://example.org/a?b=c&d=%20#e user@host " + "a" * 40,
)


def choose(described: dict[str, Any], plain: Plain) -> tuple[set_apart.Encodes, str]:
    """The fastest back end that is right, and what kept the faster ones from it (empty where nothing did)."""
    simple, needs = set_apart.without(described)
    reasons = []
    for open_one in _order(described):
        try:
            found = open_one(simple)
        except ValueError as error:
            reasons.append(str(error))
            continue
        if needs:
            found = set_apart.Joined(found, plain, needs)
        if _agrees(found, plain, described):
            return found, ""
        reasons.append(f"{found.name} gives other tokens on a sample")
    return plain, reasons[-1]


def _order(described: dict[str, Any]) -> tuple[Callable[[dict[str, Any]], set_apart.Encodes], ...]:
    """What to try. gigatoken, slow to import, does not know our own pattern."""
    ours = {patterns.pattern("headwater", numbers) for numbers in patterns.NUMBERS}
    return (_native,) if ours & set(patterns.expressions(described)) else (_giga, _native)


def _giga(described: dict[str, Any]) -> set_apart.Encodes:
    from headwater.tokenizer.giga import Giga

    return Giga(described)


def _native(described: dict[str, Any]) -> set_apart.Encodes:
    try:
        from headwater.tokenizer.native import Native
    except ImportError as error:  # a machine that only trains or generates has neither numba nor pyarrow
        raise ValueError(f"{error.name} is not installed") from error
    return Native(described)


def _agrees(found: set_apart.Encodes, plain: Plain, described: dict[str, Any]) -> bool:
    added = [token["content"] for token in described.get("added_tokens", [])][:MOST_SPELLED]
    sample = [*SAMPLE, *(f"a{token} b" for token in added)]
    ids, offsets = found.encode(sample)
    expected, ends = plain.encode(sample)
    return np.array_equal(ids, expected) and np.array_equal(offsets, ends)
