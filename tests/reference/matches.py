"""Folded tokens and matches, slowly: the reference for `headwater/kernels/tokens.py` and `matches.py`.

In: one text, and items as lists of tokens. Out: its tokens; for each item the largest share of it, and where it stands.
"""

from __future__ import annotations

from headwater.kernels import fold

MAX_GAP, WIDE_GAP = 6, 3
Token = tuple[str, str, int, int]  # spelling, kind, begin, end (bytes)


def tokens(text: str) -> list[Token]:
    table = fold.table()
    found: list[Token] = []
    run: list[tuple[str, int, int]] = []
    kind = ""
    data = text.encode()
    at = 0

    def close() -> None:
        nonlocal kind
        if run:
            spelled = "".join(letter for letter, _, _ in run)
            little = len(spelled) < (3 if kind == "digit" else 2)
            found.append((spelled, "little" if little else "word", run[0][1], run[-1][2]))
            run.clear()
        kind = ""

    skip = set()
    for character in text:
        size = len(character.encode())
        entry = int(table[ord(character)]) if ord(character) < fold.SIZE else fold.SEPARATOR
        if at in skip or entry == fold.SKIP:
            at += size
            continue
        bits = {fold.LETTER_BIT: "letter", fold.DIGIT_BIT: "digit", fold.CHAR_BIT: "char"}
        seen = bits.get(entry & sum(bits), "")
        if kind and seen != kind:
            if kind == "digit" and thousands(data, at):
                at += size
                continue
            close()
        if seen == "char":
            found.append((chr(entry & fold.CODE_MASK), "char", at, at + size))
        elif seen:
            kind = seen
            run.append((chr(entry & fold.CODE_MASK), at, at + size))
        at += size
    close()
    return found


def thousands(data: bytes, at: int) -> bool:
    """Whether a comma stands there, three digits behind it, and no fourth."""
    behind = data[at + 1 : at + 5]
    return data[at : at + 1] == b"," and behind[:3].isdigit() and len(behind) >= 3 and not behind[3:].isdigit()


def resync(text: list[str], at: int, item: list[str], place: int, step: int) -> tuple[int, int]:
    for gap in range(1, MAX_GAP + 1):
        needed = 2 if gap < WIDE_GAP else 3
        for skip in range(gap + 1):
            a, b = at + step * (gap - skip), place + step * skip
            places = [(a + step * i, b + step * i) for i in range(needed)]
            if all(0 <= i < len(text) and 0 <= j < len(item) and text[i] == item[j] for i, j in places):
                return gap - skip, skip
    return 0, 0


def grow(text: list[str], at: int, item: list[str], place: int, step: int) -> tuple[list[int], list[int]]:
    """Places of the text and of the item that agree, followed from one of each."""
    own: list[int] = []
    other: list[int] = []
    while 0 <= at < len(text) and 0 <= place < len(item):
        if text[at] == item[place]:
            own.append(at)
            other.append(place)
            at, place = at + step, place + step
            continue
        passed, skipped = resync(text, at, item, place, step)
        if passed + skipped == 0:
            break
        at, place = at + step * passed, place + step * skipped
    return own, other


def best(
    text: str, items: list[list[str]], weights: list[list[float]], runs: dict[tuple[str, ...], list[tuple[int, int]]],
    words: int, chars: int,
) -> dict[int, tuple[float, int, int]]:  # fmt: skip
    """Item → (share, begin, end) of its best place; `runs`: (item, place) of each run that begins a match."""
    found = tokens(text)
    spelled = [token[0] for token in found]
    reach: dict[int, int] = {}
    noted: dict[int, tuple[float, int, int]] = {}
    for at, token in enumerate(found):
        length = chars if token[1] == "char" else words
        run = tuple(spelled[at : at + length])
        if len(run) < length:
            continue
        blocked = {item for item, end in reach.items() if token[2] < end}
        for item, place in runs.get(run, []):
            if item in blocked:
                continue
            right, right_of = grow(spelled, at, items[item], place, 1)
            left, left_of = grow(spelled, at - 1, items[item], place - 1, -1)
            first, last = min(left, default=at), max(right)
            reach[item] = max(reach.get(item, 0), found[last][3])
            share = sum(weights[item][place] for place in (*right_of, *left_of)) / sum(weights[item])
            if share > noted.get(item, (0.0, 0, 0))[0]:
                noted[item] = (share, found[first][2], found[last][3])
    return noted
