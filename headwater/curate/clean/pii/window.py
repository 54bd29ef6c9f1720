"""What stands round a candidate: the little of a text that decides whether it is personal data.

In: the bytes of a text and a candidate's place. Out: characters before, within and after it, full-width ASCII as plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from headwater.curate.clean.marks import FULL_WIDTH, IDEOGRAPHIC_SPACE

BEFORE_BYTES, AFTER_BYTES = 96, 96
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015"
# words that say what a number is, and words that say it is something else; the nearest one to the number counts
PHONE_WORDS = (
    r"tel(?:e(?:ph|f)on[eo]?)?s?\b|t[ée]l[ée](?:phone|fono)?\b|тел(?:ефон)?\b|"
    r"phones?\b|mobile|cell|fax|call|dial|hotline|whatsapp|contact|text me|sms|"
    r"手机|电话|热线|传真|座机|联系|致电|拨打|來電|電話|手機|携帯|전화|휴대폰|微信|客服|咨询"
)
CARD_WORDS = r"card|visa|master|amex|credit|debit|payment|卡号|银行卡|信用卡|储蓄卡|账号|帐号|账户|卡|汇款|打款"
ID_WORDS = r"身份证|证件|identity|\bid\b|passport|护照"
OTHER_WORDS = (
    r"order|invoice|tracking|serial|isbn|issn|ticket|sku|upc|doi|version|ver\.?|build|commit|patent|timestamp|bug|issue|"
    r"account n|article|page|pp?\.|订单|单号|流水|编号|序列|学号|工号|合同|发票|版本|条码|期号|"
    r"粉丝|播放|阅读量|浏览量|点击量|访问量|下载量|销量|销售额|成交|金额|产量|人口|总数|总计|合计|共计|累计|"
    r"文号|专利|批号|批次|货号|型号|运单|快递|QQ|群号?|时间戳"
)
_MASK = re.compile(r"<[A-Z]{2,8}>")  # says nothing of what follows, so that cleaning twice is cleaning once
_SAME_DIGITS = {ord(digit): 0x30 for digit in "123456789"}  # no word has one
NEAR_CHARS = 24  # a word counts within so many characters before a number


_MASK = re.compile(
    r"<[A-Z]{2,8}>"
)  # what was masked before says nothing of what follows: cleaning twice is cleaning once


@dataclass(frozen=True, kw_only=True)
class Window:
    """A candidate with its surroundings. `strict`: source code, where numbers are seldom anybody's."""

    before: str
    text: str
    after: str
    strict: bool
    chinese: bool

    def before_place(self, at: int) -> str:
        """What stands before place `at` of the text."""
        return self.text[at - BEFORE_BYTES : at] if at >= BEFORE_BYTES else self.before + self.text[:at]

    def called(self, at: int, words: str) -> bool:
        """Whether the last word before place `at` of the text that says what it is, is one of these."""
        said = _last_word(self.before_place(at))
        return bool(said and re.fullmatch(words, said, re.IGNORECASE))

    def called_otherwise(self, at: int) -> bool:
        """Whether the nearest such word says that a number is no personal one."""
        return self.called(at, OTHER_WORDS)


def window(text: bytes, start: int, end: int, strict: bool, chinese: bool) -> Window:
    """The window of a candidate."""
    return Window(
        before=_MASK.sub(_blank, plain(text[max(0, start - BEFORE_BYTES) : start].decode("utf-8", "ignore"))),
        text=plain(text[start:end].decode("utf-8", "replace")),
        after=plain(text[end : end + AFTER_BYTES].decode("utf-8", "ignore")),
        strict=strict,
        chinese=chinese,
    )


def _blank(mask: re.Match[str]) -> str:
    return " " * len(mask.group())


def joins(character: str) -> bool:
    """Whether a character goes on with a word or number beside it; a Chinese one does not."""
    return character == "_" or (character.isascii() and character.isalnum())


def plain(text: str) -> str:
    """Full-width ASCII, dashes and spaces as plain ASCII, a character for each."""
    return text if text.isascii() else text.translate(_plain())


def _last_word(before: str) -> str:
    return _last_of(before[-NEAR_CHARS:].translate(_SAME_DIGITS))


@lru_cache(maxsize=4096)  # a list of numbers has the same few words, or none, before each of them
def _last_of(near: str) -> str:
    last = ""
    for match in _words().finditer(near):
        last = match.group()
    return last


@cache
def _words() -> re.Pattern[str]:
    return re.compile("|".join((PHONE_WORDS, CARD_WORDS, ID_WORDS, OTHER_WORDS)), re.IGNORECASE)


@cache
def _plain() -> dict[int, int]:
    table = {code: code - 0xFEE0 for code in FULL_WIDTH} | {ord(dash): 0x2D for dash in DASHES}
    return table | {IDEOGRAPHIC_SPACE: 0x20, 0xA0: 0x20}
