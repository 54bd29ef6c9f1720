"""Signs of broken characters, slowly: the reference that `headwater/kernels/defects.py` is held equal to.

In: one text, and the marks of its characters. Out: its signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LOOKS, LEAD, CONTINUATION, HIGH, LETTER, FIRST = 15, 16, 32, 64, 128, 256
LATIN, GBK, UTF8_AS_GBK, ENTITY = 16, 32, 64, 128


def signs(text: str, mark: Callable[[str], int]) -> int:
    marks = [mark(c) for c in text]
    found = 0
    for value in marks:
        found |= value & LOOKS
    if any(a & LEAD and b & CONTINUATION for a, b in zip(marks, marks[1:], strict=False)):
        found |= LATIN
    run: list[int] = []
    for value in [*marks, 0]:
        run = [*run, value] if value & HIGH else []
        if len(run) >= 4 and sum(bool(v & LETTER) for v in run) >= 2:
            found |= GBK
    firsts = [i for i, value in enumerate(marks) if value & FIRST]
    private = [i for i, c in enumerate(text) if "\ue000" <= c <= "\uf8ff"]
    if any(i - 1 in firsts for i in private) or any(b - a == 3 for a, b in zip(firsts, firsts[1:], strict=False)):
        found |= UTF8_AS_GBK
    return found | (ENTITY if re.search(r"&[0-9A-Za-z#]{2,32};", text) else 0)
