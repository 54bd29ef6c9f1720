"""Texts that need a rare feature of a tokenizer go to `tokenizers`; all others are encoded fast, as if it had none.

In: what a tokenizer.json holds. Out: the same without the features that seldom matter, and Needs, which says of each
text whether they matter for it; then a back end that joins the tokens of both ways.

Added tokens that are not special are found in text and never merged (Qwen's `<tool_call>`): they matter for a text
that holds the spelling of one. A normalizer to NFC matters for a text that is not in NFC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

MOST_ADDED = 512  # one expression searches for all of them
FORMS = ("NFC", "NFKC", "NFD", "NFKD")


class Encodes(Protocol):
    """Encodes texts: (ids uint32, offsets int64)."""

    name: str

    def encode(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        """Tokens of a list or an Arrow array of texts."""
        ...


@dataclass(frozen=True)
class Needs:
    """`added`: an expression that finds any added token, or empty; `form`: the normal form of Unicode, or empty."""

    added: str
    form: str

    def of(self, texts: Any) -> np.ndarray:
        """Which texts (an Arrow array of strings) need the features: bool."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pa.array(np.zeros(len(texts), np.bool_))
        if self.added:
            found = pc.match_substring_regex(texts, self.added)
        if self.form:
            plain = pc.string_is_ascii(texts)
            if not pc.all(plain).as_py():
                other = pc.not_equal(pc.utf8_normalize(texts, form=self.form), texts)
                found = pc.or_(found, other)
        return pc.fill_null(found, False).to_numpy(zero_copy_only=False)


def without(described: dict[str, Any]) -> tuple[dict[str, Any], Needs | None]:
    """A tokenizer without what Needs looks after, and Needs; None where there is nothing to look after."""
    added = [token for token in described.get("added_tokens", []) if not token["special"] and token["content"]]
    form = (described.get("normalizer") or {}).get("type")
    simple = dict(described)
    if len(added) <= MOST_ADDED:
        simple["added_tokens"] = [token for token in described.get("added_tokens", []) if token["special"]]
    if form in FORMS:
        simple["normalizer"] = None
    if (not added and form not in FORMS) or len(added) > MOST_ADDED:
        return simple, None if form not in FORMS else Needs("", form)
    expression = "|".join(re.escape(token["content"]) for token in added)
    return simple, Needs(expression, form if form in FORMS else "")


class Joined:
    """`fast` for most texts, `plain` for those that need what `fast` lacks."""

    def __init__(self, fast: Encodes, plain: Encodes, needs: Needs) -> None:
        self.name, self._fast, self._plain, self._needs = fast.name, fast, plain, needs

    def encode(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        """(ids uint32, offsets int64) of every text; a null counts as empty."""
        import pyarrow as pa

        from headwater.kernels.arrow import text_array

        given = text_array(texts) if isinstance(texts, list) else texts
        needed = self._needs.of(given)
        if not needed.any():
            return self._fast.encode(given)
        mine, others = np.flatnonzero(needed), np.flatnonzero(~needed)
        parts = self._plain.encode(given.take(pa.array(mine))), self._fast.encode(given.take(pa.array(others)))
        sizes = np.zeros(len(needed) + 1, np.int64)
        for rows, (_, offsets) in zip((mine, others), parts, strict=True):
            sizes[rows + 1] = np.diff(offsets)
        ends = np.cumsum(sizes)
        ids = np.empty(ends[-1], np.uint32)
        for rows, (found, offsets) in zip((mine, others), parts, strict=True):
            lengths = np.diff(offsets)
            ids[np.repeat(ends[rows] - offsets[:-1], lengths) + np.arange(len(found))] = found
        return ids, ends
