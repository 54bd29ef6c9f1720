"""The stages that bring documents: one for each source that fetches or writes, and one that reads them all.

In: a recipe's sources. Out: Stages, with the fields of a source that can change what it brings.
"""

from __future__ import annotations

from typing import Any

from headwater.chain.fields import contents
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


def captures(recipe: Recipe, limit: int | None) -> list[Stage]:
    """A stage for each source that fetches pages or writes texts, called by its place in the recipe."""
    kinds = [source_kind(source) for source in recipe.sources]
    return [
        _capture(index, source, limit)
        for index, (source, kind) in enumerate(zip(recipe.sources, kinds, strict=True))
        if kind in CAPTURES
    ]


def _capture(index: int, source: Any, limit: int | None) -> Stage:
    kind = source_kind(source)
    names = [name for name in ("opt_out", "queries", "topics_file", "facts") if getattr(source, name, None)]
    fields = as_fields(source) | contents(source, *names)
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


def acquire(recipe: Recipe, captures: list[str], limit: int | None) -> Stage:
    """The stage that reads every source's documents. `captures`: the stages that bring some of them."""
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
