"""Traps: addresses that a site makes without end, so that a crawl of them would never be done.

In: canonical URLs in the order they are found. Out: "" or the name of the trap that one belongs to. Most verdicts
follow from the URL alone; what needs memory (queries, calendar views and sessions met) keeps it bounded. Real
archives, forums and wikis must pass: where in doubt, it is no trap.
"""

from __future__ import annotations

import re
import time
from collections import Counter

from headwater.acquire import canonical
from headwater.acquire.facets import Facets

MAX_LINKS_DEEP = 1000
MAX_SEGMENTS = 24
MAX_LENGTH = 1024  # characters, an escape counted as one
MAX_PARAMETERS = 24
MAX_HOSTS = 100_000  # with sessions or calendars
MAX_CALENDAR_VIEWS = 1000  # of a host
YEARS_AHEAD, YEARS_BACK = 2, 60
LAST_LIKELY_YEAR = 2100  # a greater number is a year only in a calendar
# A cycle of (so many segments, so often in a row), and one segment so often in one path, are no folders any more.
MAX_CYCLE, NUM_CYCLES, NUM_REPEATS, NUM_OCCURRENCES = 4, 3, 4, 6

_ESCAPE = re.compile(r"%[0-9A-F]{2}")
_NESTED = re.compile(r"%25(?:25){2}")  # an address in a query, in an address in a query, in ...
_CALENDAR = re.compile(
    r"(?:^|[/_.?&=-])(?:calendar|kalender|calendrier|calendario|cal|agenda|events?|"
    r"%E6%97%A5%E5%8E%86|%E6%97%A5%E6%9B%86|%E6%97%A5%E7%A8%8B)(?=[/_.?&=-]|$)",  # 日历, 日曆, 日程
    re.IGNORECASE,
)
_FOUR_DIGITS = re.compile(r"[/=]\d{4}")
# Written with two digits a month, so that `/2043/7`, the seventh page of number 2043, is no date.
_PATH_DATE = re.compile(r"/(\d{4})(?:/(?:0[1-9](?:/[0-3]\d)?|1[0-2]/[0-3]\d)|-(?:0[1-9]|1[0-2])-[0-3]\d)(?:/|$)")
_PATH_MONTH = re.compile(  # a date in a calendar only
    r"(?<!/event)(?<!/events)/(\d{4})(?:-(?:0[1-9]|1[0-2])|/(?:0?[1-9]|1[0-2])(?:/(?:0?[1-9]|[12]\d|3[01]))?)(?:/|$)"
)
_QUERY_DATE = re.compile(
    r"(?:^|[&_\[.-])(?:date|day|week|month|ym|cal|start|end|from|to|since|until|after|before|archive)(?:%5D|\])?"
    r"=(\d{4})-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12]\d|3[01]))?(?:[T&]|$)",
    re.IGNORECASE,
)
_COMPACT_DATE = re.compile(
    r"(?:^|[&_\[.-])(?:date|day|month|ym)(?:%5D|\])?=(\d{4})(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?:[T&]|$)", re.IGNORECASE
)
_YEAR = re.compile(r"(?:^|[&_\[.-])(?:year|yr|y)(?:%5D|\])?=(\d{4})(?:&|$)", re.IGNORECASE)
_MONTH = re.compile(r"(?:^|[&_\[.-])(?:month|mon|m)(?:%5D|\])?=(?:0?[1-9]|1[0-2])(?:&|$)", re.IGNORECASE)
_SESSION = re.compile(r"/\(([A-Z]\([A-Za-z0-9_-]{8,}\))+\)/")  # as ASP.NET writes it into the path


class Traps:
    """What has been met that a trap is told by. `year`: the current one, unless said otherwise."""

    def __init__(self, year: int | None = None) -> None:
        self._year = year or time.gmtime().tm_year
        self._facets = Facets()
        self._calendar_views: Counter[str] = Counter()
        self._sessions: dict[str, str] = {}

    def reason(self, url: str, depth: int) -> str:
        """The trap that a URL leads into, or "". `depth`: links from a seed."""
        start = url.index("/", 8)
        path, _, query = url[start:].partition("?")
        if depth > MAX_LINKS_DEEP or path.count("/") > MAX_SEGMENTS:
            return "trap.too_deep"
        if len(url) > MAX_LENGTH and len(_ESCAPE.sub("x", url)) > MAX_LENGTH:
            return "trap.too_long"
        if path.count("/") > 3 and _repeats(path):
            return "trap.repeated_segments"
        if "(" in path and self._is_other_session(url, path):
            return "trap.session_id"
        if _FOUR_DIGITS.search(url, start) and self._is_calendar(url, path, query):
            return "trap.calendar"
        if query:
            if _NESTED.search(query):
                return "trap.repeated_segments"
            if query.count("&") >= MAX_PARAMETERS or self._facets.endless(url[: start + len(path)], query):
                return "trap.too_many_queries"
        return ""

    def _is_other_session(self, url: str, path: str) -> bool:
        """Whether the path holds a session that is not the first one met on its host."""
        match = _SESSION.search(path)
        if match is None:
            return False
        if len(self._sessions) >= MAX_HOSTS:
            self._sessions.clear()
        return self._sessions.setdefault(canonical.host_of(url), match.group(0)) != match.group(0)

    def _is_calendar(self, url: str, path: str, query: str) -> bool:
        """Whether the date that a URL names lies beyond what its site can have written about."""
        in_calendar = _CALENDAR.search(f"{path}?{query}") is not None
        match = _PATH_DATE.search(path) or (_PATH_MONTH.search(path) if in_calendar else None)
        is_view = match is not None and match.end() == len(path)  # of a date, rather than a page under it
        if match is None and query:
            match = _QUERY_DATE.search(query) or _COMPACT_DATE.search(query)
            if match is None and _MONTH.search(query):
                match = _YEAR.search(query)
            is_view = True
        if match is None:
            return False
        year = int(match.group(1))
        ahead = year > self._year + YEARS_AHEAD
        if not in_calendar:
            return ahead and year <= LAST_LIKELY_YEAR
        if not is_view:
            return ahead
        host = canonical.host_of(url)
        if len(self._calendar_views) >= MAX_HOSTS:
            self._calendar_views.clear()
        self._calendar_views[host] += 1
        return ahead or year < self._year - YEARS_BACK or self._calendar_views[host] > MAX_CALENDAR_VIEWS


def _repeats(path: str) -> bool:
    """Whether segments of a path come again and again. Plain numbers do so in trees of shards and do not count."""
    segments = [segment for segment in path.split("/") if segment]
    if len(set(segments)) == len(segments):
        return False
    for size in range(1, MAX_CYCLE + 1):
        run, wanted = 0, size * ((NUM_REPEATS if size == 1 else NUM_CYCLES) - 1)
        for one, other in zip(segments, segments[size:], strict=False):
            run = run + 1 if one == other and not one.isdigit() else 0
            if run >= wanted:
                return True
    name, times = Counter(segments).most_common(1)[0]
    return times >= NUM_OCCURRENCES and not name.isdigit()
