"""What sites say besides their pages: sitemaps and feeds lead to pages, reservations and opt-outs are kept to."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.acquire import crawl
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

from .conftest import Site, page, source, zipped

XML = {"Content-Type": "application/xml"}
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def urlset(*urls: str) -> bytes:
    listed = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="{NAMESPACE}">{listed}</urlset>'.encode()


def index(*urls: str) -> bytes:
    listed = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<?xml version="1.0"?><sitemapindex xmlns="{NAMESPACE}">{listed}</sitemapindex>'.encode()


def kept(folder: Path, site: Site) -> set[str]:
    return {url.removeprefix(site.url) for url in pq.read_table(folder / "pages.parquet")["url"].to_pylist()}


def alone(site: Site, *paths: str) -> None:
    """Pages that no page links to, beside a start page."""
    site.pages |= {path: page(path, []) for path in ("/", *paths)}
    site.pages["/robots.txt"] = (404, {}, b"")


def test_the_customary_sitemap(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    alone(site, "/a", "/b")
    listed = urlset(f"{site.url}/a", f"{site.url}/b", "http://elsewhere.example/c", "mailto:a@b.example")
    site.pages["/sitemap.xml"] = (200, XML, listed)
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert kept(tmp_path, site) == {"/", "/a", "/b"} and (report["fetched"], report["rejected"]) == (3, {})
    assert report["auxiliary"] == {"robots": 1, "sitemap.read": 1, "tdmrep": 1}
    off = crawl.crawl_to(tmp_path / "off", source(site, sitemaps=False), quiet)
    seeds = crawl.crawl_to(tmp_path / "seeds", source(site, max_depth=0), quiet)
    assert off["kept"] == seeds["kept"] == 1 and site.asked["/sitemap.xml"] == 1


def test_named_and_nested_sitemaps(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    alone(site, "/a", "/b", "/c", "/x/no")
    site.pages |= {
        "/robots.txt": f"Sitemap: {site.url}/maps/one.xml\nSitemap: {site.url}/maps/two.xml.gz\n".encode(),
        "/maps/one.xml": (200, XML, index(f"{site.url}/maps/one.xml", f"{site.url}/maps/3.xml", f"{site.url}/no.xml")),
        "/maps/two.xml.gz": (200, {"Content-Type": "application/gzip"}, zipped(urlset(f"{site.url}/b"))),
        "/maps/3.xml": (302, {"Location": "/maps/four.txt"}, b""),
        "/maps/four.txt": (200, {"Content-Type": "text/plain"}, f"{site.url}/c\n{site.url}/x/no\n".encode()),
        "/no.xml": page("not a sitemap", ["/a"]),
    }
    report = crawl.crawl_to(tmp_path, source(site, exclude=("/x/",)), quiet)
    assert kept(tmp_path, site) == {"/", "/b", "/c"} and not site.asked["/sitemap.xml"]
    assert report["auxiliary"] == {
        "robots": 1, "sitemap.read": 3, "sitemap.redirect": 1, "sitemap.unreadable": 1, "tdmrep": 1,
    }  # fmt: skip
    assert max(site.asked.values()) == 1


def test_no_more_sitemaps_than_needed(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    """A site that lists more than is to be kept is not asked for all its lists; a larger crawl goes on with them."""
    paths = [f"/{part}/{i}" for part in range(30) for i in range(10)]
    alone(site, *paths)
    site.pages["/sitemap.xml"] = (200, XML, index(*(f"{site.url}/map{part}.xml" for part in range(30))))
    for part in range(30):
        site.pages[f"/map{part}.xml"] = (200, XML, urlset(*(f"{site.url}/{part}/{i}" for i in range(10))))
    report = crawl.crawl_to(tmp_path, source(site, max_pages=10), quiet)
    assert report["kept"] == 10 and report["auxiliary"]["sitemap.read"] <= 5
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert report["kept"] == 301 and report["auxiliary"]["sitemap.read"] == 31 and report["left"] == 0


def test_feeds(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    alone(site, "/news/1", "/news/2")
    head = '<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
    site.pages["/"] = page("start", []).replace(b"</head>", head.encode())
    rss = f"<rss version='2.0'><channel><item><link>{site.url}/news/1</link></item></channel></rss>"
    site.pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, rss.encode())
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert kept(tmp_path, site) == {"/", "/news/1"} and report["auxiliary"]["feed.read"] == 1
    assert report["fetched"] == 2
    assert crawl.crawl_to(tmp_path / "off", source(site, feeds=False), quiet)["kept"] == 1


def test_reservations(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    alone(site, "/open", "/reserved/a", "/head", "/meta")
    html = {"Content-Type": "text/html"}
    rules = [{"location": "/reserved/*", "tdm-reservation": 1, "tdm-policy": "http://h/policy"}]
    site.pages |= {
        "/": page("start", ["/open", "/reserved/a", "/head", "/meta"]),
        "/.well-known/tdmrep.json": (200, {"Content-Type": "application/json"}, json.dumps(rules).encode()),
        "/head": (200, {**html, "tdm-reservation": "1"}, page("head", [])),
        "/meta": page("meta", []).replace(b"</head>", b'<meta name="tdm-reservation" content="1"></head>'),
    }
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert kept(tmp_path, site) == {"/", "/open"} and not site.asked["/reserved/a"]
    assert report["refused"] == {"tdm.reserved": 1} and report["rejected"] == {"tdm.reserved": 2}
    assert crawl.crawl_to(tmp_path / "all", source(site, honour_tdm=False), quiet)["kept"] == 5


def test_opt_outs(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    alone(site, "/a", "/b/1", "/b/2")
    site.pages["/"] = page("start", ["/a", "/b/1", "/b/2"])
    listed = tmp_path / "opt-out.txt"
    listed.write_text(f"# no more\nexample.org\n{site.url}/b/\n", "utf-8")
    report = crawl.crawl_to(tmp_path / "at-once", source(site, opt_out=(str(listed),)), quiet)
    assert report["refused"] == {"opt_out": 2} and report["kept"] == 2 and not site.asked["/b/1"]
    later = tmp_path / "later"
    assert crawl.crawl_to(later, source(site), quiet)["kept"] == 4
    report = crawl.crawl_to(later, source(site, opt_out=(str(listed),)), quiet)
    assert (report["kept"], report["rejected"]) == (2, {"opt_out": 2}) and kept(later, site) == {"/", "/a"}
    with pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path / "none", source(site, opt_out=(str(tmp_path / "no-such-file"),)), quiet)
    assert error.value.exit_code == 2


def test_licences_are_carried(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    alone(site, "/free", "/plain")
    deed = "https://creativecommons.org/licenses/by-sa/4.0/deed.zh-hans"
    site.pages["/"] = page("start", ["/free", "/plain"])
    site.pages["/free"] = page("free", []).replace(
        b"</p>", f'</p><a rel="license" href="{deed}">知识共享</a>'.encode(), 1
    )
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert report["licenses"] == {"CC-BY-SA-4.0": 1}
    rows = pq.read_table(tmp_path / "pages.parquet").to_pylist()
    assert {row["url"].removeprefix(site.url): row["license"] for row in rows} == {
        "/": "", "/free": "CC-BY-SA-4.0", "/plain": "",
    }  # fmt: skip
