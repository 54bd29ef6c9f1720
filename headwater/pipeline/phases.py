"""Phases: the parts of a stage that many workers share.

A stage that is a map runs one phase; a stage that must bring documents together (dedup, splits,
packing) runs map → partition → reduce, each a phase. A phase is a list of tasks, each a dict with a
unique `key`, and a function `task -> result` found by name, so that a process pool or Ray can call
it. A task writes its own files atomically and names them in `result["files"]` (paths relative to
the stage's folder); its marker is written after them. The same phase again passes over tasks whose
marker and files are there: that is how a stage resumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.pipeline import manifest
from headwater.pipeline.stage import Context

MARKERS = ".tasks"
WORK = ".work"  # for files that only later phases of the same stage need; removed when the stage is done


def run(
    context: Context, phase: str, tasks: Sequence[dict[str, Any]], function: str, unit: str = "tasks"
) -> list[dict[str, Any]]:
    """Run `module:function` over the tasks that are not done yet; results in task order.

    A task may carry `weight` (its share of the progress, in `unit`). The function receives the task
    with `folder` added (the stage's folder, as a string).
    Raises whatever HeadwaterError a task raises.
    """
    folder = context.folder
    results: dict[int, dict[str, Any]] = {}
    todo: list[tuple[int, dict[str, Any]]] = []
    for index, task in enumerate(tasks):
        done = _finished(folder, phase, task["key"])
        if done is None:
            call = {"function": function, "phase": phase, "task": {**task, "folder": str(folder)}}
            todo.append((index, call))
        else:
            results[index] = done
    total = sum(task.get("weight", 1) for task in tasks)
    with context.report.bar(f"{context.stage.name} {phase}", total, unit) as bar:
        bar.done = sum(tasks[i].get("weight", 1) for i in results)

        def on_done(position: int, result: dict[str, Any]) -> None:
            index = todo[position][0]
            results[index] = result
            bar.advance(tasks[index].get("weight", 1))

        if todo:
            context.engine.run("headwater.pipeline.phases:perform", [call for _, call in todo], on_done)
    return [results[index] for index in range(len(tasks))]


def perform(call: dict[str, Any]) -> dict[str, Any]:
    """Run one task in a worker, then write its marker with the size and digest of each file it made."""
    task = call["task"]
    module, _, name = call["function"].partition(":")
    result = getattr(import_module(module), name)(task)
    folder = Path(task["folder"])
    described = {file: manifest.describe_file(folder / file) for file in result.get("files", [])}
    storage.write_json(_marker(folder, call["phase"], task["key"]), {"result": result, "files": described})
    return result


def _marker(folder: Path, phase: str, key: str) -> Path:
    return folder / MARKERS / phase / f"{key}.json"


def _finished(folder: Path, phase: str, key: str) -> dict[str, Any] | None:
    path = _marker(folder, phase, key)
    if not path.exists():
        return None
    try:
        value = storage.read_json(path)
        files = value["files"]
        intact = all((folder / f).is_file() and (folder / f).stat().st_size == e["size"] for f, e in files.items())
    except (HeadwaterError, KeyError, TypeError):
        return None
    return value["result"] if intact else None


def described_files(folder: Path) -> dict[str, dict[str, Any]]:
    """File descriptions that tasks left in their markers, so that nothing is hashed twice."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / MARKERS).rglob("*.json")):
        found.update(storage.read_json(path)["files"])
    return found
