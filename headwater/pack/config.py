"""Settings of packing, and constants: the fields that name a channel's files and bound its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from headwater.pipeline.option import option

BIN_SUFFIX = ".bin"
IDX_SUFFIX = ".idx"
DOCS_SUFFIX = ".docs.parquet"
PACK_NAME = "pack.json"
PACK_SCHEMA = 1
ROW_GROUP_DOCUMENTS = 65_536  # a traced document reads one row group of its channel's docs.parquet


@dataclass(frozen=True, kw_only=True)
class PackConfig:
    """How documents become rows of a batch. `.bin` holds whole documents whatever is chosen here."""

    packing: Literal["cut", "masked", "best_fit"] = option(
        "cut",
        "cut: windows over the joined documents; masked: the same, each document read by itself; "
        "best_fit: documents whole where they fit, rows padded (arXiv 2404.10830)",
    )
    fim: float = option(
        0.0, "share of code documents whose middle comes last, to learn to fill in (arXiv 2207.14255)", least=0, most=1
    )
    fim_spm: float = option(0.5, "share of those that begin with the suffix, not the prefix", least=0, most=1)

    def check(self) -> list[tuple[str, str]]:
        shares = ("fim", "fim_spm")
        return [(name, "must be a share from 0 to 1") for name in shares if not 0 <= getattr(self, name) <= 1]
