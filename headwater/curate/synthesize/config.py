"""The source `synthesize`: textbook passages that a model writes on given topics.

In: recipe values, their types already checked. Out: a frozen source whose `check` names what types cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from headwater.curate.endpoint.config import EndpointConfig
from headwater.curate.synthesize.prompts import AUDIENCES, STYLES
from headwater.pipeline.option import option

MAX_TOPIC_CHARS = 500
SHARED = (
    *("model", "max_tokens", "temperature", "concurrency", "requests_per_minute", "timeout_s", "retries"),
    *("token_field", "price_in", "price_out", "max_cost"),
)


@dataclass(frozen=True, kw_only=True)
class SynthesizeSource:
    """Documents asked of a model, each marked as synthetic."""

    topics: tuple[str, ...] = option((), "what to write about")
    topics_file: str = option("", "a text file of topics, one a line; or JSONL with `topic`")
    endpoint: str = option("", "address of an OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1")
    model: str = option("", "name of the model there")
    count: int = option(100, "documents to keep", "documents")
    lang: Literal["en", "zh"] = option("en", "language of the documents")
    audiences: tuple[str, ...] = option((), f"readers to write for, of: {', '.join(AUDIENCES)}; empty: all in turn")
    styles: tuple[str, ...] = option((), f"forms to write in, of: {', '.join(STYLES)}; empty: all in turn")
    seed: int = option(7, "in what order readers and forms take turns")
    min_chars: int = option(200, "a shorter text is not kept", "characters")
    max_tokens: int = option(1024, "longest text; one that is cut there is not kept", "tokens")
    temperature: float = option(0.8, "randomness of the texts; below 0: not sent")
    concurrency: int = option(4, "requests in flight", "requests")
    requests_per_minute: float = option(0.0, "most requests begun a minute; 0: no limit", "requests")
    timeout_s: float = option(300.0, "time for one request", "seconds")
    retries: int = option(5, "further tries of a request that failed", "tries")
    token_field: Literal["max_tokens", "max_completion_tokens"] = option(
        "max_tokens", "what the endpoint calls its limit"
    )
    price_in: float = option(0.0, "price of what is sent", "money a million tokens")
    price_out: float = option(0.0, "price of what is answered", "money a million tokens")
    max_cost: float = option(0.0, "most money to spend, by the log of answers; 0: no cap", "money")
    answers: str = option("", "file that keeps the answers, shared by runs; empty: the output's own")
    kind: Literal["general", "specific", "instruct"] = option("specific", "kind of every document")
    domain: str = option("", "domain of every document; empty: general")
    license: str = option("", "licence of every document")
    source: str = option("", "name of the source; empty: synthetic:MODEL")

    def check(self) -> list[tuple[str, str]]:
        problems = []
        if not self.topics and not self.topics_file:
            problems.append(("topics", "name at least one topic, or a topics_file"))
        problems += [(f"topics.{i}", why) for i, topic in enumerate(self.topics) if (why := topic_problem(topic))]
        for name, known in (("audiences", AUDIENCES), ("styles", STYLES)):
            told = f"known are {', '.join(known)}"
            problems += [(f"{name}.{i}", told) for i, one in enumerate(getattr(self, name)) if one not in known]
        problems += [("count", "must be at least 1")] if self.count < 1 else []
        problems += [(n, "must be 0 or more") for n in ("seed", "min_chars") if getattr(self, n) < 0]
        ours = {"url": "endpoint"}
        return problems + [(ours.get(name, name), why) for name, why in self.asking().check()]

    def asking(self) -> EndpointConfig:
        """The endpoint and its limits."""
        return EndpointConfig(url=self.endpoint, **{name: getattr(self, name) for name in SHARED})


def topic_problem(topic: str) -> str | None:
    """Why a text can be no topic, or None."""
    if not topic.strip():
        return "is empty"
    if len(topic) > MAX_TOPIC_CHARS:
        return f"is longer than {MAX_TOPIC_CHARS} characters"
    try:
        topic.encode("utf-8")
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    return None
