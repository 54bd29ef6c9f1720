"""The log of what was asked, what came back and what it cost: the memory of a job across kills.

In: a JSONL file, if there is one. Out: the same file, longer. Before a request is sent, the most it can cost is
written down; when it ends, what it did cost. A request that was in flight at a kill stays written at its most, so
that a cap on the money holds however often the job is killed. Answers are found by the key of their request.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson

from headwater import storage
from headwater.curate.endpoint.answer import Answer
from headwater.errors import HeadwaterError

SYNC_S = 1.0


class AnswerLog:
    """Answers by key (their places in the file; the texts stay on disk), and the money spent or reserved."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.spent = 0.0
        self.tokens_in = self.tokens_out = 0
        self.surplus = 0.0  # what requests came to cost above the most that was reserved: to be reserved as well
        self._places: dict[str, int] = {}
        self._open: dict[int, float] = {}  # attempt: the most it can cost
        self._attempts = 0
        self._log = storage.AppendLog(path)  # cuts a torn line off
        self._end = 0
        try:
            self._replay()
            self._reader = storage.open_input(path)
        except BaseException:
            self._log.close()
            raise
        self._synced = time.monotonic()

    def _replay(self) -> None:
        with open(self.path, "rb") as handle:
            for number, line in enumerate(handle, 1):
                try:
                    self._take(orjson.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    where = f"{self.path}:{number}"
                    mend = "move the file away; what it holds is then asked and paid for again"
                    raise HeadwaterError("damaged_file", "not a log of answers", where=where, mend=mend) from error
                self._end += len(line)
        self.abandoned = len(self._open)
        self.spent += sum(self._open.values())
        self._open.clear()

    def _take(self, row: dict[str, Any]) -> None:
        """Count one row of the file, which begins at `self._end`."""
        attempt, cost = int(row["attempt"]), float(row["cost"])
        if not cost >= 0:
            raise ValueError("a cost below 0")
        if row["event"] == "ask":
            self._attempts = max(self._attempts, attempt + 1)
            self._open[attempt] = cost
            return
        self.surplus += max(0.0, cost - self._open.pop(attempt, cost))
        self.spent += cost
        if row["event"] == "answer":
            self._places[str(row["key"])] = self._end
            self.tokens_in += int(row["tokens_in"])
            self.tokens_out += int(row["tokens_out"])

    def _append(self, row: dict[str, Any]) -> None:
        self._log.append(row)
        self._take(row)
        self._end = self.path.stat().st_size
        if time.monotonic() - self._synced > SYNC_S:
            self._log.sync()
            self._synced = time.monotonic()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    @property
    def reserved(self) -> float:
        """The most that the requests in flight can cost."""
        return sum(self._open.values())

    def begin(self, key: str, most: float) -> int:
        """Write down that a request is about to be sent; the number of the attempt."""
        attempt = self._attempts
        self._append({"event": "ask", "attempt": attempt, "key": key, "cost": most})
        return attempt

    def fail(self, attempt: int, key: str, reason: str, cost: float) -> None:
        self._append({"event": "fail", "attempt": attempt, "key": key, "reason": reason, "cost": cost})

    def answer(self, attempt: int, key: str, answer: Answer, cost: float) -> None:
        row = {"event": "answer", "attempt": attempt, "key": key, "cost": cost, "text": answer.text}
        row |= {"finish": answer.finish, "tokens_in": answer.tokens_in, "tokens_out": answer.tokens_out}
        self._append(row)

    def get(self, key: str) -> Answer | None:
        """The answer to a request, read from the file; None where there is none yet."""
        if key not in self._places:
            return None
        self._reader.seek(self._places[key])
        row = orjson.loads(self._reader.readline())
        return Answer(**{name: row[name] for name in ("text", "finish", "tokens_in", "tokens_out")})

    def close(self) -> None:
        self._reader.close()
        self._log.close()

    def __enter__(self) -> AnswerLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
