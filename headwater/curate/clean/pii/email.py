"""E-mail addresses.

In: the window of an at sign. Out: where the address is. The last label must be a country's or one of the common generic
names, so that `x@w.T` and `icon@2x.png` are none; an address of a repository (`git@github.com:`) and the password in
`https://user:password@host` are no mailboxes, and a URL's path stays one.
"""

from __future__ import annotations

import re

from headwater.curate.clean.pii.last_labels import TRADES
from headwater.curate.clean.pii.window import Window

GENERIC = (
    "com org net edu gov mil int info biz name pro coop aero museum jobs mobi travel tel asia post cat xxx app"
    " dev io ai xyz online site tech store shop blog cloud top club vip wang ltd group work email mail live life"
    " world today news space website agency company studio design digital media network solutions systems center"
    " academy institute university foundation health science software page example test invalid"
).split()
COUNTRIES = (
    "ac ad ae af ag ai al am ao ar at au aw az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch"
    " ci cl cm cn co cr cu cv cy cz de dj dk dm do dz ec ee eg es et eu fi fj fm fo fr ga gd ge gg gh gi gl gm gn gq gr"
    " gt gu gy hk hn hr ht hu id ie il im in iq ir is it je jm jo jp ke kg kh ki km kn kr kw ky kz la lb lc li lk lr"
    " ls lt lu lv ly ma mc md me mg mk ml mm mn mo mr ms mt mu mv mw mx my mz na nc ne ng ni nl no np nr nu nz om pa pe"
    " pf pg ph pk pl pm pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr st su sv sy sz tc td"
    " tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu ws ye za zm zw"
).split()
LAST_LABELS = frozenset((*GENERIC, *COUNTRIES, *TRADES.split()))
SERVICES = ("git", "hg", "svn", "ssh")  # accounts of a host, written like mailboxes
MAX_LOCAL_CHARS = 64
# letters of Western, Greek and Cyrillic addresses; Chinese words stand right before an address without a space
_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0386-\u03ff\u0400-\u052f"
_LOCAL_BACKWARDS = re.compile(rf"[{_LETTERS}0-9_%+-][{_LETTERS}0-9._%+'-]*")
_DOMAIN = re.compile(
    rf"(?:[{_LETTERS}0-9](?:[{_LETTERS}0-9-]{{0,61}}[{_LETTERS}0-9])?\.){{1,5}}([A-Za-z]{{2,18}})(?![A-Za-z0-9_-])"
)
# the part of a URL before its query: a user's name and password, or a path that would lead nowhere without it
_URL = re.compile(r"://[^\s?#<>\"'，。、）]*$")


def find(window: Window) -> tuple[int, int] | None:
    """(characters before the at sign, characters after it) of the address; None where it is none."""
    name = _local_part(window.before)
    if not name:
        return None
    domain = _DOMAIN.match(window.after)
    if not domain:
        return None
    last = domain.group(1)
    if last.lower() not in LAST_LABELS or not (last.islower() or last.isupper() or last.istitle()):
        return None
    if window.strict and (len(domain.group()) - len(last) <= 2 or "." not in domain.group()):
        return None
    if name.lower() in SERVICES and window.after[domain.end() : domain.end() + 1] in (":", "/"):
        return None
    if _URL.search(window.before):
        return None
    return len(name), domain.end()


def _local_part(before: str) -> str:
    """The name before an at sign; empty where there is none."""
    match = _LOCAL_BACKWARDS.match(before[::-1])
    name = match.group()[::-1].lstrip(".%+'-") if match else ""
    return name if len(name) <= MAX_LOCAL_CHARS else ""
