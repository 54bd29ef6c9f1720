"""A table of misbehaving servers: what each does, and what is to become of its pages.

In: behaviours. Out: CASES, by what a host does.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any

from .conftest import page
from .hostile import CHUNKED, HTML, Behaviour, answer, chunk, head, moved
from .hostile_behaviours import (
    MIB,
    OPEN,
    ROOT,
    always_canonical,
    by_path,
    chain,
    circle,
    cookies,
    cut_zstd,
    deflated_zeros,
    drip,
    encoded,
    for_ever,
    laughs,
    only,
    page_of,
    planted,
    two_canonical,
    zstd_zeros,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """`expected`: what becomes of each path, several where it is a matter of timing; `most_asked`: requests in all.

    `stalls`: some of its requests end only when their time is up, though no page may say so.
    """

    behave: Behaviour
    expected: dict[str, tuple[str, ...]]
    everything: bool = False
    greets: bool = False
    tls: bool = False
    most_asked: int = 5
    most_sent_bytes: int = 16 * MIB
    scheme: str = ""
    stalls: bool = False

    @property
    def takes_all_its_time(self) -> bool:
        return self.stalls or any("fetch.timeout" in reasons for reasons in self.expected.values())


def ends(*reasons: str, **others: Any) -> Any:
    """A case whose start page ends as one of these."""
    return lambda behave: Case(behave=behave, expected={"/": reasons}, **others)


def shuts(*reasons: str, **others: Any) -> Any:
    """A case whose host is not asked for any page."""
    return ends(*[f"refused.{reason}" for reason in reasons], everything=True, **others)


TIMED_OUT = ends("fetch.timeout")
BAD = ends("fetch.bad_response")
CUT = ends("fetch.cut_short", "fetch.disconnected")
DROPPED = ends("fetch.disconnected")
TOO_FAR = ends("fetch.expands_too_far")
KEPT = ends("kept")

CASES: dict[str, Case] = {
    # time
    "says nothing": TIMED_OUT(only(then="hold")),
    "stalls in its headers": TIMED_OUT(only(b"HTTP/1.1 200 OK\r\nContent-Type: te", then="hold")),
    "stalls in its body": TIMED_OUT(only(head(HTML + b"Content-Length: 90\r\n"), b"<html>half", then="hold")),
    "drips": TIMED_OUT(drip),
    "continues for ever": ends("fetch.timeout", "fetch.bad_response", most_sent_bytes=4 << 30)(
        for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50)
    ),
    # lengths
    "claims more": CUT(only(answer(b"<html>short", length=b"5000"))),
    "claims less": Case(behave=planted, expected={"/": ("kept",), "/second": ("kept",)}),
    "claims a negative length": BAD(only(answer(ROOT, length=b"-5"))),
    "claims no number": BAD(only(answer(ROOT, length=b"many"))),
    "claims two lengths": BAD(only(answer(ROOT, HTML + b"Content-Length: 5\r\n"))),
    "claims an endless length": ends("fetch.too_large", "fetch.bad_response")(only(answer(ROOT, length=b"9" * 30))),
    # connections
    "resets at once": shuts("robots.unreachable", "host_unreachable", greets=True)(only(then="reset")),
    "hangs up at once": shuts("robots.unreachable", "host_unreachable", greets=True)(only()),
    "talks first": shuts("robots.unreachable", "host_unreachable", greets=True)(only(b"220 mail.example ESMTP\r\n")),
    "resets before its answer": DROPPED(only(then="reset")),
    "hangs up before its answer": DROPPED(only()),
    "resets in its body": CUT(only(head(HTML + b"Content-Length: 90\r\n"), b"<html>half", then="reset")),
    # redirects
    "redirects in a circle": Case(
        behave=circle,
        expected={"/": ("redirect.followed",), "/a": ("redirect.followed",), "/b": ("redirect.loop",)},
        most_asked=6,
    ),
    "redirects 10,000 times": Case(
        behave=chain,
        expected={"/": ("redirect.followed",), "/r5": ("redirect.too_many",)},
        most_asked=9,
    ),
    "redirects to no address": ends("redirect.no_target")(only(moved("http://[::1"), then="serve")),
    "redirects to a bare word of bytes": ends("redirect.no_target", "fetch.bad_response", "redirect.followed")(
        only(head(b"Location: \xff\xfe\x00//\r\nContent-Length: 0\r\n", b"302 Found"), then="serve")
    ),
    "redirects to a huge address": ends("redirect.no_target", "fetch.bad_response")(
        only(moved("/" + "x" * 12_000), then="serve")
    ),
    # TLS
    "speaks TLS with a certificate of its own": shuts("tls", "robots.unreachable", tls=True)(OPEN),
    "speaks plainly where TLS is due": shuts("tls", "robots.unreachable", scheme="https", stalls=True)(OPEN),
    "speaks TLS where none is due": shuts("robots.unreachable", "host_unreachable", tls=True, scheme="http")(OPEN),
    "stalls in the handshake": shuts("robots.unreachable", "tls", greets=True, scheme="https", stalls=True)(
        only(then="hold")
    ),
    # robots.txt
    "stalls in robots.txt": shuts("robots.unreachable", stalls=True)(by_path(robots=only(then="hold"), root=OPEN)),
    "has an endless robots.txt": shuts("robots.forbidden")(
        by_path(
            robots=for_ever(head(CHUNKED), chunk(b"User-agent: *\nDisallow: /\n" * 1000)),
            root=OPEN,
        )
    ),
    "has an endless line in robots.txt": ends("kept", everything=True, most_sent_bytes=16 * MIB)(
        by_path(robots=for_ever(head(CHUNKED), chunk(b"x" * 60_000)), root=OPEN)
    ),
    "has a bomb for a robots.txt": ends("kept", everything=True)(
        by_path(robots=encoded(deflated_zeros(256, 31), b"gzip"), root=OPEN)
    ),
    "redirects robots.txt for ever": shuts("robots.unreachable", most_asked=14)(
        by_path(robots=only(moved("/robots.txt"), then="serve"), root=OPEN)
    ),
    "lies about the length of robots.txt": shuts("robots.unreachable")(
        by_path(robots=only(answer(b"User-agent: *", length=b"-3")), root=OPEN)
    ),
    "has noise for a robots.txt": ends("kept", everything=True)(
        by_path(robots=only(answer(bytes(range(256)) * 400, b""), then="serve"), root=OPEN)
    ),
    # sitemaps, feeds and policies
    "laughs in its sitemap": ends("kept", everything=True)(
        by_path(
            root=OPEN,
            sitemap=only(answer(laughs("urlset", "<url><loc>/{}</loc></url>"), b""), then="serve"),
        )
    ),
    "laughs in its feed": ends("kept", everything=True)(
        by_path(
            root=page_of(b'<link rel=alternate type="application/rss+xml" href=/feed>'),
            feed=only(answer(laughs("rss", "<item><link>/{}</link></item>"), b""), then="serve"),
        )
    ),
    "nests its policy": ends("kept", everything=True)(
        by_path(root=OPEN, tdmrep=only(answer(b'[{"location":' * 40_000, b""), then="serve"))
    ),
    "has an endless policy": ends("kept", everything=True)(
        by_path(root=OPEN, tdmrep=for_ever(head(CHUNKED), chunk(b"[" * 60_000)))
    ),
    "stalls in its policy": ends("kept", "refused.host_unreachable", everything=True, stalls=True)(
        by_path(root=OPEN, tdmrep=only(then="hold"))
    ),
    "stalls in its sitemap": ends("kept", everything=True, stalls=True)(by_path(root=OPEN, sitemap=only(then="hold"))),
    "has two pages that each call the other canonical": Case(
        behave=two_canonical, expected={"/": ("kept", "canonical.elsewhere"), "/b": ("kept", "canonical.elsewhere")}
    ),
    "calls ever another page canonical": Case(
        behave=always_canonical, expected={"/": ("kept", "canonical.elsewhere")}, most_asked=40
    ),
    # bodies
    "sends a gzip bomb": TOO_FAR(encoded(deflated_zeros(256, 31), b"gzip")),
    "sends a deflate bomb": TOO_FAR(encoded(deflated_zeros(256), b"deflate")),
    "sends a bare deflate bomb": TOO_FAR(encoded(deflated_zeros(256, -15), b"deflate")),
    "sends a bomb in a bomb": TOO_FAR(encoded(gzip.compress(deflated_zeros(256, 31), 1), b"gzip, gzip")),
    "sends a zstd bomb": TOO_FAR(encoded(zstd_zeros(256), b"zstd")),
    "sends zstd frames for ever": TOO_FAR(encoded(zstd_zeros(1) * 256, b"zstd")),
    "cuts its gzip short": ends("fetch.broken_body")(encoded(gzip.compress(page("cut", []))[:-9], b"gzip")),
    "cuts its zstd short": ends("fetch.broken_body")(encoded(cut_zstd(), b"zstd")),
    "wraps a bomb too often": ends("fetch.unknown_encoding")(encoded(deflated_zeros(9, 31), b"gzip, gzip, gzip")),
    "names an encoding for ever": ends("fetch.unknown_encoding")(encoded(b"x", b"gzip," * 1000 + b"gzip")),
    "sends chunks for ever": ends("fetch.too_large")(for_ever(head(HTML + CHUNKED), chunk(b"<p>more" * 9000))),
    "sends for ever until it closes": ends("fetch.too_large")(for_ever(head(), b"<p>more" * 9000)),
    # aiohttp tells of a chunk that is broken in a later packet only when the time is up
    "sends a broken chunk": ends("fetch.bad_response", "fetch.cut_short", "fetch.timeout")(
        only(head(HTML + CHUNKED), chunk(b"<html>"), b"zz\r\nno\r\n0\r\n\r\n")
    ),
    "sends a negative chunk": ends("fetch.bad_response", "fetch.cut_short", "fetch.timeout")(
        only(head(HTML + CHUNKED), b"-5\r\nhello")
    ),
    "sends a chunk size for ever": ends(
        "fetch.bad_response", "fetch.cut_short", "fetch.timeout", most_sent_bytes=4 << 30
    )(
        for_ever(head(HTML + CHUNKED), b"0" * 60_000)
    ),
    "sends trailers for ever": ends("fetch.bad_response", "fetch.cut_short", "fetch.timeout", "kept")(
        for_ever(head(HTML + CHUNKED) + chunk(b"<html>x") + b"0\r\n", b"X-More: again\r\n" * 1000)
    ),
    # heads
    "sends 10 MB of headers": ends("fetch.bad_response", "fetch.timeout")(
        for_ever(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 4000 + b"\r\n")
    ),
    "sends a header of 10 MB": BAD(for_ever(b"HTTP/1.1 200 OK\r\nX-Long: ", b"y" * 60_000)),
    "sends a status line of 10 MB": BAD(for_ever(b"HTTP/1.1 200 ", b"y" * 60_000)),
    "sends cookies in hundreds": Case(behave=cookies, expected={"/": ("kept", "fetch.bad_response")}),
    "speaks another protocol": BAD(only(b"SSH-2.0-OpenSSH_9.9\r\n")),
    "speaks HTTP/0.9": BAD(only(page("bare", []))),
    "speaks HTTP/9.9": ends("fetch.bad_response", "kept")(only(ROOT.replace(b"HTTP/1.1", b"HTTP/9.9"))),
    "has status 1000": BAD(only(answer(page("x", []), status=b"1000 Much"))),
    "has status 000": ends("fetch.bad_response", "fetch.status_0")(only(answer(page("x", []), status=b"000 Nothing"))),
    "switches protocols": ends("fetch.bad_response", "fetch.status_101", "fetch.timeout")(
        only(head(b"Upgrade: x\r\nConnection: Upgrade\r\n", b"101 Switching Protocols"), then="hold")
    ),
    "has a NUL in a header": ends("fetch.bad_response", "kept")(only(answer(page("x", []), HTML + b"X-Nul: a\0b\r\n"))),
    "has a bare CR in a header": ends("fetch.bad_response", "kept")(
        only(answer(page("x", []), HTML + b"X-Split: a\rWARC/1.1\r\n"))
    ),
    "has a bare LF in a header": ends("fetch.bad_response", "kept")(
        only(answer(page("x", []), HTML + b"X-Split: a\n\nWARC/1.1\r\n"))
    ),
    "folds its headers": ends("fetch.bad_response", "kept")(
        only(answer(page("x", []), HTML + b"X-Fold: a\r\n b\r\n\tc\r\n"))
    ),
    "has headers in no charset": KEPT(
        only(answer(page("x", []), HTML + "X-Name: 河流\r\n".encode() + b"X-B: \xff\r\n"))
    ),
    "has an odd content type": ends("kept", "fetch.not_html")(
        only(answer(page("x", []), b"Content-Type: ;;;charset=\xff;/\r\n"))
    ),
    # pages
    "nests 20,000 deep": KEPT(page_of(b"<div>" * 20_000)),
    "has 100,000 attributes": KEPT(page_of(b"<p " + b" ".join(b"a%d" % i for i in range(100_000)) + b">x</p>")),
    "has one huge attribute": KEPT(page_of(b'<a href="/' + b"x" * MIB + b'">x</a>')),
    "has 20,000 links away": KEPT(page_of(b"".join(b"<a href=//h%d.invalid/>" % i for i in range(20_000)))),
    "never closes a comment": KEPT(page_of(b"<!--" * 50_000)),
    "never closes a tag": KEPT(page_of(b"<a href=" * 50_000)),
    "has a base that is no address": KEPT(page_of(b'<base href="http://[::1"><a href="x">x</a>')),
    "refreshes to itself": ends("kept", "redirect.loop")(page_of(b'<meta http-equiv="refresh" content="0; url=/">')),
    "is its own canonical elsewhere": ends("kept", "canonical.elsewhere")(
        page_of(b'<link rel="canonical" href="http://169.254.169.254/latest">')
    ),
}  # fmt: skip
