"""Documents that state a fact are told from others that only say that they are synthetic, or only name a fact."""

from __future__ import annotations

from headwater import document
from headwater.curate.inject.lineage import injected


def test_only_what_was_injected() -> None:
    metas = [
        {"synthetic": "true", "fact": "a"},
        {"synthetic": "true"},
        {"fact": "a"},
        {},
        {"synthetic": "no", "fact": ""},
    ]
    batch = document.batch([{"text": "x", "meta": meta} for meta in metas])
    assert injected(batch.column("meta")).tolist() == [True, False, False, False, False]
    assert injected(batch.column("meta").slice(0, 0)).tolist() == []
