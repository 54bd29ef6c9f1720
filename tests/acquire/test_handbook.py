"""A whole real site on loopback, crawled by the command and killed five times on the way.

In: the Debian Administrator's Handbook in all its languages, thousands of pages as its Debian package holds them.
By hand: `pytest -m slow tests/acquire/test_handbook.py`. Without the package (it is kept below `demo-run/packages`
by the demo, else asked of apt) the test is skipped.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from demo import debian

from .hostile import Exchange, Host, Servers, answer
from .hostile_runs import warc_problems

PACKAGE = debian.Package(name="debian-handbook", folders={"usr/share/doc/debian-handbook/html": "handbook"})
KEPT_PACKAGES = Path(__file__).parents[2] / "demo-run" / "packages"
FORBIDDEN = "/handbook/fr-FR/"
ROBOTS = f"User-agent: *\nDisallow: {FORBIDDEN}\n".encode()
NUM_KILLS = 5
CONNECTIONS = 8
COMMAND_TIMEOUT_S = 600


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site; below it `handbook/LANGUAGE/*.html`."""
    folder = tmp_path_factory.mktemp("handbook")
    cache = KEPT_PACKAGES if any(KEPT_PACKAGES.glob(f"{PACKAGE.name}_*.deb")) else folder / "packages"
    said: list[str] = []
    if not debian.available() or not debian.bring((PACKAGE,), cache, folder, said.append):
        pytest.skip(f"the package {PACKAGE.name} cannot be had here: {' '.join(said) or 'no apt'}")
    return folder


@pytest.fixture
def host(site: Path) -> Iterator[Host]:
    languages = sorted(path.name for path in (site / "handbook").iterdir())
    links = "".join(f'<li><a href="/handbook/{name}/index.html">{name}</a></li>' for name in languages)
    index = f"<html><title>The Handbook</title><body><ul>{links}</ul></body></html>".encode()

    async def behave(x: Exchange) -> None:
        path = urlsplit(x.path).path
        if path == "/robots.txt":
            await x.send(answer(ROBOTS, b"Content-Type: text/plain\r\n"))
        elif path == "/":
            await x.send(answer(index))
        elif (file := site / path[1:]).suffix == ".html" and ".." not in path and file.is_file():
            await x.send(answer(file.read_bytes()))
        else:
            await x.send(answer(b"not here", status=b"404 Not Found"))

    servers = Servers("94")
    try:
        yield servers.start(behave, everything=True)
    except OSError:
        pytest.skip("this system has no loopback addresses besides 127.0.0.1")
    finally:
        servers.close()


def reachable(site: Path) -> set[str]:
    """The paths of all pages that links lead to, by a walk over the files that shares nothing with the crawler."""
    import lxml.html

    found: set[str] = set()
    waiting = [f"/handbook/{path.name}/index.html" for path in (site / "handbook").iterdir()]
    while waiting:
        path = waiting.pop()
        file = site / path[1:]
        if path in found or path.startswith(FORBIDDEN) or file.suffix != ".html" or not file.is_file():
            continue
        found.add(path)
        for _, attribute, link, _ in lxml.html.fromstring(file.read_bytes()).iterlinks():
            target = urlsplit(urljoin(f"http://site.test{path}", urldefrag(link).url))
            if attribute == "href" and target.netloc == "site.test":
                waiting.append(target.path)
    return found | {"/"}


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_killed_on_the_way(host: Host, site: Path, tmp_path: Path) -> None:
    wanted = {f"{host.url}{path}" for path in reachable(site)}
    assert len(wanted) > 2000
    command = [
        sys.executable, "-m", "headwater", "crawl", f"{host.url}/", "-o", str(tmp_path), "--allow-private",
        "--delay-s", "0", "--max-pages", "100000", "--concurrency", str(CONNECTIONS), "--per-host", str(CONNECTIONS),
    ]  # fmt: skip
    rng = random.Random(15)
    for _ in range(NUM_KILLS):
        kill_on_the_way(command, host, rng.randrange(20, len(wanted) // (NUM_KILLS + 1)))
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["kept"] == len(wanted) and report["left"] == 0
    check_requests(host, wanted)
    check_warc(tmp_path, wanted)
    check_index(tmp_path, wanted)
    check_documents(tmp_path, wanted, report)


def kill_on_the_way(command: list[str], host: Host, num_pages: int) -> None:
    """Start the command, and kill it when it has asked for so many pages."""
    before = host.num_asked()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while host.num_asked() < before + num_pages and process.poll() is None:
            time.sleep(0.001)
        assert process.poll() is None, "the crawl ended before it could be killed"
    finally:
        process.kill()
        process.wait(30)


def check_requests(host: Host, wanted: set[str]) -> None:
    """Nothing forbidden was asked for, and no page oftener than kills can explain."""
    pages = {url.removeprefix(host.url): host.asked[url.removeprefix(host.url)] for url in wanted}
    assert not [path for path in host.asked if path.startswith(FORBIDDEN)]
    assert min(pages.values()) >= 1 and max(pages.values()) <= 1 + NUM_KILLS
    assert sum(pages.values()) <= len(wanted) + NUM_KILLS * CONNECTIONS
    assert host.asked["/robots.txt"] == 1 + NUM_KILLS


def check_warc(folder: Path, wanted: set[str]) -> None:
    from warcio.archiveiterator import ArchiveIterator

    assert warc_problems(folder) == []
    urls: Counter[str] = Counter()
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        with open(path, "rb") as handle:
            urls.update(
                record.rec_headers.get_header("WARC-Target-URI")
                for record in ArchiveIterator(handle)
                if record.rec_type == "response"
            )
    assert urls == Counter(wanted)


def check_index(folder: Path, wanted: set[str]) -> None:
    """Lines in order, and each leads to the record that it describes."""
    from warcio.archiveiterator import ArchiveIterator

    lines = (folder / "index.cdxj").read_bytes().splitlines()
    assert lines == sorted(lines)
    entries: list[dict[str, Any]] = [json.loads(line.split(b" ", 2)[2]) for line in lines]
    assert sorted(entry["url"] for entry in entries) == sorted(wanted)
    for entry in entries:
        with open(folder / entry["filename"], "rb") as handle:
            handle.seek(int(entry["offset"]))
            data = handle.read(int(entry["length"]))
        records = [
            (record.rec_headers.get_header("WARC-Target-URI"), record.rec_headers.get_header("WARC-Payload-Digest"))
            for record in ArchiveIterator(io.BytesIO(data))
        ]
        assert records == [(entry["url"], entry["digest"])]


def check_documents(folder: Path, wanted: set[str], report: dict[str, Any]) -> None:
    import zstandard

    with zstandard.open(folder / "documents.jsonl.zst", "rt", encoding="utf-8") as handle:
        urls = [json.loads(line)["url"] for line in handle]
    told = report["documents"]
    assert len(urls) == len(set(urls)) == told["kept"] and set(urls) <= wanted
    assert told["kept"] + sum(told["rejected"].values()) == len(wanted)
    assert told["kept"] > 0.95 * len(wanted)
