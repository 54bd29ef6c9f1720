"""The character set of a page: what it declares where that holds, else what its bytes say.

In: the bytes of an HTML page and the charset of its HTTP header. Out: its text.
A declaration is believed when the bytes decode by it; one that decodes anything (Latin-1 and its like) only
when the bytes are not UTF-8. The guess looks at the text between the tags, for markup is ASCII in every language.
"""

from __future__ import annotations

import codecs
import re

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Browsers read these labels as a larger set that holds the named one.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "big5": "big5hkscs"}
SINGLE_BYTE = re.compile(r"cp1?\d{3}|iso8859|koi8|mac|latin|windows|tis|ptcp|hp_roman")
HEAD_BYTES = 4096
GUESS_BYTES = 32 << 10
MAX_BAD_SHARE = 0.01  # of characters that may be replaced before a declaration is given up
_META = re.compile(rb"""<meta[^>]{0,512}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,256}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})""")
_MARKUP = re.compile(rb"<script\b.*?</script|<style\b.*?</style|<[^>]*>|[\x00-\x7f]{256,}", re.IGNORECASE | re.DOTALL)


def decoded(data: bytes, header_charset: str = "") -> str:
    """The text of a page; bytes that fit no character set become U+FFFD."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if data.isascii():
        return data.decode("ascii")
    named = [name for name in (known(header_charset), known(_declared(data))) if name]
    multi_byte = [name for name in named if not SINGLE_BYTE.match(name)]
    for name in (*multi_byte, "utf-8", *named):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    for name in multi_byte or ["utf-8"]:
        text = data.decode(name, "replace")
        if text.count("\ufffd") <= MAX_BAD_SHARE * len(text):
            return text
    return data.decode(_guessed(data) or "utf-8", "replace")


def declared(data: bytes, header_charset: str = "") -> str:
    """What a page says its character set is, else UTF-8; enough for its links."""
    return known(header_charset) or known(_declared(data)) or "utf-8"


def known(label: str) -> str:
    """Python's name for a charset label, widened as browsers do; "" for one that is unknown or no text encoding."""
    try:
        info = codecs.lookup(label.strip().strip("\"'")) if label else None
    except (LookupError, ValueError):
        return ""
    if (
        info is None
        or not info._is_text_encoding
        or info.name.startswith(("utf-7", "idna", "punycode", "unicode", "raw"))
    ):
        return ""
    return WIDER.get(info.name, info.name) if _decodes(info.name) else ""


def _decodes(name: str) -> bool:
    """Whether a codec reads bytes at all: `undefined` is one that never does."""
    try:
        b"\xa4\xe5".decode(name, "replace")
    except (LookupError, ValueError):
        return False
    return True


def _declared(data: bytes) -> str:
    match = _META.search(data[:HEAD_BYTES]) or _XML.match(data[:HEAD_BYTES])
    label = match.group(1).decode("ascii") if match else ""
    return "utf-8" if label.lower().startswith("utf-16") else label  # it was read as ASCII, so it is not


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    text = _MARKUP.sub(b" ", data[: 8 * GUESS_BYTES])[:GUESS_BYTES]
    best = from_bytes(text).best()
    return known(best.encoding) if best else ""
