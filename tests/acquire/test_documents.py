"""The acquire stage: equal bytes whoever does the work and however often it is cut short, ids unique, lineage whole."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater import document, storage
from headwater.acquire import crawl, documents, extract, unique, warc
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.sources.files import FilesSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, shards

from .conftest import Site

FOLDERS = itertools.count()
Make = Callable[..., Context]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def rows_of(context: Context) -> list[dict[str, Any]]:
    return [row for path in shards(context.folder / "documents") for row in pq.read_table(path).to_pylist()]


def contents(context: Context) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in shards(context.folder / "documents")}


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SHARD_ROWS", 7)
    monkeypatch.setattr(documents, "SMALL_FILE_BYTES", 0)  # every file is a task of its own


@pytest.fixture
def corpus(tmp_path: Path) -> tuple[FilesSource, ...]:
    """Two sources, three files, ids given twice within and across them."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    rng = random.Random(2)
    for name in ("a", "b"):
        rows = [{"id": f"{name}{i % 20}", "text": f"文档 {name} {i} " * rng.randrange(1, 9)} for i in range(25)]
        write_jsonl(folder / f"{name}.jsonl", rows)
    more = write_jsonl(tmp_path / "more.jsonl", [{"id": f"a{i}", "text": f"again {i}"} for i in range(5)] + [{"x": 1}])
    return FilesSource(paths=(str(folder),), kind="general"), FilesSource(paths=(more,), domain="math", kind="specific")


def test_documents_of_files(corpus: tuple[FilesSource, ...], make_context: Make, small_shards: None) -> None:
    context = make_context(corpus)
    figures = documents.run(context)
    assert figures["counts"] == {"in": 56, "kept": 55, "rejected": {"input.no_text": 1}}
    assert figures["sources"] == {"0": 50, "1": 5}
    rows = rows_of(context)
    assert len(rows) == 55 and len({row["id"] for row in rows}) == 55
    assert sorted(contents(context)) == [
        *(f"000-0000{f}-0000{n}.parquet" for f in (0, 1) for n in range(4)), "001-00000-00000.parquet"
    ]  # fmt: skip
    assert pq.read_schema(context.folder / "documents" / "000-00000-00000.parquet").equals(document.SCHEMA)
    assert [row["id"] for row in rows[:20]] == [f"a{i}" for i in range(20)]
    assert rows[20]["id"] == document.document_id(rows[20]["source"], rows[20]["url"], rows[20]["text"])
    assert {(row["kind"], row["domain"]) for row in rows} == {("general", "general"), ("specific", "math")}


def test_small_files_share_a_shard(tmp_path: Path, make_context: Make) -> None:
    for number in range(30):
        (tmp_path / f"{number:02d}.py").write_text(f"x = {number}\n")
    context = make_context((FilesSource(paths=(str(tmp_path),)),))
    assert documents.run(context)["counts"]["kept"] == 30
    assert list(contents(context)) == ["000-00000-00000.parquet"]
    assert [row["title"] for row in rows_of(context)] == [f"{number:02d}.py" for number in range(30)]


def test_equal_bytes_with_more_workers(corpus: tuple[FilesSource, ...], make_context: Make) -> None:
    one, two = make_context(corpus, "one"), make_context(corpus, "two", workers=2)
    assert documents.run(one) == documents.run(two)
    assert contents(one) == contents(two)
    two.engine.close()


class Stop(Exception):
    """Stands for a kill."""


class Unsynced(storage.Layer):
    """Writes without waiting for the disk, which these tests do not pull the plug of."""

    def fsync(self, handle: IO[Any]) -> None:
        handle.flush()

    def fsync_folder(self, path: Path) -> None:
        """Wait for nothing."""


class StopAt(Unsynced):
    """Fails the n-th rename, before or after it is done."""

    def __init__(self, number: int, after: bool) -> None:
        self.left, self.after = number, after

    def replace(self, source: Path, target: Path) -> None:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Stop
        super().replace(source, target)
        if self.left == 0:
            raise Stop


def test_cut_short_anywhere_and_resumed(
    corpus: tuple[FilesSource, ...], make_context: Make, small_shards: None
) -> None:
    whole = make_context(corpus, "whole")
    figures = documents.run(whole)
    wanted = contents(whole)
    stops = 0
    for number in range(1, 45, 3):
        context = make_context(corpus, f"cut{number}")
        try:
            with storage.layer(StopAt(number, after=number % 2 == 0)):
                documents.run(context)
        except Stop:
            stops += 1
        with storage.layer(Unsynced()):
            assert documents.run(context) == figures
        assert contents(context) == wanted
    assert stops > 10


def test_finished_shards_are_not_written_again(
    corpus: tuple[FilesSource, ...], make_context: Make, small_shards: None
) -> None:
    context = make_context(corpus)
    with pytest.raises(Stop), storage.layer(StopAt(6, after=True)):  # an ids table and a shard a time: three of each
        documents.run(context)
    before = {path.name: path.stat().st_ino for path in shards(context.folder / "documents")}
    assert len(before) == 3
    documents.run(context)
    after = {path.name: path.stat().st_ino for path in shards(context.folder / "documents")}
    assert {name: after[name] for name in list(before)[:2]} == {name: before[name] for name in list(before)[:2]}


def test_limit_is_a_number_of_documents_a_source(corpus: tuple[FilesSource, ...], make_context: Make) -> None:
    context = make_context(corpus, limit=30)
    assert documents.run(context)["sources"] == {"0": 30, "1": 5}


def test_nothing_is_left(tmp_path: Path, corpus: tuple[FilesSource, ...], make_context: Make) -> None:
    empty = FilesSource(paths=(write_jsonl(tmp_path / "e.jsonl", [{"x": 1}]),))
    for config, failure in (
        ((empty,), "empty_corpus"),
        ((FilesSource(paths=corpus[0].paths, where={"lang": ("xx",)}),), "empty_corpus"),
        ((corpus[0], FilesSource(paths=(str(tmp_path / "none"),))), "unknown_name"),
    ):
        context = make_context(config, failure)
        with pytest.raises(HeadwaterError) as error:
            documents.run(context)
        assert error.value.failure == failure
        if failure == "unknown_name":
            assert not list(context.folder.iterdir())


def test_pages_keep_their_lineage(site: Site, make_context: Make, quiet: Reporter) -> None:
    site.linked(15)
    site.pages["/p3"] = (
        200,
        {"Content-Type": "text/html"},
        "<html><title>三</title><p>中文页面的正文，内容足够长。".encode(),
    )
    site.pages["/p4"] = b"<html><body></body></html>"
    source = CrawlSource(
        seeds=(f"{site.url}/",), allow_private=True, delay_s=0.0, lang="en", license="CC0", domain="docs"
    )
    captured = make_context(source, "crawled", name="crawl.1")
    crawl.run(captured)
    context = make_context(
        (FilesSource(paths=(str(captured.folder / "warc"),)), source), inputs={"crawl.1": captured.folder}
    )
    figures = documents.run(context)
    assert figures["counts"] == {"in": 32, "kept": 30, "rejected": {"extract.no_text": 2}}
    rows = [row for row in rows_of(context) if row["domain"] == "docs"]
    assert len(rows) == 15 and [row["url"] for row in rows] == sorted(row["url"] for row in rows)
    for row in rows:
        assert (row["lang"], row["license"], row["kind"], row["source"]) == ("en", "CC0", "specific", "127.0.0.1")
        crawl_name, _, file = row["warc_file"].partition("/")
        record = warc.read_record(context.inputs[crawl_name] / file, row["warc_offset"])
        assert (record.url, record.date) == (row["url"], row["fetched_at"])
        assert extract.extract(record.body, record.url, record.charset).text == row["text"]
        assert all(word.encode() in record.body for word in row["text"].replace("#", "").split())
        assert row["digest"] == document.text_digest(row["text"])


def test_pages_licence_and_texts_that_a_stage_made(tmp_path: Path, make_context: Make) -> None:
    """A stage's own documents carry their source's labels and their own language; a page's licence stays otherwise."""
    fetched, made = tmp_path / "fetched", tmp_path / "made"
    writer = warc.Writer(fetched, {}, ("2026-01-01T00:00:00Z", "headwater"))
    html = "<html><body><article><p>正文写得足够长，能够保留下来，作为一篇文档。</p></article></body></html>".encode()
    header = ((b"Content-Type", b"text/html; charset=utf-8"),)
    places = [
        writer.append(warc.response_record(f"http://h/{i}", "2026-01-01T00:00:00Z", 200, "", header, html)[0])
        for i in range(2)
    ]
    writer.close()
    pages = [
        {"warc_file": file, "warc_offset": offset, "license": license}
        for (file, offset), license in zip(places, ("CC-BY-4.0", None), strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(pages), fetched / "pages.parquet")
    rows = [{"text": "合成的课文", "source": "synthetic:m", "license": "", "lang": "zh", "meta": {"synthetic": "true"}}]
    document.write_jsonl(made / "documents.jsonl.zst", [document.batch(rows)])
    labels = documents.Labelled(kind="specific", domain="math", lang="zh", source="")
    context = make_context(
        (labels, FilesSource(paths=(write_jsonl(tmp_path / "a.jsonl", [{"text": "x"}]),)), labels),
        inputs={"search.0": fetched, "synthesize.2": made, "tokenizer": tmp_path},
    )
    assert documents.run(context)["sources"] == {"0": 2, "1": 1, "2": 1}
    found = rows_of(context)
    assert [row["license"] for row in found] == ["CC-BY-4.0", "", "", ""]
    assert {row["warc_file"] for row in found if row["warc_file"]} == {"search.0/warc/00000.warc.gz"}
    assert [(row["kind"], row["domain"], row["lang"]) for row in found if row["url"] or row["meta"]] == [
        ("specific", "math", "zh")
    ] * 3
    assert dict(found[3]["meta"]) == {"synthetic": "true"} and found[3]["source"] == "synthetic:m"


def test_a_sample_is_drawn_from_all_files_of_a_source(
    corpus: tuple[FilesSource, ...], make_context: Make, small_shards: None
) -> None:
    drawn = FilesSource(paths=corpus[0].paths, sample=9)
    context = make_context((drawn, FilesSource(paths=corpus[0].paths, max_documents=30)))
    figures = documents.run(context)
    assert figures["sources"] == {"0": 9, "1": 30}
    assert figures["counts"]["rejected"] == {"files.not_sampled": 41}
    assert len({row["source"] for row in rows_of(context)[:9]}) == 2


def test_every_missing_path_is_named_before_any_work(
    tmp_path: Path, corpus: tuple[FilesSource, ...], make_context: Make
) -> None:
    missing = FilesSource(paths=(str(tmp_path / "no"), *corpus[1].paths, "memory://nowhere/a.jsonl"))
    context = make_context((corpus[0], missing))
    with pytest.raises(HeadwaterError) as error:
        documents.run(context)
    assert error.value.failure == "unknown_name" and not list(context.folder.iterdir())
    assert "sources.1.files.paths.0" in error.value.where and "sources.1.files.paths.2" in error.value.where


@pytest.mark.slow
def test_pages_are_equal_bytes_with_more_workers(
    site: Site, make_context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.linked(60)
    source = CrawlSource(seeds=(f"{site.url}/",), allow_private=True, delay_s=0.0)
    captured = make_context(source, "crawled", name="crawl.0")
    crawl.run(captured)
    monkeypatch.setattr(documents, "PAGES_PER_TASK", 9)
    one = make_context((source,), "one", inputs={"crawl.0": captured.folder})
    two = make_context((source,), "two", inputs={"crawl.0": captured.folder}, workers=2)
    assert documents.run(one) == documents.run(two) and contents(one) == contents(two)
    two.engine.close()


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from(["x", "y", "z", "FALL", "FALL-2", "FALL-3-3"]), min_size=1, max_size=25),
    data=st.data(),
)
def test_ids_are_unique_whatever_is_given(names: list[str], data: st.DataObject, make_context: Make) -> None:
    """Ids that look like the new names of others are the worst case."""
    rows = [{"source": "s", "url": "", "text": data.draw(st.sampled_from(["t", "u"]))} for _ in names]
    fallback = document.document_id("s", "", "t")
    for row, name in zip(rows, names, strict=True):
        row["id"] = name.replace("FALL", fallback)
    context = make_context(None, f"u{next(FOLDERS)}")
    for number in range(0, len(rows), 4):
        shard = f"000-00000-{number:05d}"
        unique.write_ids(context.folder, shard, rows[number : number + 4])
        document.write_parquet(
            context.folder / "documents" / f"{shard}.parquet", document.batches_of(rows[number : number + 4])
        )
    with storage.layer(Unsynced()):
        unique.rename_later(context, [path.stem for path in shards(context.folder / "documents")], len(rows))
    found = [row["id"] for row in rows_of(context)]
    assert len(set(found)) == len(found) == len(rows)
    for position, row in enumerate(rows):
        if row["id"] not in [earlier["id"] for earlier in rows[:position]]:
            assert found[position] == row["id"]
