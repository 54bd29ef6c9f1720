"""The Ray engine: the same tasks on a Ray cluster.

It joins the cluster that RAY_ADDRESS names, or starts one on this machine. Tasks write to the
workspace, which every node must see (a shared file system). A task whose node dies is given to
another by Ray; since a task writes each file atomically and deterministically, twice is harmless.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

from headwater.errors import HeadwaterError, missing_extra
from headwater.pipeline.engine.local import call

MAX_RETRIES = 5
IN_FLIGHT_PER_WORKER = 2


class RayEngine:
    """Runs tasks as Ray remote functions, a bounded number in flight."""

    def __init__(self, workers: int = 0) -> None:
        try:
            import ray
        except ImportError as error:
            raise missing_extra("ray", "ray") from error
        self._ray = ray
        self._started_here = not ray.is_initialized()
        if self._started_here:
            address = os.environ.get("RAY_ADDRESS")
            before = signal.getsignal(signal.SIGTERM)
            settings: dict[str, Any] = {"address": address} if address else {"num_cpus": workers or None}
            try:
                ray.init(log_to_driver=False, configure_logging=False, include_dashboard=False, **settings)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise HeadwaterError(
                    "service_unreachable",
                    f"no Ray cluster: {error}",
                    where=address or "local",
                    mend="check RAY_ADDRESS",
                ) from error
            finally:  # Ray takes the signal for itself; the command line means to answer it
                if threading.current_thread() is threading.main_thread():
                    signal.signal(signal.SIGTERM, before)
        self._remote = ray.remote(max_retries=MAX_RETRIES)(call)

    def run(
        self, function: str, tasks: Sequence[dict[str, Any]], on_done: Callable[[int, dict[str, Any]], None]
    ) -> None:
        ray = self._ray
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        waiting = list(enumerate(tasks))[::-1]
        running: dict[Any, int] = {}
        try:
            while waiting or running:
                while waiting and len(running) < cores * IN_FLIGHT_PER_WORKER:
                    index, task = waiting.pop()
                    running[self._remote.remote(function, task)] = index
                finished, _ = ray.wait(list(running), num_returns=1)
                for reference in finished:
                    index = running.pop(reference)
                    on_done(index, self._result(reference))
        except BaseException:
            for reference in running:
                ray.cancel(reference, force=True)
            raise

    def _result(self, reference: Any) -> dict[str, Any]:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, HeadwaterError):
                raise error.cause from error
            raise
        except self._ray.exceptions.RayError as error:
            raise HeadwaterError(
                "worker_lost", f"Ray gave the task up: {error}", mend="look at the cluster's nodes and memory"
            ) from error

    def close(self) -> None:
        if self._started_here:
            self._ray.shutdown()
