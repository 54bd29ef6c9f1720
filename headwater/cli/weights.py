"""`headwater export` and `headwater import`: weights elsewhere and back."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.console import Outcome
from headwater.errors import HeadwaterError

FORMATS = {"hf": "headwater.interop.huggingface:export"}
DATASET = "dataset"


def export(
    model: Annotated[str, typer.Argument(help="a run or a checkpoint")],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder to write")],
    to: Annotated[str, typer.Option("--to", help="format: " + ", ".join((*FORMATS, DATASET)))] = "hf",
    opt_out: Annotated[
        list[str] | None, typer.Option("--opt-out", help="with dataset: file of addresses to leave out")
    ] = None,
    shard_mb: Annotated[int, typer.Option("--shard-mb", min=1, max=4096, help="with dataset: size of a file")] = 512,
) -> Outcome:
    """Write a model as another library reads it: `headwater export demo --to hf -o demo-hf`.

    `--to dataset` writes a run's curated corpus instead, as Parquet with a card of its sources, licences and funnel.
    """
    if to == DATASET:
        from headwater.cli.export_dataset import export_dataset

        return export_dataset(model, out, tuple(opt_out or ()), shard_mb)
    from importlib import import_module

    from headwater.cli.models import is_checkpoint, resolve

    if to not in FORMATS:
        known = ", ".join((*FORMATS, DATASET))
        raise HeadwaterError("arguments", f"no format {to!r}", where="--to", mend=f"known are {known}")
    source = resolve(model)
    if not is_checkpoint(source):
        raise HeadwaterError("arguments", "is not a checkpoint of ours", where=str(source), mend="import it first")
    check_empty(out)
    module, _, name = FORMATS[to].partition(":")
    getattr(import_module(module), name)(source, out)
    _recorded(source, to, out)
    files = sorted(path.name for path in out.iterdir())
    value = {"model": str(source), "to": to, "folder": str(out), "files": files}
    return Outcome(value=value, text=f"{source} is in {out} as {to}: {', '.join(files)}")


def _recorded(source: Path, to: str, out: Path) -> None:
    """Note in the run, where the checkpoint is one of a run's, what was made of it: a takedown asks."""
    from headwater import storage
    from headwater.model.checkpoint import CHECKPOINTS, read_state
    from headwater.monitor.takedown import EXPORTS

    folder = source.absolute()
    if folder.parent.name != CHECKPOINTS:
        return
    row = {"step": read_state(folder)["step"], "to": to, "folder": str(out.absolute())}
    with contextlib.suppress(HeadwaterError), storage.AppendLog(folder.parent.parent / EXPORTS) as log:
        log.append(row | {"date": datetime.now(UTC).date().isoformat()})  # a run that may only be read has no note


def import_(
    folder: Annotated[Path, typer.Argument(help="a Hugging Face folder (safetensors)")],
    out: Annotated[Path, typer.Option("-o", "--out", help="checkpoint folder to write")],
) -> Outcome:
    """Read a Llama from a Hugging Face folder: `headwater import llama-hf -o llama-ckpt`."""
    from headwater.interop.huggingface import import_ as read

    check_empty(out)
    read(folder, out)
    return Outcome(value={"folder": str(out), "from": str(folder)}, text=f"{folder} is a checkpoint now: {out}")


def check_empty(out: Path) -> None:
    """Nothing of a person's is written over. Raises HeadwaterError arguments."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise HeadwaterError("arguments", "is there already and not empty", where=str(out), mend="name a new folder")
