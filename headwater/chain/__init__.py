"""The order of the stages, and which recipe fields can change the result of each.

This is the table of contents of a run: read it first. The stages of the sources are made in `sources.py`, what
stands for files and for an index in `fields.py`.
"""

from __future__ import annotations

from pathlib import Path

from headwater.chain import fields, sources
from headwater.pipeline.stage import Stage
from headwater.recipe.compose import Recipe, as_fields


def stages(recipe: Recipe, limit: int | None = None, run_folder: Path | None = None) -> list[Stage]:
    """Every stage of a recipe, in order.

    `limit`: documents a source, for a smoke test. `run_folder`: of the run whose stages they are; what it adds to an
    index is its own.
    """
    from headwater.curate import stages as cleaning

    captures = sources.captures(recipe, limit)
    cleaned = cleaning.clean(recipe.clean)
    texts = "clean" if cleaned else "acquire"
    recall, quality = _recall(recipe, texts), _quality(recipe, texts)
    measured = cleaning.read(recipe.curate, texts, fields.of_named_files(recipe), recipe.seed)
    columns = (*measured, *cleaned, *recall, *quality)
    spans = cleaning.spans(recipe.curate, texts)
    if spans:
        texts = "spans"
    rows = _rows(recipe)
    laid = [stage.name for stage in rows]
    return [
        *captures,
        sources.acquire(recipe, [stage.name for stage in captures], limit),
        *cleaned,
        *recall,
        *measured,
        *quality,
        cleaning.decide(recipe.curate, tuple(stage.name for stage in columns), fields.of_decisions(recipe, run_folder)),
        *spans,
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
            version=2,
            function="headwater.tokenizer.train:run",
            config=recipe.tokenizer,
            fields=fields.of_tokenizer(recipe),
            inputs=(texts, "split"),
        ),
        Stage(
            name="pack",
            version=2,
            function="headwater.pack.build:run",
            config=recipe.pack,
            fields=fields.of_pack(recipe, run_folder),
            inputs=(texts, "split", "tokenizer"),
        ),
        *rows,
        Stage(
            name="mix",
            version=2,
            function="headwater.mix.stage:run",
            config=recipe.mixture,
            fields=fields.of_mixture(recipe, limit),
            inputs=("pack", *laid),
        ),
        *_model_stages(recipe, texts, laid, [stage.name for stage in (*columns, *spans)]),
    ]


def _rows(recipe: Recipe) -> list[Stage]:
    """The stage that lays documents into rows, where they are not just cut."""
    if recipe.pack.packing == "cut":
        return []
    return [
        Stage(
            name="rows",
            version=1,
            function="headwater.mix.rows:run",
            config=recipe.pack,
            fields={"packing": recipe.pack.packing, "sequence_length": recipe.train.sequence_length},
            inputs=("pack",),
        )
    ]


def _model_stages(recipe: Recipe, texts: str, laid: list[str], cleaning: list[str]) -> list[Stage]:
    """The stages that live in the run folder. `cleaning`: the stages whose figures the report shows."""
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
            inputs=("tokenizer", "pack", *laid, "mix"),
            place="run",
        ),
        Stage(
            name="evaluate",
            version=1,
            function="headwater.evaluate.stage:run",
            config=recipe.evaluate,
            fields={"evaluate": as_fields(recipe.evaluate), "seed": recipe.seed},
            inputs=(texts, "split", "tokenizer", "train"),
            place="run",
        ),
        Stage(
            name="report",
            version=1,
            function="headwater.monitor.report:run",
            inputs=("acquire", *cleaning, "curate", "split", "tokenizer", "pack", "mix", "train", "evaluate"),
            place="run",
        ),
    ]


def _recall(recipe: Recipe, texts: str) -> list[Stage]:
    """The stage that looks for documents like a seed's, where the recipe names a seed."""
    if not recipe.recall.seed:
        return []
    asked = as_fields(recipe.recall) | fields.contents(recipe.recall, "seed", "review")
    return [
        Stage(
            name="recall",
            version=1,
            function="headwater.curate.recall.stage:run",
            config=recipe.recall,
            fields={"recall": asked, "seed": recipe.seed},
            inputs=(texts,),
        )
    ]


def _quality(recipe: Recipe, texts: str) -> list[Stage]:
    """The stage that keeps the best by a classifier, where the recipe names one or what to train it from."""
    if not recipe.quality.present:
        return []
    from headwater.curate.quality.stage import fingerprint

    asked = as_fields(recipe.quality) | fingerprint(recipe.quality)
    return [
        Stage(
            name="quality",
            version=1,
            function="headwater.curate.quality.stage:run",
            config=recipe.quality,
            fields={"quality": asked, "seed": recipe.seed},
            inputs=(texts, "annotate"),
        )
    ]
