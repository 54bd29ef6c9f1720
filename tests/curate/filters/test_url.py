"""Addresses: words as whole parts only, public IPs only, archives only where a page was crawled, lists of one's own."""

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.filters import url, url_lists
from headwater.curate.filters.url import UrlConfig
from headwater.errors import HeadwaterError
from tests.curate.filters.verdict import verdict

CONFIG = UrlConfig()
INNOCENT = """
https://example.org/wiki/Essex https://therapist.example/ https://www.scunthorpe.gov.uk/ https://www.sussex.ac.uk/about
https://middlesex.edu/ https://zh.wikipedia.org/wiki/%E4%B8%A4%E6%80%A7%E5%B9%B3%E7%AD%89 https://a.example/两性平等
https://a.example/性别研究/导论 https://a.example/成人教育 https://a.example/%E6%88%90%E4%BA%BA%E6%95%99%E8%82%B2
https://www.pornic.fr/mairie https://county.example/sex-offender-registry https://en.wikipedia.org/wiki/Casino_Royale
https://news.example/2020/casinoroyale https://en.wikipedia.org/wiki/Sex_education https://www.expertsexchange.com/
https://www.penisland.example/ https://www.specialist.example/cialists https://news.example/anti-porn-law-passed
https://a.example/wiki/Food_porn https://www.dicj.gov.mo/博彩监察协调局 https://a.example/wiki/博彩业 https://dickinson.edu/
https://bank.example/personal/loan-calculator https://library.example/adult-education https://poker-math.example.edu/
https://www.bettingen.ch/ https://cockburn.wa.gov.au/ https://a.example/wiki/老虎机原理 https://a.example/film/赌场风云
https://pharmacy.example.edu/pharmacy-school https://docs.example/slots/vue https://a.example/sexagesimal
https://vuejs.org/guide/components/slots.html https://a.example/analysis/anal.ysis.html
https://hotel.example/nude-beach-law
https://en.wikipedia.org/wiki/Sex_differences_in_humans https://a.example/wiki/無碼頭的港口 https://a.example/城市娱乐活动
https://www.magnacarta.example/ https://swallow.example/birds/tit-family https://a.example/bonus-tracks
https://developer.example/api/jackpot-hashing https://a.example/健康/女性 https://a.example/法律/反赌博条例
https://a.example/news/彩票公益金 https://cams.example/observatory https://a.example/naked-mole-rat
https://a.example/titanic https://arsenal.example/ https://a.example/assassins https://grape.example/grapes
https://a.example/document.php?next=porn http://127.0.0.1:8000/index.html http://192.168.1.5/a http://[::1]/a
http://10.1/ file:/data/a.zip https://a.example/archive.zip/readme.html https://example.zip https://a.example/?file=a.jpg
https://a.example/v1.2 https://1password.example/ https://3com.example/x https://xn--fiqs8s/ https://例子.测试/成人教育
""".split()
BAD = {
    "https://casino.example/": "url.bad_word",
    "https://escorts.example/": "url.bad_word",
    "https://www.judi.example/": "url.bad_word",
    "https://best-casino.example/": "url.soft_words",
    "https://london-escorts.example/escort-girls": "url.soft_words",
    "https://adult.example/porn/1": "url.soft_words",
    "https://a.example/free-porn-videos": "url.soft_words",
    "https://a.example/%E5%8D%9A%E5%BD%A9/%E5%AE%98%E7%BD%91/1": "url.soft_words",
    "https://a.example/博彩-六合彩/1": "url.soft_words",
    "https://a.example/博彩/注册/1": "url.soft_words",
    "https://a-gov.example/porn-hentai": "url.soft_words",
    "https://www.bocai.example/": "url.bad_word",
    "https://a.example/play/online-casino/bonus/7": "url.soft_words",
    "https://娱乐城.example/": "url.bad_word",
    f"https://xn--{'娱乐城官网'.encode('punycode').decode()}.example/": "url.bad_word",
    "https://a.example/免费裸聊/room/1": "url.soft_words",
    "https://a.example/hot-sexy-nude-pictures": "url.soft_words",
    "https://sub.pornhub.com/x": "url.bad_domain",
    "http://%70ornhub.com/": "url.bad_domain",
    "HTTP://USER@WWW.XVIDEOS.COM.:80/": "url.bad_domain",
    "https://anything.xxx/": "url.bad_domain",
    "http://93.184.216.34/page": "url.ip_host",
    "http://1572395042/": "url.ip_host",
    "http://0x5d.0270.216.34/": "url.ip_host",
    "http://[2606:2800:220:1:248:1893:25c8:1946]/": "url.ip_host",
    "https://a.example/photo.JPG": "url.bad_extension",
    "https://a.example/x.tar?download=1": "url.bad_extension",
    "https://a.example/" + "x" * 2000: "url.too_long",
}

# About the subject: encyclopaedias, news, offices, museums, medicine, names that are words.
ABOUT = """
https://zh.wikipedia.org/wiki/百家乐 https://zh.wikipedia.org/wiki/%E8%80%81%E8%99%8E%E6%9C%BA https://baike.baidu.com/item/新葡京
https://zh.wikipedia.org/wiki/澳门葡京赌场 https://en.wikipedia.org/wiki/Hentai https://en.wikipedia.org/wiki/Online_casino_bonus
https://wiki.a.example/porn/Hentai https://a.example/wiki/老虎机/百家乐 https://github.com/a/nsfw-detector/blob/main/README.md
https://huggingface.co/datasets/nsfw_porn_videos https://news.example.cn/打击博彩犯罪 https://news.example.cn/警方打击网络赌博网站.html
https://news.example/2023/illegal-gambling-jackpot-scam https://a.example/museum/nude-in-art/replica
https://a.example/one-porn-story https://a.example/博彩/1 https://law.example.cn/刷单兼职骗局案例 https://a.example/无码商品
https://a.example/the-sex-life-of-adult-bees https://a.example/cats/adult-pussy-willow https://a.example/program/bonus-slots
https://a.example/porn-addiction-recovery https://pubmed.example/sildenafil-cialis-levitra-comparison
https://www.judi-dench.co.uk/films https://www.ford-escorts.org/history https://www.escort-radar.com/manual
https://xxx.lanl.gov/abs/hep-th/9901001 https://www.payday-loans-reform.gov/report https://www.casino-nsw.gov.au/town-history
https://porn.studies.ac.uk/hentai-porn https://visit-casino.com.au/beef-week https://visitcasino.com.au/beef-week https://stop-porn-ban.example/
""".split()


def rejected(address, config=CONFIG):
    row = {name: column[0] for name, column in url.columns([address], config).items()}
    return verdict([*url.rules(config), *url.crawled_rules(config)], row)


def test_innocent_addresses_pass():
    assert len(INNOCENT) >= 60
    assert {address: rejected(address) for address in INNOCENT if rejected(address)} == {}
    assert rejected("") is None and rejected("not a url") is None


@pytest.mark.parametrize("address", ABOUT)
def test_what_is_about_the_subject_stays(address):
    assert rejected(address) is None


@pytest.mark.parametrize("address", BAD)
def test_bad_addresses_are_rejected(address):
    assert rejected(address) == BAD[address]


def test_every_rule_can_be_switched_off():
    off = UrlConfig(bad_words=False, bad_domains=False, bad_extensions=False, ip_hosts=False)
    for address in BAD:
        assert rejected(address, off) in (None, "url.too_long")


def test_lists_of_ones_own(tmp_path):
    domains, words = tmp_path / "domains.txt", tmp_path / "words.txt"
    domains.write_text(
        "# hosts\nblocked.example\n*.Star.example\n||ads.example^\n0.0.0.0 hosts.example\n"
        "https://u@page.example:8080/a\n中文.example\n",
        "utf-8",
    )
    words.write_text("tomato\n番茄\n", "utf-8")
    config = UrlConfig(
        block_domains=(str(domains),), block_words=(str(words),), block_patterns=(r"/tag/\d+$", r"(?i)[?&]replytocom=")
    )  # fmt: skip
    for host in ("blocked", "a.b.blocked", "star", "x.star", "ads", "hosts", "page", "中文", "www.中文", "xn--fiq228c"):
        assert rejected(f"https://{host}.example/", config) == "url.bad_domain", host
    for host in ("notblocked", "blocked.example.org", "example", "中文字"):
        assert rejected(f"https://{host}.example/", config) is None, host
    assert rejected("https://a.example/tomato-soup", config) == "url.blocked_word"
    assert rejected("https://a.example/tomatoes", config) is None
    assert rejected("https://a.example/%E7%95%AA%E8%8C%84%E6%B1%A4", config) == "url.blocked_word"
    assert rejected("https://a.example/tag/12", config) == "url.pattern"
    assert rejected("https://a.example/?ReplyToCom=3", config) == "url.pattern"


def test_mistakes_in_lists_are_said(tmp_path):
    (tmp_path / "bad.txt").write_text("good.example\n<html>\n", "utf-8")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9.example\n")
    for name, failure in (("none.txt", "unknown_name"), ("bad.txt", "data"), ("latin.txt", "data")):
        with pytest.raises(HeadwaterError) as error:
            url.columns(["https://a.example/"], UrlConfig(block_domains=(str(tmp_path / name),)))
        assert error.value.failure == failure and error.value.where == "curate.url.block_domains"
    assert UrlConfig(block_patterns=("(a",)).check()[0][0] == "block_patterns"
    assert UrlConfig(block_patterns=("a+",)).check() == []


def test_a_hostile_address_is_quick():
    hostile = ["https://a.example/" + "%E5" * 1_000_000, "https://" + "a." * 1_000_000, "http://" + "@" * 1_000_000,
               "https://" + "中" * 100_000 + ".example/", "https://xn--" + "a" * 100_000, "http://[" + ":" * 100_000,
               "http://xn--/", "http://", "https://%", "http://a%2", "http://:80/", "http://@/",
               "http://1.1.1.1.1.1/"]  # fmt: skip
    columns = url.columns(hostile)
    assert all(len(column) == len(hostile) for column in columns.values())


def test_a_column_equals_its_rows():
    addresses = [*INNOCENT, *BAD, "", "nothing"]
    together = url.columns(pa.array([*addresses, None]))
    for row, address in enumerate(addresses):
        for name, column in url.columns([address]).items():
            assert together[name][row] == column[0], (name, address)
    assert not any(column[-1] for column in together.values())


def test_a_host_has_two_spellings():
    assert url_lists.both_spellings("https://中文.example/博") == (
        "https://xn--fiq228c.example/博",
        "https://中文.example/博",
    )
    assert url_lists.both_spellings("https://xn--fiq228c.example/") == (
        "https://xn--fiq228c.example/", "https://中文.example/"
    )  # fmt: skip


def test_kinds_of_paths():
    paths = {
        "code_path_vendored": ["https://h/blob/1/node_modules/x/index.js", "file:vendor/a/b.go",
                               "https://h/static/jquery-3.1.js",
                               "file:web/dist/app.js", "file:src/third_party/zlib/inflate.c"],
        "code_path_minified": ["https://h/app.min.js", "file:site-min.css", "https://h/main.bundle.js?x"],
        "code_path_generated": ["file:api/v1/user.pb.go", "file:user_pb2.py", "file:a/parser.tab.c",
                                "file:x/app.js.map",
                                "https://h/blob/1/__generated__/query.ts", "file:zz_generated.deepcopy.go"],
        "code_path_lock": ["file:package-lock.json", "https://h/blob/1/Cargo.lock", "file:a/go.sum",
                           "file:poetry.lock"],
    }  # fmt: skip
    written = ["file:vendors.py", "https://h/blob/1/src/distance/dist.c", "file:lock.rs", "file:generate.go",
               "file:minify.js",
               "file:distribution/main.py", "file:my/external.c", "https://vendor.example/main.js",
               "file:parser.c"]  # fmt: skip
    for kind, addresses in paths.items():
        columns = url.columns([*addresses, *written])
        assert columns[kind].tolist() == [1] * len(addresses) + [0] * len(written), (kind, columns[kind])
    assert not np.any([column[-len(written) :] for name, column in columns.items() if name.startswith("code_path")])
