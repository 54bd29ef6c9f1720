"""Personal data masked: candidates of the kernel, judged by the file of their kind, replaced in the text.

In: a column of texts, which of them are looked through, and which are source code. Out: the column with masks, and
counts a kind. A mask (`<EMAIL>`) says the kind, is the same everywhere, and holds nothing that could be found again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.clean.column import replaced, spliced
from headwater.curate.clean.config import PII, PiiConfig
from headwater.curate.clean.edits import Counts
from headwater.curate.clean.pii import card, email, identity, ip, listed, papers, phone, secret
from headwater.curate.clean.pii.finds import PRIORITY, Finds, by_blocks
from headwater.curate.clean.pii.window import AFTER_BYTES, BEFORE_BYTES, Window, window
from headwater.kernels import personal
from headwater.kernels.arrow import text_buffers

MASKS = {kind: f"<{kind.upper()}>".encode() for kind in PII}
# Found by words or first characters rather than by digits: what Arrow looks for in the column, and who judges a text.
BY_SIGNS: dict[str, tuple[str, Callable[[bytes], list[tuple[int, int]]]]] = {
    "key": (secret.SIGNS, secret.find),
    "passport": (papers.PASSPORT_SIGNS, papers.find_passports),
    "plate": (papers.PLATE_SIGNS, papers.find_plates),
    "phone": (phone.CALLED_SIGNS, phone.find_called),
}
# Who judges a run of digits, the surest first.
NUMBERS = {"id": identity.find, "card": card.find, "phone": phone.find}
FEWEST_DIGITS = {"id": 15, "card": 13, "phone": 7}
FORMS = {personal.AT: ("email",), personal.IPV4: ("ip",), personal.IPV6: ("ip",), personal.NUMBER: tuple(NUMBERS)}
HAN_BLOCK = 1 << 16
Place = tuple[int, int]  # start and end in bytes of the text


def mask(texts: pa.Array, wanted: np.ndarray, code: np.ndarray, config: PiiConfig, counts: Counts) -> pa.Array:
    """The column with every find masked whose kind has an action."""
    kinds = [kind for kind in PII if config.action_of(kind) != "none"]
    if not kinds or not wanted.any():
        return texts
    offsets, text = text_buffers(texts)
    candidates = personal.find_candidates(offsets, text, wanted)
    by_row = np.searchsorted(candidates[:, 0], np.arange(len(texts) + 1))
    signed = _with_signs(texts, wanted, kinds)
    rows = np.union1d(np.unique(candidates[:, 0]), np.array(list(signed), np.int64))
    changed: dict[int, bytearray] = {}
    for row in rows.tolist():
        start, end = int(offsets[row]), int(offsets[row + 1])
        mine = candidates[by_row[row] : by_row[row + 1]]
        asked = Asked(bool(code[row]), kinds, signed.get(row, []))
        masked, found = _masked(text[start:end].tobytes(), mine, start, asked)
        if masked is not None:
            changed[row] = masked
            for kind, count in zip(PRIORITY, found, strict=True):
                counts[f"pii_{kind}"][row] += count
    return replaced(texts, changed)


class Asked(NamedTuple):
    """What is looked for in a text: whether it is source code, the kinds, and those whose signs it has."""

    code: bool
    kinds: list[str]
    signed: list[str]


def _masked(whole: bytes, candidates: np.ndarray, at: int, asked: Asked) -> tuple[bytearray | None, list[int]]:
    """(the text with masks, finds of each of PRIORITY); None where nothing was found."""
    finds = Finds()
    for kind in asked.signed:
        finds.add(BY_SIGNS[kind][1](whole), kind)
    _judge(whole, candidates, at, asked.code, asked.kinds, finds)
    chosen = finds.apart()
    if not len(chosen):
        return None, []
    parts = ((first, last, MASKS[PRIORITY[number]]) for first, last, number in by_blocks(chosen))
    return spliced(whole, parts), np.bincount(chosen[:, 2], minlength=len(PRIORITY)).tolist()


def _with_signs(texts: pa.Array, wanted: np.ndarray, kinds: list[str]) -> dict[int, list[str]]:
    """row → kinds whose signs its text has."""
    signs = {kind: BY_SIGNS[kind][0] for kind in kinds if kind in BY_SIGNS}
    found: dict[int, list[str]] = {}
    if not signs:
        return found
    any_sign = "|".join(
        f"(?:{pattern})" for pattern in signs.values()
    )  # one reading of the column, then of a few texts
    rows = np.flatnonzero(_matches(texts, any_sign) & wanted)
    few = texts.take(pa.array(rows))
    for kind, pattern in signs.items():
        for row in rows[_matches(few, pattern)].tolist():
            found.setdefault(row, []).append(kind)
    return found


def _matches(texts: pa.Array, pattern: str) -> np.ndarray:
    return pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy(zero_copy_only=False)


def _judge(whole: bytes, candidates: np.ndarray, at: int, code: bool, kinds: list[str], finds: Finds) -> None:
    """Add what of the candidates of one text, which starts at a place of the buffer, is personal data."""
    chinese = len(candidates) > 0 and not code and has_han(whole)
    lists = listed.Listed(len(candidates))
    asked_of = {form: [kind for kind in FORMS[form] if kind in kinds] for form in FORMS}
    for _, first, last, form in by_blocks(candidates):
        asked, start, end = asked_of[form], first - at, last - at
        if not asked:
            continue
        look = lists.look(whole, start, end) if form == personal.NUMBER else b""
        known = lists.known(look)
        if known is not None:
            finds.add(((start + here, start + there) for here, there in known), "phone")
            continue
        view = window(whole, start, end, code, chinese)
        if form == personal.AT:
            finds.add(_email(whole, start, end, view), "email")
        elif form == personal.NUMBER:
            num_digits = sum(map(str.isdecimal, view.text))
            phones: list[Place] = []
            for kind in asked:
                if num_digits >= FEWEST_DIGITS[kind]:
                    places = list(_numbers(whole, start, NUMBERS[kind](view)))
                    finds.add(places, kind)
                    phones += [(here - start, there - start) for here, there in places]
            short = num_digits < FEWEST_DIGITS["card"] + 2 * view.text.startswith("+")
            lists.note(look if short else b"", phones)
        elif (ip.is_ipv4 if form == personal.IPV4 else ip.is_ipv6)(view):
            finds.add([(start, end)], "ip")


def has_han(text: bytes) -> bool:
    """Whether a text has a Chinese character, which begins with a byte from E4 to E9."""
    if text.isascii():
        return False
    raw = np.frombuffer(text, np.uint8)
    blocks = (raw[first : first + HAN_BLOCK] for first in range(0, len(raw), HAN_BLOCK))
    return any(bool((block - 0xE4 <= 5).any()) for block in blocks)


def _email(whole: bytes, start: int, end: int, view: Window) -> list[Place]:
    place = email.find(view)
    if not place:
        return []
    before = whole[max(0, start - BEFORE_BYTES) : start].decode("utf-8", "ignore")
    after = whole[end : end + AFTER_BYTES].decode("utf-8", "ignore")
    first = start - len(before[len(before) - place[0] :].encode())
    return [(first, end + len(after[: place[1]].encode()))]


def _numbers(whole: bytes, start: int, places: list[Place]) -> Iterator[Place]:
    """Places in the characters from `start` on, as bytes of the text."""
    at, byte = 0, start
    for first, last in sorted(places):
        if first < at:
            continue
        begin = byte + _size(whole, byte, first - at)
        at, byte = last, begin + _size(whole, begin, last - first)
        yield begin, byte


def _size(whole: bytes, at: int, num_chars: int) -> int:
    """Bytes of so many characters from a place on."""
    raw = whole[at : at + num_chars]
    if raw.isascii():
        return num_chars
    return len(whole[at : at + 4 * num_chars].decode("utf-8", "ignore")[:num_chars].encode())
