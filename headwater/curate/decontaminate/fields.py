"""Fields: which strings of an evaluation set's row are content, and which are its question or its answer.

In: a row as JSON gives it, whatever its shape. Out: (field, text, whether it is an answer). Labels, ids and the names
of tasks are left out. A short answer ("the end of the war") says nothing without its question: who uses these decides
by the role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

ID_FIELDS = ("id", "task_id", "question_id", "qid", "uid", "idx", "pairid", "n")
_LABELS = re.compile(
    r"(\w*_)?u?ids?|idx|index|n|pairid|.*_idx|.*_index|labels?\d*|split|task(_\w+)?|subjects?|subset|category|categories"
    r"|type|kind|level|difficulty|genre|domain|topic|field|linguistics_term|source|url|license|lang|language|entry_point"
    r"|meta|metadata|digest|fetched_at|warc_file|warc_offset|duplicate_of|version|author|year|date|name|role|canary",
    re.IGNORECASE,
)
_CHOICES = re.compile(
    r"[a-j]|(choice|option|candidate|ending|distractor|alternative)s?(_?\w{1,3})?|mc\d_targets", re.IGNORECASE
)
_ANSWERS = re.compile(
    r"(\w+_)?(answers?|targets?|solutions?|responses?|outputs?|references?|completions?|gold|correct|incorrect)(_\w+)?"
    r"|keywords?|title|tests?(_\w+)?|explanation|rationale|hint|aliases",
    re.IGNORECASE,
)
MAX_DEPTH = 6
MAX_STRINGS = 256  # of a row
QUESTION, CHOICE, ANSWER = "question", "choice", "answer"


class Content(NamedTuple):
    field: str
    text: str
    role: str  # QUESTION, CHOICE or ANSWER


def contents(found: list[Content]) -> list[Content]:
    """What of a row's strings is looked for; choices stand with their question, as an examination prints them."""
    question = next((content for content in found if content.role == QUESTION), None)
    choices = [content.text for content in found if content.role == CHOICE]
    if question is None or not choices:
        return found
    together = Content(f"{question.field}+choices", "\n".join([question.text, *choices]), QUESTION)
    return [*(content for content in found if content.role != CHOICE), together]


def strings(row: dict[str, Any]) -> list[Content]:
    """The strings of a row that are content, in its order, each by itself."""
    return list(islice(_strings(row, "", QUESTION, 0), MAX_STRINGS))


def row_id(row: dict[str, Any], number: int) -> str:
    """What the row calls itself; else its number."""
    given = {str(name).lower(): value for name, value in row.items()}
    for name in ID_FIELDS:
        value = given.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)[:200]
    return str(number)


def _strings(value: Any, field: str, role: str, depth: int) -> Iterator[Content]:
    if isinstance(value, str):
        if value.strip():
            yield Content(field, value, role)
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        for name, entry in value.items():
            path = f"{field}.{name}" if field else str(name)
            if role == QUESTION and not _is_label(str(name), entry):
                yield from _strings(entry, path, _role(str(name)), depth + 1)
            elif role != QUESTION and not _LABELS.fullmatch(str(name)):
                yield from _strings(entry, path, role, depth + 1)
    elif isinstance(value, list | tuple) and depth < MAX_DEPTH:
        for number, entry in enumerate(value):
            yield from _strings(entry, f"{field}[{number}]", role, depth + 1)


def _role(name: str) -> str:
    if _CHOICES.fullmatch(name):
        return CHOICE
    return ANSWER if _ANSWERS.fullmatch(name) else QUESTION


def _is_label(name: str, value: Any) -> bool:
    return bool(_LABELS.fullmatch(name)) and not isinstance(value, dict | list)
