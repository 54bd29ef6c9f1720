"""Short lines of prose, slowly: the reference that `headwater/kernels/short_lines.py` is held equal to.

In: one text. Out: the contents of its lines.
"""

from __future__ import annotations

import re


def lines(text: str, max_bytes: int) -> list[bytes]:
    found, fence = [], ""
    for line in text.encode().split(b"\n"):
        content = line.strip(bytes(range(0x21)))
        mark = content[:3].decode("utf-8", "ignore")
        if mark in ("```", "~~~"):
            fence = "" if fence == mark else fence or mark
        elif content and not fence and not is_structure(line, content) and len(content) <= max_bytes:
            found.append(content)
    return found


def is_structure(line: bytes, content: bytes) -> bool:
    indent = len(line) - len(line.lstrip(bytes(range(0x21))))
    if indent >= 4 or line[:1] == b"\t" or content[:1] in (b"#", b"|"):
        return True
    return not re.search(rb"[0-9A-Za-z\x80-\xff]", content)
