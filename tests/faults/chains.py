"""Running whole chains in other processes, killing them, and comparing what is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from headwater import storage

CHAIN_TIMEOUT_S = 300


def command(recipe: Path, workspace: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "headwater", "run", str(recipe), "--workspace", str(workspace), "--json", *more]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}


def run(recipe: Path, workspace: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(recipe, workspace, *more), capture_output=True, text=True, timeout=CHAIN_TIMEOUT_S, env=environment()
    )


def start(recipe: Path, workspace: Path, errors: Path) -> subprocess.Popen[bytes]:
    """Start a chain with its stderr in a file, and wait for its first word: before it, Python itself is starting."""
    with open(errors, "wb") as handle:
        process = subprocess.Popen(
            command(recipe, workspace), stdout=subprocess.DEVNULL, stderr=handle, env=environment()
        )
    give_up = time.monotonic() + CHAIN_TIMEOUT_S
    while not errors.stat().st_size and process.poll() is None and time.monotonic() < give_up:
        time.sleep(0.01)
    return process


def outcome(workspace: Path, name: str = "tiny") -> dict[str, Any]:
    """What must be equal between two runs: contents of every stage, weights, and the batches of every step."""
    folder = workspace / "runs" / name
    stages = {}
    for link in sorted(p for p in folder.iterdir() if p.is_symlink()):
        stages[link.name] = storage.read_json(link / "manifest.json")["content"]
    weights = {p.parent.name: storage.file_digest(p) for p in sorted(folder.glob("checkpoints/*/model.safetensors"))}
    batches, losses = {}, {}
    for row in storage.read_rows(folder / "metrics.jsonl"):
        if "batch_digest" in row:  # a later attempt at a step replaces an earlier one
            batches[row["step"]], losses[row["step"]] = row["batch_digest"], row["loss"]
    last = weights[max(weights)] if weights else None
    scores = json.loads((folder / "eval" / "perplexity.json").read_text())
    return {"stages": stages, "last_weights": last, "batches": batches, "losses": losses, "scores": scores["channels"]}
