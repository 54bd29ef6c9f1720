"""Whatever the corpus and whatever stays of documents alike: no step leaves what it would have joined.

Against a slow walk over all pairs, with the signatures and vectors that the stage itself made.
"""

from __future__ import annotations

import random

import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater.curate import split
from headwater.curate.config import SplitConfig
from headwater.curate.dedup import addresses
from headwater.curate.dedup.config import DedupConfig
from tests.curate import workspace
from tests.curate.dedup import corpus


def tangled(seed):
    """Pages of few addresses whose texts are equal, nearly equal, longer, shuffled or of their own, in any order."""
    rng = random.Random(seed)
    rows = [corpus.original(rng.choice(("en", "zh")), f"{seed}-{number}") for number in range(8)]
    while len(rows) < 45:
        row = rng.choice(rows)
        text, words = row["text"], row["text"].split()
        how = rng.randrange(5)
        if how == 1:
            text = corpus.near_copy(row, rng.randrange(50))["text"]
        elif how == 2:
            text += "\n" + corpus.original(row["lang"], f"more {rng.randrange(9)}")["text"][: rng.randrange(40, 400)]
        elif how == 3:
            text = " ".join(rng.sample(words, len(words)))
        elif how == 4:
            text = "\n\n".join([text, ""] * rng.randrange(1, 3))
        rows.append({"id": "", "text": text, "lang": row["lang"]})
    rng.shuffle(rows)
    for number, row in enumerate(rows):
        row |= {"id": f"d{number}"}
        if rng.random() < 0.5:
            row |= {"url": f"https://www.e.example/{rng.randrange(12)}"}
    return rows


def expected(root, rows, config):
    """The ids that stay, and every pair that a step joins."""
    table = pq.ParquetDataset(root / "annotate" / "annotations").read().to_pydict()
    urls = [addresses.canonical(row.get("url", ""), False) for row in rows]
    read = {name: sorted((root / "fingerprint" / name).glob("*.npy")) for name in ("fingerprints", "vectors")}
    signatures = np.concatenate([np.load(path) for path in read["fingerprints"]])
    vectors = np.concatenate([np.load(path) for path in read["vectors"]]).astype(float)
    cosine = vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2)
    banded = signatures.reshape(len(rows), config.bands, config.rows)
    least = np.ceil(config.min_similarity * signatures.shape[1] - 1e-9)
    alike = {
        "url": lambda a, b: urls[a] == urls[b] != "",
        "exact": lambda a, b: table["digest"][a] == table["digest"][b],
        "minhash": lambda a, b: (
            (banded[a] == banded[b]).all(axis=1).any() and (signatures[a] == signatures[b]).sum() >= least
        ),
        "semantic": lambda a, b: cosine[a, b] >= config.semantic_similarity,
    }
    left = list(range(len(rows)))
    if config.keep == "longest":
        left.sort(key=lambda place: -len(rows[place]["text"].encode()))
    joined = []
    for like in alike.values():
        stays: list[int] = []
        for one in left:
            firsts = [other for other in stays if like(one, other)]
            joined += [(one, other) for other in firsts]
            stays += [] if firsts else [one]
        left = stays
    return {rows[place]["id"] for place in left}, [(rows[a]["id"], rows[b]["id"]) for a, b in joined]


@pytest.mark.parametrize("keep", ["first", "longest"])
@pytest.mark.parametrize(("seed", "size"), [(1, 45), (2, 6), (3, 20)])
def test_no_step_leaves_what_it_would_have_joined(tmp_path, seed, size, keep):
    rows, config = tangled(seed), DedupConfig(keep=keep, semantic=True)
    found = corpus.curate(tmp_path, corpus.in_shards(rows, size), config)
    kept, joined = expected(tmp_path, rows, config)
    assert {name for name, row in found.items() if row["kept"]} == kept
    assert {row["reason"].removeprefix("dedup.") for row in found.values()} == {
        "",
        "url",
        "exact",
        "minhash",
        "semantic",
    }
    places = {row["id"]: (keep == "longest" and -len(row["text"].encode()), n) for n, row in enumerate(rows)}
    for name, row in found.items():
        if not row["kept"]:
            assert found[row["duplicate_of"]]["kept"] and places[row["duplicate_of"]] < places[name]
    for one, other in joined:
        assert found[one]["cluster"] == found[other]["cluster"]


def test_what_stays_of_one_cluster_is_in_one_part(tmp_path):
    rows = tangled(4)
    found = corpus.curate(tmp_path, [rows], DedupConfig(keep="longest"))
    splits = SplitConfig(samples=1000, window_tokens=1, max_share=0.5)
    split.run(workspace.context("split", tmp_path / "split", {"curate": tmp_path / "curate"}, splits))
    parts = {}
    for row in workspace.rows(tmp_path / "split" / split.FOLDER):
        if row["part"] != "rejected":
            parts.setdefault(found[row["id"]]["cluster"], set()).add(row["part"])
    assert all(len(some) == 1 for some in parts.values()) and len(set.union(*parts.values())) == 2
