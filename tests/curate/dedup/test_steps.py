"""The other steps: addresses, the words that documents use, caps; and their order."""

from __future__ import annotations

import random

import pytest

from headwater.curate.dedup import addresses
from headwater.curate.dedup.config import DedupConfig
from headwater.curate.dedup.plan import MIN_PARTITION_BYTES, RECORD_BYTES, Plan
from headwater.curate.diversity.config import DiversityConfig
from tests.curate.dedup import corpus


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.com/a/", "https://www.example.com:443/a"),
        ("https://e.example/a?utm_source=x&b=1", "https://e.example/a?b=1"),
        ("https://e.example/%e6%b2%b3", "https://e.example/河"),
        ("https://user@e.example/a#top", "https://e.example/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
    ],
)
def test_spellings_of_one_address(one, other):
    assert addresses.canonical(one, True) == addresses.canonical(other, True) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.example/a?b=1", "https://e.example/a?b=2"),
        ("https://e.example/A", "https://e.example/a"),
        ("https://e.example/a%2Fb", "https://e.example/a/b"),
        ("https://e.example:8080/", "https://e.example/"),
        ("https://sub.e.example/", "https://e.example/"),
    ],
)
def test_different_addresses(one, other):
    assert addresses.canonical(one, True) != addresses.canonical(other, True)


@pytest.mark.parametrize("url", ["", "not an address", "ftp://e.example/", "http://[::1", "http:///a", "x" * 9999])
def test_no_address(url):
    assert addresses.canonical(url, True) == ""


def test_pages_with_one_address_are_copies_but_files_are_told_apart(tmp_path):
    texts = [corpus.original("en", number)["text"] for number in range(6)]
    page = {"url": "https://e.example/a?utm_source=feed", "lang": "en"}
    rows = [
        {"id": "a", "text": texts[0], "url": "https://www.e.example/a", "lang": "en"},
        page | {"id": "b", "text": texts[1]},
        {"id": "c", "text": texts[2], "url": "https://e.example/poems.json#1", "lang": "en"},
        {"id": "d", "text": texts[3], "url": "https://e.example/poems.json#2", "lang": "en"},
        page | {"id": "e", "text": texts[4], "domain": "math"},
        page | {"id": "f", "text": texts[5], "kind": "specific"},
    ]
    found = corpus.curate(tmp_path, [rows])
    assert [name for name, row in found.items() if not row["kept"]] == ["b"]
    assert found["b"]["reason"] == "dedup.url" and found["b"]["duplicate_of"] == "a"
    assert all(row["kept"] for row in corpus.curate(tmp_path / "off", [rows], DedupConfig(url=False)).values())


def shuffled(row, seed):
    """The same sentences in another order: the same words, few of the same shingles."""
    rng = random.Random(seed)
    words = row["text"].split()
    rng.shuffle(words)
    return row | {"id": f"{row['id']}-shuffled", "text": " ".join(words)}


def test_semantic_copies_use_the_same_words(tmp_path):
    rows = [corpus.original("en", number) for number in range(30)]
    rows += [shuffled(row, 1) for row in rows[:5]]
    plain = corpus.curate(tmp_path / "plain", [rows])
    assert all(row["kept"] for row in plain.values())
    found = corpus.curate(tmp_path / "semantic", corpus.in_shards(rows, 8), DedupConfig(semantic=True))
    gone = {name: row for name, row in found.items() if not row["kept"]}
    assert set(gone) == {f"en-{number}-shuffled" for number in range(5)}
    for name, row in gone.items():
        assert row["reason"] == "dedup.semantic" and row["value"] >= 0.97
        assert row["duplicate_of"] == name.removesuffix("-shuffled")


@pytest.mark.slow
def test_semantic_copies_do_not_depend_on_workers(tmp_path):
    rows = [corpus.original("en", number) for number in range(30)]
    shards = corpus.in_shards([*rows, *(shuffled(row, 1) for row in rows[:5])], 8)
    one, two = (
        corpus.curate(tmp_path / str(workers), shards, DedupConfig(semantic=True), workers=workers)
        for workers in (1, 2)
    )
    assert one == two


def test_caps_come_last_and_say_how_many(tmp_path):
    rows = [corpus.original("en", number) | {"url": f"https://big.example/{number}"} for number in range(12)]
    rows += [corpus.original("zh", number) | {"url": f"https://small{number}.example/"} for number in range(3)]
    rows.append(rows[0] | {"id": "copy", "url": "https://big.example/copy"})
    found = corpus.curate(tmp_path, corpus.in_shards(rows, 5), diversity=DiversityConfig(max_per_host=4))
    over = [row for row in found.values() if row["reason"] == "cap.host"]
    assert len(over) == 8 and all(row["value"] == 12 and not row["duplicate_of"] for row in over)
    assert found["copy"]["reason"] == "dedup.exact"
    share = corpus.curate(tmp_path / "share", [rows], diversity=DiversityConfig(max_host_share=0.3))
    sizes = {
        host: sum(r["text_bytes"] for n, r in share.items() if r["kept"] and n[:2] == host) for host in ("en", "zh")
    }
    assert 0 < sizes["en"] <= 0.3 * sum(r["text_bytes"] for r in share.values() if not r["reason"].startswith("dedup"))


def test_what_an_earlier_step_dropped_shadows_nothing(tmp_path):
    """B has A's address and C's text: B goes as A's copy, so C is nobody's."""
    first, second = corpus.original("en", 1), corpus.original("en", 2)
    rows = [
        first | {"id": "a", "url": "https://e.example/x"},
        second | {"id": "b", "url": "https://e.example/x"},
        second | {"id": "c", "url": "https://e.example/y"},
    ]
    found = corpus.curate(tmp_path, [rows])
    assert [found[name]["reason"] for name in "abc"] == ["", "dedup.url", ""]


def test_a_cap_a_cluster(tmp_path):
    rows = corpus.mixed(3, 2)
    found = corpus.curate(tmp_path, [rows], DedupConfig(minhash=False), diversity=DiversityConfig(max_per_cluster=1))
    assert all(row["reason"] in ("", "dedup.exact") for row in found.values()), "alone in its cluster"


@pytest.mark.parametrize("workers", [1, 1024, 999_999])
def test_workers_do_not_cut_a_small_corpus_into_many_partitions(tmp_path, workers):
    plan = Plan(
        config=DedupConfig(),
        folder=tmp_path,
        annotations=tmp_path,
        fingerprints=None,
        names=("a",),
        starts=(0, 20_000),
        regions=(0, 1),
        workers=workers,
    )
    records = 20_000 * 14
    partitions = 1 << plan.bits(records, RECORD_BYTES)
    assert partitions <= 64 and records * RECORD_BYTES / partitions >= MIN_PARTITION_BYTES / 2
