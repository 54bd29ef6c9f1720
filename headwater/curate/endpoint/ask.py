"""Asking an endpoint many things: some at once, each once, within the limits of rate and money.

In: prompts (each with the key of what it asks), an EndpointConfig and a log of answers. Out: the log, longer, and
the counts of what happened. A prompt whose answer is in the log is not asked again; the same job again goes on.
Steps for each prompt: wait for the rate's turn → reserve the most it can cost → ask → write down the answer and its
cost, or the reason why there is none → try again where that can help.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater.curate.endpoint import send
from headwater.curate.endpoint.answer import Answer, Refusal
from headwater.curate.endpoint.answers import AnswerLog
from headwater.curate.endpoint.config import KEYS, EndpointConfig, api_key
from headwater.curate.endpoint.send import Prompt
from headwater.errors import HeadwaterError
from headwater.pipeline.workspace import locked

OVERHEAD_TOKENS = 256  # a chat template's own, and a default system message's
MAX_WAIT_S = 600.0  # a server that asks for a longer pause ends the job, which can go on later
MAX_BACKOFF_S = 60.0
FIRST_CONTACT_TRIES = 3
GIVE_UP_AFTER = 10  # prompts in a row that failed after all their tries


@dataclass(kw_only=True)
class Figures:
    """What a job did. `asked`: requests sent; `cost`: in all, earlier runs counted."""

    answered: int = 0
    cached: int = 0
    asked: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    capped: bool = False
    cost: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0

    def as_dict(self) -> dict[str, Any]:
        maps = {"failed": dict(sorted(self.failed.items())), "retried": dict(sorted(self.retried.items()))}
        return {**self.__dict__, **maps, "cost": round(self.cost, 9)}


def ask_all(
    prompts: Iterable[Prompt], config: EndpointConfig, log: AnswerLog, on_done: Callable[[], None] = lambda: None
) -> Figures:
    """Ask what the log does not answer yet.

    Raises HeadwaterError service_unreachable when the endpoint refuses, or fails again and again.
    """
    return asyncio.run(_Job(prompts, config, log, on_done).run())


@contextlib.contextmanager
def opened(path: Path) -> Iterator[AnswerLog]:
    """A log of answers for the length of a block, and nobody else's. Raises HeadwaterError in_use or damaged_file."""
    lock = path.with_name(f".{path.name}.lock")
    with locked(lock, "another command asks into this log"), AnswerLog(path) as log:
        yield log


class _Job:
    """One pass over the prompts."""

    def __init__(
        self, prompts: Iterable[Prompt], config: EndpointConfig, log: AnswerLog, on_done: Callable[[], None]
    ) -> None:
        self.prompts, self.config, self.log, self.on_done = iter(prompts), config, log, on_done
        self.figures = Figures()
        self.key = api_key()
        self.begun: set[str] = set()
        self.next_turn = 0.0  # of the loop's clock
        self.in_flight = 0
        self.freed = asyncio.Condition()
        self.reached = False
        self.failures_in_a_row = 0

    async def run(self) -> Figures:
        async with send.session(self.config, self.key) as session:
            workers = [asyncio.create_task(self._work(session)) for _ in range(self.config.concurrency)]
            try:
                await asyncio.gather(*workers)
            finally:
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
        self.figures.cost = self.log.spent + self.log.reserved
        self.figures.tokens_in, self.figures.tokens_out = self.log.tokens_in, self.log.tokens_out
        return self.figures

    async def _work(self, session: Any) -> None:
        for prompt in self.prompts:  # shared by the workers: each takes the next
            if prompt.key in self.begun:
                continue
            self.begun.add(prompt.key)
            if prompt.key in self.log:
                self.figures.cached += 1
                await asyncio.sleep(0)
            elif not await self._ask(session, prompt):
                return
            self.on_done()

    async def _ask(self, session: Any, prompt: Prompt) -> bool:
        """Ask one thing, with its further tries; False when the money does not suffice for it."""
        tries = 0
        while True:
            refusal = await self._attempt(session, prompt)
            if refusal is None:
                return True
            if refusal.reason == "endpoint.cost_cap":
                self.figures.capped = True
                return False
            tries += 1
            if not refusal.again or tries > self.config.retries:
                self._gave_up(refusal)
                return True
            if not self.reached and refusal.reason == send.UNREACHABLE and tries >= FIRST_CONTACT_TRIES:
                raise self._unreachable(refusal.message)
            self.figures.retried[refusal.reason] += 1
            await asyncio.sleep(min(MAX_BACKOFF_S, self.config.backoff_s * 2 ** (tries - 1)))

    def _gave_up(self, refusal: Refusal) -> None:
        self.figures.failed[refusal.reason] += 1
        self.failures_in_a_row += 1
        if self.failures_in_a_row >= GIVE_UP_AFTER:
            raise self._unreachable(f"{GIVE_UP_AFTER} requests in a row failed, the last by {refusal.message}")

    async def _attempt(self, session: Any, prompt: Prompt) -> Refusal | None:
        """One request: reserve, send, settle. None when it was answered."""
        await self._turn()
        most = self.config.cost(OVERHEAD_TOKENS + prompt.bytes_sent(), self.config.max_tokens)
        if not await self._affordable(most):
            return Refusal(reason="endpoint.cost_cap")
        most += self.log.surplus
        attempt = self.log.begin(prompt.key, most)
        self.in_flight += 1
        self.figures.asked += 1
        try:
            reply = await send.send(session, self.config, prompt, self.key)
            if isinstance(reply, Answer):
                self._answered(attempt, prompt, reply)
                return None
            self.reached |= reply.reason != send.UNREACHABLE
            self.log.fail(attempt, prompt.key, reply.reason, most if reply.charged else 0.0)
        finally:
            self.in_flight -= 1
            async with self.freed:
                self.freed.notify_all()
        if reply.fatal:
            raise self._unreachable(reply.message)
        if reply.wait_s > MAX_WAIT_S:
            raise self._unreachable(f"it asks to wait {reply.wait_s:.0f} s")
        if reply.wait_s:
            now = asyncio.get_running_loop().time()
            self.next_turn = max(self.next_turn, now + reply.wait_s)  # every worker waits
        return reply

    def _answered(self, attempt: int, prompt: Prompt, reply: Answer) -> None:
        """Write an answer down; what its usage does not say is taken at its most, a byte a token."""
        sent = reply.tokens_in if reply.tokens_in >= 0 else OVERHEAD_TOKENS + prompt.bytes_sent()
        made = reply.tokens_out if reply.tokens_out >= 0 else len(reply.text.encode("utf-8", "replace"))
        told = Answer(text=reply.text, finish=reply.finish, tokens_in=sent, tokens_out=made)
        self.log.answer(attempt, prompt.key, told, self.config.cost(sent, made))
        self.figures.answered += 1
        self.failures_in_a_row, self.reached = 0, True

    async def _turn(self) -> None:
        """Wait until the rate allows one more request, and until a pause that was asked for is over."""
        loop = asyncio.get_running_loop()
        rate = self.config.requests_per_minute
        while (wait_s := self.next_turn - loop.time()) > 0:
            await asyncio.sleep(wait_s)
        if rate:
            self.next_turn = max(self.next_turn, loop.time()) + 60.0 / rate

    async def _affordable(self, most: float) -> bool:
        """Whether a request fits under the cap; waits while requests in flight may still leave some of theirs."""
        cap = self.config.max_cost
        async with self.freed:
            while cap and self.log.spent + self.log.reserved + most + self.log.surplus > cap:
                if not self.in_flight:
                    return False
                await self.freed.wait()
        return True

    def _unreachable(self, message: str) -> HeadwaterError:
        mend = f"check the address, the model's name and ${KEYS[0]}; the same command goes on from here"
        return HeadwaterError("service_unreachable", message or "no answer", where=self.config.place, mend=mend)
