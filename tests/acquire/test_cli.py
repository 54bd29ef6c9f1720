"""`crawl` and `extract` as a person calls them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from headwater import document
from headwater.acquire import warc
from headwater.cli.main import main

from .conftest import Site, page


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    code = main([*map(str, arguments), "--json", "--quiet"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out.strip() else {}


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [row for batch in document.read(path) for row in batch.to_pylist()]


def test_crawl_then_extract(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.linked(12)
    site.pages["/p7"] = page("中文页", [], "这一页用中文写成，内容足够长，应当作为一篇文档保留下来。", "zh")
    site.pages["/p8"] = (200, {"Content-Type": "text/plain"}, b"not html")
    out = tmp_path / "out"
    arguments = ("crawl", f"{site.url}/", "-o", out, "--allow-private", "--delay-s", "0", "--exclude", "/p9$")
    code, value = call(capsys, *arguments)
    assert code == 0
    assert (value["fetched"], value["kept"], value["rejected"]) == (12, 11, {"fetch.not_html": 1})
    report = json.loads((out / "report.json").read_text())
    assert report["fetched"] == report["kept"] + sum(report["rejected"].values())
    rows = rows_of(out / "documents.jsonl.zst")
    assert [row["url"] for row in rows] == sorted(row["url"] for row in rows) and len(rows) == 11
    for row in rows:
        assert warc.read_record(out / row["warc_file"], row["warc_offset"]).url == row["url"]
    asked = sum(site.asked.values())
    assert call(capsys, *arguments) == (0, value) and sum(site.asked.values()) == asked  # done: nothing is asked again
    code, value = call(capsys, "extract", out / "warc", "-o", tmp_path / "pages.jsonl.zst")
    assert (code, value) == (0, {"in": 11, "kept": 11, "rejected": {}})
    extracted = {row["url"]: row for row in rows_of(tmp_path / "pages.jsonl.zst")}
    assert {url: row["text"] for url, row in extracted.items()} == {row["url"]: row["text"] for row in rows}
    assert extracted[f"{site.url}/p7"]["title"] == "中文页"


def test_crawl_again(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same command with an age asks anew for older pages; documents follow what changed."""
    site.linked(4)
    site.pages["/sitemap.xml"] = (200, {"Content-Type": "text/plain"}, f"{site.url}/alone".encode())
    deed = b'<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a></p>'
    site.pages["/alone"] = page("alone", []).replace(b"</p>", deed, 1)
    listed = tmp_path / "opt-out.txt"
    listed.write_text(f"{site.url}/p3\n")
    options = ("--allow-private", "--delay-s", "0", "--contact", "me@example.org", "--opt-out", listed)
    arguments = ("crawl", f"{site.url}/", "-o", tmp_path / "out", *options)
    code, value = call(capsys, *arguments)
    assert code == 0 and (value["kept"], value["refused"], value["licenses"]) == (5, {"opt_out": 1}, {"CC-BY-4.0": 1})
    assert all(agent.endswith("(+me@example.org)") for agent in site.agents) and not site.asked["/p3"]
    rows = {row["url"]: row for row in rows_of(tmp_path / "out" / "documents.jsonl.zst")}
    assert rows[f"{site.url}/alone"]["license"] == "CC-BY-4.0"
    new = "The second page says something else today, and again in a sentence that is long enough to keep."
    site.pages["/p2"] = page("page 2", [], new)
    time.sleep(1.1)  # dates are whole seconds
    code, value = call(capsys, *arguments, "--refresh-after-s", "0.001")
    assert code == 0 and value["refresh"] == {"changed": 1, "unchanged": 4} and value["kept"] == 5
    rows = {row["url"]: row for row in rows_of(tmp_path / "out" / "documents.jsonl.zst")}
    assert "something else today" in rows[f"{site.url}/p2"]["text"] and len(rows) == 5


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("crawl", "ftp://h/", "-o", "OUT"), 2),
        (("crawl", "http://h/", "-o", "OUT", "--include", "("), 2),
        (("crawl", "http://h/", "-o", "OUT", "--contact", "nobody"), 2),
        (("crawl", "http://127.0.0.1:9/", "-o", "OUT", "--allow-private", "--opt-out", "OUT/none.txt"), 2),
        (("crawl", "http://127.0.0.1:9/", "-o", "OUT"), 3),
        (("crawl", "http://127.0.0.1:9/", "-o", "OUT", "--allow-private"), 3),
        (("extract", "OUT/none.warc.gz", "-o", "OUT/x.jsonl"), 2),
        (("extract", __file__, "-o", "OUT/x.jsonl"), 2),
    ],
)
def test_mistakes_have_exit_codes(arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    assert main([part.replace("OUT", str(tmp_path / "out")) for part in arguments]) == code
    assert not (tmp_path / "out" / "documents.jsonl.zst").exists()
