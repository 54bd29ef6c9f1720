"""What a robots meta tag or an X-Robots-Tag header asks of robots.

In: the text of one, such as `noindex, nofollow` or `otherbot: none`. Out: the directives meant for all robots or
for us. A date after which a page is not to be kept counts as `noindex` once it has passed.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

ROBOT_NAMES = ("robots", "headwater")
MAX_LENGTH = 2048
_EXPIRES = "unavailable_after"
_WITH_VALUE = ("max-snippet", "max-image-preview", "max-video-preview", _EXPIRES)


def directives_in(text: str, now_s: float | None = None) -> set[str]:
    """The directives in a text that are meant for us; `none` stands for `noindex` and `nofollow`."""
    found: set[str] = set()
    meant = True
    parts = text[:MAX_LENGTH].lower().split(",")
    for index, part in enumerate(parts):
        agent, colon, rest = part.strip().partition(":")
        agent = agent.strip()
        if colon and agent not in _WITH_VALUE and " " not in agent:  # a space: the rest of a date
            meant, part = agent in (*ROBOT_NAMES, "*"), rest
        if not meant:
            continue
        directive = part.strip()
        if directive.startswith(_EXPIRES):
            date = ",".join([directive, *parts[index + 1 :]])[len(_EXPIRES) :].lstrip(" :=")
            if _has_passed(date, time.time() if now_s is None else now_s):
                found.add("noindex")
        elif directive == "none":
            found |= {"noindex", "nofollow"}
        else:
            found.add(directive)
    return found


def _has_passed(date: str, now_s: float) -> bool:
    """Whether a date, which may have a comma of its own and further directives after it, lies before now."""
    pieces = date.split(",")
    for text in (",".join(pieces[:2]), pieces[0]):
        if (moment := _moment(text.strip())) is not None:
            return moment.timestamp() < now_s
    return False


def _moment(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(text.upper()[:64])
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
