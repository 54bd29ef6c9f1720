"""Licences: one tag for each, out of the addresses and words that pages name them by.

In: the URL or the words of a licence. Out: its SPDX identifier, such as CC-BY-SA-4.0 (of a Creative Commons licence
named without its version, that much of it); the URL itself where it is one that is not known here; "" for anything
else. Ported versions count as the international one of the same number.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

MAX_URL_LENGTH = 200
MAX_TEXT_LENGTH = 1000
MAX_JSON_BYTES = 256 << 10
MAX_NODES = 1000
IDENTIFIERS = {
    name.lower(): name
    for name in (
        "MIT MIT-0 Apache-2.0 BSD-2-Clause BSD-3-Clause 0BSD ISC MPL-2.0 GPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0"
        " GPL-3.0-only GPL-3.0-or-later LGPL-2.1 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only"
        " LGPL-3.0-or-later AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later GFDL-1.1 GFDL-1.2 GFDL-1.3 EPL-1.0 EPL-2.0"
        " EUPL-1.2 Unlicense WTFPL Zlib BSL-1.0 CC0-1.0 CC-PDM-1.0 CC-PDDC ODbL-1.0 ODC-By-1.0 PDDL-1.0 OGL-UK-1.0"
        " OGL-UK-2.0 OGL-UK-3.0 etalab-2.0 LAL-1.3 OPUBL-1.0 OFL-1.1 Artistic-2.0 PSF-2.0 Python-2.0 PostgreSQL"
        " MulanPSL-2.0 MulanPubL-2.0"
    ).split()
}
_CC_URL = re.compile(r"creativecommons\.org/licen[sc]es/([a-z+-]+)(?:/([1-4]\.\d))?(?![\w.])")
_URLS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), tag)
    for pattern, tag in (
        (r"creativecommons\.org/publicdomain/zero/|creativecommons\.org/share-your-work/public-domain/cc0", "CC0-1.0"),
        (r"creativecommons\.org/publicdomain/mark/", "CC-PDM-1.0"),
        (r"creativecommons\.org/licenses/publicdomain", "CC-PDDC"),
        (r"gnu\.org/(?:.{0,40}/)?fdl-(1\.[123])", r"GFDL-\1"),
        (r"gnu\.org/(?:licenses|copyleft)/fdl(?:\.\w{2}(?:-\w{2})?)?(?:\.html|\.txt)?(?:[?#]|$)", "GFDL-1.3"),
        (r"gnu\.org/(?:.{0,40}/)?((?:l|a)?gpl)-([23]\.\d)", r"\1-\2"),
        (r"gnu\.org/(?:licenses|copyleft)/((?:l|a)?gpl)(?:\.html|\.txt)?(?:[?#]|$)", r"\1-3.0"),
        (r"apache\.org/licenses/license-2\.0", "Apache-2.0"),
        (r"mozilla\.org/(?:en-us/)?mpl/2\.0", "MPL-2.0"),
        (r"opendatacommons\.org/licenses/odbl|opendatacommons\.org/odbl", "ODbL-1.0"),
        (r"opendatacommons\.org/licenses/by(?![a-z])", "ODC-By-1.0"),
        (r"opendatacommons\.org/licenses/pddl", "PDDL-1.0"),
        (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/([123])", r"OGL-UK-\1.0"),
        (r"license\.coscl\.org\.cn/mulanpsl2", "MulanPSL-2.0"),
        (r"artlibre\.org/licence/lal", "LAL-1.3"),
        (r"unlicense\.org", "Unlicense"),
        (r"wtfpl\.net", "WTFPL"),
        (r"(?:spdx\.org/licenses|opensource\.org/licenses?|choosealicense\.com/licenses)/([a-z0-9.-]+)", r"\1"),
    )
)
# The words of licences that have no identifier in them, tried in order.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.ASCII), tag)  # so that a word ends where Chinese begins
    for pattern, tag in (
        (r"\bcc[ -]?0\b|\bcc[ -]zero\b|public domain dedication", "CC0-1.0"),
        (r"(?:gnu free documentation licen[sc]e|\bgfdl\b|自由文[档件]许可证)\D{0,30}(1\.[123])", r"GFDL-\1"),
        (r"gnu free documentation licen[sc]e|\bgfdl\b|自由文[档件]许可证", "GFDL"),
        (r"affero general public licen[sc]e\D{0,20}3|\bagpl[ -]?v?3", "AGPL-3.0"),
        (r"lesser general public licen[sc]e\D{0,20}3|\blgpl[ -]?v?3", "LGPL-3.0"),
        (r"lesser general public licen[sc]e\D{0,20}2\.1|\blgpl[ -]?v?2\.1", "LGPL-2.1"),
        (r"general public licen[sc]e\D{0,20}([23])|\bgpl[ -]?v?([23])", r"GPL-\1\2.0"),
        (r"apache(?: software)?(?: licen[sc]e)?,?[ -]?(?:version )?v?2(?:\.0)?\b", "Apache-2.0"),
        (r"mozilla public licen[sc]e\D{0,20}2|\bmpl[ -]?2", "MPL-2.0"),
        (r"^mit$|\bmit[ -]?(?:licen[sc]ed?\b|许可|许可证|协议|授權)", "MIT"),
        (r"\b(?:3-clause|new|modified|revised) bsd\b|\bbsd[ -]3[ -]clause\b", "BSD-3-Clause"),
        (r"\b(?:2-clause|simplified) bsd\b|\bbsd[ -]2[ -]clause\b", "BSD-2-Clause"),
        (r"open government licen[sc]e\D{0,20}([123])", r"OGL-UK-\1.0"),
        (r"木兰宽松许可证\D{0,6}2", "MulanPSL-2.0"),
        (r"^(?:in )?(?:the )?public domain\.?$|^公有领域$|^公有領域$", "LicenseRef-Public-Domain"),
    )
)
_CC_WORDS = re.compile(r"\bcc[ -]by\b|creative ?commons|知识共享|知識共享|创作共用|創用 ?cc|创用 ?cc", re.ASCII)
_CC_PARTS = (
    ("BY", re.compile(r"\bby\b|attribution|署名|姓名[标標]示", re.ASCII)),
    ("NC", re.compile(r"\bnc\b|non[- ]?commercial|非商[业業]", re.ASCII)),
    ("ND", re.compile(r"\bnd\b|no[- ]?deriv|禁止演[绎繹]|禁止改作", re.ASCII)),
    ("SA", re.compile(r"\bsa\b|share[- ]?alike|相同方式", re.ASCII)),
)
_VERSION = re.compile(r"(?<![\d.])([1-4]\.[05])(?![\d.]*\d)")
_EMBEDDED_URL = re.compile(r"https?://[^\s<>\"'()，。）]{4,400}")
_NOT_OF_THE_PAGE = re.compile(r"(?:image|video|audio|media)object|photograph|person|organization|softwaresourcecode")


@lru_cache(maxsize=4096)
def tag(url_or_text: str) -> str:
    """The tag of a licence. A text that names none, or several lines of it, has none."""
    text = " ".join(url_or_text[: 2 * MAX_TEXT_LENGTH].split())
    if text.startswith(("https://", "http://", "//")) and " " not in text:
        return of_url(text) or (text if len(text) <= MAX_URL_LENGTH and not text.startswith("//") else "")
    return of_text(text)


def of_url(url: str) -> str:
    """The identifier of the licence behind a URL, "" where it is not known."""
    lower = url.lower()
    if match := _CC_URL.search(lower):
        parts = set(re.split(r"[-+]", match.group(1)))
        if parts <= {"by", "nc", "nd", "sa"}:
            return _creative_commons([name for name, _ in _CC_PARTS if name.lower() in parts], match.group(2))
    for pattern, template in _URLS:
        if known := pattern.search(lower):
            found = known.expand(template)
            return _identifier(found.removesuffix("/").removesuffix(".html").removesuffix(".txt"))
    return ""


def of_text(text: str) -> str:
    """The identifier of the licence that a short text names."""
    if len(text) > MAX_TEXT_LENGTH:
        return ""
    if found := _identifier(text):
        return found
    for match in _EMBEDDED_URL.finditer(text):
        if found := of_url(match.group(0)):
            return found
    lower = text.lower()
    if _CC_WORDS.search(lower):
        parts = [name for name, pattern in _CC_PARTS if pattern.search(lower)]
        version = _VERSION.search(lower)
        if "BY" in parts:
            return _creative_commons(parts, version.group(1) if version else None)
    for pattern, template in _WORDS:
        if words := pattern.search(lower):
            return words.expand(template)
    return ""


def _creative_commons(parts: list[str], version: str | None) -> str:
    return "-".join(("CC", *parts, *([version] if version else [])))


def _identifier(text: str) -> str:
    """A known SPDX identifier in its own spelling, whatever the capitals; "" for another text."""
    lower = re.sub(r"-(\d)-(\d)$", r"-\1.\2", text.lower().replace(" ", "-"))
    if lower in IDENTIFIERS:
        return IDENTIFIERS[lower]
    match = re.fullmatch(r"cc-((?:by|nc|nd|sa)(?:-(?:by|nc|nd|sa))*)-([1-4]\.[05])", lower)
    if match:
        parts = match.group(1).split("-")
        return _creative_commons([name for name, _ in _CC_PARTS if name.lower() in parts], match.group(2))
    return ""


def in_json_ld(data: bytes) -> str:
    """The licence that a JSON-LD block gives the page, not its images or its makers; "" where it gives none."""
    if b'"license"' not in data or len(data) > MAX_JSON_BYTES:
        return ""
    import orjson

    try:
        waiting: list[Any] = [orjson.loads(data)]
    except ValueError:
        return ""
    for _ in range(MAX_NODES):
        if not waiting:
            break
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node[:MAX_NODES])
        elif isinstance(node, dict) and not _NOT_OF_THE_PAGE.search(str(node.get("@type", "")).lower()):
            if found := _named(node.get("license")):
                return found
            waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)
    return ""


def _named(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url") or value.get("name")
    return tag(value) if isinstance(value, str) else ""
