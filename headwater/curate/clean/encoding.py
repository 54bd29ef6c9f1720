"""Broken characters put right, in the texts that show signs of them.

In: a column of texts. Out: the same column repaired, and counts a kind of edit.
Steps: `kernels.defects` says which texts to look at and for what → each repair in turn, from the outermost damage to
the innermost: decoding, entities, what is not seen, composition.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from headwater.curate.clean import entities, gbk, invisible, marks, mojibake
from headwater.curate.clean.column import replaced
from headwater.curate.clean.config import EncodingConfig
from headwater.curate.clean.edits import Counts
from headwater.kernels import defects
from headwater.kernels.arrow import text_array, text_buffers


def repair(texts: pa.Array, wanted: np.ndarray, config: EncodingConfig, counts: Counts) -> pa.Array:
    """The repaired column; `counts` are added to. Texts that are not `wanted` stay."""
    offsets, text = text_buffers(texts)
    signs = defects.find_signs(offsets, text, marks.table())
    signs[~wanted] = 0
    rows = np.flatnonzero(signs & _asked_for(config))
    changed: dict[int, str] = {}
    for row in rows.tolist():
        before = texts[row].as_py() or ""
        after = _repaired(before, int(signs[row]), config, counts, row)
        if after != before:
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


def _repaired(text: str, signs: int, config: EncodingConfig, counts: Counts, row: int) -> str:
    def note(name: str, result: tuple[str, int]) -> str:
        counts[name][row] += result[1]
        return result[0]

    given = text
    if config.mojibake:
        if signs & defects.GBK:
            text = note("mojibake", gbk.repair(text))
        if signs & defects.LATIN:
            text = note("mojibake", mojibake.repair(text))
        if signs & defects.UTF8_AS_GBK:
            text = note("mojibake", gbk.repair_utf8(text))
    if config.entities and signs & defects.ENTITY:
        text = note("entity", entities.resolve(text))
    if text is not given:
        signs = _signs_of(text)  # what came out may need the rest
    if config.invisible and signs & defects.LOOK_1:
        text = note("invisible", invisible.remove(text))
    if config.spaces and signs & defects.LOOK_2:
        text = note("space", invisible.plain_spaces(text))
    if signs & defects.LOOK_3:
        if config.max_marks:
            text = note("combining", invisible.cut_marks(text, config.max_marks))
        if config.nfc:
            text = note("nfc", invisible.compose(text))
    if config.full_width and signs & defects.LOOK_4:
        text = note("full_width", invisible.narrow(text))
    return text


def _signs_of(text: str) -> int:
    return int(defects.find_signs(*text_buffers(text_array([text])), marks.table())[0])
