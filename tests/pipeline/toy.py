"""Stage functions for tests of the pipeline: they count what they were asked to do."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.pipeline import phases


def write_square(task):
    folder = Path(task["folder"])
    storage.write_json(folder / f"{task['key']}.json", task["number"] ** 2)
    with open(os.environ["TOY_LOG"], "a") as log:
        log.write(f"{task['key']}\n")
    die = Path(os.environ.get("TOY_DIE", "/nonexistent"))
    if task["number"] == 3 and die.exists():
        die.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    if task["number"] == 3 and os.environ.get("TOY_FAIL"):
        raise HeadwaterError("data", "three is not wanted")
    return {"files": [f"{task['key']}.json"], "number": task["number"]}


def squares(context):
    tasks = [{"key": f"n{i}", "number": i} for i in range(context.config)]
    results = phases.run(context, "squares", tasks, "tests.pipeline.toy:write_square")
    return {"counts": {"in": len(results), "kept": len(results), "rejected": {}}}


def total(context):
    values = [storage.read_json(p) for p in sorted(context.input("squares").glob("n*.json"))]
    storage.write_json(context.folder / "total.json", sum(values))
    return {}


def loses_one(context):
    storage.write_json(context.folder / "a.json", 1)
    return {"counts": {"in": 3, "kept": 1, "rejected": {"rule": 1}}}


def in_run(context):
    storage.write_json(context.run_folder / "score.json", storage.read_json(context.input("total") / "total.json"))
    return {"files": ["score.json"]}
