"""Rules for the addresses of web pages.

In: a column of URLs, and the settings. Out: a number a rule and row (how many words, a length, or 1 where the rule is
about it), and the rules on them. The words and hosts are in `lists/url_words.txt` and `lists/url_domains.txt`; a recipe
may add files of its own. A word counts as a whole part of the host or path, so that `Essex` and `therapist` stay; pages
on loopback and private addresses were asked for and stay. All is computed from annotations: no text is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from headwater.curate.filters.url_words import GROUPS, INSIDE, MAX_POINTS, judged
from headwater.curate.limits import OURS, limit
from headwater.curate.rules import Rule
from headwater.pipeline.option import option

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from headwater.kernels.phrases import Automaton

BAD_EXTENSIONS = (
    "7z", "apk", "avi", "bin", "bz2", "css", "deb", "dll", "dmg", "exe", "flac", "gif", "gz", "ico", "iso", "jar",
    "jpeg", "jpg", "mkv", "mov", "mp3", "mp4", "msi", "png", "rar", "rpm", "svg", "swf", "tar", "tgz", "ttf", "wav",
    "webm", "webp", "woff", "woff2", "xz", "zip",
)  # fmt: skip
_IDN = r"(?i)^https?://[^/?#]*(?:xn--|[^\x00-\x7F])"


@dataclass(frozen=True, kw_only=True)
class UrlConfig:
    """Addresses of web pages."""

    max_chars: float = limit(2000, OURS, "longest address", "characters", least=10)
    bad_words: bool = field(default=True, metadata={"help": "reject addresses with a word of the adult and spam list"})
    bad_domains: bool = option(True, "reject the hosts of the adult and gambling list, and all below them")
    bad_extensions: bool = field(default=True, metadata={"help": "reject addresses of archives, images and programs"})
    ip_hosts: bool = field(default=True, metadata={"help": "reject public IP addresses in place of a host name"})
    block_domains: tuple[str, ...] = option((), "files of further hosts to reject, one a line, with all below them")
    block_words: tuple[str, ...] = option((), "files of further words to reject in host and path, one a line")
    block_patterns: tuple[str, ...] = option((), "regular expressions (RE2) of addresses to reject")

    def check(self) -> list[tuple[str, str]]:
        from headwater.curate.filters.url_lists import pattern_problem

        problems = [("block_patterns", pattern_problem(pattern)) for pattern in self.block_patterns]
        return [(name, problem) for name, problem in problems if problem]


def columns(urls: Any, config: UrlConfig | None = None) -> dict[str, np.ndarray]:
    """The statistics of a column of URLs (an Arrow array or a list); all 0 where there is no web address.

    The kinds of paths by which source files are judged are among them, also for addresses of files.
    """
    import pyarrow as pa

    from headwater.curate.filters import code_paths
    from headwater.kernels.arrow import text_array

    config = config or UrlConfig()
    array = text_array([url or "" for url in urls]) if isinstance(urls, list) else urls.cast(pa.large_string())
    figures, words = _examined(array, config)
    _read_international(array, config, figures, words)
    host, path = words[:, 0], words[:, 1]
    bad, points = judged(array, host, path)
    return {
        "url_chars": figures["chars"] + 0.0,
        "url_bad_words": bad + 0.0,
        "url_soft_words": points + 0.0,
        "url_own_words": host[:, len(GROUPS)] + path[:, len(GROUPS)] + 0.0,
        "url_bad_domain": figures["blocked"] + 0.0,
        "url_bad_extension": figures["extension"] + 0.0,
        "url_ip_host": _public_numbers(array, figures["number"]),
        "url_pattern": _matched(array, config.block_patterns),
        **code_paths.columns(array),
    }


def _examined(array: pa.Array, config: UrlConfig) -> tuple[dict[str, np.ndarray], np.ndarray]:
    from headwater.curate.filters import url_lists
    from headwater.kernels import addresses
    from headwater.kernels.arrow import text_buffers

    return addresses.examine(
        *text_buffers(array),
        blocked=url_lists.hosts(config.bad_domains, config.block_domains),
        extensions=_extensions(),
        words=_words(config.block_words),
    )


@lru_cache(maxsize=1)
def _extensions() -> np.ndarray:
    from headwater.kernels import endings
    from headwater.kernels.arrow import text_array, text_buffers

    return endings.hashes(*text_buffers(text_array(list(BAD_EXTENSIONS))), hosts=False)


@lru_cache(maxsize=4)
def _words(own: tuple[str, ...]) -> Automaton:
    """Groups in the order of GROUPS, and after them the words of someone's own files."""
    from headwater.curate import lists
    from headwater.kernels import phrases

    ours = dict(lists.sections("url_words.txt"))
    ours["name"] = tuple(word + "." for word in ours["ambiguous"])
    ours["joined"] = tuple(mark + word for mark in "-_" for word in ours["name"])
    entries = [(word, number, name not in INSIDE) for number, name in enumerate(GROUPS) for word in ours[name]]
    for path in own:
        entries += [(word, len(GROUPS), word.isascii()) for word in lists.own(path, "curate.url.block_words")]
    return phrases.build([entry[:2] for entry in entries], len(GROUPS) + 1, [entry[2] for entry in entries])


def _read_international(array: pa.Array, config: UrlConfig, figures: dict[str, np.ndarray], words: np.ndarray) -> None:
    """Hosts with other letters than ASCII have two spellings: words are found in one, blocked hosts in the other."""
    import pyarrow.compute as pc

    from headwater.curate.filters.url_lists import both_spellings
    from headwater.kernels.arrow import text_array

    rows = pc.fill_null(pc.match_substring_regex(array, _IDN), False).to_numpy(zero_copy_only=False).nonzero()[0]
    if not len(rows):
        return
    spelled = [both_spellings(url) for url in array.take(rows).to_pylist()]
    ascii_figures, _ = _examined(text_array([one for one, _ in spelled]), config)
    _, unicode_words = _examined(text_array([other for _, other in spelled]), config)
    figures["blocked"][rows] |= ascii_figures["blocked"]
    words[rows] = unicode_words


def _public_numbers(array: pa.Array, numbers: np.ndarray) -> np.ndarray:
    """1 where a host is a public IP address, in any spelling that a resolver reads."""
    import numpy as np

    from headwater.curate.filters.url_lists import is_public_number

    found = np.zeros(len(array))
    rows = numbers.nonzero()[0]
    found[rows] = [is_public_number(url) for url in array.take(rows).to_pylist()]
    return found


def _matched(array: pa.Array, patterns: tuple[str, ...]) -> np.ndarray:
    """1 where one of the patterns is found in the address."""
    import numpy as np
    import pyarrow.compute as pc

    found = np.zeros(len(array))
    for pattern in patterns:
        found[pc.fill_null(pc.match_substring_regex(array, pattern), False).to_numpy(zero_copy_only=False)] = 1
    return found


def rules(config: UrlConfig) -> list[Rule]:
    found = [Rule(reason="url.too_long", column="url_chars", high=config.max_chars)]
    if config.bad_domains or config.block_domains:
        found.append(Rule(reason="url.bad_domain", column="url_bad_domain", high=0))
    if config.bad_words:
        found.append(Rule(reason="url.bad_word", column="url_bad_words", high=0))
        found.append(Rule(reason="url.soft_words", column="url_soft_words", high=MAX_POINTS))
    if config.block_words:
        found.append(Rule(reason="url.blocked_word", column="url_own_words", high=0))
    if config.block_patterns:
        found.append(Rule(reason="url.pattern", column="url_pattern", high=0))
    return found


def crawled_rules(config: UrlConfig) -> list[Rule]:
    """Rules for crawled pages; a corpus may well name the archive its text was taken from."""
    found = []
    if config.ip_hosts:
        found.append(Rule(reason="url.ip_host", column="url_ip_host", high=0))
    if config.bad_extensions:
        found.append(Rule(reason="url.bad_extension", column="url_bad_extension", high=0))
    return found
