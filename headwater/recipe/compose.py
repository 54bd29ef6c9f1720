"""The recipe: one frozen dataclass of sections, each section defined beside the code it configures.

The registries below are read lazily, so that a data command never imports a training section.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from headwater.recipe.convert import FAILED, convert, unknown_key
from headwater.recipe.tree import Node, Problem

SECTIONS: dict[str, str] = {
    "recall": "headwater.curate.recall.config:RecallConfig",
    "quality": "headwater.curate.quality.config:QualityConfig",
    "clean": "headwater.curate.clean.config:CleanConfig",
    "curate": "headwater.curate.config:CurateConfig",
    "split": "headwater.curate.config:SplitConfig",
    "tokenizer": "headwater.tokenizer.config:TokenizerConfig",
    "pack": "headwater.pack.config:PackConfig",
    "mixture": "headwater.mix.config:MixtureConfig",
    "model": "headwater.model.config:ModelSection",
    "train": "headwater.train.config:TrainConfig",
    "evaluate": "headwater.evaluate.config:EvaluateConfig",
}
SOURCES: dict[str, str] = {
    "crawl": "headwater.acquire.sources.crawl:CrawlSource",
    "search": "headwater.acquire.sources.search:SearchSource",
    "files": "headwater.acquire.sources.files:FilesSource",
    "synthesize": "headwater.curate.synthesize.config:SynthesizeSource",
    "inject": "headwater.curate.inject.config:InjectSource",
}
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything a run is told. `engine` and `workers` never change a result."""

    name: str = field(default="run", metadata={"help": "the run's name: its folder under runs/"})
    preset: str = field(default="", metadata={"help": "a built-in recipe to start from"})
    seed: int = field(default=7, metadata={"help": "every random choice follows from it"})
    engine: Literal["local", "ray"] = field(default="local", metadata={"help": "where the data work runs"})
    workers: int = field(default=0, metadata={"help": "worker processes; 0: one a core"})
    sources: tuple[Any, ...] = field(default=(), metadata={"help": "where documents come from, in order"})
    recall: Any = field(default=None, metadata={"section": "recall", "help": "keep documents like those of a seed"})
    quality: Any = field(default=None, metadata={"section": "quality", "help": "keep the best by a classifier"})
    clean: Any = field(default=None, metadata={"section": "clean", "help": "text repair and personal data"})
    curate: Any = field(default=None, metadata={"section": "curate", "help": "filters, dedup and decontamination"})
    split: Any = field(default=None, metadata={"section": "split", "help": "held-out documents"})
    tokenizer: Any = field(default=None, metadata={"section": "tokenizer", "help": "vocabulary"})
    pack: Any = field(default=None, metadata={"section": "pack", "help": "documents to rows; fill-in-the-middle"})
    mixture: Any = field(default=None, metadata={"section": "mixture", "help": "shares of languages, kinds, domains"})
    model: Any = field(default=None, metadata={"section": "model", "help": "the decoder's sizes"})
    train: Any = field(default=None, metadata={"section": "train", "help": "tokens, batch, schedule, optimizer"})
    evaluate: Any = field(default=None, metadata={"section": "evaluate", "help": "what is measured at the end"})
    fork: str = field(default="", metadata={"help": "RUN@STEP to start training from; set by --fork"})

    def check(self) -> list[tuple[str, str]]:
        problems = []
        if not _NAME.match(self.name) or ".." in self.name:
            problems.append(("name", "use letters, digits, '.', '_' and '-' (64 at most): it names a folder"))
        if not 0 <= self.seed < 2**63:
            problems.append(("seed", "must be 0 or more and below 2^63"))
        if not 0 <= self.workers <= 1024:
            problems.append(("workers", "must be 0 (one a core) to 1024"))
        return problems


def section_type(name: str) -> Any:
    module, _, attribute = SECTIONS[name].partition(":")
    return getattr(import_module(module), attribute)


def source_type(name: str) -> Any:
    module, _, attribute = SOURCES[name].partition(":")
    return getattr(import_module(module), attribute)


def build(tree: Node, problems: list[Problem]) -> Recipe | None:
    """A Recipe from a merged tree; None when problems were found."""
    if not isinstance(tree.value, dict):
        problems.append(Problem(tree.where, "", "a recipe is a map of sections"))
        return None
    values: dict[str, Any] = {}
    known = {f.name: f for f in dataclasses.fields(Recipe)}
    for key, node in tree.value.items():
        if key not in known:
            unknown_key(node, "", key, list(known), problems)
        elif key == "sources":
            values[key] = _sources(node, problems)
        elif key in SECTIONS:
            values[key] = convert(node, section_type(key), key, problems)
        else:
            hints = {"seed": int, "workers": int, "engine": Literal["local", "ray"]}
            values[key] = convert(node, hints.get(key, str), key, problems)
    for name in SECTIONS:
        if name not in values:
            values[name] = convert(Node({}, tree.where), section_type(name), name, problems)
    plain = {k: v for k, v in values.items() if v is not FAILED and k not in SECTIONS and k != "sources"}
    for path, message in Recipe(**plain).check():
        problems.append(Problem(tree.value[path].where if path in tree.value else tree.where, path, message))
    return None if problems or any(v is FAILED for v in values.values()) else Recipe(**values)


def _sources(node: Node, problems: list[Problem]) -> Any:
    if not isinstance(node.value, list):
        problems.append(Problem(node.where, "sources", "expected a list of sources like [- files: {paths: [a.jsonl]}]"))
        return FAILED
    found = []
    for index, item in enumerate(node.value):
        path = f"sources.{index}"
        if not isinstance(item.value, dict) or len(item.value) != 1:
            known = ", ".join(SOURCES)
            problems.append(Problem(item.where, path, f"a source is one key and its settings; known are {known}"))
            continue
        ((kind, settings),) = item.value.items()
        if kind not in SOURCES:
            unknown_key(settings, path, kind, list(SOURCES), problems)
            continue
        found.append(convert(settings, source_type(kind), f"{path}.{kind}", problems))
    return FAILED if FAILED in found else tuple(found)


def source_kind(source: Any) -> str:
    """The name under which a source's type is registered."""
    for name, place in SOURCES.items():
        if place == f"{type(source).__module__}:{type(source).__qualname__}":
            return name
    raise KeyError(type(source))


def as_fields(section: Any) -> Any:
    """A section as JSON-able values: dataclasses to dicts, tuples to lists.

    50 and 50.0 are one value, so that a default written as a whole number is equal to the same given one.
    """
    if isinstance(section, float) and section.is_integer():
        return int(section)
    if dataclasses.is_dataclass(section) and not isinstance(section, type):
        return {f.name: as_fields(getattr(section, f.name)) for f in dataclasses.fields(section)}
    if isinstance(section, list | tuple):
        return [as_fields(item) for item in section]
    if isinstance(section, dict):
        return {key: as_fields(value) for key, value in section.items()}
    return section
