"""Addresses taken apart: words in them, extensions, blocked hosts, numbers in place of hosts.

In: a column of URLs as offsets and bytes, an automaton of words, hashes of blocked hosts and of extensions. Out:
figures a row. Steps for each address that begins with http:// or https://: the host, and the path up to `?` or `#`,
with percent escapes read and ASCII in small letters → words in both → the host's every ending looked up among blocked
ones.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.endings import backward, contains, forward, hashed
from headwater.kernels.phrases import Automaton, build, hits

NAMES = ("web", "chars", "extension", "number", "blocked")  # and after them the words' groups in host and path
MAX_BYTES = 16_384  # of an address whose length alone rejects it
DOT, SLASH = 0x2E, 0x2F


@part
def _lower(byte):
    return byte + 0x20 if 0x41 <= byte <= 0x5A else byte


@part
def _hex_value(byte):
    if 0x30 <= byte <= 0x39:
        return byte - 0x30
    small = byte | 0x20
    return small - 0x61 + 10 if 0x61 <= small <= 0x66 else -1


@part
def _read(text, start, end, out, count):
    """Append text[start:end] to `out`, escapes read and in small letters; the new length."""
    at = start
    while at < end:
        byte = int(text[at])
        at += 1
        if byte == 0x25 and at + 1 < end:
            high, low = _hex_value(int(text[at])), _hex_value(int(text[at + 1]))
            if high >= 0 and low >= 0:
                byte = high * 16 + low
                at += 2
        out[count] = _lower(byte)
        count += 1
    return count


@part
def _after_scheme(text, start, end):
    """Where the host's part begins; -1 where the address is not of the web."""
    name = (0x68, 0x74, 0x74, 0x70)
    if end - start < 8:
        return -1
    for i in range(4):
        if text[start + i] | 0x20 != name[i]:
            return -1
    at = start + 4 + (text[start + 4] | 0x20 == 0x73)
    if at + 3 > end or text[at] != 0x3A or text[at + 1] != SLASH or text[at + 2] != SLASH:
        return -1
    return at + 3


@part
def _host(text, start, end):
    """(first byte, end) of the host in the part between // and the path: no user name, no port."""
    begin = start
    for at in range(start, end):
        if text[at] == 0x40:
            begin = at + 1
    if begin < end and text[begin] == 0x5B:  # an IPv6 address in brackets
        for at in range(begin, end):
            if text[at] == 0x5D:
                return begin, at + 1
        return begin, end
    for at in range(begin, end):
        if text[at] == 0x3A:
            return begin, at
    return begin, end


@part
def _is_number(text, start, end):
    """Whether a host can only be an IP address: in brackets, or digits and dots (0x… too)."""
    if start == end:
        return False
    if text[start] == 0x5B:
        return True
    digits = 0
    for at in range(start, end):
        byte = text[at]
        if _hex_value(int(byte)) < 0 and byte != DOT and byte != 0x78:
            return False
        digits += 0x30 <= byte <= 0x39
    return digits > 0 and 0x30 <= text[start] <= 0x39 and _hex_value(int(text[end - 1])) >= 0


@part
def _extension(text, start, end, extensions):
    """Whether the last part of a path ends in one of the extensions."""
    at = end - 1
    while at >= start and text[at] != SLASH and text[at] != DOT:
        at -= 1
    if at < start or text[at] != DOT:
        return False
    return contains(extensions, forward(text, at + 1, end))


@kernel
def _examine(
    offsets, text, blocked, extensions, classes, steps, num_classes, ends, shorter, lengths, groups, whole, figures,
    words,
):  # fmt: skip
    buffer, endings = np.empty(MAX_BYTES + 1, np.uint8), np.empty(128, np.uint64)
    seen, last = np.zeros((len(lengths), 2), np.int64), np.zeros(words.shape[2], np.int64)
    nothing = np.int64(0)  # no literal, so that calls are compiled once
    for row in range(len(figures)):
        start, end = offsets[row], offsets[row + 1]
        for at in range(start, end):
            figures[row, 1] += text[at] & 0xC0 != 0x80
        begin = _after_scheme(text, start, end)
        if begin < 0:
            figures[row, 1] = 0
            continue
        figures[row, 0] = 1
        end = min(end, start + MAX_BYTES)
        stop = begin
        while stop < end and text[stop] not in (SLASH, 0x3F, 0x23, 0x5C):
            stop += 1
        path_end = stop
        while path_end < end and text[path_end] != 0x3F and text[path_end] != 0x23:
            path_end += 1
        first, past = _host(text, begin, stop)
        host = _read(text, first, past, buffer, nothing)
        whole_length = _read(text, stop, path_end, buffer, host)
        figures[row, 2] = _extension(buffer, host, whole_length, extensions)
        dots = host
        while dots > 0 and buffer[dots - 1] == DOT:
            dots -= 1
        figures[row, 3] = _is_number(buffer, 0, dots)
        for i in range(backward(buffer, 0, dots, endings)):
            if contains(blocked, endings[i]):
                figures[row, 4] = 1
        hits(
            buffer, nothing, host, classes, steps, num_classes, ends, shorter, lengths, groups, whole, 1,
            2 * row + 1, seen, last, words[row, 0],
        )  # fmt: skip
        hits(
            buffer, host, whole_length, classes, steps, num_classes, ends, shorter, lengths, groups, whole, 1,
            2 * row + 2, seen, last, words[row, 1],
        )  # fmt: skip


def examine(
    offsets: np.ndarray, text: np.ndarray, *, blocked: np.ndarray, extensions: np.ndarray, words: Automaton
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """(each of NAMES, int64 a row; hits of different words, int64 [rows, host and path, groups])."""
    warm("addresses", _compile)
    return _examined(offsets, text, blocked, extensions, words)


def _examined(
    offsets: np.ndarray, text: np.ndarray, blocked: np.ndarray, extensions: np.ndarray, words: Automaton
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rows, a = len(offsets) - 1, words
    figures, found = np.zeros((rows, len(NAMES)), np.int64), np.zeros((rows, 2, a.num_groups), np.int64)
    _examine(
        frozen(offsets, np.int64), frozen(text, np.uint8), frozen(blocked, np.uint64), frozen(extensions, np.uint64),
        a.classes, a.steps, len(a.steps) // len(a.ends), a.ends, a.shorter, a.lengths, a.groups, a.whole, figures,
        found,
    )  # fmt: skip
    return {name: figures[:, column] for column, name in enumerate(NAMES)}, found


def _compile() -> None:
    offsets, text = np.array([0, 1]), np.array([97])
    found = hashed(offsets, text, True)
    _examined(offsets, text, found, found, build([("a", 0)], 1))
