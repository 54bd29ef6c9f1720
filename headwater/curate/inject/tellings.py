"""How a fact is told each time: language, form and text of its k-th document.

In: a Fact, the forms asked for, a seed. Out: tellings in order of k, no two with the same text. Languages take turns,
then forms; a form that has no further text is passed over. What a fact can be told in is counted before any is
written, so that a number of exposures that words do not suffice for is refused, not met by copies.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

from headwater.curate.inject.config import InjectSource
from headwater.curate.inject.facts import Fact
from headwater.curate.inject.render import FORMS, Telling, forms_for
from headwater.errors import HeadwaterError


@dataclass(frozen=True, kw_only=True)
class Told:
    """One document of a fact: its number from 0, and its text."""

    exposure: int
    lang: str
    form: str
    text: str


def check(facts: list[Fact], source: InjectSource) -> None:
    """Raise HeadwaterError arguments where a fact cannot be told in the forms asked for, or not so often."""
    for fact in facts:
        langs = len(fact.wordings)
        for place, lang in enumerate(fact.wordings):
            forms = forms_for(fact, lang, source.forms)
            if not forms:
                known = ", ".join(form for form in FORMS if form in forms_for(fact, lang))
                told = f"the fact cannot be told in the forms asked for; it can be as {known}"
                raise HeadwaterError("arguments", told, where=f"{source.facts}: {fact.id}", mend="name more forms")
            needed = -(-(source.exposures - place) // langs)
            enough = 0
            for form in forms:
                enough += Telling(fact, lang, form).capacity
                if enough >= needed:
                    break
            if enough < needed:
                told = f"{source.exposures} exposures, but only {enough} different texts in {lang} for this fact"
                mend = "ask for fewer exposures or for more forms"
                raise HeadwaterError("arguments", told, where=f"{source.facts}: {fact.id}", mend=mend)


def tellings(fact: Fact, source: InjectSource) -> Iterator[Told]:
    """The documents of a fact. Raises HeadwaterError data should two numbers of a form give one text too often."""
    langs = list(fact.wordings)
    if _hash(source.seed, fact.id) % 2:
        langs.reverse()
    turns = {lang: _forms_in_turn(fact, lang, source) for lang in langs}
    seen: set[bytes] = set()
    for exposure in range(source.exposures):
        lang = langs[exposure % len(langs)]
        for form, text in turns[lang]:
            digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
            if digest not in seen:
                seen.add(digest)
                yield Told(exposure=exposure, lang=lang, form=form, text=text)
                break
        else:
            raise HeadwaterError("data", "no further different text for this fact", where=f"{source.facts}: {fact.id}")


def _forms_in_turn(fact: Fact, lang: str, source: InjectSource) -> Iterator[tuple[str, str]]:
    forms = forms_for(fact, lang, source.forms)
    random.Random(f"{source.seed} {fact.id} {lang}").shuffle(forms)
    given = dict.fromkeys(forms, 0)
    while forms:
        for form in list(forms):
            telling = Telling(fact, lang, form)  # made anew: facts are many, and each waits for its turn
            start = _hash(source.seed, fact.id, lang, form)
            yield form, telling.text((start + given[form]) % telling.capacity)
            given[form] += 1
            if given[form] == telling.capacity:
                forms.remove(form)


def _hash(*parts: object) -> int:
    joined = "\x1f".join(map(str, parts)).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=6).digest(), "big")
