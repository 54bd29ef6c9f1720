"""`headwater curate` on any input, and what must hold of it whatever the input was."""

from __future__ import annotations

import contextlib
import io
import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from headwater.cli.main import main

FORGIVEN = (0, 2, 3)  # done; a wrong argument; nothing that can be used


def curate(inputs: Path | list[Path], output: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    """(exit code, the object on standard output, standard error) of the command in this process."""
    names = [str(path) for path in ([inputs] if isinstance(inputs, Path) else inputs)]
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = main(["curate", *names, "-o", str(output), "--workers", "1", "--json", "--quiet", *more])
    return code, json.loads(said.getvalue()), complained.getvalue()


def survive(inputs: Path | list[Path], output: Path, limit_s: float, *more: str) -> dict[str, Any]:
    """Curate, and check that what came of it is a result or one clear error, in bounded time: its figures."""
    began = time.process_time()
    code, value, complained = curate(inputs, output, *more)
    seconds = time.process_time() - began
    assert code in FORGIVEN and "Traceback" not in complained, f"exit {code}\n{complained[-3000:]}"
    assert seconds < limit_s, f"{seconds:.1f} s"
    if code == 0:
        assert value["kept"] > 0, "an empty success"
    else:
        assert value["error"] and value["message"] and complained.startswith("error: ")
    if not (output / "report.json").exists():
        assert code != 0
        return {"code": code, "in": 0, "kept": 0, "rejected": {}, "error": value.get("error", "")}
    return {"code": code, "error": value.get("error", "")} | accounted(output)


def accounted(output: Path) -> dict[str, Any]:
    """The report of a folder, once every document of it is found in exactly one place."""
    report = json.loads((output / "report.json").read_text("utf-8"))
    rejected = report["rejected"]
    assert report["in"] == report["kept"] + sum(rejected.values())
    assert all(count > 0 and reason == reason.lower() and "." in reason for reason, count in rejected.items())
    unreadable = sum(count for reason, count in rejected.items() if reason.startswith("input."))
    assert num_rows(output / "kept") == report["kept"]
    assert num_rows(output / "rejected") == report["in"] - report["kept"] - unreadable
    return report


def num_rows(folder: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
