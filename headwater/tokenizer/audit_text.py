"""What the text of a token says against it.

In: the text of one token and lists of phrases. Out: reasons, each with whether it is certain.

- mojibake: characters that a wrong decoding leaves (U+FFFD, UTF-8 read as Windows-1252 or GBK, filled memory)
- sensitive: a phrase of the lists that sells what nobody wants to read, or most of one
- dirty: pieces of markup and addresses, control and private characters, phrases of menus and advertising
- over_long: more characters than a word of its script has, or one character many times
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

MOJIBAKE, SENSITIVE, DIRTY, OVER_LONG = "mojibake", "sensitive", "dirty", "over_long"
MOST_HAN, MOST_LETTERS, MOST_SAME, MOST_SPACES = 6, 20, 16, 32
MOST_OTHERS = 16  # characters of other scripts that are written without spaces, and signs
LEAST_HAN, LEAST_ASCII = 2, 4  # of a phrase that is looked for in tokens
PART_OF_PHRASE = 0.6  # of a phrase, that a token must be to be most of it

_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]*[ >/]|/>|&(?:nbsp|amp|lt|gt|quot|#\d+);?|href=|src=|class=\"|style=\"|onclick|javascript:"
    r"|https?:|www\.|\.(?:com|html?|php|aspx?|net|org|jpe?g|png)\b|utm_|charset=",
    re.IGNORECASE,
)
_FILLED = re.compile("(?:烫{2,}|屯{2,}|锘{1,}|锟斤|斤拷)")  # memory a debugger filled; a byte order mark read as GBK
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WESTERN = re.compile(r"[^\x00-\x7f]{2,}")
_INSIDE = re.compile("[a-zà-öø-ÿ][ÂÃ]")  # such a capital within a word begins mojibake
_PUNCTUATION = frozenset("…‘’“”•–—‹›")  # of Windows-1252, what does stand side by side
_PLAIN_CONTROLS = "\t\n\r\f"


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Lists to look for, simplified characters and small letters; `words` are whole ASCII words."""

    sensitive: frozenset[str] = frozenset()
    dirty: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    _parts: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    def part_of(self, text: str) -> bool:
        """Whether the text is most of a sensitive phrase."""
        if not self._parts:
            self._parts["all"] = frozenset(_parts(self.sensitive))
        return text in self._parts["all"]


def _parts(phrases: Iterable[str]) -> Iterable[str]:
    for phrase in phrases:
        least = max(LEAST_HAN + 1, int(len(phrase) * PART_OF_PHRASE + 0.999))
        if _HAN.search(phrase):
            for size in range(least, len(phrase)):
                yield from (phrase[at : at + size] for at in range(len(phrase) - size + 1))


def reasons(text: str, phrases: Phrases) -> list[tuple[str, bool]]:
    """(reason, certain) in the order of their weight; empty for an ordinary token."""
    found = []
    if is_mojibake(text):
        found.append((MOJIBAKE, True))
    folded = text.strip().lower()
    if folded and (told := _listed(folded, phrases)):
        found.append(told)
    if is_dirty(text):
        found.append((DIRTY, False))
    if is_over_long(text):
        found.append((OVER_LONG, False))
    return found


def _listed(text: str, phrases: Phrases) -> tuple[str, bool] | None:
    """What the lists say of a text: certain where it holds a whole phrase."""
    pieces = {text[at:end] for at in range(len(text)) for end in range(at + LEAST_HAN, len(text) + 1)}
    if any(_long_enough(piece) for piece in pieces & phrases.sensitive):
        return SENSITIVE, True
    if re.sub(r"[^a-z0-9-]", "", text) in phrases.words:
        return SENSITIVE, True
    if phrases.part_of(text):
        return SENSITIVE, False
    if any(_long_enough(piece) for piece in pieces & phrases.dirty):
        return DIRTY, False
    return None


def _long_enough(phrase: str) -> bool:
    return len(phrase) >= (LEAST_HAN if _HAN.search(phrase) else LEAST_ASCII)


def is_mojibake(text: str) -> bool:
    """Whether a text holds what only a wrong decoding writes."""
    if "\ufffd" in text or _FILLED.search(text) or _INSIDE.search(text):
        return True
    if any("\x80" <= character <= "\x9f" for character in text):
        return True
    return any(_was_windows(run) or _was_gbk(run) for run in _WESTERN.findall(text))


def _was_windows(run: str) -> bool:
    """UTF-8 read as Windows-1252: `Ã©`, `â€™`, the rest of one (`€™`). `É»` may be a word before a quotation mark."""
    try:
        data = run.encode("cp1252")
    except UnicodeEncodeError:
        return False
    if all(0x80 <= byte <= 0x9F for byte in data) and not set(run) <= _PUNCTUATION:
        return True
    if data[0] == 0xE2 and len(data) == 2:  # `â€` is what a token has of `â€™`
        return 0x80 <= data[1] <= 0x9F
    for at in range(len(data) - 1):
        if data[at] in (0xC2, 0xC3) and 0x80 <= data[at + 1] <= 0xBF and (at == 0 or data[at - 1] < 0xC0):
            return True
        size = 3 if 0xE0 <= data[at] <= 0xEF else 4 if 0xF0 <= data[at] <= 0xF4 else 0
        if size and len(data) >= at + size and _is_utf8(data[at : at + size]):
            return True
    return False


def _was_gbk(run: str) -> bool:
    """UTF-8 of Chinese read as GBK: 浣犲ソ for 你好. Two characters at least, since one may be chance."""
    if len(run) < 3:
        return False
    try:
        data = run.encode("gbk")
    except UnicodeEncodeError:
        return False
    for cut in range(3):
        if len(data) - cut < 6:
            break
        whole = data[cut : cut + (len(data) - cut) // 3 * 3]
        if all(0xE4 <= lead <= 0xE9 for lead in whole[::3]) and _is_utf8(whole):
            return True
    return False


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_dirty(text: str) -> bool:
    """Pieces of markup and addresses; characters that are no text."""
    if _MARKUP.search(text):
        return True
    return any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn") and c not in _PLAIN_CONTROLS for c in text)


def is_over_long(text: str) -> bool:
    """Longer than a word of its script is."""
    bare = text.strip()
    if not bare:
        return len(text) > MOST_SPACES
    if len(set(bare)) == 1:
        return len(bare) > (2 if _HAN.match(bare) else MOST_SAME)
    num_han = len(_HAN.findall(bare))
    if num_han:
        return num_han > MOST_HAN
    letters = all(character.isascii() or unicodedata.category(character)[0] in "LM" for character in bare)
    spaced = letters and not any("\u0e00" <= character <= "\u0fff" or character > "\u3000" for character in bare)
    return len(bare) > (MOST_LETTERS if spaced else MOST_OTHERS)
