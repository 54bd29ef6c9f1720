"""Phone numbers: Chinese ones, North American ones, those with a country's code, and what is called a phone number.

In: the window of a run of digits. Out: where the numbers are. A number counts by its form where the form says enough
(a plus sign, brackets, groups), and else only where the words before it say that it is a phone number.
Sources: the Chinese numbering plan (MIIT), the North American one, ITU-T E.164.
"""

from __future__ import annotations

import re
from functools import cache

from headwater.curate.clean.pii.window import PHONE_WORDS, Window

_EDGE = r"(?<![0-9A-Za-z_.+-])"
_END = r"(?![0-9A-Za-z_])(?![.-]\d)"
MOBILE = r"1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
AREA = r"0(?:10|2\d|[3-9]\d{2})"
# country codes of E.164
COUNTRIES = (
    r"(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-69]\d|3[578]\d|42\d|5[09]\d|6[789]\d|8[058]\d|"
    r"9[679]\d)"
)
_INTERNATIONAL = re.compile(
    rf"(?<![0-9A-Za-z_)\]+=])\+{COUNTRIES}[ .-]?(?:\(0?\d{{1,4}}\)[ .-]?)?\d{{1,5}}(?:[ .-]?\d{{2,5}}){{1,4}}{_END}"
)
_MOBILE_BARE = re.compile(rf"{_EDGE}{MOBILE}\d{{8}}{_END}")
_MOBILE_GROUPED = re.compile(
    rf"(?<![0-9A-Za-z_.])(?:\(?(?:\+|00)?86\)?[ -]?)?{MOBILE}(?P<s>[ -])\d{{4}}(?P=s)\d{{4}}{_END}"
)
_MOBILE_PREFIXED = re.compile(rf"(?<![0-9A-Za-z_.])\(?(?:\+|00)?86\)?[ -]?{MOBILE}\d{{8}}{_END}")
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z_.-])(?:\({AREA}\)[ -]?|{AREA}[ -]|\(?\+86\)?[ -]?{AREA[1:]}[ -]?)[1-9]\d{{2,3}}[ -]?\d{{4}}{_END}"
)
_SERVICE = re.compile(rf"{_EDGE}[48]00[ -]\d{{3,4}}[ -]\d{{3,4}}{_END}")
_NANP_GROUPED = re.compile(
    rf"(?<![0-9A-Za-z_.+-])(?:\+?1[ .-]?)?"
    rf"(?:\([2-9]\d{{2}}\)[ .-]?[2-9]\d{{2}}[ .-]\d{{4}}|[2-9]\d{{2}}-[2-9]\d{{2}}-\d{{4}}){_END}"
)
_DOTTED = re.compile(rf"(?<![0-9A-Za-z_.+-])(?:1\.)?[2-9]\d{{2}}\.[2-9]\d{{2}}\.\d{{4}}{_END}")  # North American
_JAPANESE_MOBILE = re.compile(rf"(?<![0-9A-Za-z_.+-])0[6-9]0-\d{{4}}-\d{{4}}{_END}")
_CALLED = re.compile(rf"(?<![0-9A-Za-z_.])[+(]?\d[\d ().-]{{5,22}}\d{_END}")
# every form, and whether it says enough by itself
_FORMS = (
    (_INTERNATIONAL, True), (_MOBILE_PREFIXED, True), (_MOBILE_GROUPED, True), (_LANDLINE, True), (_SERVICE, True),
    (_NANP_GROUPED, True), (_DOTTED, True), (_JAPANESE_MOBILE, True), (_MOBILE_BARE, False),
)  # fmt: skip
_UNBROKEN = ((_MOBILE_PREFIXED, True), (_MOBILE_BARE, False))  # what a run of nothing but digits can be
MIN_DIGITS, MAX_DIGITS = 7, 15
NANP_DIGITS = 11  # with the 1
# a word for a phone right before the number, with no more than a sign or two between
_RIGHT_BEFORE = re.compile(
    rf"(?:{PHONE_WORDS})(?:\s?(?:no\.?|number|num|号码|番号|號碼|번호|号|：|at|is|us|me|on|为|是))*[\s:：.=()（）\"']{{0,4}}[+(]?$",
    re.IGNORECASE,
)
# a shorter number with the word for a phone right before it: an area's code and the rest, or seven digits in two groups
CALLED_SIGNS = (
    r"(?i)(?:\btel|\btelefon|\btelephone|\bphone|\bfax|\bmobile|电话|電話|传真|座机|热线|전화)\.?[ :：]{0,2}"
    r"(?:0\d{1,4}[ /-]\d{3,8}|[2-9]\d{2}[ -]\d{4})\b"
)
_ARITHMETIC = re.compile(r"(?:[=*^<>$#~]|\d\s*[+/*×-])\s*$")
# what is counted stands after a number, a word for a sum before it: no number of a phone
_COUNTED = re.compile(
    r"\s{0,2}(?:人次|人(?![事力民])|[次元个件票股吨台辆户篇条名只株亩斤](?![\u4e00-\u9fff]{0,2}(?:[:：]|联系|电话))|"
    r"[万亿]|字节|美元|欧元|公里|平方|立方|views?\b|people\b|users?\b|times\b|followers\b|dollars\b|units?\b|bytes\b)"
)
_SUM = re.compile(r"(?:共|总[数计量额共]|大约|约[为有]|超过|达到|[高多]达|[$¥￥€£])[为是有了]?\s{0,2}[:：]?\s{0,2}$")
_ROUND = re.compile(r"0{6,}$")
_DATE = re.compile(r"(?:19|20)\d{2}[-./ ]?[01]?\d[-./ ]?[0-3]?\d(?:\D.*)?$")


def find(window: Window) -> list[tuple[int, int]]:
    """Places of the numbers in the window's text; some may overlap."""
    joined = _is_joined(window)
    found: list[tuple[int, int]] = []
    for pattern, sure in _UNBROKEN if window.text.isdecimal() else _FORMS:
        for match in pattern.finditer(window.text):
            if (match.start() == 0 and joined) or _cut_off(window, match.end()) or not _is_whole(match.group()):
                continue
            if _is_meant(window, match.start(), sure):
                found.append(match.span())
    if not found and _RIGHT_BEFORE.search(window.before):
        found = _called(window)
    return found


def find_called(text: bytes) -> list[tuple[int, int]]:
    """Places of the shorter numbers that are called phone numbers, in bytes."""
    return [
        match.span(1) for match in _called_short().finditer(text) if sum(map(_is_digit, match.group(1))) >= MIN_DIGITS
    ]


@cache
def _called_short() -> re.Pattern[bytes]:
    before, number = CALLED_SIGNS.split("[ :：]{0,2}")
    return re.compile(f"{before}(?: |:|：){{0,2}}({number}(?![-./]?\\d))".encode())


def _is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39


def _is_whole(number: str) -> bool:
    """Whether a number has the digits that its country's numbers have, and is none made of zeros."""
    if _ROUND.search(number):
        return False
    if not number.startswith("+"):
        return True
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    if digits[0] == "1":
        return len(digits) == NANP_DIGITS and digits[1] > "1" and digits[4] > "1"
    return MIN_DIGITS + 2 <= len(digits) <= MAX_DIGITS


def _is_joined(window: Window) -> bool:
    """Whether a letter, a digit or a sign of a longer thing stands right before the run."""
    before = window.before[-1:]
    return before.isascii() and (before.isalnum() or before in ("_", ".", "-", "+", "%", "\\", "&", "#", "@"))


def _cut_off(window: Window, end: int) -> bool:
    after = window.after[:1]
    return end == len(window.text) and after.isascii() and (after.isalnum() or after in ("_", "%"))


def _is_meant(window: Window, start: int, sure: bool) -> bool:
    """Whether the words before a number allow it, or ask for it where its form says little."""
    if window.called(start, PHONE_WORDS):
        return True
    if window.called_otherwise(start):
        return False
    if window.strict or _ARITHMETIC.search(window.before_place(start)[-8:]):
        return sure and not window.strict
    return sure or (window.chinese and not _is_amount(window, start))


def _is_amount(window: Window, start: int) -> bool:
    """Whether a run of digits counts something."""
    alone = window.text[start:].isdecimal()  # up to what stands after it
    return bool(_SUM.search(window.before_place(start)[-8:]) or (alone and _COUNTED.match(window.after)))


def _called(window: Window) -> list[tuple[int, int]]:
    """The first number of the run, which the words before it call one."""
    match = _CALLED.match(window.text)
    if not match or _DATE.match(match.group()) or _cut_off(window, match.end()):
        return []
    digits = sum(c.isdigit() for c in match.group())
    return [match.span()] if MIN_DIGITS <= digits <= MAX_DIGITS else []
