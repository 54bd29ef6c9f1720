"""Rules for Chinese web pages, by character: Chinese has no spaces, and its lines are short or endless.

In: the characters and lines of a text. Out: statistics, and the rules on them.
Technical pages mix much Latin and code, poems are short and regular: neither is a fault here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headwater.curate import characters, repetition
from headwater.curate.filters.columnar import by_row
from headwater.curate.filters.minimal import lines_of
from headwater.curate.limits import OURS, limit
from headwater.curate.rules import Columns, Rule

COLUMNS = (
    "chinese_han_share",
    "chinese_punctuation_share",
    "chinese_dup_10gram",
    "chinese_short_lines",
    "chinese_spam_per_1000",
)
REPEAT_CHARS = 10
SHORT_LINE_CHARS = 5
MENU_LINES = 8
MIN_HAN_SPAM = 500  # a shorter page counts as this long: one phrase is no advertisement
MAX_REPEAT_SAMPLE = 200_000  # Han characters whose repetition is counted
# Phrases of advertising, gambling, loan and adult pages; a word that ordinary prose uses is not here.
SPAM_PHRASES = (
    "加微信", "微信号", "加QQ", "加qq", "私聊", "代开发票", "开发票", "澳门赌场", "葡京", "博彩", "娱乐城", "百家乐",
    "时时彩", "六合彩", "北京赛车", "真人荷官", "线上赌", "注册送", "首存送", "彩金", "投注", "代孕", "无抵押贷款",
    "信用卡套现", "办证", "刷单", "日赚", "月入过万", "免费领取", "点击领取", "限时抢购", "一对一裸聊", "约炮",
    "援交", "成人视频", "黄色网站", "无码", "av在线", "AV在线", "外挂", "私服", "棋牌游戏", "返利", "包过", "代写论文",
)  # fmt: skip
_SPAM = re.compile("|".join(SPAM_PHRASES))
_PUNCTUATION = ("ascii_punctuation", "cjk_punctuation", "punctuation", "symbol")


@dataclass(frozen=True, kw_only=True)
class ChineseConfig:
    """Chinese prose, judged by character."""

    min_han: float = limit(30, OURS, "fewest Han characters on a page", "characters")
    min_han_share: float = limit(0.03, OURS, "Han among visible characters")
    max_punctuation: float = limit(0.6, OURS, "punctuation among visible characters")
    min_ended_chars: float = limit(0.05, OURS, "characters in lines that end like a sentence or verse")
    max_dup_line_chars: float = limit(0.5, OURS, "characters in lines seen before")
    max_dup_10gram: float = limit(0.5, OURS, "runs of 10 Han characters seen before")
    max_short_lines: float = limit(0.9, OURS, "lines of fewer than 5 visible characters")
    max_spam_per_1000: float = limit(4, OURS, "phrases of the spam list in 1000 Han characters", "phrases")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    return by_row(texts, rows, COLUMNS, measure_one)


def measure_one(text: str) -> list[float]:
    """The statistics of one text, in the order of COLUMNS."""
    codes = characters.code_points(text)
    kinds, lines = characters.counts(codes), lines_of(text)
    of = characters.INDEX
    unseen = sum(kinds[of[name]] for name in ("space", "newline", "control", "invisible"))
    visible = max(int(kinds.sum() - unseen), 1)
    han = int(kinds[of["han"]])
    return [
        han / visible,
        int(sum(kinds[of[name]] for name in _PUNCTUATION)) / visible,
        repetition.window_share(only_han(codes)[:MAX_REPEAT_SAMPLE], REPEAT_CHARS),
        sum(len(line) < SHORT_LINE_CHARS for line in lines) / max(len(lines), 1),
        len(_SPAM.findall(text)) * 1000 / max(han, MIN_HAN_SPAM),
    ]


def only_han(codes: np.ndarray) -> np.ndarray:
    """The Han characters in order: code and tables repeat for good reasons, prose does not."""
    return codes[characters.table()[codes] == characters.INDEX["han"]]


def has_many_lines(columns: Columns) -> np.ndarray:
    """A menu has many lines; a short answer may well end without a mark."""
    return columns["num_lines"] >= MENU_LINES


def rules(config: ChineseConfig) -> list[Rule]:
    return [
        Rule(reason="chinese.num_han", column="num_han", low=config.min_han),
        Rule(reason="chinese.han_share", column="chinese_han_share", low=config.min_han_share),
        Rule(reason="chinese.spam_phrases", column="chinese_spam_per_1000", high=config.max_spam_per_1000),
        Rule(reason="chinese.punctuation", column="chinese_punctuation_share", high=config.max_punctuation),
        Rule(
            reason="chinese.ended_lines", column="ended_char_share", low=config.min_ended_chars, applies=has_many_lines
        ),
        Rule(reason="chinese.duplicate_line_chars", column="dup_line_char_share", high=config.max_dup_line_chars),
        Rule(reason="chinese.dup_10gram", column="chinese_dup_10gram", high=config.max_dup_10gram),
        Rule(reason="chinese.short_lines", column="chinese_short_lines", high=config.max_short_lines),
    ]
