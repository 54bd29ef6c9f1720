"""The order of the stages, and which recipe fields can change the result of each.

This is the table of contents of a run: read it first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.pipeline.stage import Stage
from headwater.recipe.compose import Recipe, as_fields, source_kind

# Stages that bring what a source names into the store, by the source's kind.
CAPTURES = {
    "crawl": "headwater.acquire.crawl:run",
    "search": "headwater.acquire.search.stage:run",
    "synthesize": "headwater.curate.synthesize.stage:run",
    "inject": "headwater.curate.inject.stage:run",
}
WRITTEN = ("synthesize", "inject")  # by us, not captured: all that is asked for can change it
# What documents are called; it cannot change what is captured.
LABELS = ("kind", "domain", "lang", "license", "source")
# How fast it is captured, by whom, and when again.
CAPTURE_SPEED = ("concurrency", "per_host", "contact", "refresh_after_s")

# When training saves, which cannot change what it learns.
CHECKPOINTING = ("checkpoint_every_s", "checkpoint_every_steps", "keep_checkpoints")


def stages(recipe: Recipe, limit: int | None = None, run_folder: Path | None = None) -> list[Stage]:
    """Every stage of a recipe, in order.

    `limit`: documents a source, for a smoke test. `run_folder`: of the run whose stages they are; what it adds to an
    index is its own.
    """
    from headwater.curate import stages as cleaning

    captures = [_capture(index, source, limit) for index, source in _captured(recipe)]
    cleaned = cleaning.clean(recipe.clean)
    texts = "clean" if cleaned else "acquire"
    recall, quality = _recall(recipe, texts), _quality(recipe, texts)
    measured = cleaning.read(recipe.curate, texts, _named_files(recipe), recipe.seed)
    columns = (*measured, *cleaned, *recall, *quality)
    spans = cleaning.spans(recipe.curate, texts)
    if spans:
        texts = "spans"
    return [
        *captures,
        _acquire(recipe, [stage.name for stage in captures], limit),
        *cleaned,
        *recall,
        *measured,
        *quality,
        cleaning.decide(recipe.curate, tuple(stage.name for stage in columns), _decision_fields(recipe, run_folder)),
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
            version=1,
            function="headwater.tokenizer.train:run",
            config=recipe.tokenizer,
            fields={"tokenizer": as_fields(recipe.tokenizer), "seed": recipe.seed},
            inputs=(texts, "split"),
        ),
        Stage(name="pack", version=1, function="headwater.pack.build:run", inputs=(texts, "split", "tokenizer")),
        Stage(
            name="mix",
            version=1,
            function="headwater.mix.stage:run",
            config=recipe.mixture,
            fields=_mixture_fields(recipe, limit),
            inputs=("pack",),
        ),
        *_model_stages(recipe, texts, [stage.name for stage in (*columns, *spans)]),
    ]


def _model_stages(recipe: Recipe, texts: str, cleaning: list[str]) -> list[Stage]:
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
            inputs=("tokenizer", "pack", "mix"),
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


def _captured(recipe: Recipe) -> list[tuple[int, Any]]:
    """Sources with a stage of their own, each with its place in the recipe."""
    return [(index, source) for index, source in enumerate(recipe.sources) if source_kind(source) in CAPTURES]


def _capture(index: int, source: Any, limit: int | None) -> Stage:
    kind = source_kind(source)
    names = [name for name in ("opt_out", "queries", "topics_file", "facts") if getattr(source, name, None)]
    fields = as_fields(source) | _contents(source, *names)
    skipped = [*LABELS, *CAPTURE_SPEED]
    if kind in WRITTEN:
        skipped.remove("lang")  # what is asked for, and no label only
    return Stage(
        name=f"{kind}.{index}",
        version=1,
        function=CAPTURES[kind],
        config=source,
        fields={key: value for key, value in fields.items() if key not in skipped}
        | ({"limit": limit} if limit else {}),
    )


def _acquire(recipe: Recipe, captures: list[str], limit: int | None) -> Stage:
    from headwater.acquire.files import all_there, fingerprint

    all_there(recipe.sources)
    sources = []
    for source in recipe.sources:
        entry = as_fields(source)
        if source_kind(source) == "files":
            entry["paths"] = [list(named) for named in fingerprint(source)]  # a moved file is the same input
        else:  # what was captured is an input; only the labels are settings of this stage
            entry = {key: entry[key] for key in LABELS}
        sources.append({source_kind(source): entry})
    return Stage(
        name="acquire",
        version=2,
        function="headwater.acquire.documents:run",
        config=recipe.sources,
        fields={"sources": sources} | ({"limit": limit} if limit else {}),
        inputs=tuple(captures),
    )


def _recall(recipe: Recipe, texts: str) -> list[Stage]:
    """The stage that looks for documents like a seed's, where the recipe names a seed."""
    if not recipe.recall.seed:
        return []
    fields = as_fields(recipe.recall) | _contents(recipe.recall, "seed", "review")
    return [
        Stage(
            name="recall",
            version=1,
            function="headwater.curate.recall.stage:run",
            config=recipe.recall,
            fields={"recall": fields, "seed": recipe.seed},
            inputs=(texts,),
        )
    ]


def _quality(recipe: Recipe, texts: str) -> list[Stage]:
    """The stage that keeps the best by a classifier, where the recipe names one or what to train it from."""
    if not recipe.quality.present:
        return []
    from headwater.curate.quality.stage import fingerprint

    fields = as_fields(recipe.quality) | fingerprint(recipe.quality)
    return [
        Stage(
            name="quality",
            version=1,
            function="headwater.curate.quality.stage:run",
            config=recipe.quality,
            fields={"quality": fields, "seed": recipe.seed},
            inputs=(texts, "annotate"),
        )
    ]


def _contents(section: Any, *names: str) -> dict[str, Any]:
    """What the files hold that fields of a section name, in place of their paths."""
    from headwater.acquire.files import fingerprint
    from headwater.acquire.sources.files import FilesSource
    from headwater.pipeline.manifest import describe_file, describe_files

    found: dict[str, Any] = {}
    for name in names:
        given = getattr(section, name)
        if isinstance(given, tuple):
            found[name] = [list(named) for named in fingerprint(FilesSource(paths=given))] if given else []
        elif Path(given).is_dir() and given:
            found[name] = describe_files(Path(given))
        else:  # one that is not there is said by the stage itself
            found[name] = describe_file(Path(given)) if given and Path(given).is_file() else given
    return found


def _decision_fields(recipe: Recipe, run_folder: Path | None) -> dict[str, Any]:
    from headwater.curate.clean.config import decision_fields as personal
    from headwater.curate.dedup.config import decision_fields as copies

    config = recipe.curate
    fields = as_fields(config) | {"personal": personal(recipe.clean), "seed": recipe.seed}
    fields["dedup"] = copies(config.dedup)
    if config.dedup.index:
        fields["dedup"] |= {"index": _index_fields(config.dedup.index, recipe, run_folder)}
    fields["url"] |= _contents(config.url, "block_domains", "block_words")
    if not recipe.recall.seed:
        return fields
    return fields | {"recall": {"domain": recipe.recall.domain, "keep_others": recipe.recall.keep_others}}


def _index_fields(folder: str, recipe: Recipe, run_folder: Path | None) -> dict[str, Any]:
    """What of an index can change a verdict; and whose it is, since each run adds its own to the index it names."""
    from headwater.curate.dedup.index import fingerprint, run_owner

    owner = run_owner(run_folder or Path(recipe.name), recipe.sources)
    return {"before": fingerprint(folder, owner), "owner": owner, "folder": str(Path(folder).absolute())}


def _named_files(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """What the files hold that stages of cleaning read beside the documents."""
    return {"decontaminate": _contents(recipe.curate.decontaminate, "sets")}


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
