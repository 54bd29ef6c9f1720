"""The source `search`: what its check says, and the crawl that it makes."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.acquire.search.registry import PROVIDERS, TERMS
from headwater.acquire.sources.search import SearchSource


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"provider": "mediawikki"}, "provider"),
        ({"provider": ""}, "provider"),
        ({"provider": "mediawiki"}, "site"),
        ({"provider": "auto", "site": "ftp://e.org"}, "site"),
        ({"provider": "searxng", "site": "https://name:pass@e.org"}, "site"),
        ({"provider": "template"}, "template"),
        ({"provider": "template", "template": "https://e.org/?q=x"}, "template"),
        ({"provider": "brave", "keywords": ()}, "keywords"),
        ({"provider": "brave", "keywords": (" ",)}, "keywords"),
        ({"provider": "brave", "include": ("(",)}, "include.0"),
        ({"provider": "brave", "max_results": -1}, "max_results"),
        ({"provider": "brave", "max_cost": -1.0}, "max_cost"),
        ({"provider": "brave", "max_cost": float("nan")}, "max_cost"),
        ({"provider": "brave", "cost_per_request": float("nan")}, "cost_per_request"),
        ({"provider": "brave", "delay_s": -1.0}, "delay_s"),
        ({"provider": "brave", "timeout_s": 0.0}, "timeout_s"),
        ({"provider": "brave", "contact": "nobody"}, "contact"),
        ({"provider": "commoncrawl", "since": "last week"}, "since"),
    ],
)
def test_every_mistake_has_its_field(given: dict[str, Any], field: str) -> None:
    assert field in [path for path, _ in SearchSource(**{"keywords": ("x",), **given}).check()]


@pytest.mark.parametrize(
    "given",
    [
        {"provider": "mediawiki", "site": "zh.wikipedia.org"},
        {"provider": "mediawiki,searxng", "site": "https://e.org/wiki"},
        {"provider": "template", "template": "https://e.org/s?q={query}&p={page}"},
        {"provider": "template", "site": "https://e.org/s?q={query}"},
        {"provider": "commoncrawl", "since": "2024-05", "until": "20240601"},
        {"provider": "commoncrawl", "site": "s3://commoncrawl"},
        {"provider": "commoncrawl", "site": "/data/mirror"},
        {"provider": "brave"},
    ],
)
def test_what_is_right(given: dict[str, Any]) -> None:
    assert SearchSource(keywords=("分词",), **given).check() == []


def test_a_near_name_is_offered() -> None:
    ((_, message),) = SearchSource(keywords=("x",), provider="searxgn", site="e.org").check()
    assert "searxng" in message


def test_the_crawl_fetches_the_results_alone() -> None:
    source = SearchSource(provider="brave", keywords=("x",), max_pages=7, kind="general", domain="d", contact="a@b.org")
    made = source.crawl(("https://e.org/1",))
    assert made.check() == [] and (made.max_pages, made.max_depth, made.sitemaps, made.feeds) == (7, 0, False, False)
    assert (made.kind, made.domain) == ("general", "d") and made.named_agent.endswith("(+a@b.org)")


def test_every_provider_is_where_the_registry_says() -> None:
    from importlib import import_module

    for name, place in PROVIDERS.items():
        module, _, attribute = place.partition(":")
        made = getattr(import_module(module), attribute)
        assert callable(made.page) and callable(made.prepare) and (name == "auto" or made.name == name)
    assert set(TERMS) <= set(PROVIDERS)
