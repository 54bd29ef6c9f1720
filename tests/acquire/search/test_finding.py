"""What holds for every provider: order, dedup, forms of queries, pace, kills, several providers at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire.search import expand, log, turns
from headwater.acquire.search.finding import RESULTS, find
from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

from .conftest import Answer, Asked, Service, searched, source_for, told


def engine(asked: Asked) -> Answer:
    """Three pages of two results; page 1 of every query begins with the same address."""
    query, number = asked.fields["q"], int(asked.fields["pageno"])
    urls = [f"https://e.org/{query}/{number}{i}" for i in "ab"] if number < 4 else []
    urls[:1] = ["https://E.org:443/common?utm_source=x#top"] if number == 1 else urls[:1]
    return told({"results": [{"url": url, "title": url} for url in urls]})


def test_every_address_once_in_the_order_of_queries_and_ranks(service: Service, tmp_path: Path) -> None:
    service.answer = engine
    rows, report = searched(tmp_path / "a", source_for(service, "searxng", "x", "词", max_results=5))
    assert [(row["query"], row["rank"]) for row in rows] == [("x", i) for i in range(1, 6)] + [
        ("词", i) for i in range(2, 6)
    ]
    assert rows[0]["url"] == "https://e.org/common" and report["rejected"] == {"result.duplicate": 1}
    assert rows[5]["url"] == "https://e.org/%E8%AF%8D/1b"
    searched(tmp_path / "b", source_for(service, "searxng", "x", "词", max_results=5))
    assert (tmp_path / "a" / RESULTS).read_bytes() == (tmp_path / "b" / RESULTS).read_bytes()
    wider, _ = searched(tmp_path / "a", source_for(service, "searxng", "x", "词", "new", max_results=6))
    assert len(wider) == 6 + 5 + 5  # goes on where it was


def test_several_providers_share_what_they_find(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(asked: Asked) -> Answer | None:
        if asked.path == "/api.php":
            return told({"query": {"search": [{"title": "common"}, {"title": "own"}]}})
        return engine(asked) if asked.path == "/search" else None

    service.answer = both
    rows, report = searched(tmp_path, source_for(service, "searxng, mediawiki", "x", "y", max_results=2))
    assert [(row["query"], row["provider"], row["rank"]) for row in rows] == [
        ("x", "searxng", 1), ("x", "searxng", 2), ("x", "mediawiki", 1), ("x", "mediawiki", 2), ("y", "searxng", 2),
    ]  # fmt: skip
    assert report["rejected"] == {"result.duplicate": 3} and set(report["requests"]) == {"searxng", "mediawiki"}


def test_a_folder_is_for_one_search(service: Service, tmp_path: Path) -> None:
    service.answer = engine
    searched(tmp_path, source_for(service, "searxng", "x"))
    with pytest.raises(HeadwaterError, match="something else"):
        searched(tmp_path, source_for(service, "searxng", "y"))
    (tmp_path / log.LOG).write_bytes(b'{"odd": 1}\n')
    with pytest.raises(HeadwaterError) as caught:
        searched(tmp_path, source_for(service, "searxng", "x"))
    assert caught.value.failure == "damaged_file"


def test_what_is_wanted_of_results(service: Service, tmp_path: Path) -> None:
    urls = [
        "https://a.org/1",
        "https://sub.a.org/2",
        "https://b.org/3",
        "https://a.org/no",
        "ftp://a.org/",
        "data:x",
        "",
    ]
    service.answer = lambda a: told(
        {"results": [{"url": u, "title": "t"} for u in urls] if a.fields["pageno"] == "1" else []}
    )
    rows, report = searched(tmp_path, source_for(service, "searxng", "x", within=("a.org",), exclude=("/no$",)))
    assert [row["url"] for row in rows] == urls[:2] and service.log[0].fields["q"] == "x site:a.org"
    assert report["rejected"] == {"result.bad_url": 3, "result.elsewhere": 1, "result.excluded": 1}


def test_forms_of_queries(tmp_path: Path) -> None:
    file = tmp_path / "seeds.txt"
    file.write_text("\ufeff# seeds\n分词\n\n  BPE   merges \n分词\n", "utf-8")
    source = SearchSource(provider="brave", keywords=("token",), queries=str(file))
    assert expand.queries_of(source) == ["token", "分词", "BPE merges"]
    found = expand.queries_of(SearchSource(provider="brave", keywords=("token",), queries=str(file), expand=True))
    assert found[:3] == ["token", "分词", "BPE merges"] and len(found) == len(set(found))
    assert {"what is token", "token tutorial", "分词 教程", "分词 是什么"} <= set(found) and "token 教程" not in found
    assert "token 教程" in expand.forms("token", "zh") and expand.forms("词")[0] == "词 是什么"
    file.write_bytes("分词".encode("gbk"))
    for given, failure in ((str(file), "unreadable_input"), (str(tmp_path / "none"), "unknown_name")):
        with pytest.raises(HeadwaterError) as caught:
            expand.queries_of(SearchSource(provider="brave", queries=given))
        assert caught.value.failure == failure


def test_the_pace_holds_also_across_restarts(service: Service, tmp_path: Path) -> None:
    times: list[float] = []

    def timed(asked: Asked) -> Answer:
        times.append(time.monotonic())
        return engine(asked)

    service.answer = timed
    for number in range(3):
        searched(tmp_path, source_for(service, "searxng", *"abc"[: number + 1], max_results=2, delay_s=0.15))
    assert len(times) == 3 and min(b - a for a, b in zip(times, times[1:], strict=False)) >= 0.14


@pytest.mark.parametrize("shift_s", [-3600.0, 3600.0])
def test_a_changed_clock_shortens_no_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift_s: float) -> None:
    with log.opened(tmp_path) as found:
        found.begin("p", "h", time.time() + max(0.0, shift_s), 0.0)
        found.rest("h", time.time() + 0.2)
        turn = turns.Turns(found)
        turn.asked("h")
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + shift_s)
        start = time.monotonic()
        import asyncio

        asyncio.run(turn.wait("h", 0.15))
        assert 0.14 <= time.monotonic() - start < 1


KILLED = """
import sys
from pathlib import Path
from headwater.acquire.search.finding import find
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter
url, folder, *queries = sys.argv[1:]
find(Path(folder), SearchSource(provider="searxng", site=url, keywords=tuple(queries), allow_private=True, delay_s=0,
     cost_per_request=0.01, max_cost=1.0), Reporter(quiet=True))
"""


def test_killed_and_run_again_nothing_is_asked_twice(service: Service, tmp_path: Path) -> None:
    service.answer = engine
    queries = [f"q{i}" for i in range(5)]
    whole, _ = searched(tmp_path / "whole", source_for(service, "searxng", *queries))
    service.log.clear()
    for limit in (3, 9, 15):  # killed while an answer is awaited

        def slow(asked: Asked, limit: int = limit) -> Answer:
            if len(service.log) > limit:
                service.stop.wait(3)
            return engine(asked)

        service.answer = slow
        child = subprocess.Popen([sys.executable, "-c", KILLED, service.url, str(tmp_path / "k"), *queries])
        deadline = time.monotonic() + 20
        while len(service.log) <= limit and time.monotonic() < deadline:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
    service.answer = engine
    given: dict[str, Any] = {"cost_per_request": 0.01, "max_cost": 1.0}
    rows, report = searched(tmp_path / "k", source_for(service, "searxng", *queries, **given))
    assert rows == whole
    asked = [(a.fields["q"], a.fields["pageno"]) for a in service.log]
    assert len(asked) == 20 + 3 and len(set(asked)) == 20  # only those that were in flight
    assert report["cost"] == pytest.approx(0.01 * len(asked))  # and each of them is counted


def test_two_at_once_are_one_too_many(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: (service.stop.wait(0.3), engine(asked))[1]
    first = threading.Thread(target=searched, args=(tmp_path, source_for(service, "searxng", "x", max_results=1)))
    first.start()
    while not (tmp_path / log.LOG).exists():
        time.sleep(0.01)
    with pytest.raises(HeadwaterError) as caught:
        find(tmp_path, source_for(service, "searxng", "x"), Reporter(quiet=True))
    first.join()
    assert caught.value.failure == "in_use"


def test_rows_are_one_line_of_json_each(service: Service, tmp_path: Path) -> None:
    nasty = "line\u2028sep\x00 \x1b[31m<script>alert(1)</script> &lt;b&gt; \ud83d"
    body = json.dumps({"results": [{"url": "https://e.org/", "title": nasty, "content": nasty * 900}]}).encode()
    body = body.replace(b"\\ud83d", b"")
    service.answer = lambda asked: (200, {}, body)
    rows, _ = searched(tmp_path, source_for(service, "searxng", "x"))
    assert rows[0]["title"] == "line sep [31malert(1) <b>" and len(rows[0]["snippet"]) <= 600
    assert len((tmp_path / RESULTS).read_bytes().splitlines()) == 1
    assert set(rows[0]) == {"query", "provider", "rank", "url", "title", "snippet"}
    assert os.path.exists(tmp_path / "search.json")


TERMINATED = "import signal\nfrom headwater.errors import Preempted\n" + KILLED.replace(
    "find(Path", "def stop(*_):\n    raise Preempted\nsignal.signal(signal.SIGTERM, stop)\ntry:\n  find(Path"
).replace("Reporter(quiet=True))", "Reporter(quiet=True))\nexcept Preempted:\n  sys.exit(75)")


@pytest.mark.parametrize("provider", ["searxng", "sitemap"])
def test_sigterm_stops_it_at_once(service: Service, tmp_path: Path, provider: str) -> None:
    def slow(asked: Asked) -> Answer:
        service.stop.wait(10)
        return engine(asked)

    service.answer = slow
    code = TERMINATED.replace("searxng", provider)
    child = subprocess.Popen([sys.executable, "-c", code, service.url, str(tmp_path), "x"])
    deadline = time.monotonic() + 20
    while not service.log and time.monotonic() < deadline:
        time.sleep(0.01)
    child.terminate()
    start = time.monotonic()
    assert child.wait(20) == 75 and time.monotonic() - start < 5
