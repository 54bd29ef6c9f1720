"""The index: crawl after crawl comes to the same as all at once, twice is once, and damage is said."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from headwater.curate.config import CurateConfig
from headwater.curate.dedup import index, index_add
from headwater.curate.dedup.config import DedupConfig
from headwater.errors import HeadwaterError
from tests.curate import workspace
from tests.curate.dedup import corpus


def with_index(folder, **settings):
    return DedupConfig(index=str(folder), **settings)


def every_file(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def crawls():
    rows = corpus.mixed(4)
    third = len(rows) // 3
    return [rows[:third], rows[third : 2 * third], rows[2 * third :]]


def test_crawl_after_crawl_equals_all_at_once(tmp_path, crawls):
    at_once = corpus.curate(tmp_path / "once", crawls)
    folder = tmp_path / "index"
    for number, rows in enumerate(crawls):
        shards = corpus.in_shards(rows, 5)
        if all(not at_once[row["id"]]["kept"] for row in rows):
            with pytest.raises(HeadwaterError, match="nothing new|rejected"):
                corpus.curate(tmp_path / f"crawl{number}", shards, with_index(folder))
            found = corpus.verdicts(tmp_path / f"crawl{number}")
        else:
            found = corpus.curate(tmp_path / f"crawl{number}", shards, with_index(folder))
        for name, row in found.items():
            expected = at_once[name]
            assert (row["kept"], row["duplicate_of"]) == (expected["kept"], expected["duplicate_of"]), name
            assert row["value"] == expected["value"] or row["reason"] != expected["reason"]


def test_the_same_output_again_changes_nothing(tmp_path, crawls):
    folder = tmp_path / "index"
    first = corpus.curate(tmp_path / "a", crawls[:1], with_index(folder))
    before = every_file(folder)
    shutil.rmtree(tmp_path / "a")
    assert corpus.curate(tmp_path / "a", crawls[:1], with_index(folder)) == first
    assert every_file(folder) == before
    corpus.curate(tmp_path / "c", crawls[1:2], with_index(folder))
    shutil.rmtree(tmp_path / "a")
    assert corpus.curate(tmp_path / "a", crawls[:1], with_index(folder)) == first, "later crawls do not count"


@pytest.mark.parametrize("turned", [False, True])
def test_every_other_output_knows_what_one_added(tmp_path, crawls, turned):
    """Whether in the same order or another: a corpus that an output has is nothing new to the next."""
    folder, rows = tmp_path / "index", crawls[0]
    first = corpus.curate(tmp_path / "a", [rows], with_index(folder))
    before = every_file(folder)
    with pytest.raises(HeadwaterError, match="rejected") as caught:
        corpus.curate(tmp_path / "b", [rows[::-1] if turned else rows], with_index(folder))
    assert caught.value.failure == "empty_corpus" and "knows these documents already" in caught.value.mend
    again = corpus.verdicts(tmp_path / "b")
    assert all(not row["kept"] and row["reason"].startswith("dedup.") for row in again.values())
    assert all(first[row["duplicate_of"]]["kept"] for row in again.values())
    assert every_file(folder) == before


def test_an_owner_is_a_request(tmp_path):
    """The caller's own word, else the folder with the sources; the same documents do not make two requests one."""

    def owner(folder, digest="c", **recipe):
        given = workspace.context("curate", tmp_path / folder, {}, None)
        return index.owner_of(replace(given, recipe=SimpleNamespace(**recipe)), digest)

    assert owner("a", owner="me") == owner("b", "other", owner="me") == "me"
    assert owner("a", sources=("s",)) == owner("a", "other", sources=("s",)) != owner("a", sources=("t",))
    assert len({owner("a"), owner("b"), owner("a", "other")}) == 3
    assert owner("a", sources=("s",)) == index.run_owner(tmp_path / "a", ("s",))


def test_equal_segments_of_two_owners_are_two(tmp_path):
    for owner in ("one", "two", "one"):
        index_add.publish(tmp_path, tmp_path, ("c" * 64, owner), {}, {})
    names = index.fingerprint(str(tmp_path))
    assert len(set(names)) == 2
    assert index.fingerprint(str(tmp_path), "two") == names[:1] and index.fingerprint(str(tmp_path), "one") == []
    assert index.fingerprint(str(tmp_path), "three") == names


def test_an_output_under_other_thresholds_takes_its_own_place(tmp_path, crawls):
    folder = tmp_path / "index"
    first = crawls[0][0]
    changed = "".join("改" if place % 60 == 7 else sign for place, sign in enumerate(first["text"]))
    rows = [*crawls[0], first | {"id": "changed", "text": changed}]
    corpus.curate(tmp_path / "a", [rows], with_index(folder))
    corpus.curate(tmp_path / "b", crawls[1:2], with_index(folder))
    names = index.fingerprint(str(folder))
    shutil.rmtree(tmp_path / "a")
    corpus.curate(tmp_path / "a", [rows], with_index(folder, min_similarity=1.0))
    after = index.fingerprint(str(folder))
    assert len(after) == 2 and after[1] == names[1] and after[0] != names[0]
    assert sorted(path.name for path in (folder / "segments").iterdir()) == sorted(after)


def test_other_shapes_are_refused(tmp_path, crawls):
    folder = tmp_path / "index"
    corpus.curate(tmp_path / "a", crawls[:1], with_index(folder))
    with pytest.raises(HeadwaterError, match="bands 14 there, 7 here") as caught:
        corpus.curate(tmp_path / "b", crawls[1:2], with_index(folder, bands=7))
    assert caught.value.exit_code == 2


HARMS = [("exact", "flip"), ("minhash", "cut"), ("signatures", "gone"), ("documents", "flip")]
LONGER = [
    pytest.param(kind, harm, marks=pytest.mark.slow)
    for kind in ("exact", "minhash", "signatures", "documents")
    for harm in ("flip", "cut", "gone")
    if (kind, harm) not in HARMS
]


@pytest.mark.parametrize(("kind", "harm"), [*HARMS, *LONGER])
def test_damage_names_the_file(tmp_path, crawls, kind, harm):
    folder = tmp_path / "index"
    corpus.curate(tmp_path / "a", crawls[:1], with_index(folder))
    config = CurateConfig(preset="none", dedup=with_index(folder))
    workspace.write_documents(tmp_path / "b" / "acquire", crawls[1:2])
    path = next(folder.rglob(f"{kind}/*"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(bytes(data) if harm == "flip" else bytes(data[:-5]))
    with pytest.raises(HeadwaterError, match=path.name) as caught:
        corpus.curate(tmp_path / "b", crawls[1:2], config.dedup)
    assert caught.value.failure == "damaged_file"


def test_another_schema_is_said(tmp_path):
    (tmp_path / index.NAME).write_text('{"schema": 99}')
    with pytest.raises(HeadwaterError, match="schema 99") as caught:
        index.read(tmp_path)
    assert caught.value.failure == "foreign_version"


def test_two_at_once_is_said(tmp_path, crawls):
    folder = tmp_path / "index"
    corpus.curate(tmp_path / "a", crawls[:1], with_index(folder))
    with open(folder / "lock", "ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(HeadwaterError) as caught:
            corpus.curate(tmp_path / "b", crawls[1:2], with_index(folder))
    assert caught.value.failure == "in_use"


def test_a_kill_before_the_segment_is_listed_leaves_the_index_as_it_was(tmp_path, crawls, monkeypatch):
    from headwater import storage

    folder = tmp_path / "index"
    corpus.curate(tmp_path / "a", crawls[:1], with_index(folder))
    before = index.fingerprint(str(folder))
    write = storage.write_json

    def killed(path, value):
        if path == folder / index.NAME:
            raise KeyboardInterrupt
        write(path, value)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            corpus.curate(tmp_path / "b", crawls[1:2], with_index(folder))
    assert index.fingerprint(str(folder)) == before
    config = CurateConfig(preset="none", dedup=with_index(folder))
    corpus.decide_only(tmp_path / "b", config)
    assert len(index.fingerprint(str(folder))) == 2
