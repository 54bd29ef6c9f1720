"""Near-duplicates: what is found, what stays, and that neither depends on how the work is cut."""

from __future__ import annotations

import random
import shutil

import numpy as np
import pytest

from headwater.curate.config import CurateConfig
from headwater.curate.dedup import bands, minhash, plan
from headwater.curate.dedup.config import DedupConfig
from headwater.kernels import buckets
from tests.curate import workspace
from tests.curate.dedup import corpus


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    return root, corpus.curate(root, corpus.in_shards(corpus.mixed(), 9))


def test_near_copies_go_in_every_language(whole):
    _, rows = whole
    for name, row in rows.items():
        copy = "-near" in name or "-exact" in name
        assert row["kept"] == (not copy), name
        if copy:
            first = "-".join(name.split("-")[:2])
            assert row["duplicate_of"] == first and row["cluster"] == rows[first]["cluster"]
            assert row["reason"] == ("dedup.minhash" if "-near" in name else "dedup.exact")
        if "-near" in name:
            assert 0.7 <= row["value"] <= 1
    kept = [row["cluster"] for row in rows.values() if row["kept"]]
    assert len(set(kept)) == len(kept)


@pytest.mark.parametrize(
    "how",
    [
        "partitions",
        pytest.param("workers", marks=pytest.mark.slow),
        pytest.param("shards", marks=pytest.mark.slow),
        "memory",
    ],
)
def test_nothing_depends_on_how_the_work_is_cut(whole, tmp_path, monkeypatch, how):
    _, rows = whole
    if how == "partitions":
        monkeypatch.setattr(minhash, "RECORD_BYTES", 100_000)
        monkeypatch.setattr("headwater.curate.dedup.firsts.KEY_BYTES", 1_000_000)
    if how == "memory":  # pieces of a few records, with what is held from one to the next
        monkeypatch.setattr(minhash, "PIECE_BYTES", 10**9)
        monkeypatch.setattr(minhash, "max", lambda *values: min(24, *values) or 24, raising=False)
    size = 4 if how == "shards" else 9
    found = corpus.curate(
        tmp_path, corpus.in_shards(corpus.mixed(), size), DedupConfig(memory=16_000_000), 2 if how == "workers" else 1
    )
    assert found == rows


def test_no_text_is_read_for_another_threshold(whole, tmp_path):
    root, rows = whole
    shutil.copytree(root, tmp_path / "moved")
    shutil.rmtree(tmp_path / "moved" / "acquire")
    strict = CurateConfig(preset="none", dedup=DedupConfig(min_similarity=1.0))
    corpus.decide_only(tmp_path / "moved", strict, name="strict")
    found = corpus.verdicts(tmp_path / "moved", "strict")
    assert sum(row["kept"] for row in found.values()) > sum(row["kept"] for row in rows.values())


def flood(count):
    """Near-copies of one document, each a little unlike all others."""
    base = corpus.original("en", 0)["text"].split()
    rows = []
    for number in range(count):
        rng = random.Random(number)
        words = list(base)
        for _ in range(3):
            words[rng.randrange(len(words))] = f"word{number}"
        rows.append({"id": f"f{number}", "text": " ".join(words), "lang": "en"})
    return rows


def test_a_flood_of_near_copies_leaves_few_and_draws_few_edges(tmp_path):
    found = corpus.curate(tmp_path, corpus.in_shards(flood(300), 70), DedupConfig(min_similarity=0.6))
    kept = [name for name, row in found.items() if row["kept"]]
    assert kept[0] == "f0" and len(kept) <= 3
    assert len({row["cluster"] for row in found.values()}) == 1
    edges = sum(path.stat().st_size for path in (tmp_path / "curate" / ".work" / "edges").iterdir())
    assert edges < 300 * minhash.EDGE.itemsize * 2 * buckets.FULL, "a number a document, not one a pair"


def test_likeness_is_not_handed_on(tmp_path):
    """Of a document that changes step by step, the ends are unlike: the middle goes, both ends may stay."""
    words = corpus.original("en", 3)["text"].split()
    rows = []
    for step in range(4):
        changed = [f"new{i}" if i < step * len(words) // 9 else word for i, word in enumerate(words)]
        rows.append({"id": f"step{step}", "text": " ".join(changed), "lang": "en"})
    found = corpus.curate(tmp_path, [rows], DedupConfig(bands=64, rows=2, min_similarity=0.7))
    assert [found[f"step{step}"]["kept"] for step in range(4)] == [True, False, True, False]
    assert found["step3"]["duplicate_of"] == "step2"
    assert len({row["cluster"] for row in found.values()}) == 1, "one cluster all the same, for the split"


def test_a_copy_of_a_copy_names_what_stays(tmp_path):
    first = corpus.original("en", 5)
    near = corpus.near_copy(first, 1)
    found = corpus.curate(tmp_path, [[first, near, near | {"id": "again"}]])
    assert found["again"]["reason"] == "dedup.exact" and found["again"]["duplicate_of"] == first["id"]


def test_documents_without_tokens_are_no_copies_of_each_other(tmp_path):
    rows = [{"id": "a", "text": "…!?"}, {"id": "b", "text": "——"}, {"id": "c", "text": ""}]
    assert all(row["kept"] for row in corpus.curate(tmp_path, [rows]).values())


def test_without_verification_one_band_is_enough(tmp_path):
    """As datatrove does: what no signature vouches for is dropped all the same."""
    loose = corpus.curate(tmp_path / "loose", [flood(30)], DedupConfig(min_similarity=0, bands=40, rows=2))
    assert sum(row["kept"] for row in loose.values()) == 1


def test_buckets_are_spread_and_bands_apart():
    signatures = np.arange(4000 * 8, dtype=np.uint32).reshape(4000, 8)
    found = bands.buckets_of(signatures, 4)
    assert len(np.unique(found)) == found.size
    counts = np.bincount(plan.partition(found.reshape(-1), 4), minlength=16)
    assert counts.min() > 800 and counts.max() < 1200
    same = bands.buckets_of(np.zeros((1, 8), np.uint32), 4)
    assert len(np.unique(same)) == 4


class Cut(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("calls", [1, 14, *(pytest.param(calls, marks=pytest.mark.slow) for calls in (9, 17, 20))])
def test_a_stage_cut_short_goes_on_and_ends_the_same(whole, tmp_path, monkeypatch, calls):
    from headwater.pipeline import phases

    root, _ = whole
    for name in ("annotate", "fingerprint"):
        shutil.copytree(root / name, tmp_path / name)
    left, perform = [calls], phases.perform

    def cut(call):
        if not left[0]:
            raise Cut
        left[0] -= 1
        return perform(call)

    config = CurateConfig(preset="none")
    with monkeypatch.context() as patch:
        patch.setattr(phases, "perform", cut)
        with pytest.raises(Cut):
            corpus.decide_only(tmp_path, config)
    corpus.decide_only(tmp_path, config)
    assert workspace.public_bytes(tmp_path / "curate") == workspace.public_bytes(root / "curate")
