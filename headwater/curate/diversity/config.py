"""Settings of diversity: caps on a host and a cluster, and the sample that figures are measured on.

In: the recipe's `curate.diversity:` section. Out: a frozen dataclass. Caps are thresholds: they read no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.pipeline.option import option

SAMPLING = ("sample_documents", "sample_chars")  # fields that change the sample of texts


@dataclass(frozen=True, kw_only=True)
class DiversityConfig:
    """How much of the corpus one host or one cluster may be; what is measured of its variety."""

    max_per_host: int = option(0, "most documents of a host; 0: any number", "documents")
    max_host_share: float = option(1.0, "most of the bytes that reach the caps which one host may be", "0 to 1")
    max_per_cluster: int = option(
        0, "most documents of a near-duplicate or semantic cluster; 0: any number", "documents"
    )
    sample_documents: int = option(
        2000, "documents of each language that figures are measured on", "documents", most=20_000
    )
    sample_chars: int = option(2000, "characters of each that are read", "characters", 100, 20_000)

    def check(self) -> list[tuple[str, str]]:
        return [] if self.max_host_share else [("max_host_share", "must be above 0: no document could stay")]


def sample_fields(config: DiversityConfig) -> dict[str, Any]:
    """The settings that can change the sample; a cap is not among them."""
    return {name: getattr(config, name) for name in SAMPLING}
