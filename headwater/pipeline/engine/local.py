"""The local engine: a pool of processes on this machine.

Workers ignore Ctrl-C (the parent decides) and end by themselves when the parent is gone, so that a
`kill -9` leaves nothing behind. A worker that dies has its task given to another, a few times.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from headwater.errors import HeadwaterError

MAX_ATTEMPTS = 3
MOST_A_CORE = 8  # workers: more of them only take memory from one another
PARENT_CHECK_S = 0.5


def available_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def call(function: str, task: dict[str, Any]) -> dict[str, Any]:
    """Import `module:function` and call it with the task."""
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)(task)


def _start_worker(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class LocalEngine:
    """A process pool, started on first use. One worker means no pool: tasks run in this process."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = min(workers or available_cores(), MOST_A_CORE * available_cores())
        self._pool: ProcessPoolExecutor | None = None

    def run(
        self, function: str, tasks: Sequence[dict[str, Any]], on_done: Callable[[int, dict[str, Any]], None]
    ) -> None:
        if self.workers == 1 or len(tasks) == 1:
            for index, task in enumerate(tasks):
                on_done(index, call(function, task))
            return
        left = set(range(len(tasks)))
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                self._run_once(function, tasks, left, on_done)
                return
            except BrokenProcessPool as error:
                self.close()
                if attempt == MAX_ATTEMPTS:
                    keys = [str(tasks[i].get("task", tasks[i]).get("key", i)) for i in sorted(left)[:3]]
                    raise HeadwaterError(
                        "worker_lost",
                        f"a worker process died {MAX_ATTEMPTS} times; tasks not done: {', '.join(keys)}",
                        mend="memory may have run out: try fewer workers (--set workers=1)",
                    ) from error

    def _run_once(
        self,
        function: str,
        tasks: Sequence[dict[str, Any]],
        left: set[int],
        on_done: Callable[[int, dict[str, Any]], None],
    ) -> None:
        pool = self._started()
        pending: dict[Future[dict[str, Any]], int] = {pool.submit(call, function, tasks[i]): i for i in sorted(left)}
        try:
            while pending:
                finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    index = pending.pop(future)
                    on_done(index, future.result())
                    left.discard(index)
        except BaseException as error:
            if not isinstance(error, BrokenProcessPool):
                self.close()
            raise

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(os.getpid(),)
            )
        return self._pool

    def close(self) -> None:
        """End the workers now; unfinished tasks are done again by the next run."""
        if self._pool is None:
            return
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(timeout=5)
        self._pool = None
