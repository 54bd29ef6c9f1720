"""Writes headwater/kernels/code_points.txt: what `tokenizers` takes for a letter, a mark, a number, a space.

In: the installed `tokenizers`, asked for every code point. Out: one line a class, its ranges in hexadecimal.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from tokenizers import Regex, pre_tokenizers

CLASSES = {
    "letter": r"\p{L}",
    "mark": r"\p{M}",
    "number": r"\p{N}",
    "space": r"\s",
    "han": r"\p{Han}",
    "kana": r"[\p{Hiragana}\p{Katakana}ー]",
}
NUM_CODE_POINTS = 0x110000
SURROGATES = range(0xD800, 0xE000)


def members(pattern: str) -> list[int]:
    """The code points that a pattern of one character matches, in order."""
    every = "".join(chr(code) for code in range(NUM_CODE_POINTS) if code not in SURROGATES)
    kept = pre_tokenizers.Split(Regex(f"[^{pattern[1:-1] if pattern[0] == '[' else pattern}]+"), behavior="removed")
    return [ord(letter) for piece, _ in kept.pre_tokenize_str(every) for letter in piece]


def ranges(codes: list[int]) -> list[str]:
    """Runs of neighbours, as `first-last` or `only`."""
    found: list[list[int]] = []
    for code in codes:
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return [f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in found]


def main(target: Path) -> None:
    lines = [f"# as tokenizers {version('tokenizers')} sees them"]
    lines += [" ".join([name, *ranges(members(pattern))]) for name, pattern in CLASSES.items()]
    target.write_text("\n".join(lines) + "\n", "ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
