"""`headwater eval`: scores of a model on held-out text.

In: a run, a checkpoint or a Hugging Face folder; the run's own held-out windows, or any documents.
Out: {"tasks": {name: {"metric", "value", "stderr", "n"}}, "channels": {…}}.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater.cli.console import Outcome, reporter, table

LONGEST_WINDOW = 2048  # tokens, unless asked for: a model that reads 128k need not be scored so


def evaluate(
    model: Annotated[str, typer.Argument(help="a run, a checkpoint or a Hugging Face folder")],
    tasks: Annotated[str, typer.Option(help="evaluations, separated by commas")] = "perplexity",
    data: Annotated[str | None, typer.Option(help="documents to score, instead of the run's held-out windows")] = None,
    samples: Annotated[int, typer.Option(min=1, help="windows a channel, at most")] = 200,
    sequence_length: Annotated[int, typer.Option(min=0, help="tokens a window with --data; 0: the model's")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="windows scored at once; never changes a score")] = 8,
    seed: Annotated[int, typer.Option(help="which windows are taken where there are more")] = 0,
) -> Outcome:
    """Perplexity and bits a byte on held-out text. Example: headwater eval runs/demo --json"""
    from headwater.cli import models
    from headwater.errors import HeadwaterError
    from headwater.evaluate import stage
    from headwater.evaluate.config import EvaluateConfig

    names = tuple(name.strip() for name in tasks.split(",") if name.strip())
    config = EvaluateConfig(tasks=names, probe_samples=samples, batch=batch)
    for _, message in config.check():
        raise HeadwaterError("arguments", message, where="--tasks")
    if not names:
        raise HeadwaterError("arguments", "names no task", where="--tasks")
    folder = models.resolve(model)
    decoder, encoder = models.load(model)
    decoder.to(stage.fastest_device())
    if data is None:
        windows = _heldout(folder, encoder)
    else:
        length = min(sequence_length or _usual_length(folder), decoder.config.max_positions)
        windows = _windows_of(data, encoder, length, samples, seed)
    results = stage.score_tasks(decoder, encoder, windows, config)
    channels = results.get("perplexity", {}).get("channels", {})
    length = max((rows.shape[1] - 1 for rows in windows.values() if len(rows)), default=0)
    value = {"tasks": stage.public(results), "channels": channels, "sequence_length": length}
    return Outcome(value=value, text=_text(value))


def _usual_length(checkpoint: Path) -> int:
    """Tokens a window: as the run of this checkpoint was scored, if it was."""
    from headwater import storage

    path = checkpoint.resolve().parent.parent / "eval" / "perplexity.json"
    return int(storage.read_json(path)["sequence_length"]) if path.exists() else LONGEST_WINDOW


def _heldout(checkpoint: Path, encoder: Any) -> dict[str, Any]:
    """The windows that the run of this checkpoint saved. Raises HeadwaterError unknown_name."""
    from headwater.errors import HeadwaterError
    from headwater.evaluate import windows
    from headwater.evaluate.stage import HELDOUT

    folder = checkpoint.resolve().parent.parent / "eval" / HELDOUT
    found = windows.load(folder, encoder.vocab_size)
    if not found:
        raise HeadwaterError(
            "unknown_name",
            "no held-out windows belong to this model",
            where=str(checkpoint),
            mend="name documents to score: --data DIR",
        )
    return found


def _windows_of(data: str, encoder: Any, length: int, samples: int, seed: int) -> dict[str, Any]:
    """Windows of any documents. Raises HeadwaterError empty_corpus when none is long enough."""
    from collections import Counter

    from headwater import document
    from headwater.errors import HeadwaterError
    from headwater.evaluate import windows

    problems: Counter[str] = Counter()
    batches = (_with_language(batch) for batch in document.read(data, problems))
    found = windows.cut(windows.from_batches(batches, encoder), encoder.eod_id, length, samples, seed)
    for reason, count in sorted(problems.items()):
        reporter().say(f"  {data}: {count} rows passed over ({reason})")
    if not any(map(len, found.values())):
        raise HeadwaterError(
            "empty_corpus", f"no channel has {length + 1} tokens", where=data, mend="try a smaller --sequence-length"
        )
    return found


def _with_language(batch: Any) -> Any:
    """The batch with `lang` filled in where a row brings none."""
    import pyarrow as pa

    langs = batch.column("lang").to_pylist()
    if all(langs):
        return batch
    from headwater.curate.langid import identify

    found = identify(batch.column("text"))
    filled = [lang or identified for lang, identified in zip(langs, found.langs, strict=True)]
    return batch.set_column(batch.schema.get_field_index("lang"), "lang", pa.array(filled, pa.string()))


def _text(value: dict[str, Any]) -> str:
    rows = [
        [
            channel,
            _figure(s["ppl"]),
            f"{_figure(s['low'])} to {_figure(s['high'])}",
            _figure(s["bits_per_byte"]),
            str(s["n"]),
        ]
        for channel, s in value["channels"].items()
    ]
    lines = [table(rows, ["channel", "perplexity", "95 % interval", "bits a byte", "windows"])] if rows else []
    for name, task in value["tasks"].items():
        lines.append(f"{name}: {task['metric']} {_figure(task['value'])} ± {_figure(task['stderr'])} (n = {task['n']})")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
