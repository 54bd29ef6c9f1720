"""From results to pages and documents: as a stage, and as the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater import document
from headwater.acquire import documents, warc
from headwater.acquire.search import stage
from headwater.cli import main as cli

from .conftest import Answer, Asked, Service, article, source_for, told

TEXT = {
    "en": "This page was found by a keyword and is long enough to be kept.",
    "zh": "这一页由关键词找到，内容足够长，应当保留下来作为文档。",
}


def found(service: Service) -> Callable[[Asked], Answer | None]:
    """A search engine and the pages that it finds, one of which is gone and one not to be asked for."""
    names = ["a", "zh", "gone", "private/x", "b"]

    def answer(asked: Asked) -> Answer | None:
        if asked.path == "/search":
            urls = [f"{service.url}/{name}" for name in names] if asked.fields["pageno"] == "1" else []
            return told({"results": [{"url": url, "title": url} for url in urls]})
        if asked.path == "/robots.txt":
            return 200, {}, b"User-agent: *\nDisallow: /private/\n"
        name = asked.path[1:]
        return article(name, f"{TEXT['zh' if name == 'zh' else 'en']} {name}") if name in ("a", "zh", "b") else None

    return answer


def test_the_stage_leaves_what_the_documents_stage_reads(
    service: Service, make_context: Callable[..., Any], tmp_path: Path
) -> None:
    service.answer = found(service)
    source = source_for(service, "searxng", "x", domain="test", license="CC0-1.0")
    context = make_context(source, "search.0", name="search.0")
    figures = stage.run(context)
    assert figures["counts"] == {"in": 4, "kept": 3, "rejected": {"fetch.status_404": 1}}
    assert figures["refused"] == {"robots.forbidden": 1} and figures["search"]["results"] == 5
    made = documents.run(make_context((source,), "acquire", inputs={"search.0": context.folder}))
    assert made["counts"]["kept"] == 3
    rows = [row for batch in document.read(tmp_path / "acquire" / "documents") for row in batch.to_pylist()]
    assert {row["url"][-2:].strip("/") for row in rows} == {"a", "b", "zh"}
    assert {(row["domain"], row["kind"], row["license"]) for row in rows} == {("test", "specific", "CC0-1.0")}
    asked = len(service.log)
    stage.run(context)
    assert len(service.log) == asked  # done: nothing is asked again


def test_the_stage_keeps_to_its_limit(service: Service, make_context: Callable[..., Any]) -> None:
    service.answer = found(service)
    assert stage.run(make_context(source_for(service, "searxng", "x"), limit=1))["counts"]["kept"] == 1


def test_the_command(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cli.COMMANDS, "search", ("headwater.cli.search:search", "Data", "find pages by keywords"))
    service.answer = found(service)
    out = tmp_path / "out"
    asked = ["search", "x", "--provider", "searxng", "--site", service.url, "-o", str(out), "--allow-private"]
    asked += ["--delay-s", "0", "--quiet", "--json"]
    assert cli.main(asked) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["results"] == 5 and not (out / "warc").exists()
    rows = [json.loads(line) for line in (out / "results.jsonl").read_bytes().splitlines()]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert cli.main([*asked, "--fetch"]) == 0
    pages = json.loads(capsys.readouterr().out)["pages"]
    report = json.loads((out / "report.json").read_text())
    assert pages == report and report["fetched"] == report["kept"] + sum(report["rejected"].values()) == 4
    kept = [row for batch in document.read(out / "documents.jsonl.zst") for row in batch.to_pylist()]
    assert len(kept) == 3 == report["documents"]["kept"]
    for row in kept:
        assert warc.read_record(out / row["warc_file"], row["warc_offset"]).url == row["url"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["x", "--provider", "searxng"], 2),
        (["x", "--provider", "bing"], 2),
        (["--provider", "brave"], 2),
        (["x", "--provider", "brave"], 2),  # no key
        (["x", "--site", "http://127.0.0.1:9/"], 5),  # private
        (["x", "--site", "http://127.0.0.1:9/", "--allow-private", "--delay-s", "0"], 5),
    ],
)
def test_what_a_person_can_get_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    for name in ("BRAVE_API_KEY", "BRAVE_SEARCH_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(cli.COMMANDS, "search", ("headwater.cli.search:search", "Data", "find pages by keywords"))
    assert cli.main(["search", *arguments, "-o", str(tmp_path)]) == code
    assert "error: " in capsys.readouterr().err
