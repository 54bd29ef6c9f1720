"""Sources: what types cannot say is named, field by field."""

from __future__ import annotations

import subprocess
import sys

from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.sources.files import FilesSource


def fields(source: CrawlSource | FilesSource) -> list[str]:
    return [field for field, _ in source.check()]


def test_good_sources_have_no_problems() -> None:
    assert fields(CrawlSource(seeds=("https://example.com/", "http://127.0.0.1:8000"), include=(r"/docs/.*",))) == []
    assert fields(FilesSource(paths=("a.jsonl", "s3://b/c"), where={"domain": ("poetry",), "meta.x": ("y",)})) == []


def test_problems_are_named() -> None:
    assert fields(CrawlSource()) == ["seeds"]
    bad = CrawlSource(
        seeds=("ftp://x/", "http://", "no", "http://[::1", "http://h:x/", "http://fine/"),
        include=("(",), exclude=("a", "["), max_pages=0, delay_s=float("nan"), timeout_s=0, user_agent="\n", retries=-1,
    )  # fmt: skip
    wanted = [f"seeds.{i}" for i in range(5)] + [
        "include.0",
        "exclude.1",
        "max_pages",
        "delay_s",
        "retries",
        "timeout_s",
    ]
    assert fields(bad) == [*wanted, "user_agent"]
    more = CrawlSource(
        seeds=("http://h/",), contact="me at home", max_pages_per_host=-1, max_seconds=float("nan"), refresh_after_s=-1,
    )  # fmt: skip
    assert fields(more) == ["max_pages_per_host", "max_seconds", "refresh_after_s", "contact"]
    assert fields(FilesSource()) == ["paths"]
    assert fields(FilesSource(paths=(" ",), where={"colour": ("red",), "lang": ()})) == [
        "paths.0",
        "where.colour",
        "where.lang",
    ]


def test_light_to_import() -> None:
    modules = "headwater.acquire.sources.crawl, headwater.acquire.crawl, headwater.cli.crawl, headwater.cli.extract"
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "pyarrow", "aiohttp", "trafilatura"} & set(done.stdout.split())
