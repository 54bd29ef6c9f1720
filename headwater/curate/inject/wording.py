"""Words of a fact: which language they are in, and whether they can be used.

In: the parts that a row gives. Out: a language by the script; the parts without white space around them, or the reason
why they are none; what the other language calls the name.
"""

from __future__ import annotations

import re
from typing import Any

from headwater.curate.inject import fields

ONE_LINE = {"name": 200, "subject": 200, "relation": 200}  # longest, in characters
MAX_CHARS = 20_000  # of any other part
_HAN = re.compile(r"[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA_HANGUL = re.compile(r"[\u3041-\u30ff\uac00-\ud7af]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def language(telling: str, everything: str, given: str) -> str:
    """The language given, unless the text cannot be in it; else the one that its script tells."""
    own = script_language(telling) or script_language(everything) or "en"
    if given in ("", "code") or {given, own} == {"zh", "en"}:
        return own
    return given


def script_language(text: str) -> str:
    """zh, en, or `und` for another script; empty where there are no letters. Latin letters count as English."""
    han, kana, latin = (len(pattern.findall(text)) for pattern in (_HAN, _KANA_HANGUL, _LATIN))
    letters = sum(map(str.isalpha, text))
    if not letters:
        return ""
    if kana > 0.1 * (han + kana):
        return "und"
    if 4 * han >= latin and han:  # a Han character says as much as several letters
        return "zh"
    return "en" if 2 * latin >= letters else "und"


def cleaned(shape: str, parts: dict[str, str]) -> tuple[dict[str, str], str]:
    """The parts without white space at their ends, names on one line; or why they cannot be used."""
    cleaned = {}
    for name, text in parts.items():
        text = " ".join(text.split()) if name in ONE_LINE else text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not text:
            return {}, "inject.empty"
        if len(text) > ONE_LINE.get(name, MAX_CHARS):
            return {}, "inject.too_long"
        if UNREADABLE.search(text):
            return {}, "inject.unreadable_text"
        if shape and not any(map(str.isalnum, text)) and name not in ("answer", "object", "name", "subject"):
            return {}, "inject.empty"
        cleaned[name] = text
    return cleaned, ""


def other_name(lang: str, parts: dict[str, str], others: list[dict[str, Any]]) -> str:
    """What another language calls the name, where the row says so."""
    if "name" not in parts:
        return ""
    for values in others:
        text, why = cleaned("", {"name": fields.as_text(values.get("name"), "name", lang) or ""})
        if not why and text["name"].casefold() != parts["name"].casefold() and script_language(text["name"]) != lang:
            return text["name"]
    return ""
