"""Templates of wikitext that carry words of the sentence they stand in; every other one is decoration.

In: the parts of `{{name|…}}`, already text. Out: its words, or "".
"""

from __future__ import annotations

import re

LAST = -1
# name: the unnamed argument, from 1, that is the text
_FIRST = """nowrap nobr small smaller big larger sub sup em strong math mvar code mono abbr tooltip val quote cquote
    blockquote quotation unicode ruby lj ko zh-hans zh-hant lang-zh poem 汉 le ill illm nihongo2 nihongo3 keypress kbd
    samp var tt underline"""
ARGUMENT: dict[str, int] = {
    **dict.fromkeys(_FIRST.split(), 1),
    **dict.fromkeys("lang color colour font r-lang".split(), 2),
    **dict.fromkeys("transl transliteration tsl translink url linktext link".split(), LAST),
    "internal link helper": 2,
}
CONSTANT = {"!": "|", "=": "=", "·": " · ", "•": " • ", "nbsp": " ", "snd": " – ", "spnd": " – ", "spaced ndash": " – ",
            "ndash": "–", "mdash": "—", "—": "—", "–": "–", "pipe": "|", "'": "'", "-": "", "clear": ""}  # fmt: skip
PREFIXES = ("lang-", "link-", "langx")
_NAMED = re.compile(r"\s*([\w\- ]{1,40}?)\s*=(?!=)(.*)", re.DOTALL)


def text_of(texts: list[str]) -> str:
    """The words of a template."""
    name = " ".join(texts[0].replace("_", " ").split()).lower().removeprefix("template:")
    if name in CONSTANT:
        return CONSTANT[name]
    if name.startswith("formatnum:"):
        return name.removeprefix("formatnum:")
    given, named = _arguments(texts[1:])
    if name in ("convert", "cvt"):
        return " ".join(given[:2])
    if name in ("frac", "sfrac") and given:
        return "/".join(given[-2:])
    if name in ("circa", "c.") and given:
        return f"c. {given[0]}"
    if name == "as of" and given:
        return f"As of {given[0]}"
    if name == "nihongo" and given:
        return f"{given[0]} ({given[1]})" if len(given) > 1 and given[1] else given[0]
    if name.startswith("langx") or (name == "lang" and len(given) > 1):
        return given[1] if len(given) > 1 else ""
    if name.startswith(PREFIXES):
        return given[0] if given else ""
    position = ARGUMENT.get(name)
    if position is None:
        return ""
    if not given:
        return next((named[key] for key in ("text", "quote", "1", "2") if named.get(key)), "")
    return given[-1] if position == LAST else given[position - 1] if len(given) >= position else given[-1]


def _arguments(texts: list[str]) -> tuple[list[str], dict[str, str]]:
    """The unnamed arguments in order, numbered ones among them, and the named ones."""
    given: list[str] = []
    named: dict[str, str] = {}
    for text in texts:
        match = _NAMED.fullmatch(text[:100_000])
        if match is None:
            given.append(text.strip())
        elif match.group(1).isdecimal() and int(match.group(1)[:4]) == len(given) + 1:
            given.append(match.group(2).strip())
        else:
            named[match.group(1).lower()] = match.group(2).strip()
    return given, named
