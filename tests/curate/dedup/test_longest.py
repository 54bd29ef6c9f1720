"""`keep: longest`: against a slow choice from the same groups, before every step, however cut, and with an index."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from headwater.curate.dedup import longest as ranking
from headwater.curate.dedup import minhash, sections, semantic
from headwater.curate.dedup.config import DedupConfig
from headwater.curate.diversity.config import DiversityConfig
from tests.curate.dedup import corpus


def long_last() -> list[dict]:
    """Near-copies, exact ones and pages of one address, the longest of each group anywhere among them."""
    rows = corpus.mixed(5, 3)
    pages = [corpus.original("en", 90 + number) | {"url": "https://e.example/page"} for number in range(3)]
    pages[1]["text"] += "\n" + corpus.original("en", 99)["text"]
    return [*rows, *(page | {"id": f"page{number}"} for number, page in enumerate(pages))]


def groups(found: dict[str, dict]) -> dict[str, set[str]]:
    """Every survivor with all that was dropped for it, itself too."""
    together: dict[str, set[str]] = defaultdict(set)
    for name, row in found.items():
        assert row["kept"] or found[row["duplicate_of"]]["kept"], name
        together[row["duplicate_of"] or name].add(name)
    return together


@pytest.mark.parametrize("size", [7, 1000])
def test_the_longest_of_each_group_stays_and_the_groups_are_the_same(tmp_path, size):
    rows = long_last()
    place = {row["id"]: number for number, row in enumerate(rows)}
    length = {row["id"]: len(row["text"].encode()) for row in rows}
    shards = corpus.in_shards(rows, size)
    first = corpus.curate(tmp_path / "first", shards)
    longest = corpus.curate(tmp_path / "longest", shards, DedupConfig(keep="longest"))
    expected = {}
    for names in groups(first).values():
        expected[max(names, key=lambda name: (length[name], -place[name]))] = names
    assert groups(longest) == expected
    assert expected.keys() != groups(first).keys() and "page1" in expected
    for name, row in longest.items():
        assert row["cluster"] == first[name]["cluster"]
        assert row["kept"] or row["reason"].startswith("dedup.")


def test_a_step_sees_the_longest_that_the_one_before_left(tmp_path):
    """A page's longer state is what its copies elsewhere are copies of, be they equal or nearly so."""
    short, long = corpus.original("en", 1) | {"id": "short"}, corpus.original("en", 2) | {"id": "long"}
    long["text"] += "\n" + corpus.original("en", 3)["text"]
    rows = [short | {"url": "https://e.example/1"}, long | {"url": "https://e.example/1"}]
    rows += [long | {"id": "equal", "url": "https://e.example/2"}, corpus.near_copy(long, 4) | {"id": "near"}]
    rows[3] |= {"text": rows[3]["text"][:-3], "url": "https://e.example/3"}
    found = corpus.curate(tmp_path, corpus.in_shards(rows, 2), DedupConfig(keep="longest"))
    assert {name: (row["reason"], row["duplicate_of"]) for name, row in found.items()} == {
        "short": ("dedup.url", "near"),
        "long": ("dedup.minhash", "near"),
        "equal": ("dedup.exact", "near"),
        "near": ("", ""),
    }
    assert len({row["cluster"] for row in found.values()}) == 1


def test_nothing_depends_on_how_the_work_is_cut(tmp_path, monkeypatch):
    rows, settings = long_last(), DedupConfig(keep="longest", semantic=True, memory=16_000_000)
    whole = corpus.curate(tmp_path / "whole", [rows], settings)
    monkeypatch.setattr(minhash, "RECORD_BYTES", 100_000)
    monkeypatch.setattr(semantic, "MEMBER_BYTES", 1_000_000)
    monkeypatch.setattr("headwater.curate.dedup.firsts.KEY_BYTES", 1_000_000)
    monkeypatch.setattr("headwater.curate.dedup.plan.BYTES_PER_DOCUMENT", 10**9)
    monkeypatch.setattr(ranking, "max", lambda *values: 3, raising=False)
    assert corpus.curate(tmp_path / "cut", corpus.in_shards(rows, 11), settings) == whole


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_records_of_many_files_come_by_rank(tmp_path, size):
    rng = np.random.default_rng(size)
    records = np.zeros(300, semantic.MEMBER)
    records["order"], records["cluster"] = np.sort(rng.integers(0, 120, 300)), np.arange(300)
    home = rng.integers(0, 5, 120)[records["order"]]  # a document lies in one file, and the last file is empty
    files = [tmp_path / str(number) for number in range(6)]
    for number, path in enumerate(files):
        sections.write(path, [records[:0], records[home == number]], semantic.MEMBER, 2)
    parts = list(ranking._merged(files, 1, semantic.MEMBER, size))
    assert np.array_equal(np.concatenate(parts), records)
    assert all(len(part) <= size * len(files) for part in parts)


def test_a_cap_counts_what_stayed(tmp_path):
    page = corpus.original("en", 1)
    rows = [page | {"id": str(number), "url": f"https://e.example/{number}"} for number in range(2)]
    rows[1] = corpus.near_copy(rows[1], 3) | {"id": "1"}
    settings = {"diversity": DiversityConfig(max_per_host=1), "dedup": DedupConfig(keep="longest")}
    found = corpus.curate(tmp_path, [rows], **settings)
    assert found["1"]["kept"] and found["0"]["duplicate_of"] == "1"


def test_what_an_index_knows_stays_known_and_what_stayed_is_added(tmp_path):
    settings = DedupConfig(keep="longest", index=str(tmp_path / "index"))
    rows = [corpus.original("zh", number) | {"url": f"https://z.example/{number}"} for number in range(3)]
    longer = rows[0] | {"id": "longer", "text": rows[0]["text"] + corpus.original("zh", 50)["text"]}
    first = corpus.curate(tmp_path / "a", [[*rows, longer]], settings)
    assert first["longer"]["kept"] and first["zh-0"]["duplicate_of"] == "longer"
    again = longer | {"id": "again", "url": "https://z.example/elsewhere", "text": longer["text"] + "又一句话。"}
    found = corpus.curate(tmp_path / "b", [[again, corpus.original("zh", 70)]], settings)
    assert (found["again"]["kept"], found["again"]["duplicate_of"]) == (False, "longer")
