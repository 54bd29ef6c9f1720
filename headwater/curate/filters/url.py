"""Rules for the addresses of web pages.

In: a column of URLs. Out: a number a rule and row (1 where the rule is about it, or a length), and
the rules on them. A word of the list counts only as a whole part of the host or path, so that
`Essex` and `therapist` stay; pages on loopback and private addresses were asked for and stay.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

import numpy as np

from headwater.curate.limits import OURS, limit
from headwater.curate.rules import Rule

BAD_WORDS = (
    "porn", "porno", "xvideos", "xhamster", "pornhub", "redtube", "hentai", "camgirls", "escorts", "onlyfans", "nsfw",
    "milf", "casino", "casinos", "sportsbook", "viagra", "cialis", "payday-loans", "色情", "情色", "成人视频",
    "成人网站", "黄色网站", "裸聊", "约炮", "博彩", "赌场", "娱乐城", "百家乐", "六合彩", "时时彩", "bocai",
    "duchang", "yulecheng", "baijiale", "liuhecai", "shishicai", "seqing",
)  # fmt: skip
BAD_EXTENSIONS = (
    "7z", "apk", "avi", "bin", "bz2", "css", "deb", "dll", "dmg", "exe", "flac", "gif", "gz", "ico", "iso", "jar",
    "jpeg", "jpg", "mkv", "mov", "mp3", "mp4", "msi", "png", "rar", "rpm", "svg", "swf", "tar", "tgz", "ttf", "wav",
    "webm", "webp", "woff", "woff2", "xz", "zip",
)  # fmt: skip
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_ASCII_WORDS = "|".join(word for word in BAD_WORDS if word.isascii())
_OTHER_WORDS = "|".join(word for word in BAD_WORDS if not word.isascii())
_WORD = re.compile(rf"(?<![a-z0-9])(?:{_ASCII_WORDS})(?![a-z0-9])|{_OTHER_WORDS}", re.IGNORECASE)
_EXTENSION = re.compile(rf"\.(?:{'|'.join(BAD_EXTENSIONS)})$", re.IGNORECASE)
MAX_READ_CHARS = 4096  # of an address whose length alone rejects it


@dataclass(frozen=True, kw_only=True)
class UrlConfig:
    """Addresses of web pages."""

    max_chars: float = limit(2000, OURS, "longest address", "characters")
    bad_words: bool = field(default=True, metadata={"help": "reject addresses with a word of the adult and spam list"})
    bad_extensions: bool = field(default=True, metadata={"help": "reject addresses of archives, images and programs"})
    ip_hosts: bool = field(default=True, metadata={"help": "reject public IP addresses in place of a host name"})


def columns(urls: list[str]) -> dict[str, np.ndarray]:
    """The statistics of a column of URLs; all 0 where there is no web address."""
    found = np.zeros((4, len(urls)))
    for row, url in enumerate(urls):
        host = _HOST.match(url)
        if host and url[:4].lower() == "http":
            found[:, row] = _measure(url, host.group(1))
    names = ("url_chars", "url_bad_words", "url_bad_extension", "url_ip_host")
    return dict(zip(names, found, strict=True))


def _measure(url: str, host: str) -> tuple[float, float, float, float]:
    readable = unquote(url[:MAX_READ_CHARS], errors="replace")
    path = re.split(r"[?#]", readable, maxsplit=1)[0]
    extension = bool(_EXTENSION.search(path)) and path.count("/") > 2
    return len(url), len(_WORD.findall(path)), extension, _is_public_ip(host)


def _is_public_ip(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def rules(config: UrlConfig) -> list[Rule]:
    found = [Rule(reason="url.too_long", column="url_chars", high=config.max_chars)]
    if config.bad_words:
        found.append(Rule(reason="url.bad_word", column="url_bad_words", high=0))
    return found


def crawled_rules(config: UrlConfig) -> list[Rule]:
    """Rules for crawled pages; a corpus may well name the archive its text was taken from."""
    found = []
    if config.ip_hosts:
        found.append(Rule(reason="url.ip_host", column="url_ip_host", high=0))
    if config.bad_extensions:
        found.append(Rule(reason="url.bad_extension", column="url_bad_extension", high=0))
    return found
