"""Personal data masked: candidates of the kernel, judged by the file of their kind, replaced in the text.

In: a column of texts, which of them are looked through, and which are source code. Out: the column with masks, and
counts a kind. A mask (`<EMAIL>`) says the kind, is the same everywhere, and holds nothing that could be found again.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.clean.column import replaced, spliced
from headwater.curate.clean.config import PII, PiiConfig
from headwater.curate.clean.edits import Counts
from headwater.curate.clean.pii import card, email, identity, ip, listed, papers, phone, secret
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
PRIORITY = ("key", "email", "ip", "id", "card", "passport", "plate", "phone")
BLOCK = 1 << 14  # candidates that are Python objects at once
Find = tuple[int, int, str]  # start and end in bytes of the text, kind
_HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")


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
    changed: dict[int, bytes] = {}
    for row in rows.tolist():
        start = int(offsets[row])
        whole = text[start : offsets[row + 1]].tobytes()
        mine = candidates[by_row[row] : by_row[row + 1], 1:] - np.array([start, start, 0])
        found = [find for kind in signed.get(row, ()) for find in _places(whole, kind)]
        found += _judged(whole, mine, bool(code[row]), kinds)
        if not found:
            continue
        chosen = list(_apart(found))
        for _, _, kind in chosen:
            counts[f"pii_{kind}"][row] += 1
        changed[row] = spliced(whole, ((first, last, MASKS[kind]) for first, last, kind in chosen))
    return replaced(texts, changed)


def _with_signs(texts: pa.Array, wanted: np.ndarray, kinds: list[str]) -> dict[int, list[str]]:
    """row → kinds whose signs its text has."""
    found: dict[int, list[str]] = {}
    for kind in kinds:
        if kind in BY_SIGNS:
            hit = pc.fill_null(pc.match_substring_regex(texts, BY_SIGNS[kind][0]), False)
            for row in np.flatnonzero(hit.to_numpy(zero_copy_only=False) & wanted).tolist():
                found.setdefault(row, []).append(kind)
    return found


def _places(whole: bytes, kind: str) -> list[Find]:
    return [(start, end, kind) for start, end in BY_SIGNS[kind][1](whole)]


def _judged(whole: bytes, candidates: np.ndarray, code: bool, kinds: list[str]) -> list[Find]:
    """What of the candidates of one text is personal data."""
    found: list[Find] = []
    chinese = len(candidates) > 0 and not code and bool(_HAN.search(whole))
    lists = listed.Listed(len(candidates))
    asked_of = {form: [kind for kind in FORMS[form] if kind in kinds] for form in FORMS}
    for start, end, form in _by_blocks(candidates):
        asked = asked_of[form]
        if not asked:
            continue
        look = lists.look(whole, start, end) if form == personal.NUMBER else b""
        known = lists.known(look)
        if known is not None:
            found += [(start + first, start + last, "phone") for first, last in known]
            continue
        view = window(whole, start, end, code, chinese)
        if form == personal.AT:
            found += _email(whole, start, end, view)
        elif form == personal.NUMBER:
            num_digits = sum(map(str.isdecimal, view.text))
            here: list[Find] = []
            for kind in asked:
                if num_digits >= FEWEST_DIGITS[kind]:
                    here += _numbers(whole, start, kind, NUMBERS[kind](view))
            found += here
            phones = [(first - start, last - start) for first, last, _ in here]
            short = num_digits < FEWEST_DIGITS["card"] + 2 * view.text.startswith("+")
            lists.note(look if short else b"", phones)
        elif (ip.is_ipv4 if form == personal.IPV4 else ip.is_ipv6)(view):
            found.append((start, end, "ip"))
    return found


def _by_blocks(candidates: np.ndarray) -> Iterator[list[int]]:
    """The candidates as Python numbers, a few at a time: a long text may have millions."""
    for first in range(0, len(candidates), BLOCK):
        yield from candidates[first : first + BLOCK].tolist()


def _email(whole: bytes, start: int, end: int, view: Window) -> list[Find]:
    place = email.find(view)
    if not place:
        return []
    before = whole[max(0, start - BEFORE_BYTES) : start].decode("utf-8", "ignore")
    after = whole[end : end + AFTER_BYTES].decode("utf-8", "ignore")
    first = start - len(before[len(before) - place[0] :].encode())
    return [(first, end + len(after[: place[1]].encode()), "email")]


def _numbers(whole: bytes, start: int, kind: str, places: list[tuple[int, int]]) -> Iterator[Find]:
    """Places in the characters from `start` on, as bytes of the text."""
    at, byte = 0, start
    for first, last in sorted(places):
        if first < at:
            continue
        begin = byte + _size(whole, byte, first - at)
        at, byte = last, begin + _size(whole, begin, last - first)
        yield begin, byte, kind


def _size(whole: bytes, at: int, num_chars: int) -> int:
    """Bytes of so many characters from a place on."""
    raw = whole[at : at + num_chars]
    if raw.isascii():
        return num_chars
    return len(whole[at : at + 4 * num_chars].decode("utf-8", "ignore")[:num_chars].encode())


def _apart(found: list[Find]) -> Iterator[Find]:
    """Finds in order without those that overlap an earlier one; of two, the surer kind stays."""
    taken: list[Find] = sorted(found)
    if all(find[1] <= following[0] for find, following in pairwise(taken)):
        yield from taken
        return
    taken = []
    for find in sorted(found, key=lambda entry: (PRIORITY.index(entry[2]), entry[0])):
        place = bisect.bisect(taken, find)
        free_before = place == 0 or taken[place - 1][1] <= find[0]
        if free_before and (place == len(taken) or find[1] <= taken[place][0]):
            taken.insert(place, find)
    yield from taken
