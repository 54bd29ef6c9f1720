"""MediaWiki. Shapes: mediawiki.org, API:Search (examples), API:Siteinfo, API:Continue, API:Errors_and_warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import HeadwaterError

from .conftest import Answer, Asked, Service, html, searched, source_for, told

HEAD = '<link rel="EditURI" type="application/rsd+xml" href="{}/w/api.php?action=rsd">'
TITLES = [f"Page {number}" for number in range(7)] + ["分词 方法", "C++ & R/AT&T?"]


class Wiki:
    """A wiki with full-text search, three results a page."""

    def __init__(self, service: Service) -> None:
        self.service, self.errors = service, []
        service.answer = self.answer

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return html("a wiki", HEAD.format(self.service.url))
        if asked.path != "/w/api.php":
            return None
        if asked.fields.get("meta") == "siteinfo":
            return told({"query": {"general": {"server": self.service.url, "articlepath": "/wiki/$1"}}})
        if self.errors:
            return self.errors.pop(0)
        first = int(asked.fields.get("sroffset", 0))
        rows = [
            {"ns": 0, "title": t, "pageid": i, "snippet": f'of <span class="searchmatch">{t}</span> &amp; more'}
            for i, t in enumerate(TITLES)
        ]
        value = {"query": {"searchinfo": {"totalhits": len(rows)}, "search": rows[first : first + 3]}}
        if first + 3 < len(rows):
            value["continue"] = {"sroffset": first + 3, "continue": "-||"}
        return told({"batchcomplete": True, **value})


def test_results_follow_the_continuation_and_lead_to_articles(service: Service, tmp_path: Path) -> None:
    wiki = Wiki(service)
    rows, report = searched(tmp_path, source_for(service, "mediawiki", "分词"))
    assert [row["title"] for row in rows] == TITLES and [row["rank"] for row in rows] == list(range(1, 10))
    assert rows[0]["url"] == f"{service.url}/wiki/Page_0" and rows[0]["snippet"] == "of Page 0 & more"
    assert rows[7]["url"] == f"{service.url}/wiki/%E5%88%86%E8%AF%8D_%E6%96%B9%E6%B3%95"
    assert rows[8]["url"] == f"{service.url}/wiki/C%2B%2B_%26_R/AT%26T%3F"
    assert {(row["query"], row["provider"]) for row in rows} == {("分词", "mediawiki")}
    asked = [a for a in service.asked("/w/api.php") if "srsearch" in a.fields]
    assert all(a.fields["srsearch"] == "分词" and "%E5%88%86%E8%AF%8D" in a.query for a in asked)
    assert asked[1].fields["continue"] == "-||" and report["failed"] == {}
    before = len(service.log)
    assert searched(tmp_path, source_for(service, "mediawiki", "分词"))[0] == rows
    assert len(service.log) == before and wiki.errors == []  # done: nothing is asked again


def test_an_error_with_status_200_is_one(service: Service, tmp_path: Path) -> None:
    wiki = Wiki(service)
    lag = {"error": {"code": "maxlag", "info": "Waiting for 10.64.0.1: 7 seconds lagged.", "lag": 7}}
    wiki.errors = [told(lag, Retry_After="0"), told({"error": {"code": "ratelimited", "info": "slow down"}})]
    rows, _ = searched(tmp_path / "a", source_for(service, "mediawiki", "x", retries=2))
    assert len(rows) == 9  # asked later, and answered
    wiki.errors = [told({"errors": [{"code": "readapidenied", "text": "You need read permission."}]})]
    with pytest.raises(HeadwaterError, match="readapidenied") as caught:
        searched(tmp_path / "b", source_for(service, "mediawiki", "x"))
    assert caught.value.failure == "service_unreachable"
    bad = told(
        {"error": {"code": "missingparam", "info": "The srsearch parameter must be set."}}, MediaWiki_API_Error="x"
    )
    wiki.errors = [bad]
    rows, report = searched(tmp_path / "c", source_for(service, "mediawiki", "x", "y"))
    assert report["failed"] == {"mediawiki.error": 1} and len(rows) == 9  # the other query is unharmed


@pytest.mark.parametrize(
    "body", [b"<html>an error page</html>", b'{"query": ', b"[]", b"{}", b'{"query": {"search": 7}}']
)
def test_an_answer_that_cannot_be_read_is_a_counted_reason(service: Service, tmp_path: Path, body: bytes) -> None:
    Wiki(service).errors = [(200, {}, body)]
    rows, report = searched(tmp_path, source_for(service, "mediawiki", "x", "y"))
    assert report["failed"] == {"search.malformed_answer": 1} and rows


def test_a_wiki_is_found_at_the_usual_paths_and_one_that_says_little_is_used(service: Service, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer | None:
        if asked.path != "/mediawiki/api.php":
            return html("no wiki here") if asked.path == "/" else None
        return told({"query": {"search": [{"title": "A b"}]} if "srsearch" in asked.fields else {}})

    service.answer = answer
    rows, _ = searched(tmp_path, source_for(service, "mediawiki", "x"))
    assert [row["url"] for row in rows] == [f"{service.url}/mediawiki/index.php?title=A_b"]


def test_a_site_without_a_wiki_says_so(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: html("no wiki") if asked.path == "/" else None
    with pytest.raises(HeadwaterError, match="no MediaWiki is found") as caught:
        searched(tmp_path, source_for(service, "mediawiki", "x"))
    assert "template" in caught.value.mend
