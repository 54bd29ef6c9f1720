"""The order of the stages, and which recipe fields can change the result of each.

This is the table of contents of a run: read it first.
"""

from __future__ import annotations

from typing import Any

from headwater.pipeline.stage import Stage
from headwater.recipe.compose import Recipe, as_fields, source_kind

# Settings of a crawl that name or speed it and cannot change what is captured.
CRAWL_LABELS = ("kind", "domain", "lang", "license", "source", "concurrency", "per_host")

# When training saves, which cannot change what it learns.
CHECKPOINTING = ("checkpoint_every_s", "checkpoint_every_steps", "keep_checkpoints")


def stages(recipe: Recipe, limit: int | None = None) -> list[Stage]:
    """Every stage of a recipe, in order. `limit`: documents a source, for a smoke test."""
    crawls = [
        _crawl(index, source, limit) for index, source in enumerate(recipe.sources) if source_kind(source) == "crawl"
    ]
    return [
        *crawls,
        _acquire(recipe, [stage.name for stage in crawls], limit),
        Stage(
            name="annotate",
            version=1,
            function="headwater.curate.annotate:run",
            config=recipe.curate,
            fields=_annotation_fields(recipe),
            inputs=("acquire",),
        ),
        Stage(
            name="curate",
            version=1,
            function="headwater.curate.decide:run",
            config=recipe.curate,
            fields=as_fields(recipe.curate),
            inputs=("annotate",),
        ),
        Stage(
            name="split",
            version=1,
            function="headwater.curate.split:run",
            config=recipe.split,
            fields={"split": as_fields(recipe.split), "seed": recipe.seed},
            inputs=("curate",),
        ),
        Stage(
            name="tokenizer",
            version=1,
            function="headwater.tokenizer.train:run",
            config=recipe.tokenizer,
            fields={"tokenizer": as_fields(recipe.tokenizer), "seed": recipe.seed},
            inputs=("acquire", "split"),
        ),
        Stage(name="pack", version=1, function="headwater.pack.build:run", inputs=("acquire", "split", "tokenizer")),
        Stage(
            name="mix",
            version=1,
            function="headwater.mix.stage:run",
            config=recipe.mixture,
            fields=_mixture_fields(recipe, limit),
            inputs=("pack",),
        ),
        *_model_stages(recipe),
    ]


def _model_stages(recipe: Recipe) -> list[Stage]:
    """The stages that live in the run folder."""
    learn = {
        "model": as_fields(recipe.model),
        "train": as_fields(recipe.train),
        "seed": recipe.seed,
        "fork": recipe.fork,
    }
    return [
        Stage(
            name="train",
            version=1,
            function="headwater.train.stage:run",
            config=recipe.train,
            fields=learn,
            inputs=("tokenizer", "pack", "mix"),
            place="run",
        ),
        Stage(
            name="evaluate",
            version=1,
            function="headwater.evaluate.stage:run",
            config=recipe.evaluate,
            fields={"evaluate": as_fields(recipe.evaluate), "seed": recipe.seed},
            inputs=("acquire", "split", "tokenizer", "train"),
            place="run",
        ),
        Stage(
            name="report",
            version=1,
            function="headwater.monitor.report:run",
            inputs=("acquire", "annotate", "curate", "split", "tokenizer", "pack", "mix", "train", "evaluate"),
            place="run",
        ),
    ]


def _crawl(index: int, source: Any, limit: int | None) -> Stage:
    fields = {key: value for key, value in as_fields(source).items() if key not in CRAWL_LABELS}
    return Stage(
        name=f"crawl.{index}",
        version=1,
        function="headwater.acquire.crawl:run",
        config=source,
        fields=fields | ({"limit": limit} if limit else {}),
    )


def _acquire(recipe: Recipe, crawls: list[str], limit: int | None) -> Stage:
    from headwater.acquire.files import fingerprint

    sources = []
    for source in recipe.sources:
        entry = as_fields(source)
        if source_kind(source) == "files":
            entry["paths"] = [list(named) for named in fingerprint(source)]  # a moved file is the same input
        else:  # what was captured is an input; only the labels are settings of this stage
            entry = {key: entry[key] for key in CRAWL_LABELS if key in entry and key not in ("concurrency", "per_host")}
        sources.append({source_kind(source): entry})
    return Stage(
        name="acquire",
        version=1,
        function="headwater.acquire.documents:run",
        config=recipe.sources,
        fields={"sources": sources} | ({"limit": limit} if limit else {}),
        inputs=tuple(crawls),
    )


def _annotation_fields(recipe: Recipe) -> dict[str, Any]:
    """Thresholds are left out: changing one reads no text."""
    from headwater.curate.config import annotation_fields

    return annotation_fields(recipe.curate)


def _mixture_fields(recipe: Recipe, limit: int | None) -> dict[str, Any]:
    train = recipe.train
    fields = {
        "mixture": as_fields(recipe.mixture),
        "tokens": train.tokens,
        "batch_tokens": train.batch_tokens,
        "sequence_length": train.sequence_length,
        "seed": recipe.seed,
    }
    return fields | ({"limit": limit} if limit else {})
