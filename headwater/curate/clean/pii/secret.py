"""Keys: private keys in PEM, and access tokens that say by their first characters whose they are.

In: a text. Out: where they are.
"""

from __future__ import annotations

import re

# what Arrow looks for in a column: one of these must be there
SIGNS = (
    r"PRIVATE KEY-----|\bA(?:KIA|SIA)[0-9A-Z]{16}|\bAIza[0-9A-Za-z_-]{35}|\bgh[pousr]_[0-9A-Za-z]{36}|"
    r"github_pat_[0-9A-Za-z_]{60}|"
    r"\bglpat-[0-9A-Za-z_-]{20}|\bxox[abprs]-[0-9A-Za-z-]{10}|\b[sr]k_live_[0-9A-Za-z]{16}|\bsk-(?:proj-|ant-)?[0-9A-Za-z_-]{32}|"
    r"\bhf_[A-Za-z]{34}|\bnpm_[0-9A-Za-z]{36}|\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10}"
)
MAX_PEM_CHARS = 20_000
_BODY = re.compile(rb"[0-9A-Za-z+/=]{32}")
_TOKEN = re.compile(
    rb"\b(?:A(?:KIA|SIA)[0-9A-Z]{16}\b|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{60,255}"
    rb"|glpat-[0-9A-Za-z_-]{20,64}|xox[abprs]-[0-9A-Za-z-]{10,250}|[sr]k_live_[0-9A-Za-z]{16,255}"
    rb"|sk-(?:proj-|ant-)?[0-9A-Za-z_-]{32,255}|hf_[A-Za-z]{34}\b|npm_[0-9A-Za-z]{36}\b"
    rb"|eyJ[0-9A-Za-z_-]{10,2000}\.eyJ[0-9A-Za-z_-]{10,4000}(?:\.[0-9A-Za-z_-]{10,2000})?)"
)
_BEGIN = re.compile(rb"-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----")
_END = re.compile(rb"-----END (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----")


def find(text: bytes) -> list[tuple[int, int]]:
    """Places of the keys, in bytes."""
    places = [match.span() for match in _TOKEN.finditer(text) if _is_random(match.group())]
    at = 0
    while begin := _BEGIN.search(text, at):
        end = _END.search(text, begin.end(), begin.end() + MAX_PEM_CHARS)
        at = begin.end()
        if end and _BODY.search(text, begin.end(), end.start()):
            places.append((begin.end(), end.start()))  # the marks stay: what was there can still be read
            at = end.end()
    return sorted(places)


def _is_random(token: bytes) -> bool:
    """Whether a token is more than a placeholder of a few characters repeated."""
    return len(set(token[4:])) > 8
