"""One request to an endpoint, and its reply read within bounds.

In: an open session, a prompt. Out: an Answer, or a Refusal that says what happened. Redirects are not followed, so
that the key goes nowhere else; cookies and compressed replies are not taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from headwater import storage
from headwater.curate.endpoint import answer as replies
from headwater.curate.endpoint.answer import Answer, Refusal
from headwater.curate.endpoint.config import EndpointConfig

UNREACHABLE = "endpoint.unreachable"
KEY_DIGITS = 32
MESSAGE_TOKENS = 16  # around each message, in a chat template
CONNECT_S = 30.0
READ_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """Messages to send, and the key under which the answer is kept."""

    key: str
    messages: tuple[tuple[str, str], ...]  # (role, content)

    def bytes_sent(self) -> int:
        return sum(len(content.encode("utf-8", "replace")) + MESSAGE_TOKENS for _, content in self.messages)


def prompt(config: EndpointConfig, messages: Iterable[tuple[str, str]]) -> Prompt:
    """A prompt whose key says model, messages and what else can change the answer; not where it is asked."""
    told = [list(message) for message in messages]
    value = {"model": config.model, "messages": told, "max_tokens": config.max_tokens}
    key = storage.value_digest(value | {"temperature": float(config.temperature)})[:KEY_DIGITS]
    return Prompt(key=key, messages=tuple((role, content) for role, content in told))


def session(config: EndpointConfig, key: str) -> Any:
    """An aiohttp session that sends the key, if there is one."""
    import aiohttp

    headers = {"Accept-Encoding": "identity", "User-Agent": "headwater", "Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    timeout = aiohttp.ClientTimeout(total=config.timeout_s, sock_connect=CONNECT_S)
    # a reply that comes compressed all the same is not expanded: it counts as malformed
    return aiohttp.ClientSession(
        headers=headers, timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
    )


async def send(session: Any, config: EndpointConfig, prompt: Prompt, key: str) -> Answer | Refusal:
    """Send one prompt and read the reply, as far as the bound of its length."""
    import aiohttp

    try:
        async with session.post(config.address, data=_body(config, prompt), allow_redirects=False) as response:
            pieces, size = [], 0
            async for piece in response.content.iter_chunked(READ_BYTES):
                pieces.append(piece)
                size += len(piece)
                if size > replies.MAX_ANSWER_BYTES:
                    response.close()
                    return Refusal(reason="endpoint.answer_too_large", message="a reply over 4 MB", charged=True)
            return replies.read(response.status, response.headers, b"".join(pieces), key)
    except aiohttp.ClientConnectorError as error:
        return Refusal(reason=UNREACHABLE, message=replies.shown(str(error), key), again=True)
    except TimeoutError:
        told = f"no answer in {config.timeout_s:g} s"
        return Refusal(reason="endpoint.timeout", message=told, again=True, charged=True)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        told = replies.shown(f"{type(error).__name__}: {error}", key)
        return Refusal(reason="endpoint.disconnected", message=told, again=True, charged=True)


def _body(config: EndpointConfig, prompt: Prompt) -> bytes:
    import orjson

    body: dict[str, Any] = {"model": config.model, config.token_field: config.max_tokens}
    body["messages"] = [{"role": role, "content": content} for role, content in prompt.messages]
    body |= {"temperature": config.temperature} if config.temperature >= 0 else {}
    return orjson.dumps(body)
