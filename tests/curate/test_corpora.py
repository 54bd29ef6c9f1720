"""What real corpora keep: no language may lose its corpus to another's rules."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from headwater import document
from headwater.curate import annotate, judge
from headwater.curate.config import CurateConfig
from headwater.curate.presets import settle

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the corpora in ../shared/data"),
]


# kept at least, by the documents' own domains: as labelled, and relabelled as the general domain (web pages)
LEAST = {
    "corpus-zh": (
        {"poetry": 0.999, "web_docs": 0.99, "textbook": 0.99},
        {"poetry": 0.999, "web_docs": 0.9, "textbook": 0.95},
    ),
    "corpus-en": ({"web_docs": 0.99, "textbook": 0.99, "prose": 0.99}, {"web_docs": 0.65, "prose": 0.9}),
    "corpus-code": (dict.fromkeys(("c", "go", "python", "rust", "typescript"), 0.97), {"python": 0.97}),
    "domain-math": ({"math": 0.99, "math_word_problems": 0.99}, {}),
}


def share_of_kept(table, labels, config):
    reasons = judge.judge(table, config)[0].to_pylist()
    kept = Counter(label for label, reason in zip(labels, reasons, strict=True) if not reason)
    return {label: kept[label] / count for label, count in Counter(labels).items()}


@pytest.mark.parametrize("corpus", LEAST)
def test_kept_share(corpus):
    batches = [annotate.statistics(batch) for batch in document.read(DATA / f"{corpus}.jsonl.zst")]
    table = pa.Table.from_batches(batches)
    labels = table["domain"].to_pylist()
    general = pa.array(["general"] * table.num_rows)
    relabelled = table.set_column(table.schema.get_field_index("domain"), "domain", general)
    # as general pages the English ones, which are documentation, are curated under the preset for it
    presets_of = CurateConfig(), settle(CurateConfig(preset="technical"))
    for least, one, config in zip(LEAST[corpus], (table, relabelled), presets_of, strict=True):
        shares = share_of_kept(one, labels, config)
        assert all(shares[name] >= share for name, share in least.items()), shares
