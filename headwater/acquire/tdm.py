"""The TDM Reservation Protocol's file of a site: for which of its paths text and data mining is reserved.

In: the bytes of `/.well-known/tdmrep.json`. Out: a Policy; a file that is none reserves nothing and says why.
Rules are read in order and the first that matches counts; `*` stands for any characters and a final `$` for the end.
Source: TDM Reservation Protocol (W3C Community Group final report, 2024), section "TDM File on the Origin Server".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BYTES = 1 << 20
MAX_RULES = 5000
MAX_LOCATION_LENGTH = 2048
_ORIGIN = re.compile(r"https?://[^/]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`pieces`: what stands between the stars of the location; `whole`: the last one must end the path."""

    pieces: tuple[str, ...]
    whole: bool
    is_reserved: bool

    def matches(self, path: str) -> bool:
        """Whether a normalized path begins as the location says. Each piece is looked for once, from the left."""
        first, *later = self.pieces
        if not path.startswith(first):
            return False
        position = len(first)
        for index, piece in enumerate(later):
            if self.whole and index == len(later) - 1:
                return len(path) - len(piece) >= position and path.endswith(piece)
            found = path.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        return not self.whole or position == len(path)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`problem` says what is wrong with a file that was not understood, "" otherwise."""

    rules: tuple[Rule, ...] = ()
    problem: str = ""

    def reserved(self, path: str) -> bool:
        """Whether mining is reserved for a path (with its query) of a canonical URL."""
        spelled = _plain(_normalized(path))
        for rule in self.rules:
            if rule.matches(spelled):
                return rule.is_reserved
        return False


def read(data: bytes) -> Policy:
    """The rules of a file; never raises."""
    import orjson

    if len(data) > MAX_BYTES:
        return Policy(problem="tdm.too_large")
    try:
        found = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return Policy(problem="tdm.malformed")
    if isinstance(found, dict):  # one rule without its brackets
        found = [found]
    if not isinstance(found, list):
        return Policy(problem="tdm.malformed")
    rules = [rule for rule in map(_rule, found[:MAX_RULES]) if rule]
    return Policy(rules=tuple(rules), problem="" if rules or not found else "tdm.no_rules")


def _rule(item: object) -> Rule | None:
    """One rule, or None where its location or its value is none: another value than 0 and 1 sets nothing."""
    if not isinstance(item, dict):
        return None
    location, value = item.get("location"), item.get("tdm-reservation")
    if not isinstance(location, str) or not 0 < len(location) <= MAX_LOCATION_LENGTH:
        return None
    if value not in (0, 1, "0", "1"):
        return None
    location = _ORIGIN.sub("", location.strip(), count=1)
    whole = location.endswith("$")
    location = _normalized(location[:-1] if whole else location)
    if not location.startswith(("/", "*")):
        location = f"/{location}"
    pieces = tuple(_plain(piece) for piece in location.split("*"))
    return Rule(pieces=pieces, whole=whole, is_reserved=value in (1, "1"))


def _normalized(path: str) -> str:
    """Escapes as canonical URLs have them, so that two spellings of a path are equal."""
    from headwater.acquire.canonical import escaped

    return escaped(path)


def _plain(path: str) -> str:
    """The two characters that are special in a location, where they are meant as themselves."""
    return path.replace("%24", "$").replace("%2A", "*")
