"""Characters nobody sees or that look like others: controls, zero widths, spaces, piled-up marks.

In: a text. Out: the text without them, and how many, a function a kind. What a terminal is told (ANSI escapes: colours,
titles, addresses of links) goes as a whole: without its first character the rest would be seen.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from headwater.curate.clean.column import spliced
from headwater.curate.clean.marks import BREAKS, CONTROLS, FULL_WIDTH, IDEOGRAPHIC_SPACE, SPACES, combining_pattern

_BREAK = re.compile("[" + "".join(map(chr, BREAKS)) + "]")
_CONTROL = re.compile("[" + "".join(re.escape(chr(code)) for code in CONTROLS) + "]+")
# Joiners belong after the letters of scripts that shape them, from Hebrew to Mongolian, and between emoji; tags after
# the black flag. Elsewhere nothing of them is seen.
_SHAPED = "[\u0590-\u1cff\u2600-\u27bf\ufb1d-\ufdff\ufe0f\ufe70-\ufefc\U0001f000-\U0001faff]"
_STRAY_JOINER = re.compile(f"[\u200c\u200d](?<!{_SHAPED}[\u200c\u200d])")
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007f]{1,16})|[\U000e0000-\U000e0fff]+")
# a control sequence; a string with its end; a choice of characters. Bounded: what has no end is no such string
_ESCAPE = re.compile(
    rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}[@-~]|\][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)|"
    rb"[PX^_][^\x07\x1b\n]{0,4096}\x1b\\|[()*+][0-2A-Z])"
)
_SPACE = re.compile("[" + "".join(map(chr, SPACES)) + "]")


def without_escapes(text: memoryview) -> tuple[bytearray | None, int]:
    """A text without ANSI escapes, and how many there were; None where there were none."""
    count = sum(1 for _ in _ESCAPE.finditer(text))
    if not count:
        return None, 0
    return spliced(text, ((match.start(), match.end(), b"") for match in _ESCAPE.finditer(text))), count


def remove(text: str) -> tuple[str, int]:
    """Without controls and what has no width; line ends of every kind as a line feed."""
    length = len(text)
    text, breaks = _BREAK.subn("\n", text.replace("\r\n", "\n"))
    text = _CONTROL.sub("", text)
    text = _STRAY_JOINER.sub("", text)
    text = _TAGS.sub(lambda match: match.group(1) or "", text)
    return text, length - len(text) + breaks


def plain_spaces(text: str) -> tuple[str, int]:
    """Every space of Western print as a space; the ideographic one, which indents Chinese, stays."""
    return _SPACE.subn(" ", text)


def cut_marks(text: str, most: int) -> tuple[str, int]:
    """Without the combining marks of letters that have more than `most`."""
    length = len(text)
    text = _flood(most).sub("", text)
    return text, length - len(text)


def compose(text: str) -> tuple[str, int]:
    """Composed accents (NFC), and how many characters fewer: 1 at least where anything changed."""
    composed = unicodedata.normalize("NFC", text)
    return composed, 0 if composed == text else max(1, len(text) - len(composed))


def narrow(text: str) -> tuple[str, int]:
    """Full-width ASCII and the ideographic space as plain ASCII."""
    narrowed = text.translate(_narrowed())
    return narrowed, sum(a != b for a, b in zip(text, narrowed, strict=True)) if narrowed != text else 0


@cache
def _flood(most: int) -> re.Pattern[str]:
    return re.compile(f"{combining_pattern()}{{{most + 1},}}")


@cache
def _narrowed() -> dict[int, int]:
    return {code: code - 0xFEE0 for code in FULL_WIDTH} | {IDEOGRAPHIC_SPACE: 0x20}
