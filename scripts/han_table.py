"""Writes headwater/curate/lists/han.txt from OpenCC's tables: `python scripts/han_table.py` (needs `opencc`).

A character that OpenCC changes into a simplified one tells traditional text, unless simplified text uses it too (it is
in GB 2312); one that it changes into a traditional one tells simplified text, unless traditional text uses it too (it
is in Big5).
"""

from __future__ import annotations

from pathlib import Path

from opencc import OpenCC

TARGET = Path(__file__).parent.parent / "headwater" / "curate" / "lists" / "han.txt"
KEPT = "後於"  # in GB 2312, but hardly in simplified text
HEADER = """\
# Characters that tell traditional from simplified Chinese. Made by scripts/han_table.py from the tables of OpenCC
# (github.com/BYVoid/OpenCC, Apache License 2.0).
"""


def encodes(character: str, encoding: str) -> bool:
    return bool(character.encode(encoding, "ignore"))


def main() -> None:
    simplify, traditionalise = OpenCC("t2s"), OpenCC("s2t")
    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    traditional = [c for c in han if simplify.convert(c) != c and (c in KEPT or not encodes(c, "gb2312"))]
    simplified = [c for c in han if traditionalise.convert(c) != c and not encodes(c, "big5")]
    both = set(traditional) & set(simplified)
    parts = [HEADER]
    for name, characters in (("traditional", traditional), ("simplified", simplified)):
        told = [c for c in characters if c not in both]
        parts.append(f"[{name}]\n" + "\n".join("".join(told[i : i + 60]) for i in range(0, len(told), 60)) + "\n")
    TARGET.write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
