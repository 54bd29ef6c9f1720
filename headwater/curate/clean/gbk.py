"""Mojibake of Chinese origin: GBK that was read as Latin-1, and UTF-8 that was read as GBK.

In: a text. Out: the text with such runs put right, and how many characters came of them.

`ÖÐÎÄ` is 中文 in GBK read as Latin-1, `涓枃` is 中文 in UTF-8 read as GBK. A run is put right where the reading back
is whole and gives Chinese as it is written, which the share of the commonest characters tells: four of five in running
text, one of seven among characters by chance. Runs of one text are judged together, so that a name of two characters
is read as the rest. What was lost for good (锟斤拷) stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from headwater.curate.clean.marks import BYTE_OF

COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行"
    "所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力"
    "它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产"
    "或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口"
    "认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区"
    "保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张"
    "该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔字语言请用版网站页文件测试服务器数据库系统软件信息"
    "联系电话地址邮箱编辑责任来源作者时间标题首页新闻评论更多下载注册登录搜索产品公司中心介绍技术支持帮助京"
)
PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》【】「」『』…—·　０１２３４５６７８９％")
MIN_COMMON = 0.35  # of the Chinese characters that come out
MIN_BYTES = 4  # of a run read as Latin-1: two characters, so that no word with two accents is one
MIN_GAIN = 0.2  # of the share of common characters, over what stood there
# A step from one to the next of one or two is a table of characters, not a text.
TABLE_STEPS = (1, 2)
MIN_LINE_COMMON = 0.6  # where bytes of plain ASCII may belong to the Chinese characters too
_WESTERN = re.compile("[" + "".join(re.escape(c) for c in BYTE_OF if c != "ÿ") + "]{2,}")
_EASTERN = re.compile(r"[\u00a4-\u00f7\u2010-\u9fff\ue000-\uf8ff\uff01-\uffe5]{2,}")
_LINE = re.compile(r"[^\n]+")


def repair(text: str) -> tuple[str, int]:
    """The text with GBK that was read as Latin-1 put right, and how many Chinese characters came of it."""
    text, lines = _replace(text, _LINE, lambda line: _whole_line(_western_bytes(line), "gb18030"))
    text, runs = _replace(text, _WESTERN, _from_western)
    return text, lines + runs


def repair_utf8(text: str) -> tuple[str, int]:
    """The text with UTF-8 that was read as GBK put right, and how many Chinese characters came of it."""
    text, lines = _replace(text, _LINE, lambda line: _whole_line(_gbk_bytes(line), "utf-8"))
    text, runs = _replace(text, _EASTERN, lambda run: _chinese(_gbk_bytes(run), "utf-8"))
    return text, lines + runs


def _replace(text: str, pattern: re.Pattern[str], read: Callable[[str], str]) -> tuple[str, int]:
    """Put right what the pattern finds, where all of it together gains by it."""
    runs = [(match.start(), match.end(), read(match.group())) for match in pattern.finditer(text)]
    runs = [run for run in runs if run[2]]
    if not runs:
        return text, 0
    stood = _share("".join(text[start:end] for start, end, _ in runs))
    share = _share("".join(run[2] for run in runs))
    if share < max(MIN_COMMON, stood + MIN_GAIN):
        return text, 0
    parts, at = [], 0
    for start, end, better in runs:
        parts += [text[at:start], better]
        at = end
    return "".join(parts) + text[at:], sum(_num_han(run[2]) for run in runs)


def _from_western(run: str) -> str:
    """A run of Latin-1 read as GBK; empty where it is not whole, not Chinese, or a table of characters."""
    codes = [BYTE_OF[c] for c in run]
    if len(codes) < MIN_BYTES or sum(code >= 0xC0 for code in codes) < len(codes) // 3:
        return ""
    if all(b - a in TABLE_STEPS for a, b in zip(codes, codes[1:], strict=False)):
        return ""
    return _chinese(bytes(codes), "gb18030")


def _whole_line(encoded: bytes, encoding: str) -> str:
    """A line read back with its plain ASCII; empty where it is not whole, or not Chinese beyond doubt."""
    text = _chinese(encoded, encoding, ascii_too=True)
    return text if _share(text) >= MIN_LINE_COMMON and _num_han(text) >= MIN_BYTES // 2 else ""


def _western_bytes(text: str) -> bytes:
    """The bytes that were read as these characters; none where there is one that no byte reads as."""
    codes = [BYTE_OF.get(c, ord(c)) for c in text]
    return bytes(codes) if max(codes, default=0) < 0x100 else b""


def _gbk_bytes(text: str) -> bytes:
    try:
        return text.encode("gb18030")
    except UnicodeEncodeError:
        return b""


def _chinese(encoded: bytes, encoding: str, ascii_too: bool = False) -> str:
    """The text, if it is one of Chinese characters and marks; else an empty one."""
    try:
        text = encoded.decode(encoding)
    except UnicodeDecodeError:
        return ""
    fits = all(_is_han(c) or c in PUNCTUATION or (ascii_too and c < "\x7f") for c in text)
    return text if fits and _num_han(text) else ""


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _num_han(text: str) -> int:
    return sum(map(_is_han, text))


def _share(text: str) -> float:
    """The share of the commonest characters among the Chinese ones."""
    return sum(c in COMMON for c in text) / max(_num_han(text), 1)
