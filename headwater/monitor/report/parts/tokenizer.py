"""How well the tokenizer packs each channel's text."""

from __future__ import annotations

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, count, figure, join, table


def render(facts: Facts) -> Safe:
    channels = inner(facts.tokenizer, "channels")
    if not channels:
        return Safe("")
    size = count(facts.tokenizer.get("vocab_size"))
    words = both(
        f"The model does not read letters but tokens, pieces of text out of a vocabulary of {size} learnt from this "
        "corpus. The more bytes a token holds, the more text fits into one step.",
        f"模型读的不是单个字符，而是词元：从本语料学到的词表共 {size} 个。"
        "每个词元包含的字节越多，一步训练读到的文本就越多。",
        "p",
    )
    rows = []
    for name in sorted(channels):
        entry = inner(channels, name)
        rows.append(
            [
                name,
                count(entry.get("tokens")),
                figure(entry.get("bytes_per_token"), 3),
                figure(entry.get("chars_per_token"), 3),
            ]
        )
    header = [
        both("channel", "通道"),
        both("tokens measured", "统计词元"),
        both("bytes a token", "字节/词元"),
        both("characters a token", "字符/词元"),
    ]
    return join([words, table(header, rows, numbers=(1, 2, 3))])
