"""What a line may be about, slowly: the reference that `headwater/kernels/line_openings.py` may not fall short of.

In: a line, openings and tells by subject, signs passed over. Out: the subjects.
"""

from __future__ import annotations

import re


def subjects(line: str, openings: list[tuple[str, int]], tells: list[tuple[str, int]], passed: str) -> int:
    low = re.sub("[A-Z]", lambda letter: letter.group().lower(), line)
    found = 0
    for tell, subject in tells:
        found |= subject if tell in low else 0
    start = re.sub(f"^(?:[^a-z\\x80-\\U0010ffff\\]]|[{re.escape(passed)}])*", "", low)
    if start.startswith("]"):
        return (1 << 15) - 1
    letters = re.match("[a-z]{0,4}", start).group()
    for opening, subject in openings:
        if opening.isascii():
            found |= subject if letters and letters == opening[:4] else 0
        else:
            found |= subject if start.startswith(opening[:2]) else 0
    return found
