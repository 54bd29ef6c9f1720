"""Candidates for personal data, slowly: the reference that `headwater/kernels/personal.py` is held equal to.

In: one text. Out: (start, end, kind) in characters, addresses before numbers.
"""

from __future__ import annotations

import re

AT, NUMBER, IPV4, IPV6 = 0, 1, 2, 3
WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}
GAPS = " -.)/(" + "\u00a0\u3000" + "‐‑‒–—―"
JOINS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_%+-")


def candidates(text: str) -> list[tuple[int, int, int]]:
    return [*addresses(text), *numbers(text.translate({k: v for k, v in WIDE.items() if chr(v) in "0123456789+()-./"}))]


def addresses(text: str) -> list[tuple[int, int, int]]:
    found = []
    for match in re.finditer(r"[@＠]", text):
        start, end = match.span()
        around = text[start - 1 : start] if start else "", text[end : end + 1]
        if all(c and (c > "\x7f" or c in JOINS) for c in around):
            found.append((start, end, AT))
    for match in re.finditer(r"(?<![0-9A-Za-z_.])[0-9][0-9A-Fa-f.:]*", text):
        start, run = match.start(), match.group().rstrip(".:")
        alone = text[start - 1 : start] != ":" or not start
        if run.count(":") >= 2 and match.group().count(".") <= 1 and alone and is_ipv6(run):
            found.append((start, start + len(run), IPV6))
        elif match.group().count(".") >= 3:
            for part in re.finditer(r"[0-9.]+", run):
                address = part.group().rstrip(".")
                before = run[part.start() - 1] if part.start() else ":"
                if before == ":" and re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", address):
                    found.append((start + part.start(), start + part.start() + len(address), IPV4))
    return sorted(found)


def is_ipv6(run: str) -> bool:
    return (
        bool(len(run) <= 39 and re.match(r"[23].{3}:", run)) and len(run) >= 6 and ("::" in run or run.count(":") == 7)
    )


def numbers(text: str) -> list[tuple[int, int, int]]:
    groups = [match.span() for match in re.finditer(r"[0-9]+", text)]
    runs: list[list[tuple[int, int]]] = []
    broken = True
    for start, end in groups:
        gap = text[runs[-1][-1][1] : start] if runs and runs[-1] else ""
        if broken or len(gap) > 3 or any(c not in GAPS for c in gap):
            runs.append([])
        broken = end - start > 19
        if broken:
            runs.append([])
        else:
            runs[-1].append((start, end))
    found = []
    for run in filter(None, runs):
        opening = re.search(r"[+(]{0,2}\Z", text[: run[0][0]]).group()
        start = run[0][0] - len(opening)
        called = "+" in opening or re.search(r"[:\uff1a] {0,2}\Z", text[:start])
        if sum(b - a for a, b in run) >= (7 if called else 10):
            found.append((start, run[-1][1], NUMBER))
    return found
