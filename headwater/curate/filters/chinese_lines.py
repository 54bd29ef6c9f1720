"""Short Chinese lines that are no menu: stanzas of verse and songs, and tables of what a thing is like.

In: a text whose lines are short and end without marks. Out: whether it is verse, and how much of its lines are facts.
Verse is written in clauses: its lines hold pronouns, particles and verbs of the common stock, where the entries of a
menu are names. A fact is a label with its value: `重量：180克`, a row of a table; how to reach someone is none.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MENU_LINES = 8
MENU_LINE_HAN = 12  # in a line of a menu at most, on average; release notes have 20
LONG_HAN = 300  # from here on, prose has marks
UNMARKED = 0.02  # marks a Han character, below which a long page is read
ENDED = 0.5  # of the characters, in lines that end like a sentence, below which a page of short lines is read
SHORT = 0.5  # of the lines, above which a page is read
MAX_CHARS, MAX_LINES = 20_000, 400  # of a text that are read
MIN_STANZA_LINES = 2
VERSE_LINES = 0.8  # of the lines
CLAUSES = 0.5  # of the lines of verse, where stanzas are parted; more where they are not
CLAUSES_UNPARTED = 0.6
VARIED = 0.4  # different lines among all: a refrain comes back, a banner does so without end
SAME_ENDS = 0.4  # of the different lines end in the same two characters in a catalogue: 玄幻小说, 武侠小说
MAX_SITE_LINES = 1  # lines that only the frame of a site has
# Of the common stock: what clauses are made of and names are not.
_CLAUSE = re.compile(
    "[我你您他她它咱谁的了着过地得在是有没不也都又还就却只把被让给向从和与像那这哪啊呀吧呢吗么呵哟起来去上下里飞唱笑哭走跑看听想爱见吃开]"
    "|[們個這裡沒還與過來誰著聽愛飛見開讓給從]|(?<!小)[说說]"
)
_HAN = r"[\u3005-\u3007\u3400-\u9fff\U00020000-\U0003ffff]"
_VERSE = re.compile(rf"(?:{_HAN}|[\s，。、！？；：…—·“”‘’「」『』《》,!?~～-])+")
_ONE_HAN = re.compile(_HAN)
_SITE = re.compile(
    "首页|首頁|登录|登錄|登入|注册|註冊|关于我们|關於我們|联系我们|聯繫我們|网站地图|会员|會員|下载|下載|客服|版权|版權|导航|公司|产品|產品|新闻|新聞"
    "|招聘|中心|频道|頻道|专题|專題|栏目|更多|友情链接|服务|服務|热门|推荐|推薦|收藏|分享|举报|评论|上一[篇页]|下一[篇页]|返回|网$"
)
_LABEL = rf"(?:{_HAN}|[A-Za-z0-9（）()/]){{1,12}}"
_VALUE = r"[^|｜»>]*[0-9０-９A-Za-z零一二三四五六七八九十百千万].*"
_FACT = re.compile(rf"\s*[-*•·]?\s*(?:{_LABEL}\s*[：:]\s*\S.*|{_LABEL}[ \t\u3000|]+{_VALUE}|\|.*\S.*\|.*\S.*\|)\s*")
_REACH = re.compile(
    "(?i)电话|電話|传真|傳真|邮箱|郵箱|邮编|地址|手机|热线|联系|聯絡|qq|微信|网址|e-?mail|版权|備案|备案|icp|分享|上一|下一|责任编辑|点击|浏览|标签|"
    "分类|关键词|位置|首页|发布|https?:"
)


def verse_or_facts(texts: pa.Array, rows: np.ndarray, found: dict[str, np.ndarray], num_han: np.ndarray) -> np.ndarray:
    """1 for verse, else the share of lines that are facts; 0 where a page needs no such excuse and is not read.

    `found`: the figures of `kernels.lines`.
    """
    import numpy as np

    short = (found["lines"] >= MENU_LINES) & (num_han < MENU_LINE_HAN * found["lines"])
    unmarked = (num_han >= LONG_HAN) & (found["marks"] < UNMARKED * num_han)
    ask = short & (found["ended_chars"] < ENDED * found["chars"]) | unmarked
    shares = np.zeros(len(rows))
    for place in np.flatnonzero(ask | (found["short_lines"] > SHORT * found["lines"])):
        text = texts[int(rows[place])].as_py() or ""
        shares[place] = 1.0 if is_verse(text) else fact_share(text)
    return shares


def is_verse(text: str) -> bool:
    """Stanzas of short lines, each a clause or part of one."""
    groups = _groups(text)
    lines = [line for group in groups for line in group]
    verse = [line for line in lines if _is_verse_line(line)]
    if len(verse) < max(VERSE_LINES * len(lines), 2 * MIN_STANZA_LINES) or len(set(verse)) < VARIED * len(verse):
        return False
    if max(Counter(line[-2:] for line in set(verse)).values()) > SAME_ENDS * len(set(verse)):
        return False
    if sum(bool(_SITE.search(line)) and len(line) <= 8 for line in verse) > MAX_SITE_LINES:
        return False
    stanzas = [group for group in groups if len(group) >= MIN_STANZA_LINES]
    needed = CLAUSES if len(stanzas) > 1 else CLAUSES_UNPARTED
    return sum(bool(_CLAUSE.search(line)) for line in verse) >= needed * len(verse)


def fact_share(text: str) -> float:
    """The share of lines that are a label with its value."""
    lines = [line for group in _groups(text) for line in group]
    facts = [line for line in lines if len(line) <= 120 and _FACT.fullmatch(line) and not _REACH.search(line)]
    return len(set(facts)) / len(lines) if lines else 0.0


def _groups(text: str) -> list[list[str]]:
    """The first lines of a text, parted where blank lines part them."""
    groups: list[list[str]] = [[]]
    for line in text[:MAX_CHARS].splitlines()[:MAX_LINES]:
        if line.strip():
            groups[-1].append(line.strip())
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _is_verse_line(line: str) -> bool:
    return len(line) <= 30 and bool(_VERSE.fullmatch(line)) and 2 <= len(_ONE_HAN.findall(line)) <= 20
