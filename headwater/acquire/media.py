"""Which answers are pages: by their Content-Type, or by their first bytes where it is missing."""

from __future__ import annotations

HTML_TYPES = ("text/html", "application/xhtml+xml")
SNIFF_BYTES = 1024
_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<title")


def is_html_type(content_type: str, data: bytes) -> bool:
    if content_type:
        return content_type in HTML_TYPES
    start = data[:SNIFF_BYTES].lower()
    return any(mark in start for mark in _MARKS)
