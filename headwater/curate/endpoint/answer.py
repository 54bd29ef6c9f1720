"""What an endpoint's reply says: an answer, or why there is none and what follows from that.

In: a status, headers and the bytes of a body. Out: an Answer or a Refusal. The shapes are those of OpenAI's
chat completions (`choices`, `usage`, `error`); a status of 200 with an `error` inside is an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

MAX_ANSWER_BYTES = 4 << 20  # a longer body is not read to its end
SHOWN_CHARS = 200
OK, TOO_MANY = 200, 429
BUSY = (408, 409, 425, TOO_MANY, 500, 502, 503, 504, 520, 522, 524, 529)  # worth another try
PERHAPS_CHARGED = (502, 504, 520, 524)  # a gateway gave up; the model behind it may have answered
FATAL = {
    401: "the endpoint refuses the key",
    402: "the endpoint asks for payment",
    403: "the endpoint refuses access",
    404: "the endpoint knows no such address or model",
    405: "the endpoint does not take requests at this address",
}
QUOTA = ("insufficient_quota", "billing_hard_limit_reached")
_KEY = re.compile(r"\b(sk|key|pk)-[A-Za-z0-9_*.-]{4,}")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`finish` is `stop` where the model ended by itself, `length` where it was cut. -1 tokens: not said."""

    text: str
    finish: str
    tokens_in: int = -1
    tokens_out: int = -1


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """No answer. `reason` is counted; `charged`: it may have cost money; `wait_s`: asked for by the server."""

    reason: str
    message: str = ""
    again: bool = False
    charged: bool = False
    fatal: bool = False
    wait_s: float = 0.0


def read(status: int, headers: Mapping[str, str], body: bytes, key: str) -> Answer | Refusal:
    """The meaning of a reply. `key` is taken out of every message that is shown."""
    value = _parsed(body)
    error = value.get("error") if isinstance(value, dict) else None
    if status == OK and not error:
        return _answer(value)
    told = shown(_message(error) or body[:SHOWN_CHARS].decode("utf-8", "replace"), key)
    if status == OK:  # the error inside may name the status that was meant
        code = error.get("code") if isinstance(error, dict) else None
        if not isinstance(code, int) or code == OK:
            return Refusal(reason="endpoint.error_in_answer", message=told, again=True, charged=True)
        status = code
    named = {str(error.get(name)) for name in ("code", "type")} if isinstance(error, dict) else set()
    if 300 <= status < 400:
        target = shown(headers.get("Location", ""), key)
        return Refusal(reason="endpoint.redirected", message=f"it points to {target}", fatal=True)
    if status in FATAL or named & set(QUOTA):
        return Refusal(
            reason="endpoint.refused", message=f"{FATAL.get(status, 'the quota is spent')}: {told}", fatal=True
        )
    if status in BUSY or status >= 500:
        reason = "endpoint.rate_limited" if status == TOO_MANY else "endpoint.server_error"
        wait_s, charged = retry_after(headers.get("Retry-After", "")), status in PERHAPS_CHARGED
        return Refusal(reason=reason, message=f"{status}: {told}", again=True, charged=charged, wait_s=wait_s)
    return Refusal(reason="endpoint.bad_request", message=f"{status}: {told}")


def _parsed(body: bytes) -> Any:
    import orjson

    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _answer(value: Any) -> Answer | Refusal:
    choices = value.get("choices") if isinstance(value, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict):
        return Refusal(reason="endpoint.malformed_answer", message="no choices", again=True, charged=True)
    message = first.get("message")
    content = message.get("content") if isinstance(message, dict) else first.get("text")
    if isinstance(content, list):  # parts, of which some are text
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    usage = value.get("usage")
    sent, made = (_count(usage, name) for name in ("prompt_tokens", "completion_tokens"))
    finish = first.get("finish_reason")
    return Answer(
        text=content if isinstance(content, str) else "",
        finish=finish[:32] if isinstance(finish, str) else "",
        tokens_in=sent,
        tokens_out=made,
    )


def _count(usage: Any, name: str) -> int:
    """A number of tokens; -1 where the reply names none that can be meant."""
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else -1


def _message(error: Any) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or error.get("type") or error.get("code") or "")
    return error if isinstance(error, str) else ""


def shown(text: str, key: str) -> str:
    """A server's words as they may be printed: short, one line, no control characters and no key."""
    text = text[: 10 * SHOWN_CHARS]
    text = _KEY.sub("***", text.replace(key, "***") if key else text)
    return "".join(c if c.isprintable() else " " for c in text)[:SHOWN_CHARS].strip()


def retry_after(value: str, now: datetime | None = None) -> float:
    """Seconds that a Retry-After header asks for, given in seconds or as a date; 0 where it says nothing."""
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            return 0.0
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (date - (now or datetime.now(UTC))).total_seconds()
    return seconds if 0 < seconds < math.inf else 0.0
