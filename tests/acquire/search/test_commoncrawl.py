"""Common Crawl. Shapes: index.commoncrawl.org (collinfo.json, `showNumPages`, JSON lines with `languages`, the 404 with
`{"message": "No Captures found for: …"}`), pywb's CDXJ server API, and cdx_toolkit's handling of 503 and of ranges."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire import warc
from headwater.acquire.cdxj import surt
from headwater.acquire.search import cdx, mirror
from headwater.acquire.search.fetching import fetch
from headwater.acquire.search.results import Refused
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

from .conftest import JSON, Answer, Asked, Service, searched, source_for, told

FILE = "crawl-data/CC-MAIN-2026-30/segments/1.1/warc/CC-MAIN-1-00000.warc.gz"
TEXTS = {
    "https://docs.example.org/zh/a": ("zho", "这一页用中文写成，内容足够长，应当作为一篇文档保留下来，附有来源。"),
    "https://example.org/en/b": ("eng", "This page is written in English and is long enough to be kept as a document."),
    "http://www.example.org/en/c?x=1": (
        "eng",
        "Another page of the same host, other words, long enough to be kept too.",
    ),
    "https://other.net/d": ("eng", "A page of a host that nobody asked for, which must not be found by any pattern."),
}


class Archive:
    """A small archive: one WARC file and its index."""

    def __init__(self) -> None:
        self.data = warc.info_record("2026-08-01T00:00:00Z", "x.warc.gz", "agent")
        self.lines: list[dict[str, Any]] = []
        for number, (url, (language, text)) in enumerate(TEXTS.items()):
            page = f"<html><head><title>{url[-1]}</title></head><body><p>{text}</p><p>{text}</p></body></html>".encode()
            headers = ((b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"%d" % len(page)))
            date = f"2026-07-0{number + 1}T10:00:00Z"
            record, digest = warc.response_record(url, date, 200, "OK", headers, page, "1.2.3.4")
            self.add(url, record, digest, f"2026070{number + 1}100000", language)

    def add(self, url: str, record: bytes, digest: str, timestamp: str, languages: str, **more: str) -> None:
        found = {
            "urlkey": surt(url).decode(), "timestamp": timestamp, "url": url, "mime": "text/html",
            "mime-detected": "text/html", "status": "200", "digest": digest.removeprefix("sha1:"),
            "length": str(len(record)), "offset": str(len(self.data)), "filename": FILE, "languages": languages,
            "encoding": "UTF-8", **more,
        }  # fmt: skip
        self.lines.append(found)
        self.data += record

    def cdxj(self) -> list[bytes]:
        rows = sorted(self.lines, key=lambda line: (line["urlkey"].encode(), line["timestamp"]))
        return [
            f"{row['urlkey']} {row['timestamp']} {json.dumps({k: row[k] for k in list(row)[2:]})}\n".encode()
            for row in rows
        ]

    def serve(self, service: Service, ranges: bool = True, per_page: int = 2) -> None:
        crawls = [f"CC-MAIN-2026-{week}" for week in ("30", "25")]
        listed = [
            {"id": name, "name": f"{name} Index", "timegate": f"https://index.commoncrawl.org/{name}/",
             "cdx-api": f"https://index.commoncrawl.org/{name}-index",
             "from": f"2026-0{7 - i}-01T00:00:00", "to": f"2026-0{7 - i}-14T00:00:00"}
            for i, name in enumerate(crawls)
        ]  # fmt: skip

        def answer(asked: Asked) -> Answer | None:
            if asked.path == "/collinfo.json":
                return told(listed)
            if asked.path == f"/{FILE}":
                return self.part(asked, ranges)
            if asked.path.removeprefix("/").removesuffix("-index") not in crawls:
                return None
            pattern = cdx.pattern_of(asked.fields["url"])
            found = [line for line in self.lines if pattern.holds(line["urlkey"].encode())]
            if asked.path != "/CC-MAIN-2026-30-index" or not found:
                return told({"message": f"No Captures found for: {asked.fields['url']}"}, 404)
            if "showNumPages" in asked.fields:
                pages = -(-len(found) // per_page)
                return told({"pages": pages, "pageSize": 1, "blocks": pages})
            first = int(asked.fields.get("page", 0)) * per_page
            body = "".join(json.dumps(line) + "\n" for line in found[first : first + per_page])
            return 200, {"Content-Type": "text/x-ndjson"}, body.encode()

        service.answer = answer

    def part(self, asked: Asked, ranges: bool) -> Answer:
        if not ranges:
            return 200, {"Content-Type": "application/octet-stream"}, self.data
        first, last = asked.headers["range"].removeprefix("bytes=").split("-")
        where = {"Content-Range": f"bytes {first}-{last}/{len(self.data)}"}
        return 206, where, self.data[int(first) : int(last) + 1]


@pytest.fixture
def archive() -> Archive:
    return Archive()


def fetched(folder: Path, source: Any) -> dict[str, Any]:
    return fetch(folder, source, Reporter(quiet=True))


def test_a_domain_s_captures_are_found_and_brought(service: Service, tmp_path: Path, archive: Archive) -> None:
    archive.serve(service)
    source = source_for(service, "commoncrawl", "example.org")
    rows, report = searched(tmp_path, source)
    assert [row["url"] for row in rows] == list(TEXTS)[:3] and rows[0]["record"]["crawl"] == "CC-MAIN-2026-30"
    asked = service.asked("/CC-MAIN-2026-30-index")[1]
    assert asked.fields["url"] == "*.example.org" and asked.fields["output"] == "json"
    assert asked.all_fields["filter"] == ["=status:200", "=mime:text/html"] and report["failed"] == {}
    figures = fetched(tmp_path, source)
    assert (figures["kept"], figures["rejected"]) == (3, {})
    import pyarrow.parquet as pq
    from warcio.archiveiterator import ArchiveIterator

    pages = pq.read_table(tmp_path / "pages.parquet").to_pylist()
    assert [page["url"] for page in pages] == sorted(list(TEXTS)[:3]) and pages[0][
        "fetched_at"
    ] == "2026-07-03T10:00:00Z"
    for page in pages:
        assert warc.read_record(tmp_path / page["warc_file"], page["warc_offset"]).url == page["url"]
    with open(tmp_path / "warc/00000.warc.gz", "rb") as handle:
        found = {r.rec_headers["WARC-Target-URI"]: r.rec_headers["WARC-Date"] for r in ArchiveIterator(handle)}
    assert found["https://example.org/en/b"] == "2026-07-02T10:00:00Z"
    before = len(service.log)
    assert fetched(tmp_path, source) == figures and len(service.log) == before  # nothing is read twice
    assert len((tmp_path / "index.cdxj").read_bytes().splitlines()) == 3


def test_the_same_bytes_from_a_folder_a_server_without_ranges_and_fsspec(
    service: Service, tmp_path: Path, archive: Archive
) -> None:
    import fsspec

    archive.serve(service, ranges=False)
    source = source_for(service, "commoncrawl", "*.example.org")
    searched(tmp_path / "a", source)
    fetched(tmp_path / "a", source)
    root = tmp_path / "mirror"
    for target in (root / FILE, root / "index" / "part.cdxj"):
        target.parent.mkdir(parents=True)
    (root / FILE).write_bytes(archive.data)
    (root / "index" / "part.cdxj").write_bytes(b"".join(archive.cdxj()))
    with fsspec.open(f"memory://cc/{FILE}", "wb") as handle:
        handle.write(archive.data)
    for name, given in {"b": {"site": str(root)}, "c": {"site": str(root), "records": "memory://cc"}}.items():
        source = source_for(service, "commoncrawl", "*.example.org", **given)
        rows, _ = searched(tmp_path / name, source)
        assert {row["url"] for row in rows} == set(list(TEXTS)[:3])
        assert fetched(tmp_path / name, source)["kept"] == 3
    from headwater.acquire.pages import page_row

    texts = []
    for name in "abc":
        with open(tmp_path / name / "warc/00000.warc.gz", "rb") as handle:
            texts.append(sorted(page_row(record, "", {})["text"] for record in warc.read_records(handle, {})))
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize(
    ("query", "given", "found"),
    [
        ("example.org/en/*", {}, [1, 2]),
        ("https://example.org/en/b", {}, [1]),
        ("*.example.org/*", {"language": "zh"}, [0]),
        ("docs.example.org", {}, [0]),
        ("example.org", {"since": "2026-07-02", "until": "2026-07-02"}, [1]),
        ("example.org", {"mime": "application/pdf"}, []),
        ("example.org", {"include": ("x=1",)}, [2]),
        ("nothing.test", {}, []),
    ],
)
def test_patterns_languages_and_dates(
    service: Service, tmp_path: Path, archive: Archive, query: str, given: dict[str, Any], found: list[int]
) -> None:
    archive.serve(service)
    rows, _ = searched(tmp_path, source_for(service, "commoncrawl", query, **given))
    assert [row["url"] for row in rows] == [list(TEXTS)[i] for i in found]
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "cdx-00000.gz").write_bytes(zlib.compress(b"".join(archive.cdxj()), 6, 31))
    again, _ = searched(tmp_path / "again", source_for(service, "commoncrawl", query, **{**given, "site": str(folder)}))
    assert sorted(row["url"] for row in again) == sorted(row["url"] for row in rows)


def test_a_cluster_index_leads_to_the_blocks_alone(tmp_path: Path, archive: Archive) -> None:
    lines = [b"com,a%04d)/ 2026 {}\n" % i for i in range(400)] + archive.cdxj()
    data, cluster = b"", b"!meta\n"
    for start in range(0, len(lines), 20):
        block = zlib.compress(b"".join(lines[start : start + 20]), 6, 31)
        key = b" ".join(lines[start].split(b" ")[:2])
        cluster += key + b"\tcdx-00000.gz\t%d\t%d\t1\n" % (len(data), len(block))
        data += block
    (tmp_path / "cdx-00000.gz").write_bytes(data)
    (tmp_path / "cluster.idx").write_bytes(cluster)
    for query in ("example.org", "a0100.com", "a0399.com", "a0000.com", "example.org/en/*", "zzz.test"):
        pattern = cdx.pattern_of(query)
        found = [line for line in mirror.lines(str(tmp_path), pattern) if pattern.holds(line.split(b" ", 1)[0])]
        assert found == [line for line in lines if pattern.holds(line.split(b" ", 1)[0])]
        assert len(list(mirror.lines(str(tmp_path), pattern))) <= 60


def test_records_that_are_not_what_the_index_says_are_counted(
    service: Service, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc, "MAX_RECORD_BYTES", 1 << 20)
    page = b"<html><body><p>a page whose record says what it should not, one way or another</p></body></html>"
    headers = ((b"Content-Type", b"text/html"),)

    def add(name: str, change: Any = lambda record: record, **more: str) -> None:
        url = f"https://example.org/{name}"
        record, digest = warc.response_record(url, "2026-07-09T10:00:00Z", 200, "OK", headers, page)
        archive.add(url, change(record), more.pop("digest", digest), "20260709100000", "eng", **more)

    add("digest", digest="sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    add("flipped", lambda record: zlib.compress(zlib.decompress(record, 31).replace(b"whose", b"WHOSE"), 6, 31))
    add("other", lambda record: zlib.compress(zlib.decompress(record, 31).replace(b"org/other", b"org/spoof"), 6, 31))
    add("cut", lambda record: record[:-30])
    add("marked", truncated="length")
    add("bomb", lambda record: zlib.compress(b"WARC/1.1\r\n" + b" " * (2 << 20), 9, 31))
    add("rot", lambda record: b"\x1f\x8b" + record[2:40] + b"\x00" * (len(record) - 40))
    add("gone", filename="crawl-data/none.warc.gz")
    add("evil", filename="../../etc/passwd")
    headers += ((b"X-Robots-Tag", b"noindex"),)
    add("noindex")
    archive.serve(service, per_page=50)
    source = source_for(service, "commoncrawl", "example.org", max_results=100)
    searched(tmp_path, source)
    figures = fetched(tmp_path, source)
    assert figures["kept"] == 3 and sum(figures["rejected"].values()) == 10
    assert figures["rejected"]["record.digest_mismatch"] >= 2 and figures["rejected"]["record.other_page"] == 1
    assert figures["rejected"]["record.bad_place"] == 1 and figures["rejected"]["record.no_such_file"] == 1
    assert figures["rejected"]["record.too_large"] == 1 and "fetch.status_404" not in figures["rejected"]


def test_a_busy_archive_is_asked_again_and_never_the_live_web(
    service: Service, tmp_path: Path, archive: Archive
) -> None:
    archive.serve(service)
    source = source_for(service, "commoncrawl", "example.org", retries=0)
    searched(tmp_path, source)
    good, bad = service.answer, [True, True]
    service.answer = lambda asked: told({}, 503) if asked.path == f"/{FILE}" and bad and bad.pop() else good(asked)
    figures = fetched(tmp_path, source)
    assert figures["kept"] == 1 and figures["rejected"] == {}
    assert fetched(tmp_path, source)["kept"] == 3
    assert {a.path for a in service.log} == {"/collinfo.json", f"/{FILE}", "/CC-MAIN-2026-30-index"}
    service.answer = lambda asked: told({}, 503)
    searched(tmp_path / "b", source_for(service, "commoncrawl", "example.org", site=str(_folder(tmp_path, archive))))
    with pytest.raises(HeadwaterError, match=r"no page \(search.busy, 3\)") as caught:
        fetched(tmp_path / "b", source)
    assert caught.value.failure == "service_unreachable"


def _folder(tmp_path: Path, archive: Archive) -> Path:
    folder = tmp_path / "cdxj"
    folder.mkdir()
    (folder / "x.cdxj").write_bytes(b"".join(archive.cdxj()))
    return folder


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((503, {}, b"Please slow down"), "search.busy"),
        ((200, JSON, b'{"error": "an internal error"}'), "search.malformed_answer"),
        ((200, JSON, b"<html>"), "search.malformed_answer"),
        ((403, {}, b"blocked"), "search.forbidden"),
    ],
)
def test_an_index_that_does_not_answer(
    service: Service, tmp_path: Path, archive: Archive, answer: Answer, reason: str
) -> None:
    archive.serve(service)
    good = service.answer
    service.answer = lambda asked: answer if asked.path.endswith("-index") else good(asked)
    with pytest.raises(HeadwaterError, match=reason):
        searched(tmp_path, source_for(service, "commoncrawl", "example.org"))


def test_crawls_are_chosen_by_name_date_or_all(service: Service, tmp_path: Path, archive: Archive) -> None:
    archive.serve(service)
    for number, (given, weeks) in enumerate(
        [({}, ["30"]), ({"crawls": ("all",)}, ["30", "25"]), ({"crawls": ("CC-MAIN-2026-25",)}, ["25"]),
         ({"since": "2026-06-20"}, ["30"]), ({"until": "2026-06-20"}, ["25"])]
    ):  # fmt: skip
        service.log.clear()
        searched(tmp_path / str(number), source_for(service, "commoncrawl", "example.org", **given))
        paths = dict.fromkeys(a.path for a in service.log if a.path.endswith("-index"))
        assert list(paths) == [f"/CC-MAIN-2026-{week}-index" for week in weeks]
    with pytest.raises(HeadwaterError, match="newest are CC-MAIN-2026-30"):
        searched(tmp_path / "x", source_for(service, "commoncrawl", "example.org", crawls=("CC-MAIN-1999-01",)))


@pytest.mark.parametrize("query", ["how to cook", "分词", "*", "a b.com", "", "*.*", "ftp", "http://"])
def test_what_is_no_pattern(query: str) -> None:
    with pytest.raises(Refused, match="not_a_pattern"):
        cdx.pattern_of(query)


def test_lines_that_say_nothing_are_counted(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    lines = [
        b"org,example)/ 2026 {broken",
        b" CDX N b a",
        b"org,example)/ 2026 {}",
        b"x" * 200_000,
        b"",
        b"[]",
        b"\xff{",
    ]
    place = b'"length": "1", "filename": "f"}'
    lines += [b'org,example)/a 20260101000000 {"url": "https://example.org/a", "offset": "-4", ' + place]
    lines += [b'org,example)/a 20260101000000 {"url": "javascript:1", "offset": 1, ' + place]
    (folder / "x.cdxj").write_bytes(b"\n".join(lines) + b"\n")
    rows, report = searched(
        tmp_path / "o", source_for(service, "commoncrawl", "example.org", site=str(folder), mime="")
    )
    assert rows == [] and report["rejected"] == {"result.bad_url": 6} and report["answered"] == 1
