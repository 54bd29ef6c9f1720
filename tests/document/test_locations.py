"""Where files lie: folders, globs, archives, and anything fsspec opens, with names that say nothing of the place."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import io
import sys
import tarfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater import document
from headwater.acquire import files, warc
from headwater.acquire.sources.files import FilesSource
from headwater.document import locations, remote
from headwater.errors import HeadwaterError

from . import made


def read(*paths: str | Path) -> tuple[dict[str, str], Counter[str]]:
    """Text by URL (or id) of every document."""
    problems: Counter[str] = Counter()
    rows = [row for batch in document.read(list(paths), problems) for row in batch.to_pylist()]
    return {row["url"] or row["id"]: row["text"] for row in rows}, problems


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    with system.open("/bucket/a.jsonl", "wb") as out:
        out.write(b'{"id": "a", "text": "one"}\n')
    with system.open("/bucket/deep/b.jsonl.gz", "wb") as out:
        out.write(gzip.compress('{"id": "b", "text": "二"}\n'.encode()))
    with system.open("/bucket/deep/c.md", "wb") as out:
        out.write("# 三\n".encode())
    with system.open("/bucket/LICENSE", "wb") as out:
        out.write(b"MIT License: Permission is hereby granted, free of charge, to any person obtaining a copy")
    with system.open("/bucket/.hidden/d.md", "wb") as out:
        out.write(b"no")
    pq.write_table(pa.table({"id": ["p"], "text": ["parquet"]}), "/bucket/t.parquet", filesystem=system)
    yield system
    system.store.clear()


def test_folders_and_globs_of_a_service(memory: fsspec.AbstractFileSystem) -> None:
    everything = {"a": "one", "b": "二", "file:deep/c.md": "# 三\n", "p": "parquet"}
    assert read("memory://bucket") == (everything, Counter())
    assert read("memory://bucket/*.jsonl")[0] == {"a": "one"}
    assert read("memory://bucket/**/*.jsonl*")[0] == {"a": "one", "b": "二"}
    assert read("memory://bucket/deep/b.jsonl.gz")[0] == {"b": "二"}
    assert read("simplecache::memory://bucket/*.jsonl")[0] == {"a": "one"}
    (item,) = files.input_files(FilesSource(paths=("memory://bucket/deep/*.md",)))
    assert item.name == "c.md" and item.location.startswith("memory://")
    rows = [row for batch in document.read("memory://bucket") for row in batch.to_pylist()]
    assert {row["license"] for row in rows} == {"MIT"}
    for missing in ("memory://bucket/none.jsonl", "memory://bucket/*.csv", "memory://nowhere"):
        with pytest.raises(HeadwaterError) as error:
            read(missing)
        assert error.value.failure == "unknown_name"


def test_fingerprints_follow_remote_content(memory: fsspec.AbstractFileSystem) -> None:
    source = FilesSource(paths=("memory://bucket/a.jsonl",))
    before = files.fingerprint(source)
    with memory.open("/bucket/a.jsonl", "wb") as out:
        out.write(b'{"id": "a", "text": "two"}\n')
    assert before[0][0] == "a.jsonl" and files.fingerprint(source) != before


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_web_server_without_ranges(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "one"}\n' * 3)
    pq.write_table(pa.table({"id": ["p"], "text": ["parquet"]}), tmp_path / "t.parquet")
    (tmp_path / "b.xml.gz").write_bytes(gzip.compress(made.dump([("题", "文字")])))
    html = b"<html><body><article><p>words enough to be kept as a document</p></article></body></html>"
    header = ((b"Content-Type", b"text/html"),)
    record, _ = warc.response_record("http://h/", "2026-01-01T00:00:00Z", 200, "", header, html)
    (tmp_path / "p.warc.gz").write_bytes(record * 2)
    with serve(tmp_path) as url:
        pages = [row for batch in document.read(f"{url}/p.warc.gz") for row in batch.to_pylist()]
        assert [row["warc_offset"] for row in pages] == [0, len(record)]
        assert read(f"{url}/a.jsonl?version=2")[0] == {"a": "one"}
        assert read(f"{url}/t.parquet", f"{url}/b.xml.gz")[0] == {
            "p": "parquet",
            "https://zh.wikipedia.org/wiki/%E9%A2%98": "文字",
        }
        assert files.fingerprint(FilesSource(paths=(f"{url}/a.jsonl",)))[0][0] == "a.jsonl"
        with pytest.raises(HeadwaterError) as error:
            read(f"{url}/none.jsonl")
        assert error.value.failure == "unknown_name"
    with pytest.raises(HeadwaterError) as error:
        read(f"{url}/a.jsonl")  # nobody listens there any more
    assert error.value.failure == "service_unreachable" and url in error.value.where


def test_a_service_that_fails_on_the_way_is_not_the_files_end(memory: fsspec.AbstractFileSystem) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100:
                raise RuntimeError("connection lost")
            return super().read(min(size or 0, 64))

    stream = io.BufferedReader(remote._Remote(Broken(b'{"text": "x"}\n' * 99), "s3://b/a.jsonl"))
    with pytest.raises(HeadwaterError) as error:
        stream.read()
    assert error.value.failure == "service_unreachable"


def test_a_service_whose_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("s3fs", "gcsfs", "huggingface_hub"):
        monkeypatch.setitem(sys.modules, module, None)
    for address, extra in (("s3://b/a.jsonl", "[s3]"), ("gs://b/*.jsonl", "[gs]")):
        with pytest.raises(HeadwaterError) as error:
            read(address)
        assert error.value.failure == "missing_extra" and extra in error.value.mend
    with pytest.raises(HeadwaterError) as error:
        read("nonsense://b/a.jsonl")
    assert error.value.failure == "unreadable_input"


def test_archives_of_any_format(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as archive:
        for name, data in (("x/a.txt", "文字".encode()), ("../up.md", b"# up\n"), ("b.bin", b"\x00")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "a.tar.xz").write_bytes(out.getvalue())
    table = io.BytesIO()
    pq.write_table(pa.table({"id": ["p"], "text": ["parquet"]}), table)
    (tmp_path / "b.zip").write_bytes(
        made.zipped({"d/t.parquet": table.getvalue(), "c.py": "x = 1\n", ".x/h.txt": "no"})
    )
    found, problems = read(tmp_path)
    assert found == {"file:a.tar.xz/x/a.txt": "文字", "p": "parquet", "file:b.zip/c.py": "x = 1\n"}
    assert problems == {"input.unknown_format": 1}
    assert read(f"zip://*.py::file://{tmp_path}/b.zip")[0] == {"file:c.py": "x = 1\n"}


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "here.jsonl").write_text('{"text": "x"}\n')
    paths = (str(tmp_path / "no.jsonl"), str(tmp_path / "here.jsonl"), str(tmp_path / "*.csv"))
    with pytest.raises(HeadwaterError) as error:
        files.input_files(FilesSource(paths=paths))
    assert error.value.failure == "unknown_name" and paths[0] in error.value.where and paths[2] in error.value.where
    with pytest.raises(HeadwaterError) as error:
        files.all_there([FilesSource(paths=paths[1:2]), object(), FilesSource(paths=paths)])
    assert "sources.2.files.paths.0" in error.value.where and "sources.2.files.paths.2" in error.value.where


def test_a_folder_that_a_glob_names_is_walked(tmp_path: Path) -> None:
    for name in ("o/kept/a.txt", "o/kept/deep/b.txt", "o/kept/no.bin", "o/c.txt", "o/.h/no.txt", "o/venv/no.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for glob, expected in {
        "o/*": ["c.txt", "kept/a.txt", "kept/deep/b.txt"],
        "*": ["o/c.txt", "o/kept/a.txt", "o/kept/deep/b.txt"],
        "o/k*": ["kept/a.txt", "kept/deep/b.txt"],
        "*/*/d*": ["o/kept/deep/b.txt"],
        "o/**": ["c.txt", "kept/a.txt", "kept/deep/b.txt"],
        "o/**/*.txt": ["c.txt", "kept/a.txt", "kept/deep/b.txt", "venv/no.txt"],
        "o/*.txt": ["c.txt"],
    }.items():
        found = files.input_files(FilesSource(paths=(str(tmp_path / glob),)))
        assert [item.name for item in found] == expected, glob
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.put(str(tmp_path / "o"), "/bucket", recursive=True)
    for glob, expected in {
        "*": ["c.txt", "kept/a.txt", "kept/deep/b.txt"],
        "k*": ["kept/a.txt", "kept/deep/b.txt"],
    }.items():
        found = files.input_files(FilesSource(paths=(f"memory://bucket/{glob}",)))
        assert [item.name for item in found] == expected
    system.store.clear()


def test_a_walk_is_sorted_and_stays_inside(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a/1.txt", "c.txt", ".x/no.txt", "node_modules/m/no.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    listing = locations.listing(str(tmp_path))
    assert [name for _, name in listing.files] == ["a/1.txt", "b/2.txt", "c.txt"]
    assert listing.walked == listing.files
    (tmp_path / "loop").unlink()
    globbed = locations.listing(str(tmp_path / "*" / "*.txt"))
    assert [name for _, name in globbed.files] == ["a/1.txt", "b/2.txt"]
