"""Damaged WARC files: `headwater extract` counts what it cannot read, and reads all that is whole."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from headwater.acquire import warc

from .conftest import page
from .hostile_behaviours import MIB
from .hostile_runs import documents, measured


def fuzzed_warcs(folder: Path, number: int) -> tuple[Path, int]:
    """Damaged WARC files below a folder, and one that is whole: its path, and how many pages it holds."""
    rng = random.Random(5)
    texts = [("河水流过城市，老师在图书馆里写下每一天的观察。", "zh"), ("def add(a, b):\n    return a + b", "en")]
    pages = [page(f"page {i}", ["/x"], *texts[i % 2]) for i in range(6)]
    headers = ((b"Content-Type", b"text/html"),)
    records = [
        warc.response_record(f"http://site.test/{i}", "2026-01-01T00:00:00Z", 200, "OK", headers, data)[0]
        for i, data in enumerate(pages)
    ]
    folder.mkdir()
    whole = folder / "zz-whole.warc.gz"
    whole.write_bytes(b"".join(records))
    plain = b"".join(map(gzip.decompress, records))
    lies = [b"-1", b"0", b"5", b"99999999999999999999", b"1e3", b"", b"0x10", b"7" * 5000]
    for index in range(number):
        zipped, raw = bytearray(whole.read_bytes()), bytearray(plain)
        kind = index % 5
        if kind == 0:
            for _ in range(rng.randrange(1, 9)):
                zipped[rng.randrange(len(zipped))] = rng.randrange(256)
        elif kind == 1:
            del zipped[rng.randrange(len(zipped)) :]
        elif kind == 2:
            at = raw.find(b"Content-Length: ", rng.randrange(len(raw) // 2)) + 16
            raw[at : raw.index(b"\r\n", at)] = rng.choice(lies)
        elif kind == 3:
            start = rng.randrange(len(raw))
            raw[start : start + rng.randrange(3000)] = rng.randbytes(rng.randrange(40))
        else:
            for _ in range(rng.randrange(1, 30)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
        name, data = (f"{index:05d}.warc.gz", zipped) if kind < 2 else (f"{index:05d}.warc", raw)
        (folder / name).write_bytes(data)
    return whole, len(pages)


ODD_TARGETS = (
    "http:", "http:x", "https", "httpx", "http:/x", "http://", "http:///x", "http://[::1", "dns:site.test",
    "urn:uuid:5", "//site.test/x", "http://site.test:99999/", "http://" + "x" * 5000, "河流",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["response", "conversion"])
def test_records_of_odd_addresses(tmp_path: Path, kind: str) -> None:
    """A page whose record names no web address is still a page; WARC 1.0 puts addresses between < and >."""
    from headwater import document
    from headwater.acquire import files
    from headwater.acquire.sources.files import FilesSource

    targets = [*ODD_TARGETS, "<http://site.test/in-brackets>"]
    text = "A page that names no address of its own says something in a sentence all the same."
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page("odd", [], text)
    block, content_type = (block, "application/http") if kind == "response" else (text.encode(), "text/plain")
    records = [
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{i}>\r\nWARC-Target-URI: {target}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n".encode()
        + block
        + b"\r\n\r\n"
        for i, target in enumerate(targets)
    ]
    path = tmp_path / ("x.warc" if kind == "response" else "x.warc.wet")
    path.write_bytes(b"".join(records))
    source = FilesSource(paths=(str(path),))
    problems: Counter[str] = Counter()
    rows = [row for item in files.input_files(source) for row in files.rows(item, source, problems)]
    assert len(rows) == len(targets) and not problems
    assert rows[-1]["url"] == "http://site.test/in-brackets"
    assert list(document.batches_of(rows))


@pytest.mark.parametrize("number", [100, pytest.param(4000, marks=pytest.mark.slow)])
def test_malformed_warcs_are_counted(tmp_path: Path, number: int) -> None:
    whole, num_pages = fuzzed_warcs(tmp_path / "warc", number)
    command = [
        sys.executable,
        "-m",
        "headwater",
        "extract",
        str(whole.parent),
        "-o",
        str(tmp_path / "out.jsonl.zst"),
        "--json",
    ]
    done, peak_bytes, seconds = measured(command, timeout_s=110)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    assert report["rejected"] and all("." in reason for reason in report["rejected"])
    assert report["kept"] > number and peak_bytes < 700 * MIB and seconds < 10 + number / 30
    assert [row["warc_file"] for row in documents(tmp_path / "out.jsonl.zst")].count(whole.name) == num_pages
