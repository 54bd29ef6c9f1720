"""Settings of dedup: what is a copy of what, how it is found, and how much memory that may take.

In: the recipe's `curate.dedup:` section. Out: a frozen dataclass. Shapes of signatures reach the fingerprints; whether
a step runs and how like two documents must be are thresholds; `memory` changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from headwater.pipeline.option import option

FINEWEB = "FineWeb, arXiv 2406.17557: 14 bands of 8 rows, 5-grams"
SEMDEDUP = "SemDeDup, arXiv 2303.09540: only inside clusters"
MAX_NGRAM, MAX_PERMUTATIONS = 32, 1024
MIN_MEMORY = 16_000_000
SIGNATURE_FIELDS = ("ngram_words", "ngram_chars", "bands", "rows")


@dataclass(frozen=True, kw_only=True)
class DedupConfig:
    """Copies of documents. Of those alike, the first in document order stays, or the longest."""

    keep: Literal["first", "longest"] = option("first", "of documents alike, the one that stays: by order, or by bytes")
    url: bool = option(True, "pages with the same address, canonically spelled, are copies")
    minhash: bool = option(True, f"documents whose shingles are nearly the same are copies ({FINEWEB})")
    ngram_words: int = option(5, f"of a shingle ({FINEWEB})", "words", 1, MAX_NGRAM)
    ngram_chars: int = option(5, "of a shingle, where words are not spaced", "characters", 1, MAX_NGRAM)
    bands: int = option(14, f"parts of a signature that are compared whole ({FINEWEB})", "bands", 1, MAX_PERMUTATIONS)
    rows: int = option(8, f"values in a band ({FINEWEB})", "values", 1, MAX_PERMUTATIONS)
    min_similarity: float = option(0.7, "of two signatures, for a copy; 0: one equal band is enough", "0 to 1")
    semantic: bool = option(False, f"documents that use nearly the same words are copies ({SEMDEDUP})")
    semantic_dims: int = option(128, "of a document's vector", "dimensions", 64, 1024)
    semantic_similarity: float = option(0.97, "cosine of two vectors, for a copy", "0 to 1")
    span_words: int = option(
        0, "words of a passage that is cut where an earlier document has it; 0: none is", "words", most=10_000
    )
    span_chars: int = option(
        0, "the same, where words are not spaced; 0: as many as 1.6 times the words", "characters", most=10_000
    )
    index: str = option("", "folder of what earlier runs kept; their documents are copies, and this run's are added")
    memory: int = option(256_000_000, "that finding copies may take, all workers together", "bytes", least=MIN_MEMORY)

    def check(self) -> list[tuple[str, str]]:
        problems = []
        if self.bands * self.rows > MAX_PERMUTATIONS:
            given, other = ("rows", "bands") if self.bands == DedupConfig.bands else ("bands", "rows")
            most = MAX_PERMUTATIONS // max(1, getattr(self, other))
            told = f"bands x rows is at most {MAX_PERMUTATIONS}, got {self.bands} x {self.rows}"
            problems.append((given, f"{told}; the nearest with {getattr(self, other)} {other} is {most}"))
        if self.semantic_dims % 64:
            nearest = max(64, round(self.semantic_dims / 64) * 64)
            problems.append(("semantic_dims", f"must be a multiple of 64; the nearest is {nearest}"))
        problems += [
            (name, "must be 0, or 8 or more; the nearest is 8")
            for name in ("span_words", "span_chars")
            if 0 < getattr(self, name) < 8
        ]
        return problems


def fingerprint_fields(config: DedupConfig) -> dict[str, Any]:
    """The settings that can change a fingerprint; a threshold is not among them."""
    fields = {name: getattr(config, name) for name in SIGNATURE_FIELDS} if config.minhash else {}
    return fields | ({"semantic_dims": config.semantic_dims} if config.semantic else {})


def decision_fields(config: DedupConfig) -> dict[str, Any]:
    """The settings that can change a verdict, all but what the index holds."""
    skipped = ("memory", "index", "span_words", "span_chars")
    return {name: value for name, value in vars(config).items() if name not in skipped}


def span_fields(config: DedupConfig) -> dict[str, Any]:
    """The settings that can change a cut."""
    return {name: getattr(config, name) for name in ("span_words", "span_chars")}
