"""Facts: what one row of a table of facts says, in which languages.

In: rows of any table. Out: Facts, each with a wording in Chinese, English or both, and a Counter of the rows that
are none, by reason. A fact is a definition of a name, a triple, a question with its answer, or a plain statement: the
first of these that the row is complete for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from headwater import storage
from headwater.curate import languages
from headwater.curate.inject import fields, tables, wording
from headwater.document.formats import CODE_SUFFIXES
from headwater.errors import HeadwaterError

SHAPES: dict[str, tuple[str, ...]] = {
    "definition": ("name", "definition"),
    "triple": ("subject", "relation", "object"),
    "question": ("question", "answer"),
    "statement": ("statement",),
}
TELLING = {"definition": "definition", "triple": "relation", "question": "question", "statement": "statement"}
MAX_ID_CHARS = 200
MAX_FACTS = 500_000
MAX_TOTAL_CHARS = 400_000_000  # of all facts: they are held while their documents are written
SHARED_PARTS = ("name", "subject", "object")  # a name may stand in a text of another language
PROGRAMMING = frozenset(CODE_SUFFIXES.values())


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A fact in one language: its shape and parts. `other_name`: what the other language calls the name."""

    shape: str
    parts: dict[str, str]
    other_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`wordings` by language; `code`: the programming language that it is about, or empty."""

    id: str
    wordings: dict[str, Wording]
    code: str = ""
    license: str = ""


@dataclass(kw_only=True)
class Found:
    """The facts of a file, the rows that came in, and those that are no facts, by reason."""

    facts: list[Fact] = field(default_factory=list)
    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def read(location: str, langs: tuple[str, ...]) -> Found:
    """The facts of a file, in its order, told in the languages asked for.

    Raises HeadwaterError unknown_name, unreadable_input, arguments or empty_corpus.
    """
    found, problems = Found(), Counter[str]()
    ids, seen, total = set[str](), set[str](), 0
    for row in tables.rows(location, problems):
        fact, reason = fact_of(row, langs)
        if fact is not None:
            digest = storage.value_digest([_said(fact.wordings[lang]) for lang in sorted(fact.wordings)])[:20]
            reason = "inject.duplicate" if digest in seen else "inject.duplicate_id" if fact.id in ids else ""
        if fact is None or reason:
            found.rejected[reason] += 1
            continue
        seen.add(digest)
        ids.add(fact.id)
        total += sum(len(part) for wording in fact.wordings.values() for part in wording.parts.values())
        if len(ids) > MAX_FACTS or total > MAX_TOTAL_CHARS:
            told = f"more than {MAX_FACTS} facts or {MAX_TOTAL_CHARS} characters"
            raise HeadwaterError("arguments", told, where=location, mend="give the facts in several files")
        found.facts.append(fact)
    found.rejected.update(problems)
    found.rows = len(found.facts) + found.rejected.total()
    if not found.facts:
        told = ", ".join(f"{reason} {count}" for reason, count in sorted(found.rejected.items())) or "no row at all"
        mend = "a fact is term + definition, subject + relation + object, question + answer, or a statement"
        raise HeadwaterError("empty_corpus", f"holds no fact to tell ({told})", where=location, mend=mend)
    return found


def fact_of(row: Any, langs: tuple[str, ...]) -> tuple[Fact | None, str]:
    """The fact of a row, or why it is none."""
    if isinstance(row, str):
        row = {"statement": row}
    if not isinstance(row, dict):
        return None, "inject.not_an_object"
    wordings, reason = _wordings(row)
    if not wordings:
        return None, reason
    asked = {lang: wordings[lang] for lang in langs if lang in wordings}
    if not asked:
        return None, "inject.other_language"
    name = fields.own(row, "id")
    if len(name) > MAX_ID_CHARS or wording.UNREADABLE.search(name) or "\n" in name:
        return None, "inject.unusable_id"
    name = name or "fact-" + storage.value_digest({lang: _said(w) for lang, w in wordings.items()})[:12]
    return Fact(id=name, wordings=asked, code=_code(row), license=fields.own(row, "license")[:200]), ""


def _wordings(row: dict[str, Any]) -> tuple[dict[str, Wording], str]:
    """The wordings that a row is complete for; with none, the reason."""
    said = fields.said(row)
    if not said:
        return {}, "inject.no_fact"
    given = languages.normalise(fields.own(row, "lang"))
    base = said.pop("", {})
    reasons = []
    for shape, names in SHAPES.items():
        if any(name in base or any(name in parts for parts in said.values()) for name in names):
            wordings, reason = _of_shape(shape, base, said, given)
            if wordings or reason not in ("inject.no_fact", "inject.empty"):
                return wordings, reason
            reasons.append(reason)
    blank = any(not str(value).strip() for parts in (base, *said.values()) for value in parts.values())
    return {}, "inject.empty" if blank or "inject.empty" in reasons else "inject.no_fact"


def _of_shape(shape: str, base: dict[str, Any], said: fields.Said, given: str) -> tuple[dict[str, Wording], str]:
    names = SHAPES[shape]
    everything = " ".join(str(base[name]) for name in names if name in base)
    own = wording.language(str(base.get(TELLING[shape], "")), everything, given)
    found: dict[str, Wording] = {}
    reason = "inject.no_fact"
    for lang in dict.fromkeys([own, *said]):
        values = {**(base if lang == own else {}), **said.get(lang, {})}
        others = [parts for other, parts in said.items() if other != lang] + [base]
        for name in SHARED_PARTS:
            near = next((parts[name] for parts in others if name in parts), None)
            if name in names and name not in values and near is not None:
                values[name] = near
        parts = {name: fields.as_text(values[name], name, lang) for name in names if name in values}
        if set(parts) != set(names) or None in parts.values():
            continue
        cleaned, why = wording.cleaned(shape, {name: str(text) for name, text in parts.items()})
        if lang not in ("zh", "en"):
            why = why or "inject.unsupported_language"
        if why:
            reason = why
            continue
        if shape == "statement" and "name" in values:
            cleaned |= wording.cleaned("", {"name": fields.as_text(values["name"], "name", lang) or ""})[0]
        found[lang] = Wording(shape=shape, parts=cleaned, other_name=wording.other_name(lang, cleaned, others))
    return found, "" if found else reason


def _code(row: dict[str, Any]) -> str:
    """The programming language that a fact is about."""
    for name in ("code", "lang"):
        given = fields.own(row, name).lower()
        if given in PROGRAMMING or given == languages.normalise(given) == "code":
            return given
    return ""


def _said(wording: Wording) -> list[str]:
    return [wording.shape, *(" ".join(text.split()).casefold() for _, text in sorted(wording.parts.items()))]
