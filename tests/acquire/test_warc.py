"""WARC records: read back by us and by warcio, torn tails cut, damage counted."""

from __future__ import annotations

import gzip
import io
import random
from collections import Counter
from pathlib import Path

import pytest

from headwater.acquire import warc
from headwater.errors import HeadwaterError

DATE = "2026-01-02T03:04:05Z"
HEADERS = (
    (b"Content-Type", b"text/html; charset=gbk"),
    (b"Content-Encoding", b"gzip"),
    (b"Transfer-Encoding", b"chunked"),
)
INFO = (DATE, "headwater/test")


def written(folder: Path, number: int) -> list[tuple[str, int, int, bytes]]:
    """That many records: file, offset, length, body."""
    writer = warc.Writer(folder, {}, INFO)
    found = []
    for i in range(number):
        data = f"<html>第 {i} 页</html>".encode() * (i + 1)
        record, _ = warc.response_record(f"http://h/{i}", DATE, 200, "OK", HEADERS, data, "192.0.2.1")
        found.append((*writer.append(record), len(record), data))
    writer.close()
    return found


def test_read_back(tmp_path: Path) -> None:
    for i, (name, offset, _, data) in enumerate(written(tmp_path, 5)):
        record = warc.read_record(tmp_path / name, offset)
        assert (record.url, record.status, record.date, record.body) == (f"http://h/{i}", 200, DATE, data)
        assert (record.content_type, record.charset) == ("text/html", "gbk")


def test_warcio_reads_it(tmp_path: Path) -> None:
    from warcio.archiveiterator import ArchiveIterator

    found = written(tmp_path, 5)
    with open(tmp_path / found[0][0], "rb") as handle:
        records = []
        for record in ArchiveIterator(handle, check_digests="raise"):
            body = record.content_stream().read()
            records.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), body))
    assert [kind for kind, _, _ in records] == ["warcinfo"] + ["response"] * 5
    assert [body for _, _, body in records[1:]] == [data for *_, data in found]


def test_a_torn_tail_is_cut(tmp_path: Path) -> None:
    found = written(tmp_path, 4)
    name, offset, length, _ = found[1]
    path = tmp_path / name
    whole = path.read_bytes()
    for size in range(offset + length, len(whole), 97):
        path.write_bytes(whole[:size])
        writer = warc.Writer(tmp_path, {name: offset + length}, INFO)
        record, _ = warc.response_record("http://h/new", DATE, 200, "OK", HEADERS, b"new")
        assert writer.append(record) == (name, offset + length)
        writer.close()
        problems: Counter[str] = Counter()
        with open(path, "rb") as handle:
            assert [r.url for r in warc.read_records(handle, problems)] == ["http://h/0", "http://h/1", "http://h/new"]
        assert not problems


@pytest.mark.parametrize("plain", [False, True])
def test_a_file_cut_short_says_so(tmp_path: Path, plain: bool) -> None:
    """Of a record whose end is missing, nothing is taken for a page."""
    name, offset, length, _ = written(tmp_path, 3)[2]
    whole = (tmp_path / name).read_bytes()
    assert warc.is_whole(tmp_path / name, offset, length)
    assert not warc.is_whole(tmp_path / name, offset, length - 1)
    if plain:
        whole = gzip.decompress(whole)
    (tmp_path / "cut.warc").write_bytes(whole[:-60])
    problems: Counter[str] = Counter()
    with open(tmp_path / "cut.warc", "rb") as handle:
        assert [record.url for record in warc.read_records(handle, problems)] == ["http://h/0", "http://h/1"]
    assert problems == {"input.truncated": 1}


def test_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MAX_FILE_BYTES", 1500)
    found = written(tmp_path, 6)
    assert len({name for name, *_ in found}) > 1
    for name, offset, _, data in found:
        assert warc.read_record(tmp_path / name, offset).body == data
    warc.Writer(tmp_path, {found[0][0]: found[0][1] + found[0][2]}, INFO)  # what no one knows of is removed
    assert [p.name for p in sorted((tmp_path / "warc").iterdir())] == ["00000.warc.gz"]


def test_no_record_there(tmp_path: Path) -> None:
    name, offset, *_ = written(tmp_path, 2)[1]
    for wrong in (0, offset + 1, 10**9):
        with pytest.raises(HeadwaterError) as error:
            warc.read_record(tmp_path / name, wrong)
        assert error.value.failure == "damaged_file"


@pytest.mark.parametrize("number", [300])
def test_damaged_files_are_only_counted(tmp_path: Path, number: int) -> None:
    name = written(tmp_path, 6)[0][0]
    whole = (tmp_path / name).read_bytes()
    rng = random.Random(3)
    for _ in range(number):
        data = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.5 else whole)
        for _ in range(rng.randrange(1, 6)):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        assert len(list(warc.read_records(io.BytesIO(bytes(data)), Counter()))) <= 7
