"""`keep: longest`: against a slow choice from the same groups, by any step, and with an index."""

from __future__ import annotations

from collections import defaultdict

import pytest

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
