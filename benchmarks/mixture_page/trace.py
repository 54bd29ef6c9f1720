"""The way back: a step to its page, a page to its steps, and a takedown, on a run of a minute.

In: a few hundred documents of the corpora, and headwater's own documentation, which is what is traced: the text of
the corpora is others' and is not shown. Out: the section, with the times of `benchmarks.trace`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from headwater import document, storage

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "benchmarks" / "results" / "trace.json"
TRACED = "docs/tour.md"
LABELS = {"corpus-zh": ("zh", 200), "corpus-en": ("en", 80), "corpus-code": ("code", 60)}
STEPS, LONGER, BATCH, LENGTH = 40, 60, 2048, 128
SHOWN = 220  # characters of text


def section(data: Path, output: Path) -> str:
    """The section's Markdown. `output` is not written to: there is nothing to draw."""
    del output
    with tempfile.TemporaryDirectory(prefix="headwater-page-") as name:
        folder = Path(name)
        write_recipe(folder, data)
        command(folder, "run", "recipe.json", "--until", "train")
        by_url = command(folder, "trace", "demo", "--url", url_of(TRACED))
        step = by_url["steps"][0]
        parts = command(folder, "trace", "demo", "--step", str(step), "--text")["documents"]
        part = next(one for one in parts if one["id"] == TRACED)
        taken = command(folder, "takedown", "demo", "--url", url_of(TRACED), "--reason", "an example")["runs"]["demo"]
        more = ("--set", f"train.tokens={LONGER * BATCH}")
        command(folder, "run", "recipe.json", "--until", "train", *more)
        after = command(folder, "trace", "demo", "--url", url_of(TRACED))["steps"]
        command(folder, "run", "recipe.json", "--until", "pack", "--set", "name=later")
        packed = counts(folder / "runs" / "later" / "pack")
    return "\n\n".join([*told(step, parts, part, by_url["steps"]), *told_of_takedown(taken, after, packed), times()])


def write_recipe(folder: Path, data: Path) -> None:
    sources = []
    for name, (lang, num) in LABELS.items():
        rows = (row for batch in document.read(data / f"{name}.jsonl.zst") for row in batch.to_pylist())
        kept = [{key: row[key] for key in ("id", "url", "text")} for row in islice(rows, num)]
        write_rows(folder / f"{lang}.jsonl", kept)
        sources.append({"files": {"paths": [f"{lang}.jsonl"], "kind": "general", "lang": lang}})
    own = [{"id": name, "url": url_of(name), "text": (ROOT / name).read_text("utf-8")} for name in own_pages()]
    write_rows(folder / "own.jsonl", own)
    sources.append({"files": {"paths": ["own.jsonl"], "kind": "specific", "lang": "en"}})
    model = {"preset": "llama-1m", "hidden_size": 32, "num_layers": 2, "num_heads": 2, "num_kv_heads": 1}
    train = {"tokens": STEPS * BATCH, "batch_tokens": BATCH, "sequence_length": LENGTH, "checkpoint_every_steps": 10}
    recipe = {
        "name": "demo",
        "sources": sources,
        "curate": {"preset": "none"},
        "split": {"samples": 8, "window_tokens": 128},
        "tokenizer": {"vocab_size": 1500, "reserve": 8},
        "mixture": {"kind": {"general": 3, "specific": 1}, "relax": True},
        "model": model | {"head_size": 16, "ffn_size": 64},
        "train": train | {"compile": "off", "keep_checkpoints": 9},
    }
    storage.write_json(folder / "recipe.json", recipe)


def own_pages() -> list[str]:
    """Our pages in English, by their paths."""
    pages = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return [name for name in pages if ".zh." not in name]


def url_of(name: str) -> str:
    return f"https://headwater.example/{name}"


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    storage.write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def command(folder: Path, *arguments: str) -> dict[str, Any]:
    """The JSON a command prints, given in `folder`."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-m", "headwater", *arguments, "--json", "--quiet"]
    done = subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def counts(pack: Path) -> dict[str, Any]:
    found: dict[str, Any] = storage.read_json(pack / "manifest.json")["figures"]["counts"]
    return found


def told(step: int, parts: list[dict[str, Any]], part: dict[str, Any], steps: list[int]) -> list[str]:
    text = " ".join(part["text"].split())[:SHOWN]
    return [
        "## The way back",
        "Every token leads back to the page it came from, and every page to the steps that read it. Nothing of this is "
        "logged while training: the order of the batches is a function with an inverse, and a document's place in the "
        "packed tokens is known.",
        f"`headwater trace demo --step {step} --text` tells {len(parts)} parts of documents. One of them is row "
        f"{part['row']}, {part['tokens']} tokens from {part['offset']} on, of `{part['channel']}`, from {part['url']}:",
        f"> {text}…",
        f"`headwater trace demo --url {part['url']}` goes the other way: it is read in {len(steps)} of {STEPS} steps, "
        f"{listed(steps)}.",
    ]


def told_of_takedown(taken: dict[str, Any], after: list[int], packed: dict[str, Any]) -> list[str]:
    saw = ", ".join(f"`step-{step:08d}`" for step in taken["checkpoints"])
    rejected = packed["rejected"].get("takedown", 0)
    return [
        "### A takedown",
        f"`headwater takedown demo --url {url_of(TRACED)}` writes the address to the workspace's list, tells that "
        f"{len(taken['steps'])} steps have read the page, and names the checkpoints that saw it: {saw}.",
        f"The run was then made longer, to {LONGER} steps. Its packed tokens are as they were, and so is every step "
        "done; from the step after its checkpoint on a segment of the schedule puts end-of-document tokens in the "
        f"page's place and leaves them out of the loss. The steps that read it are now {listed(after)}. A corpus "
        f"packed later leaves the page out: {packed['in']} documents in, {packed['kept']} kept, {rejected} rejected as "
        "`takedown`.",
    ]


def listed(steps: list[int], most: int = 12) -> str:
    if not steps:
        return "none"
    more = f" and {len(steps) - most} more" if len(steps) > most else ""
    return ", ".join(map(str, steps[:most])) + more


def times() -> str:
    if not RESULT.is_file():
        return "`python -m benchmarks.trace` measures how long a trace takes."
    found = storage.read_json(RESULT)
    lines = [
        "### How long it takes",
        f"Over {found['documents']:,} documents, on {found['machine']['processor']} with {found['machine']['cores']} "
        f"cores (`python -m benchmarks.trace`); the floor is {found['floor_s']} s. Most of a command is Python's own "
        "start. *Without the lookup* is what Parquet alone can do, as for corpora packed by older versions.",
        "| asked by | call, s | command, s | of processor, s | command without the lookup, s |\n|---|---|---|---|---|",
    ]
    rows = []
    for ask in ("step", "step with text", "id", "url"):
        ours, peer = found["ours"], found["peer"]
        figures = [ours.get(f"call {ask}"), *(ours[f"{of} {ask}"] for of in ("command", "processor"))]
        shown = ["–" if figure is None else f"{figure:.3f}" for figure in [*figures, peer[f"command {ask}"]]]
        rows.append(f"| {ask} | {' | '.join(shown)} |")
    return "\n\n".join(lines) + "\n" + "\n".join(rows)
