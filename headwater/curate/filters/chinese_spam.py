"""Phrases that sell in Chinese, and what wrong decoding leaves: how much of them a page holds.

In: a text column's offsets and bytes, rows, how many Han characters each has. Out: spam and garbage in 1000 of them.
A phrase in quotation marks is spoken of. Pages that warn of spam, report on it or tell a story name phrases as well:
what they say of police, courts and fraud is set against them, and phrases of one category alone are an advertisement
only where there are many or where a number to write to stands beside them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from headwater.kernels.phrases import Automaton

MOST_OF_A_PHRASE = 3  # times that one phrase counts in a text
MIN_HAN_SPAM = 500  # a shorter page counts as this long: one phrase is no advertisement
MIN_ALONE = 5  # phrases of one category that are an advertisement without a number
MIN_HAN_GARBLED = 100
CONTACT, NUMBER, REPORTED = "contact", "number", "reported"  # sections with a part of their own
QUOTES = '“「‘『"《'
# What UTF-8 leaves when it went through GBK and back, and memory that a debugger filled.
GARBLED = ("锟斤拷", "锟斤", "斤拷", "烫烫烫", "屯屯屯", "锘锘", "ï¿½", "â€", "ã€", "ï¼", "å›½", "ä¸\xad")


def spam_per_1000(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, num_han: np.ndarray) -> np.ndarray:
    """Phrases that sell in 1000 Han characters; 0 where they may be spoken of."""
    import numpy as np

    from headwater.kernels import phrases

    names, automaton = _selling()
    hits = phrases.count(offsets, text, rows, automaton, MOST_OF_A_PHRASE)
    of = {name: number for number, name in enumerate(names)}
    selling = [of[name] for name in names if name not in (NUMBER, REPORTED)]
    said = np.maximum(hits[:, selling] - hits[:, [len(names) + number for number in selling]], 0)
    phrases_said, categories = said.sum(1), (said > 0).sum(1)
    reachable = (said[:, selling.index(of[CONTACT])] > 0) | (hits[:, of[NUMBER]] > 0)
    sold = phrases_said - hits[:, of[REPORTED]]
    advertises = (categories > 1) | reachable | (sold >= MIN_ALONE)
    return np.where(advertises, np.maximum(sold, 0) * 1000 / np.maximum(num_han, MIN_HAN_SPAM), 0.0)


def garbled_per_1000(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, num_han: np.ndarray) -> np.ndarray:
    """Pieces of wrong decoding in 1000 Han characters; an essay on them names a few."""
    import numpy as np

    from headwater.kernels import phrases

    hits = phrases.count(offsets, text, rows, _garbled())
    return np.maximum(hits[:, 0] - hits[:, 1], 0) * 1000 / np.maximum(num_han, MIN_HAN_GARBLED)


@cache
def _selling() -> tuple[tuple[str, ...], Automaton]:
    """The categories; phrases in the groups of that order, and after them the same behind a quotation mark."""
    from headwater.curate import lists
    from headwater.kernels import phrases

    sections = lists.sections("spam_zh.txt")
    names = tuple(sections)
    entries = [(phrase, number) for number, name in enumerate(names) for phrase in sections[name]]
    quoted = [
        (mark + phrase, len(names) + number)
        for phrase, number in entries
        if names[number] not in (NUMBER, REPORTED)
        for mark in QUOTES
    ]
    return names, phrases.build([*entries, *quoted], 2 * len(names))


@cache
def _garbled() -> Automaton:
    from headwater.kernels import phrases

    quoted = [(mark + piece, 1) for piece in GARBLED for mark in QUOTES]
    return phrases.build([*((piece, 0) for piece in GARBLED), *quoted], 2)
