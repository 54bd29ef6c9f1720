"""Words of English as the slow reference cuts them: regular expressions, one run without white space at a time.

The rules are spaCy's for a blank English pipeline; where it is installed, a test holds this and the kernel equal to it.
One thing is left out on both sides: spaCy also looks for known spellings across a space.
"""

from __future__ import annotations

import functools
import re

from headwater.kernels import flags
from headwater.kernels.spellings import UNITS, spellings

PREFIX_WORDS = re.compile(r"\.\.+|US\$|[AC]\$")
HYPHENS = re.compile(r"-{1,3}|—{1,2}|–|~")
LABEL = r"(?:[{host}](?:[{host}_-]{{0,62}}[{host}])?\.)"
OCTETS = (
    r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])"
)
PRIVATE = (
    r"(?!(?:10|127)(?:\.\d{1,3}){3}|(?:169\.254|192\.168)(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})"
)


def has(character: str, flag: int) -> bool:
    return bool(character) and bool(flags.table()[ord(character)] & flag)


def words(text: str) -> list[str]:
    found: list[str] = []
    for run in text.split():
        cut = run_words(run, known=True)
        found += joined(cut) if len(cut) > 1 else cut
    return found


def run_words(run: str, *, known: bool) -> list[str]:
    special = spellings() if known else {}
    before: list[str] = []
    after: list[str] = []
    rest, size = run, -1
    while rest and len(rest) != size and rest not in special:
        size = len(rest)
        start = prefix(rest)
        if start and rest[start:] in special:
            before.append(rest[:start])
            rest = rest[start:]
            break
        end = suffix(rest[start:])
        if end and rest[: len(rest) - end] in special:
            after.append(rest[len(rest) - end :])
            rest = rest[: len(rest) - end]
            break
        if start:
            before.append(rest[:start])
        if end:
            after.append(rest[len(rest) - end :])
        rest = rest[start : len(rest) - end]
    middle = parts(rest, special[rest]) if rest in special else [rest] if is_address(rest) else inside(rest)
    return before + [word for word in middle if word] + after[::-1]


def parts(text: str, lengths: tuple[int, ...]) -> list[str]:
    return [text[sum(lengths[:k]) : sum(lengths[: k + 1])] for k in range(len(lengths))]


def prefix(run: str) -> int:
    if has(run[:1], flags.PREFIX) or (run[:1] == "+" and not has(run[1:2], flags.DIGIT)):
        return 1
    match = PREFIX_WORDS.match(run)
    return match.end() if match else 0


def suffix(run: str) -> int:
    """The longest suffix that a rule knows."""
    return next((size for size in range(len(run), 0, -1) if is_suffix(run[:-size], run[-size:])), 0)


def is_suffix(before: str, mark: str) -> bool:
    last = before[-1:]
    if re.fullmatch(r"\.{2,}", mark) or mark in ("'s", "'S", "’s", "’S", "……"):
        return True
    if len(mark) == 1 and has(mark, flags.SUFFIX):
        return True
    if has(last, flags.DIGIT) and (
        mark in UNITS or mark in ("+", "US$", "C$", "A$") or (len(mark) == 1 and has(mark, flags.CURRENCY))
    ):
        return True
    capitals = len(before) > 1 and has(before[-2], flags.UPPER) and has(last, flags.UPPER)
    degrees = bool(re.search("°[FfCcKk]$", before))
    return mark == "." and (has(last, flags.BEFORE_DOT) or capitals or degrees)


def inside(rest: str) -> list[str]:
    found, begin, at = [], 0, 0
    while at < len(rest):
        size = infix(rest, at)
        if size and at > 0:
            found += [rest[begin:at], rest[at : at + size]]
            begin = at + size
        at += size or 1
    return [*found, rest[begin:]]


def infix(rest: str, at: int) -> int:
    mark, last, following = rest[at], rest[at - 1] if at else "", rest[at + 1 : at + 2]
    dots = re.match(r"\.\.+", rest[at:])
    if dots or has(mark, flags.ICON):
        return dots.end() if dots else 1
    if mark in "+-*^" and has(last, flags.DIGIT) and (has(following, flags.DIGIT) or following == "-"):
        return 1
    if mark == ".":
        return int(has(last, flags.LOWER | flags.QUOTE) and has(following, flags.UPPER | flags.QUOTE))
    if mark == ",":
        return int(has(last, flags.LETTER) and has(following, flags.LETTER))
    hyphens = HYPHENS.match(rest, at)
    end = hyphens.end() if hyphens else at + 1
    cuts = hyphens or mark in ":<>=/"
    return end - at if cuts and has(last, flags.LETTER | flags.DIGIT) and has(rest[end : end + 1], flags.LETTER) else 0


@functools.cache
def address() -> re.Pattern[str]:
    lower = "".join(re.escape(chr(code)) for code in range(0x30000) if flags.table()[code] & flags.LOWER)
    host = LABEL.format(host="A-Za-z0-9\u00a1-\uffff")
    user = r"(?:[\w+.-]{2,}://)?(?:\S+(?::\S*)?@)?"
    return re.compile(rf"{user}(?:{PRIVATE}{OCTETS}|{host}+[{lower}]{{2,63}})(?::\d{{2,5}})?(?:[/?#]\S*)?")


def is_address(run: str) -> bool:
    return bool(address().fullmatch(run))


@functools.cache
def patterns() -> dict[tuple[str, ...], tuple[int, ...]]:
    """Known spellings by the words that they would be if they were unknown."""
    cut = {spelling: tuple(run_words(spelling, known=False)) for spelling in spellings()}
    return {words: spellings()[spelling] for spelling, words in cut.items() if len(words) > 1}


def joined(cut: list[str]) -> list[str]:
    """Words that together are a known spelling, as that one is cut: the longest first, then the earliest."""
    spans = [(b - a, a) for a in range(len(cut)) for b in range(a + 2, len(cut) + 1) if tuple(cut[a:b]) in patterns()]
    taken: set[int] = set()
    chosen: dict[int, int] = {}
    for size, start in sorted(spans, key=lambda span: (-span[0], span[1])):
        if start not in taken and start + size - 1 not in taken:
            chosen[start] = size
        taken.update(range(start, start + size))
    found, at = [], 0
    while at < len(cut):
        size = chosen.get(at, 0)
        found += parts("".join(cut[at : at + size]), patterns()[tuple(cut[at : at + size])]) if size else [cut[at]]
        at += size or 1
    return found
