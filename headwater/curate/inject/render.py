"""Texts by number: the i-th way to tell a fact in a form, each number another text.

In: a fact, a language, a form and a number. Out: a text. A form's layouts, their slots and the fact's own pieces are
the digits of the number in a mixed base, so that how many texts there are is known before one is made. Numbers are
taken in steps that share no divisor with the count: neighbours differ in many places.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from typing import Any

from headwater.curate.inject import forms_en, forms_zh, words_en, words_zh
from headwater.curate.inject.content import Content
from headwater.curate.inject.facts import Fact

TABLES = {"en": forms_en.FORMS, "zh": forms_zh.FORMS}
WORDS = {"en": words_en.content, "zh": words_zh.content}
FORMS = tuple(forms_en.FORMS)
COMMENT = "comment"
NEEDS = {"cloze": "gaps"}  # forms that not every fact has the pieces for
MARKS = {"python": "#", "shell": "#", "ruby": "#", "perl": "#", "r": "#", "julia": "#", "elixir": "#", "yaml": "#",
         "makefile": "#", "cmake": "#", "sql": "--", "lua": "--", "haskell": "--", "ada": "--", "vhdl": "--",
         "lisp": ";;", "clojure": ";;", "scheme": ";;", "assembly": ";", "erlang": "%", "tex": "%"}  # fmt: skip
_FIELD = re.compile(r"\{(\w+)\}")
_PIECES = ("line", "sentence", "pair", "gap_pair")
_PIECE_OF = {"question": "pair", "answer": "pair", "gap": "gap_pair", "missing": "gap_pair"}
_LINE_ENDS = re.compile(r"[ \t]+(?=\n|$)")
_BLANK_LINES = re.compile(r"\n{3,}")
Slot = tuple[str, tuple[str, ...]]
_STEP = (math.sqrt(5) - 1) / 2


def forms_for(fact: Fact, lang: str, chosen: Sequence[str] = ()) -> list[str]:
    """The forms that a fact can be told in, of those chosen."""
    content = WORDS[lang](fact.wordings[lang])
    able = [form for form in FORMS if getattr(content, NEEDS.get(form, "sentences"))]
    return [form for form in able if (not chosen or form in chosen) and (form != COMMENT or fact.code)]


@functools.cache
def skeletons(lang: str, form: str, named: bool) -> tuple[tuple[str, tuple[Slot, ...], tuple[str, ...]], ...]:
    """Of each layout of a form its slots with their choices, and the pieces of a fact that it takes up.

    `named`: whether the fact has a name; choices that say it are left out otherwise.
    """
    layouts, slots = TABLES[lang][form]
    usable = {name: tuple(one for one in choices if named or "{topic}" not in one) for name, choices in slots.items()}
    found = []
    for layout in layouts:
        fields = _FIELD.findall(layout)
        own = [("people", usable["people"])] if "a" in fields else []
        own += [(name, usable[name]) for name in dict.fromkeys(fields) if name in usable]
        fields += [inner for _, choices in own for inner in _FIELD.findall(choices[0])]
        wanted = {_PIECE_OF.get(name, name) for name in fields}
        found.append((layout, tuple(own), tuple(name for name in _PIECES if name in wanted)))
    return tuple(found)


class Telling:
    """The texts of one fact in one language and form. `capacity`: how many different ones there are."""

    def __init__(self, fact: Fact, lang: str, form: str) -> None:
        self.fact, self.form = fact, form
        content: Content = WORDS[lang](fact.wordings[lang])
        self.topics = content.topics
        pieces: dict[str, Sequence[Any]] = {"line": content.lines, "sentence": content.sentences}
        pieces |= {"pair": content.pairs, "gap_pair": content.gaps}
        self.kinds = [
            (layout, [*slots, *((name, pieces[name]) for name in names)])
            for layout, slots, names in skeletons(lang, form, bool(content.topics))
        ]
        self.sizes = [math.prod(len(choices) for _, choices in digits) for _, digits in self.kinds]
        self.capacity = sum(self.sizes)

    def text(self, number: int) -> str:
        """The text of a number below `capacity`."""
        size = self.capacity
        step = _coprime(round(size * _STEP), size)
        place = (number * step) % size
        kind = 0
        while place >= self.sizes[kind]:
            place -= self.sizes[kind]
            kind += 1
        layout, digits = self.kinds[kind]
        chosen: dict[str, Any] = {}
        topic = self.topics[place % len(self.topics)] if self.topics else ""
        for name, choices in digits:
            place, digit = divmod(place, len(choices))
            chosen[name] = choices[digit]
        return self._filled(layout, chosen, topic)

    def _filled(self, layout: str, chosen: dict[str, Any], topic: str) -> str:
        values: dict[str, str] = {"topic": topic}
        values |= {name: chosen[name] for name in ("line", "sentence") if name in chosen}
        if "pair" in chosen:
            values["question"], values["answer"] = chosen["pair"]
        if "gap_pair" in chosen:
            values["gap"], values["missing"] = chosen["gap_pair"]
        if "people" in chosen:
            values["a"], values["b"] = chosen["people"].split("|")
        template = _FIELD.sub(
            lambda found: chosen.get(found[1], found[0]) if found[1] not in values else found[0], layout
        )
        text = _FIELD.sub(lambda found: values[found[1]], template)
        text = _LINE_ENDS.sub("", _BLANK_LINES.sub("\n\n", text)).strip()
        return self._commented(text) if self.form == COMMENT else text

    def _commented(self, text: str) -> str:
        mark = MARKS.get(self.fact.code, "#" if self.fact.code == "code" else "//")
        return "\n".join(f"{mark} {line}".rstrip() for line in text.split("\n"))


def _coprime(step: int, size: int) -> int:
    """The first step from this one on that reaches every number below `size`."""
    step = max(1, step)
    while math.gcd(step, size) > 1:
        step += 1
    return step
