"""Answers: what a row of an evaluation set gives as right, and whether it stands beside its question in a document.

In: a row, or the hits of some documents with the answers of their questions. Out: its Answers, or for each hit whether
the answer is near; None where the row names none that could be told from chance (a single letter or digit).
An English article before an answer is left out, as evaluations leave it out: who says "Beatles" names "the Beatles".
A document that lists all choices, as an examination does, tells nothing: the right one must stand there more often
than each of the others, or be named by its letter behind a word for answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from headwater.curate.decontaminate import fields
from headwater.kernels import arrow
from headwater.kernels.tokens import LITTLE, tokens

NEAR_BYTES = 2000  # before and after the question
MAX_CHARS = 400  # of an answer that are looked for
MAX_ANSWERS = 8  # of a question
_GIVEN = re.compile(
    r"(?!incorrect|wrong|false|bad)(\w+_)?(answers?|targets?|solutions?|responses?|outputs?|references?|completions?|gold|correct)(_?\w+)?",
    re.IGNORECASE,
)
_KEYS = re.compile(r"\w*(answers?|gold|target|correct)(_?(key|idx|index|option|choice))?|label", re.IGNORECASE)
_FINAL = re.compile(r"(?:####\s*|\\boxed\{)([^\n{}]+)")  # how worked solutions of mathematics end
_PLACE = re.compile(r"\[\d+\]")  # in a list
_ARTICLE = re.compile(r"[\s\"'“‘(]*(?:an?|the)\s+[\"'“‘(]*(?=\w\w)", re.IGNORECASE)  # one letter after it is a formula
_LETTER = re.compile(r"\(?([A-Ja-j])[).]?")
_NAMED = (
    r"(?i:answer|correct|solution|option|答案|答|正确|正確|选|選)"
    r"[^A-Za-z\n]{{0,8}}(?i:is|are)?[^A-Za-z\n]{{0,4}}{}(?![A-Za-z])"
)


class Answers(NamedTuple):
    """`others`: choices that are not right. `letter`: of the right one."""

    given: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    letter: str = ""


def of_row(row: dict[str, Any], found: list[fields.Content]) -> Answers:
    """The answers of a row with these strings, each cut short; of a choice named by letter or number its text."""
    choices = [content for content in found if content.role == fields.CHOICE]
    right = _right(row, choices)
    if right is not None:
        texts = [content.text for content in choices]
        return Answers((texts.pop(right)[:MAX_CHARS],), tuple(t[:MAX_CHARS] for t in texts), chr(ord("A") + right))
    given = [content.text for content in found if content.role == fields.ANSWER and _is_given(content.field)]
    given += [str(value) for name, value in row.items() if _is_number(value) and _is_given(str(name))]
    given += [final[1] for text in given if (final := _FINAL.search(text))]
    others = [content.text for content in choices if content.text not in given]
    return Answers(tuple(text[:MAX_CHARS] for text in given[:MAX_ANSWERS]), tuple(t[:MAX_CHARS] for t in others))


def _right(row: dict[str, Any], choices: list[fields.Content]) -> int | None:
    """The place of the choice that a letter or a number names."""
    names = [_last(content).upper() for content in choices]
    for name, value in row.items() if choices else ():
        if not _KEYS.fullmatch(str(name)):
            continue
        if isinstance(value, str) and (letter := _LETTER.fullmatch(value.strip())):
            key = letter[1].upper()
            place = names.index(key) if key in names else ord(key) - ord("A")
        elif _is_number(value) or (isinstance(value, str) and value.strip().isdecimal()):
            place = int(value)
        else:
            continue
        if 0 <= place < len(choices):
            return place
    return None


def _is_given(field: str) -> bool:
    """Whether a part of a field's path is what right answers are called."""
    return any(_GIVEN.fullmatch(name) for name in _PLACE.sub("", field).split("."))


def _last(content: fields.Content) -> str:
    """The name of the innermost field: `B` of `choices.B`."""
    return _PLACE.sub("", content.field).rpartition(".")[2]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def near(
    text: np.ndarray, spans: Sequence[tuple[int, int, int, int]], told: Sequence[Answers], fold: np.ndarray
) -> list[bool | None]:
    """For each hit whether its answer is near.

    `spans`: in bytes of `text`, where the document begins, the question begins and ends, and the document ends.
    """
    windows = []
    for first, begin, end, last in spans:
        before, after = text[max(first, begin - NEAR_BYTES) : begin], text[end : min(last, end + NEAR_BYTES)]
        windows.append(_decoded(before) + "\n" + _decoded(after))
    around = _hashed(windows, fold)
    found: list[bool | None] = []
    for window, (hashes, _), answers in zip(windows, around, told, strict=True):
        right = [hashes for hashes, says in _hashed(_bare(answers.given), fold) if says]
        if not right and not answers.letter:
            found.append(None)
            continue
        most = max((_times(hashes, other) for other, _ in _hashed(_bare(answers.others), fold)), default=0)
        named = bool(answers.letter and re.search(_NAMED.format(answers.letter), window))
        found.append(named or any(_times(hashes, one) > most for one in right))
    return found


def _bare(texts: Sequence[str]) -> list[str]:
    """Answers without their leading articles."""
    return [text[found.end() :] if (found := _ARTICLE.match(text)) else text for text in texts]


def _hashed(texts: Sequence[str], fold: np.ndarray) -> list[tuple[bytes, bool]]:
    """The tokens of each text as bytes, and whether they say more than a letter or a digit does."""
    if not texts:
        return []
    found = tokens(*arrow.text_buffers(arrow.text_array(list(texts))), fold)
    bounds = list(zip(found.indptr[:-1].tolist(), found.indptr[1:].tolist(), strict=True))
    says = [bool((found.kinds[a:b] != LITTLE).any()) or b - a > 1 for a, b in bounds]
    return [(found.hashes[a:b].tobytes(), more) for (a, b), more in zip(bounds, says, strict=True)]


def _times(hashes: bytes, wanted: bytes) -> int:
    """How often a run of tokens stands in another."""
    count, at = 0, hashes.find(wanted) if wanted else -1
    while at >= 0:
        count += at % 8 == 0
        at = hashes.find(wanted, at + 1)
    return count


def _decoded(data: np.ndarray) -> str:
    return data.tobytes().decode("utf-8", "ignore")
