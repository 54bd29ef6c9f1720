"""The evaluate stage: the run's last checkpoint on held-out text.

In: the stages acquire, split, tokenizer and train. Out, in the run folder: `eval/heldout/CHANNEL.npy`,
`eval/perplexity.json`, `eval/continuations.json`, and one probe row in `metrics.jsonl`.
Steps: load the checkpoint, encode the held-out documents, cut windows, score them, continue a few.
"""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.evaluate import continuation, windows
from headwater.evaluate.config import TASKS, EvaluateConfig
from headwater.model.checkpoint import CHECKPOINTS, STATE, folders

if TYPE_CHECKING:
    from headwater.pipeline.stage import Context

HELDOUT = "heldout"


def run(context: Context) -> dict[str, Any]:
    """Score the trained model. Raises HeadwaterError damaged_checkpoint, empty_corpus or diverged."""
    from headwater.generate.load import load

    run_folder = context.run_folder or context.folder
    config: EvaluateConfig = context.config
    checkpoint = last_checkpoint(run_folder)
    decoder, encoder = load(checkpoint)
    decoder.to(fastest_device())
    documents = list(windows.from_split(context.documents(), context.input("split") / "split", encoder))
    length = _sequence_length(context, decoder)
    cut = windows.cut(documents, encoder.eod_id, length, config.probe_samples, context.seed)
    _say_small(context, cut, config.probe_samples)
    windows.save(run_folder / "eval" / HELDOUT, cut)
    context.report.say(f"  scoring {sum(map(len, cut.values()))} held-out windows of {length} tokens")
    started = time.monotonic()
    # a model is not lost over a corpus too small to hold anything out: that is said, and the run goes on
    any_window = any(len(rows) for rows in cut.values())
    results = score_tasks(decoder, encoder, cut, config) if any_window else {}
    if not any_window:
        context.report.say("  no channel has one held-out window: nothing is scored (hold out more: split.samples)")
    context.report.say(f"  scored in {time.monotonic() - started:.1f} s")
    step = int(storage.read_json(checkpoint / "state.json")["step"])
    write_scores(run_folder, results, step, length)
    found = continuation.openings(documents, config, context.seed, encoder)
    rows = continuation.continuations(decoder, encoder, found, config, context.seed)
    storage.write_json(run_folder / "eval" / "continuations.json", {"step": step, "continuations": rows})
    names = [f"{HELDOUT}/{channel}{windows.SUFFIX}" for channel in cut] + ["perplexity.json", "continuations.json"]
    files = [f"eval/{name}" for name in names]
    return {"step": step, "tasks": public(results), "continuations": len(rows), "files": files}


def last_checkpoint(run_folder: Path) -> Path:
    """The newest checkpoint folder of a run. Raises HeadwaterError damaged_checkpoint when there is none."""
    found = [path for path in folders(run_folder / CHECKPOINTS) if (path / STATE).is_file()]
    if not found:
        raise HeadwaterError(
            "damaged_checkpoint",
            "has no checkpoint to evaluate",
            where=str(run_folder),
            mend="train it: headwater run RECIPE",
        )
    return found[0]


def fastest_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _sequence_length(context: Context, decoder: Any) -> int:
    """Tokens a window: those of a training sequence, as far as the model reads."""
    train = getattr(context.recipe, "train", None)
    return min(getattr(train, "sequence_length", decoder.config.max_positions), decoder.config.max_positions)


def _say_small(context: Context, cut: dict[str, np.ndarray], wanted: int) -> None:
    for channel, rows in cut.items():
        if len(rows) < wanted:
            context.report.say(f"  {channel}: {len(rows)} held-out windows, fewer than the {wanted} asked for")


def score_tasks(
    decoder: Any, encoder: Any, cut: dict[str, np.ndarray], config: EvaluateConfig
) -> dict[str, dict[str, Any]]:
    """Every task of the configuration: {task: {"metric", "value", "stderr", "n", …}}."""
    results = {}
    for task in config.tasks:
        module, _, name = TASKS[task].partition(":")
        results[task] = getattr(import_module(module), name)(decoder, encoder, cut, config)
    return results


def public(results: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The four figures of each task that `eval --json` promises."""
    return {task: {key: result[key] for key in ("metric", "value", "stderr", "n")} for task, result in results.items()}


def write_scores(run_folder: Path, results: dict[str, dict[str, Any]], step: int, length: int) -> None:
    """`eval/perplexity.json` and the probe row; the same scores again add no second row."""
    channels = results.get("perplexity", {}).get("channels", {})
    value = {"step": step, "sequence_length": length, "tasks": public(results), "channels": channels}
    storage.write_json(run_folder / "eval" / "perplexity.json", value)
    probe = {channel: score for channel, score in channels.items() if score["n"]}
    if not probe:
        return
    metrics = run_folder / "metrics.jsonl"
    row = {"step": step, "probe": probe}
    if row in (known for known in storage.read_rows(metrics) if "probe" in known):
        return
    with storage.AppendLog(metrics) as log:
        log.append(row)
