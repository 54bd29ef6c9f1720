"""Settings of curation: what is judged, by which thresholds, and how much is held out.

One nested section per rule set; its thresholds stand beside its rules in `filters/`. Changing a threshold reads no
text: only LangidConfig reaches the annotations.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.curate.dedup.config import DedupConfig
from headwater.curate.diversity.config import DiversityConfig
from headwater.curate.filters.c4 import C4Config
from headwater.curate.filters.chinese import ChineseConfig
from headwater.curate.filters.code import CodeConfig
from headwater.curate.filters.fineweb import FinewebConfig
from headwater.curate.filters.gopher import GopherConfig
from headwater.curate.filters.gopher_repetition import GopherRepetitionConfig
from headwater.curate.filters.minimal import MinimalConfig
from headwater.curate.filters.url import UrlConfig
from headwater.curate.langid.config import LangidConfig
from headwater.pipeline.option import option


@dataclass(frozen=True, kw_only=True)
class CurateConfig:
    """What is kept. `web` judges kind `general` by its language's rules; `none` judges nothing."""

    preset: Literal["web", "technical", "none"] = field(
        default="web",
        metadata={"help": "which rules apply; technical: English thresholds left at their defaults are laid wider"},
    )
    exact_dedup: bool = field(default=True, metadata={"help": "keep the first of documents with the same text"})
    dedup: DedupConfig = field(default_factory=DedupConfig, metadata={"help": "copies and near-copies"})
    decontaminate: DecontaminateConfig = field(
        default_factory=DecontaminateConfig, metadata={"help": "documents that hold questions of evaluation sets"}
    )
    diversity: DiversityConfig = field(default_factory=DiversityConfig, metadata={"help": "caps a host and a cluster"})
    langid: LangidConfig = field(default_factory=LangidConfig, metadata={"help": "language identification"})
    minimal: MinimalConfig = field(default_factory=MinimalConfig, metadata={"help": "rules for every document"})
    url: UrlConfig = field(default_factory=UrlConfig, metadata={"help": "rules for addresses"})
    gopher: GopherConfig = field(default_factory=GopherConfig, metadata={"help": "rules for English web pages"})
    gopher_repetition: GopherRepetitionConfig = field(
        default_factory=GopherRepetitionConfig, metadata={"help": "rules for English web pages"}
    )
    c4: C4Config = field(default_factory=C4Config, metadata={"help": "rules for English web pages"})
    fineweb: FinewebConfig = field(default_factory=FinewebConfig, metadata={"help": "rules for English web pages"})
    chinese: ChineseConfig = field(default_factory=ChineseConfig, metadata={"help": "rules for Chinese web pages"})
    code: CodeConfig = field(default_factory=CodeConfig, metadata={"help": "rules for source code"})

    def settled(self, named: frozenset[str]) -> CurateConfig:
        """What the recipe's loader takes in place of this: the preset's thresholds where the recipe names none."""
        from headwater.curate.presets import settle

        return settle(self, named)


@dataclass(frozen=True, kw_only=True)
class SplitConfig:
    """How much of each channel is held out for measuring, never for training."""

    samples: int = option(200, "held-out samples wanted a channel", "windows")
    window_tokens: int = option(512, "expected length of a sample", "tokens", least=1)
    bytes_per_token: float = option(
        4.0, "expected bytes of text a token, before a tokenizer exists", "bytes", least=0.01, most=64
    )
    max_share: float = option(0.05, "most of a channel's documents that are held out; one of two at least", "0 to 1")


def annotation_fields(config: CurateConfig) -> dict[str, Any]:
    """The settings that can change an annotation; a threshold is not among them."""
    from headwater.curate.langid import model_digest

    return {"langid": asdict(config.langid) | {"model_sha": model_digest(config.langid)}}
