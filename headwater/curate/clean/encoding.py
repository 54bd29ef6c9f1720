"""Broken characters put right, in the texts that show signs of them.

In: a column of texts. Out: the same column repaired, and counts a kind of edit.
Steps: `kernels.defects` says which texts to look at and for what → each repair in turn, from the outermost damage to
the innermost: escapes for terminals, decoding and entities, which take the whole text; then piece by piece what is not
seen, and composition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate.clean import entities, gbk, invisible, marks, mojibake
from headwater.curate.clean.column import replaced
from headwater.curate.clean.config import EncodingConfig
from headwater.curate.clean.edits import Counts
from headwater.curate.clean.pieces import pieces
from headwater.kernels import defects
from headwater.kernels.arrow import text_buffers

WHOLE = defects.LATIN | defects.GBK | defects.UTF8_AS_GBK | defects.ENTITY  # signs of what a whole text decides


def repair(texts: pa.Array, wanted: np.ndarray, config: EncodingConfig, counts: Counts) -> pa.Array:
    """The repaired column; `counts` are added to. Texts that are not `wanted` stay."""
    offsets, text = text_buffers(texts)
    signs = defects.find_signs(offsets, text, marks.table())
    signs[~wanted] = 0
    changed: dict[int, bytes] = {}
    for row in np.flatnonzero(signs & _asked_for(config)).tolist():
        after = _repaired(text[offsets[row] : offsets[row + 1]].data, int(signs[row]), config, counts, row)
        if after is not None:
            changed[row] = after
    return replaced(texts, changed)


def repair_text(text: str, config: EncodingConfig | None = None) -> tuple[str, dict[str, int]]:
    """One text repaired, and how often each kind of edit was made."""
    from headwater.curate.clean.edits import none_yet

    counts = none_yet(1)
    column = repair(pa.array([text], pa.large_string()), np.ones(1, bool), config or EncodingConfig(), counts)
    return column[0].as_py(), {name: int(values[0]) for name, values in counts.items() if values[0]}


def _asked_for(config: EncodingConfig) -> int:
    """The signs that the settings have a repair for."""
    asked = defects.ENTITY if config.entities else 0
    if config.mojibake:
        asked |= defects.LATIN | defects.GBK | defects.UTF8_AS_GBK
    if config.invisible:
        asked |= defects.LOOK_1
    if config.spaces:
        asked |= defects.LOOK_2
    if config.nfc or config.max_marks:
        asked |= defects.LOOK_3
    return asked | (defects.LOOK_4 if config.full_width else 0)


def _repaired(given: memoryview, signs: int, config: EncodingConfig, counts: Counts, row: int) -> bytes | None:
    """The repaired text; None where it is as it was."""
    if config.invisible and signs & defects.LOOK_1:
        shown, escapes = invisible.without_escapes(given)
        if shown is not None:
            counts["invisible"][row] += escapes
            rest = _read(memoryview(shown), _signs_of(memoryview(shown)), config, counts, row)
            return bytes(shown) if rest is None else rest
    return _read(given, signs, config, counts, row)


def _read(given: memoryview, signs: int, config: EncodingConfig, counts: Counts, row: int) -> bytes | None:
    """The text with its characters put right; None where it is as it was."""
    decoded = _decoded(given, signs, config, counts, row) if signs & WHOLE else None
    text = given if decoded is None else memoryview(decoded)
    if decoded is None and not signs & _asked_for(config) & ~WHOLE:
        return None
    parts: list[Any] = []
    changed = decoded is not None
    for piece in pieces(text):
        # what came out of another encoding may need the rest, and little of a long text may need anything
        here = signs if len(piece) == len(given) and decoded is None else _signs_of(piece)
        part = _plain(piece, here, config, counts, row) if here & defects.LOOKS else None
        changed |= part is not None
        parts.append(piece if part is None else part)
    if not changed:
        return None
    return b"".join(parts)


def _decoded(given: memoryview, signs: int, config: EncodingConfig, counts: Counts, row: int) -> bytes | None:
    """A text with what its whole decides about put right: wrong encodings, entities. None where nothing was."""
    text = before = str(given, "utf-8")
    if config.mojibake:
        if signs & defects.GBK:
            text = _noted("mojibake", gbk.repair(text), counts, row)
        if signs & defects.LATIN:
            text = _noted("mojibake", mojibake.repair(text), counts, row)
        if signs & defects.UTF8_AS_GBK:
            text = _noted("mojibake", gbk.repair_utf8(text), counts, row)
    if config.entities and signs & defects.ENTITY:
        text = _noted("entity", entities.resolve(text), counts, row)
    return None if text == before else text.encode("utf-8", "replace")


def _plain(piece: memoryview, signs: int, config: EncodingConfig, counts: Counts, row: int) -> bytes | None:
    """A piece of a text with what is decided on the spot put right; None where nothing was."""
    text = before = str(piece, "utf-8")
    if config.invisible and signs & defects.LOOK_1:
        text = _noted("invisible", invisible.remove(text), counts, row)
    if config.spaces and signs & defects.LOOK_2:
        text = _noted("space", invisible.plain_spaces(text), counts, row)
    if signs & defects.LOOK_3:
        if config.max_marks:
            text = _noted("combining", invisible.cut_marks(text, config.max_marks), counts, row)
        if config.nfc:
            text = _noted("nfc", invisible.compose(text), counts, row)
    if config.full_width and signs & defects.LOOK_4:
        text = _noted("full_width", invisible.narrow(text), counts, row)
    return None if text == before else text.encode("utf-8", "replace")


def _noted(kind: str, result: tuple[str, int], counts: Counts, row: int) -> str:
    counts[kind][row] += result[1]
    return result[0]


def _signs_of(text: memoryview) -> int:
    return int(defects.find_signs(np.array([0, len(text)]), np.frombuffer(text, np.uint8), marks.table())[0])
