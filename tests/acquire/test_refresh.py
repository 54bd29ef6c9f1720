"""Crawled again: what has not changed is a revisit record, what has is a new one, what is gone drops out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator

from headwater.acquire import crawl, frontier, outcomes, refresh, warc
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.progress import Reporter

from .conftest import Site, page, source

HTML = {"Content-Type": "text/html"}
EARLIER = "2026-01-02T03:04:05Z"


def with_validators(site: Site, path: str, body: bytes, headers: dict[str, str]) -> None:
    """A page that answers 304 to a request that knows it."""

    def answer() -> tuple[int, dict[str, str], bytes]:
        asked = site.headers[path]
        if headers.get("ETag", "-") == asked.get("If-None-Match") or headers.get("Last-Modified", "-") == asked.get(
            "If-Modified-Since"
        ):
            return 304, dict(headers), b""
        return 200, {**HTML, **headers}, body

    site.pages[path] = answer


@pytest.fixture
def grown(site: Site) -> Site:
    site.pages |= {
        "/robots.txt": (404, {}, b""),
        "/": page("start", ["/tag", "/date", "/same", "/new", "/gone", "/ill"]),
    }
    with_validators(site, "/tag", page("tag", []), {"ETag": '"one"'})
    with_validators(site, "/date", page("date", []), {"Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT"})
    for name in ("same", "new", "gone", "ill"):
        site.pages[f"/{name}"] = page(name, [])
    return site


def crawled_earlier(folder: Path, source: CrawlSource, quiet: Reporter) -> dict[str, Any]:
    """A crawl that took place at a date long ago."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "now", lambda: EARLIER)
        return crawl.crawl_to(folder, source, quiet)


def records(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, URL and headers of every record, its digests checked by warcio."""
    found = []
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        with open(path, "rb") as handle:
            for record in ArchiveIterator(handle, check_digests="raise"):
                record.content_stream().read()
                headers = dict(record.rec_headers.headers)
                found.append((record.rec_type, headers.get("WARC-Target-URI", ""), headers))
    return found


def in_index(folder: Path) -> list[dict[str, Any]]:
    """Lines of the index, each checked against the record it names."""
    lines = (folder / "index.cdxj").read_bytes().splitlines()
    assert lines == sorted(lines)
    rows = []
    for line in lines:
        row = json.loads(line.split(b" ", 2)[2])
        with open(folder / row["filename"], "rb") as handle:
            handle.seek(int(row["offset"]))
            record = next(iter(ArchiveIterator(handle)))
            assert record.rec_headers.get_header("WARC-Target-URI") == row["url"]
            assert record.rec_headers.get_header("WARC-Payload-Digest") == row["digest"]
            assert record.rec_type == ("revisit" if row["mime"] == "warc/revisit" else "response")
        rows.append(row)
    return rows


def test_every_kind_of_change(grown: Site, tmp_path: Path, quiet: Reporter) -> None:
    first = crawled_earlier(tmp_path, source(grown), quiet)
    assert first["kept"] == 7 and first["refresh"] == {}
    before = {row["url"]: row for row in pq.read_table(tmp_path / "pages.parquet").to_pylist()}
    asked = dict(grown.asked)
    again = source(grown, refresh_after_s=60)
    grown.pages["/new"] = page("new", ["/more"], "This page says something else than before, and links on to one more.")
    grown.pages |= {"/gone": (410, HTML, b""), "/ill": (500, HTML, b""), "/more": page("more", [])}
    report = crawl.crawl_to(tmp_path, again, quiet)
    assert report["refresh"] == {"changed": 1, "gone": 1, "unanswered": 1, "unchanged": 4}
    assert (report["kept"], report["rejected"]) == (7, {"fetch.status_410": 1}) and report["left"] == 0
    assert all(grown.asked[path] == asked[path] + 1 for path in ("/", "/tag", "/date", "/same", "/new", "/gone"))
    after = {row["url"]: row for row in pq.read_table(tmp_path / "pages.parquet").to_pylist()}
    assert set(after) == set(before) - {f"{grown.url}/gone"} | {f"{grown.url}/more"}
    for url, row in after.items():
        record = warc.read_record(tmp_path / row["warc_file"], row["warc_offset"])
        assert (record.url, record.date, warc.digest_of(record.body)) == (url, row["fetched_at"], row["digest"])
        same = url in before and row["digest"] == before[url]["digest"]
        assert (row["warc_offset"] == before.get(url, row)["warc_offset"]) == (same or url.endswith("/more"))
        assert bool(row["checked_at"]) == (same and not url.endswith("/ill"))
    found = records(tmp_path)
    assert Counter(kind for kind, *_ in found) == {"warcinfo": 1, "response": 9, "revisit": 4}
    ids = {headers["WARC-Record-ID"]: url for _, url, headers in found}
    assert len(ids) == len(found)
    for kind, url, headers in found:
        if kind == "revisit":
            assert ids[headers["WARC-Refers-To"]] == headers["WARC-Refers-To-Target-URI"] == url
            assert headers["WARC-Refers-To-Date"] == before[url]["fetched_at"]
            modified = url.endswith(("/tag", "/date"))
            assert headers["WARC-Profile"] == (warc.NOT_MODIFIED if modified else warc.IDENTICAL)
    assert Counter(row["mime"] for row in in_index(tmp_path)) == {"text/html": 9, "warc/revisit": 4}


def test_young_pages_are_not_asked_for(grown: Site, tmp_path: Path, quiet: Reporter) -> None:
    first = crawl.crawl_to(tmp_path, source(grown), quiet)
    asked = grown.num_pages_asked
    for after_s in (0.0, 3600.0, 1e300):
        assert crawl.crawl_to(tmp_path, source(grown, refresh_after_s=after_s), quiet) == first
    assert grown.num_pages_asked == asked


def test_a_refresh_goes_on_where_it_was(grown: Site, tmp_path: Path, quiet: Reporter) -> None:
    """A refresh that was cut short is finished first; what it looked at already is not asked for a third time."""
    crawled_earlier(tmp_path, source(grown), quiet)
    line = frontier.Frontier(tmp_path, 1000)
    refresh.begin(line, 60)
    assert len(line.state.waiting) == 7 + 1  # and the sitemap
    line.close()
    asked = Counter(grown.asked)
    report = crawl.crawl_to(tmp_path, source(grown, refresh_after_s=1e-6), quiet)
    assert report["refresh"] == {"unchanged": 7} and report["kept"] == 7
    assert all(grown.asked[path] - asked[path] == 1 for path in grown.pages if path != "/robots.txt")
    line = frontier.Frontier(tmp_path, 1000)
    line.close()
    assert line.report() == report  # the log says the same as what was in memory


def test_a_full_crawl_is_refreshed_too(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    """A refresh needs no room: max_pages bounds what is kept, not what is looked at anew."""
    site.linked(30)
    first = crawled_earlier(tmp_path, source(site, max_pages=10), quiet)
    assert first["kept"] == 10
    report = crawl.crawl_to(tmp_path, source(site, max_pages=10, refresh_after_s=60), quiet)
    assert (report["kept"], report["left"], report["refresh"]) == (10, first["left"], {"unchanged": 10})


def test_a_revisit_lost_in_a_power_cut_is_taken_back(grown: Site, tmp_path: Path, quiet: Reporter) -> None:
    crawled_earlier(tmp_path, source(grown), quiet)
    end = (tmp_path / "warc" / "00000.warc.gz").stat().st_size
    rows = (tmp_path / frontier.LOG).read_bytes()
    report = crawl.crawl_to(tmp_path, source(grown, refresh_after_s=60), quiet)
    path = tmp_path / "warc" / "00000.warc.gz"
    whole = path.read_bytes()
    kept = [
        line for line in (tmp_path / frontier.LOG).read_bytes()[len(rows) :].splitlines(True) if b"synced" not in line
    ]
    for cut in (end, end + 1, (end + len(whole)) // 2, len(whole) - 1):
        (tmp_path / frontier.LOG).write_bytes(rows + b"".join(kept))
        path.write_bytes(whole[:cut])
        told = crawl.crawl_to(tmp_path, source(grown), quiet)
        assert {**told, "auxiliary": {}} == {**report, "auxiliary": {}}
        assert len(in_index(tmp_path)) == 14
