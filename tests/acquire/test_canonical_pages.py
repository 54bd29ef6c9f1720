"""Pages that name another address as their own: one copy is kept, and never none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from headwater.acquire import crawl, frontier
from headwater.pipeline.progress import Reporter

from .conftest import Site, page, source

GONE = (404, {"Content-Type": "text/html"}, b"gone")


def named(title: str, target: str, links: Iterable[str] = ()) -> bytes:
    return page(title, list(links)).replace(b"</head>", f'<link rel="canonical" href="{target}"></head>'.encode())


def kept(folder: Path, site: Site) -> list[str]:
    return [url.removeprefix(site.url) for url in pq.read_table(folder / "pages.parquet")["url"].to_pylist()]


def logged(folder: Path) -> dict[str, Any]:
    """The report as the log alone gives it."""
    line = frontier.Frontier(folder, 1000)
    line.close()
    return line.report()


def started(site: Site, *paths: str) -> None:
    site.pages |= {"/robots.txt": (404, {}, b""), "/": page("start", list(paths))}


def test_the_named_address_is_kept_instead(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    started(site, "/a?sort=1", "/a?sort=2", "/b/print", "/中")
    site.pages |= {
        "/a?sort=1": named("a", "/a"), "/a?sort=2": named("a", f"{site.url}/a"), "/a": named("a", "/a", ["/c"]),
        "/b/print": named("b", "/b"), "/b": (301, {"Location": "/b/"}, b""), "/b/": page("b", []), "/c": page("c", []),
        "/%E4%B8%AD": named("中", "/文"), "/%E6%96%87": named("文", "/%e6%96%87"),
    }  # fmt: skip
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert kept(tmp_path, site) == ["/", "/%E6%96%87", "/a", "/b/", "/c"]
    assert report["rejected"] == {"canonical.elsewhere": 4, "redirect.followed": 1}
    assert report["fetched"] == report["kept"] + sum(report["rejected"].values()) == 10
    assert max(site.asked.values()) == 1
    assert logged(tmp_path) == report


def test_a_page_is_kept_where_the_named_one_cannot_be(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    names = ("gone", "moved-to-gone", "chain", "shut", "ring1", "self", "away", "image", "later")
    started(site, *(f"/{name}" for name in names), "/known-gone")
    site.pages |= {
        "/robots.txt": b"User-agent: *\nDisallow: /private",
        "/gone": named("gone", "/no"), "/no": GONE,
        "/moved-to-gone": named("moved", "/hop"), "/hop": (302, {"Location": "/hop2"}, b""), "/hop2": GONE,
        "/chain": named("chain", "/chain2"), "/chain2": named("chain2", "/chain3"), "/chain3": GONE,
        "/shut": named("shut", "/private/shut"),
        "/ring1": named("ring1", "/ring2"), "/ring2": named("ring2", "/ring1"),
        "/self": named("self", "/self-moves"), "/self-moves": (302, {"Location": "/self"}, b""),
        "/away": named("away", "http://elsewhere.example/away"),
        "/image": named("image", "/pic"), "/pic": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
        "/later": named("later", "/known-gone"), "/known-gone": GONE,
    }  # fmt: skip
    report = crawl.crawl_to(tmp_path, source(site, max_pages=30), quiet)
    found = set(kept(tmp_path, site))
    assert found >= {"/", "/gone", "/moved-to-gone", "/shut", "/away", "/image", "/later"}
    assert found & {"/chain", "/chain2"} and found & {"/ring1", "/ring2"} and found & {"/self"}
    assert report["left"] == 0 and report["refused"] == {} and site.asked["/shut"] == 1
    assert report["fetched"] == report["kept"] + sum(report["rejected"].values())
    assert len(kept(tmp_path, site)) == len(found) == report["kept"] and max(site.asked.values()) <= 2
    assert logged(tmp_path) == report


def test_a_site_that_names_one_address_everywhere_is_mistaken(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    paths = [f"/p{i}" for i in range(20)]
    started(site, *paths)
    site.pages |= {path: named(path, "/") for path in paths}
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert report["kept"] == 21 and report["rejected"] == {}
    many = [f"/list?page={i}" for i in range(20)]
    started(site, *many)
    site.pages |= {path: named(path, "/list") for path in many} | {"/list": page("list", [])}
    report = crawl.crawl_to(tmp_path / "queries", source(site), quiet)
    assert report["kept"] == 2 and report["rejected"] == {"canonical.elsewhere": 20}


def test_in_a_header_and_behind_a_seed(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    headers = {"Content-Type": "text/html", "Link": '</real>; rel="canonical"'}
    site.pages |= {"/robots.txt": (404, {}, b""), "/": (200, headers, page("start", [])), "/real": page("real", [])}
    report = crawl.crawl_to(tmp_path, source(site, include=("/nothing-else",)), quiet)
    assert kept(tmp_path, site) == ["/real"] and report["rejected"] == {"canonical.elsewhere": 1}
