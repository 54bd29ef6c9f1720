"""Addresses: words as whole parts only, public IPs only, archives only where a page was crawled."""

import pytest

from headwater.curate.config import UrlConfig
from headwater.curate.filters import url
from tests.curate.filters.verdict import verdict

CONFIG = UrlConfig()


def rejected(address, config=CONFIG):
    row = {name: column[0] for name, column in url.columns([address]).items()}
    return verdict([*url.rules(config), *url.crawled_rules(config)], row)


@pytest.mark.parametrize(
    "address",
    ["https://example.org/wiki/Essex", "https://therapist.example/", "https://a.example/%E6%88%90%E4%BA%BA%E6%95%99%E8%82%B2",
     "http://127.0.0.1:8000/index.html", "http://192.168.1.5/a", "http://[::1]/a", "file:/data/a.zip", "", "not a url",
     "https://a.example/archive.zip/readme.html", "https://example.zip", "https://a.example/?file=a.jpg",
     "https://news.example/2020/casinoroyale"],
)  # fmt: skip
def test_good_addresses_pass(address):
    assert rejected(address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [("https://casino.example/", "url.bad_word"), ("https://a.example/free-porn-videos", "url.bad_word"),
     ("https://a.example/%E5%8D%9A%E5%BD%A9/1", "url.bad_word"), ("https://a.example/博彩/1", "url.bad_word"),
     ("https://www.bocai.example/", "url.bad_word"), ("http://93.184.216.34/page", "url.ip_host"),
     ("https://a.example/photo.JPG", "url.bad_extension"), ("https://a.example/x.tar?download=1", "url.bad_extension"),
     ("https://a.example/" + "x" * 2000, "url.too_long")],
)  # fmt: skip
def test_bad_addresses_are_rejected(address, reason):
    assert rejected(address) == reason


def test_every_rule_can_be_switched_off():
    off = UrlConfig(bad_words=False, bad_extensions=False, ip_hosts=False)
    assert rejected("http://93.184.216.34/porn/a.zip", off) is None


def test_a_hostile_address_is_quick():
    url.columns(["https://a.example/" + "%E5" * 1_000_000, "https://" + "a." * 1_000_000, "http://" + "@" * 1_000_000])
