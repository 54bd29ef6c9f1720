"""A run folder whose stages are real up to the mixture, without a trained model."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from headwater import storage
from headwater.mix import stage as mixing
from headwater.mix.config import MixtureConfig
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage
from tests.pack.made import packed

STAGES = ("acquire", "split", "tokenizer", "pack", "mix")


def make_run(
    workspace: Path,
    name: str = "tiny",
    config: MixtureConfig | None = None,
    given: list[dict[str, Any]] | None = None,
) -> tuple[Path, list[dict[str, Any]]]:
    """`runs/NAME` under a workspace, linked to its store; the folder and the documents."""
    store = workspace / "store"
    documents, _ = packed(store, given)
    train = SimpleNamespace(tokens=10_000, batch_tokens=512, sequence_length=64)
    mixing.run(
        Context(
            stage=Stage(
                name="mix", version=1, function="", config=config or MixtureConfig(lang={"zh": 4, "en": 4, "code": 2})
            ),
            folder=store / "mix",
            inputs={"pack": store / "pack"},
            seed=7,
            engine=None,  # type: ignore[arg-type]
            report=Reporter(quiet=True),
            recipe=SimpleNamespace(train=train),
        )
    )
    folder = workspace / "runs" / name
    for stage in STAGES:
        storage.point(folder / stage, store / stage)
    return folder, documents
