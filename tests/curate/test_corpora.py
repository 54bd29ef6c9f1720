"""What real corpora keep: no language may lose its corpus to another's rules."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from headwater import document
from headwater.curate import annotate, judge
from headwater.curate.config import CurateConfig

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the corpora in ../shared/data"),
]


def kept_shares(corpus, domain):
    """Share of documents kept by their own domain, rows labelled `domain` where it is not empty."""
    totals, kept = Counter(), Counter()
    for batch in document.read(DATA / f"{corpus}.jsonl.zst"):
        labels = batch.column("domain").to_pylist()
        if domain:
            index = batch.schema.get_field_index("domain")
            batch = batch.set_column(index, batch.schema.field(index), pa.array([domain] * batch.num_rows))
        table = pa.Table.from_batches([annotate.statistics(batch)])
        totals.update(labels)
        kept.update(
            label
            for label, reason in zip(labels, judge.judge(table, CurateConfig())[0].to_pylist(), strict=True)
            if not reason
        )
    return {label: kept[label] / totals[label] for label in totals}


@pytest.mark.parametrize(
    ("corpus", "domain", "least"),
    [
        ("corpus-zh", "", {"poetry": 0.999, "web_docs": 0.99, "textbook": 0.99}),
        ("corpus-zh", "general", {"poetry": 0.999, "web_docs": 0.9, "textbook": 0.95}),
        ("corpus-code", "", dict.fromkeys(("c", "go", "python", "rust", "typescript"), 0.97)),
        ("domain-math", "", {"math": 0.99, "math_word_problems": 0.99}),
        ("corpus-en", "", {"web_docs": 0.99, "textbook": 0.99, "prose": 0.99}),
        ("corpus-en", "general", {"web_docs": 0.65, "prose": 0.9}),
    ],
)
def test_kept_share(corpus, domain, least):
    shares = kept_shares(corpus, domain)
    assert all(shares[name] >= share for name, share in least.items()), shares
