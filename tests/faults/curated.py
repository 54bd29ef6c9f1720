"""`headwater curate` on any input, and what must hold of it whatever the input was."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from headwater.cli.main import main

READING = (
    "input",
    "pdf",
    "code",
    "fetch",
    "extract",
    "wikipedia",
)  # what reasons begin with of what never became a document
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
    judged = Counter(row["reason"] for row in rows(output / "rejected", ["reason"]))
    unread = Counter(rejected) - judged
    assert judged + unread == rejected and all(reason.split(".")[0] in READING for reason in unread)
    assert len(rows(output / "kept", ["id"])) == report["kept"]
    return report


def rows(folder: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """Every row of a folder's Parquet files, in document order."""
    paths = sorted(folder.glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path, columns=columns).to_pylist()]
