"""Engines: where the tasks of a phase run."""

from __future__ import annotations

from headwater.errors import HeadwaterError
from headwater.pipeline.stage import Engine

ENGINES = {
    "local": "headwater.pipeline.engine.local:LocalEngine",
    "ray": "headwater.pipeline.engine.ray:RayEngine",
}


def create(name: str, workers: int) -> Engine:
    """The engine called `name`, with that many workers (0: one a core).

    Raises HeadwaterError engine or missing_extra.
    """
    from importlib import import_module

    if name not in ENGINES:
        raise HeadwaterError("engine", f"unknown engine {name!r}; known are {', '.join(ENGINES)}")
    module, _, attribute = ENGINES[name].partition(":")
    return getattr(import_module(module), attribute)(workers)
