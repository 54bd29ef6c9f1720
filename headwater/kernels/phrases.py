"""Phrases found in texts, all of them in one reading (Aho and Corasick, 1975).

In: phrases with a group each; then a text array's offsets and bytes, and the rows asked for. Out: hits a group and row.
ASCII letters match in either case. In one group a hit does not overlap the one before it, and one phrase counts at most
`most` times in a text. A phrase marked whole stands between bytes that are no ASCII letter or digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm


@dataclass(frozen=True)
class Automaton:
    """Bytes are put into classes; `steps[state * classes + class]` is the next state."""

    classes: np.ndarray  # uint8 [256]
    steps: np.ndarray  # int32 [states * classes]
    ends: np.ndarray  # int32 [states]: the longest phrase that ends here, or -1
    shorter: np.ndarray  # int32 [states]: the next state in which a shorter phrase ends, or 0
    lengths: np.ndarray  # int64 [phrases], in bytes
    groups: np.ndarray  # int64 [phrases]
    whole: np.ndarray  # uint8 [phrases]
    num_groups: int


def build(phrases: Sequence[tuple[str, int]], num_groups: int, whole: Sequence[bool] | None = None) -> Automaton:
    """The automaton of (phrase, group) pairs; a spelling counts in the first group that names it."""
    marks = whole or [False] * len(phrases)
    wanted = dict.fromkeys(
        (phrase.encode("utf-8", "replace").lower(), group, mark)
        for (phrase, group), mark in zip(phrases, marks, strict=True)
        if phrase
    )
    spelled = {spelling: (group, mark) for spelling, group, mark in reversed(list(wanted))}
    used = sorted({byte for spelling in spelled for byte in spelling})
    classes = np.zeros(256, np.uint8)
    for number, byte in enumerate(used, 1):
        classes[byte] = number % 256
        if 0x61 <= byte <= 0x7A:
            classes[byte - 0x20] = number % 256
    children: list[dict[int, int]] = [{}]
    ends = [-1]
    for index, spelling in enumerate(spelled):
        state = 0
        for byte in spelling:
            child = children[state].get(int(classes[byte]))
            if child is None:
                child = len(children)
                children[state][int(classes[byte])] = child
                children.append({})
                ends.append(-1)
            state = child
        ends[state] = index
    steps, shorter = _linked(children, ends, len(used) + 1)
    return Automaton(
        classes=frozen(classes, np.uint8),
        steps=frozen(steps.ravel(), np.int32),
        ends=frozen(np.array(ends), np.int32),
        shorter=frozen(shorter, np.int32),
        lengths=frozen(np.array([len(spelling) for spelling in spelled]), np.int64),
        groups=frozen(np.array([group for group, _ in spelled.values()]), np.int64),
        whole=frozen(np.array([mark for _, mark in spelled.values()]), np.uint8),
        num_groups=num_groups,
    )


def _linked(children: list[dict[int, int]], ends: list[int], num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Every step of every state, breadth first, and the chain of states in which shorter phrases end."""
    steps = np.zeros((len(children), num_classes), np.int32)
    back, shorter = np.zeros(len(children), np.int64), np.zeros(len(children), np.int32)
    queue = [0]
    for state in queue:
        if state:
            steps[state] = steps[back[state]]
        for symbol, child in children[state].items():
            back[child] = steps[back[state], symbol] if state else 0
            fallen = int(back[child])
            shorter[child] = fallen if ends[fallen] >= 0 else shorter[fallen]
            queue.append(child)
        for symbol, child in children[state].items():
            steps[state, symbol] = child
    return steps, shorter


@part
def alnum(byte):
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@part
def hits(
    text, start, end, classes, steps, num_classes, ends, shorter, lengths, groups, whole, most, stamp, seen, last, out
):
    """Add the hits of text[start:end] to `out` [groups].

    `seen` [phrases, (stamp, times)] and `last` [groups] are rooms of its own; each text brings another stamp.
    """
    last[:] = start
    state = 0
    for at in range(start, end):
        state = steps[state * num_classes + classes[text[at]]]
        found = state if ends[state] >= 0 else shorter[state]
        while found:
            phrase = ends[found]
            group, begin = groups[phrase], at + 1 - lengths[phrase]
            if seen[phrase, 0] != stamp:
                seen[phrase, 0], seen[phrase, 1] = stamp, 0
            free = begin >= last[group] and seen[phrase, 1] < most
            if free and whole[phrase]:
                free = not (begin > start and alnum(text[begin - 1])) and not (at + 1 < end and alnum(text[at + 1]))
            if free:
                seen[phrase, 1] += 1
                last[group] = at + 1
                out[group] += 1
            found = shorter[found]


@kernel
def _count(offsets, text, rows, classes, steps, num_classes, ends, shorter, lengths, groups, whole, most, out):
    seen, last = np.zeros((len(lengths), 2), np.int64), np.zeros(out.shape[1], np.int64)
    for k in range(len(rows)):
        start, end = offsets[rows[k]], offsets[rows[k] + 1]
        hits(
            text, start, end, classes, steps, num_classes, ends, shorter, lengths, groups, whole, most,
            k + 1, seen, last, out[k],
        )  # fmt: skip


def count(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, automaton: Automaton, most: int = 1 << 60
) -> np.ndarray:
    """Hits, int64 [rows, groups]."""
    warm("phrases", _compile)
    return _counted(offsets, text, rows, automaton, most)


def _counted(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, automaton: Automaton, most: int) -> np.ndarray:
    out = np.zeros((len(rows), automaton.num_groups), np.int64)
    a = automaton
    num_classes = len(a.steps) // len(a.ends)
    _count(
        frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), a.classes, a.steps, num_classes,
        a.ends, a.shorter, a.lengths, a.groups, a.whole, most, out,
    )  # fmt: skip
    return out


def _compile() -> None:
    _counted(np.array([0, 1]), np.array([97]), np.array([0]), build([("a", 0)], 1), 1)
