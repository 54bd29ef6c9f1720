"""Which of a model's texts are no documents.

In: an answer. Out: its text, white space at its ends removed, and the reason why it is not kept, or an empty one.
"""

from __future__ import annotations

import re
from collections import Counter

from headwater.curate import langid
from headwater.curate.endpoint.answer import Answer

REFUSAL_CHARS = 200  # refusals say so at the beginning
MOST_REPEATED = 0.5
GRAM = 8  # characters
SURE = 0.5  # a language found with this score is believed
_REFUSAL = re.compile(
    r"\b(?:(?:i'?m|i am) (?:very |so )?sorry,?\.? (?:but |that )?(?:i|as an)\b"
    r"|i apologi[sz]e,? but\b|as an ai\b|as a (?:large )?language model"
    r"|i(?:'m| am) (?:unable|not able) to (?:help|assist|write|provide|fulfil|comply|create)"
    r"|i (?:cannot|can't|can not|won't) (?:help|assist|write|provide|fulfil|comply|create))"
    r"|(?:抱歉|对不起)，(?:但)?我|我(?:无法|不能|没有办法)(?:为您|为你|提供|协助|帮助您|帮助你|完成|回答|满足)"
    r"|作为(?:一个|一名)?(?:AI|人工智能|(?:大型)?语言模型)",
    re.IGNORECASE,
)


def judge(answer: Answer, lang: str, min_chars: int) -> tuple[str, str]:
    """(text, reason): the reason is empty for a text that is kept."""
    text = answer.text.strip()
    if not text:
        return text, "synthesize.empty"
    if _REFUSAL.search(text[:REFUSAL_CHARS].replace("\u2019", "'")):
        return text, "synthesize.refusal"
    if answer.finish == "length":
        return text, "synthesize.truncated"
    if answer.finish == "content_filter":
        return text, "synthesize.filtered"
    if len(text) < min_chars:
        return text, "synthesize.too_short"
    if repeated(text) > MOST_REPEATED:
        return text, "synthesize.repetitive"
    found, score = langid.identify_one(text)
    if found != lang and score >= SURE:
        return text, "synthesize.wrong_language"
    return text, ""


def repeated(text: str) -> float:
    """Share of the runs of GRAM characters that were seen before in the text: near 1 where a model ran in circles."""
    runs = [text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1))]
    counts = Counter(runs)
    return 1 - len(counts) / len(runs)
