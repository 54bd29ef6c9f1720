"""Which endpoint is asked, how fast, how long, and for how much money.

In: a person's options. Out: a frozen EndpointConfig whose `check` names what types cannot say. The key never passes
through here: `api_key` reads it from the environment when a request is made.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from headwater.errors import HeadwaterError
from headwater.pipeline.option import option

KEYS = ("HEADWATER_API_KEY", "OPENAI_API_KEY")  # the first that is set is sent
ANSWER_PATH = "/chat/completions"
SCHEMES = ("http", "https")
_SECRET = re.compile(r"(key|token|secret|password|signature|sig)=", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class EndpointConfig:
    """An OpenAI-compatible endpoint and the limits within which it is asked."""

    url: str = option("", "address of the endpoint, such as http://127.0.0.1:8000/v1")
    model: str = option("", "name of the model there")
    concurrency: int = option(4, "requests in flight", "requests", 1, 1024)
    requests_per_minute: float = option(0.0, "most requests begun a minute; 0: no limit", "requests")
    timeout_s: float = option(120.0, "time for one request, from connecting to the last byte", "seconds", 0.001)
    retries: int = option(5, "further tries after a timeout, a lost connection or a busy server", "tries", most=100)
    backoff_s: float = option(0.5, "wait before the first further try; each later one waits twice as long", "seconds")
    max_tokens: int = option(512, "longest answer", "tokens", 1)
    token_field: Literal["max_tokens", "max_completion_tokens"] = option(
        "max_tokens", "what the endpoint calls that limit"
    )
    temperature: float = option(0.0, "randomness of the answers; below 0: not sent")
    price_in: float = option(0.0, "price of what is sent", "money a million tokens")
    price_out: float = option(0.0, "price of what is answered", "money a million tokens")
    max_cost: float = option(0.0, "most money to spend, earlier runs into the same output counted; 0: no cap", "money")

    def check(self) -> list[tuple[str, str]]:
        problems = [("model", "name the model")] if not self.model.strip() else []
        if message := address_problem(self.url):
            problems.append(("url", message))
        problems += [(n, "must be at least 1") for n in ("concurrency", "max_tokens") if getattr(self, n) < 1]
        for name in ("requests_per_minute", "retries", "backoff_s", "price_in", "price_out", "max_cost"):
            if not 0 <= getattr(self, name) < math.inf:
                problems.append((name, "must be 0 or more"))
        if not 0 < self.timeout_s < math.inf:
            problems.append(("timeout_s", "must be more than 0"))
        if not self.temperature <= 2:
            problems.append(("temperature", "must be at most 2"))
        if self.max_cost > 0 and not (self.price_in or self.price_out):
            problems.append(("max_cost", "a cap needs prices: give price_in and price_out, a million tokens each"))
        return problems

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """What an answer costs, in the money of the prices."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1e6

    @property
    def address(self) -> str:
        """Where requests go: the given address, its missing end added."""
        parts = urlsplit(self.url.strip())
        path = parts.path.rstrip("/")
        if not path.endswith(ANSWER_PATH):
            path = (path or "/v1") + ANSWER_PATH
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    @property
    def place(self) -> str:
        """The address as it may be shown: without its query, which may hold a secret."""
        return self.address.partition("?")[0]


def address_problem(url: str) -> str | None:
    """Why a text is no endpoint's address, or None."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"is not an address: {error}"
    if parts.scheme.lower() not in SCHEMES or not host:
        return "must be an http or https address, such as http://127.0.0.1:8000/v1"
    if parts.username or parts.password or _SECRET.search(parts.query):
        return f"must hold no name, password or key: set {KEYS[0]} in the environment"
    return None


def api_key() -> str:
    """The key in the environment, or an empty text. Raises HeadwaterError arguments where it cannot be sent."""
    for name in KEYS:
        key = os.environ.get(name, "").strip()
        if key and not (key.isascii() and key.isprintable()):
            raise HeadwaterError("arguments", "holds characters that no header may", where=f"${name}")
        if key:
            return key
    return ""
