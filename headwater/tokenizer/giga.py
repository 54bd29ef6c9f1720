"""Encoding by the `gigatoken` library: the patterns of well-known models at hundreds of megabytes a second.

In: what a tokenizer.json holds. Out: a Giga that encodes lists or Arrow arrays of text.
Its table of words grows with every new word, so it is begun anew after RENEWED_BYTES of text.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from headwater.tokenizer.plain import Unsupported

RENEWED_BYTES = 128 << 20  # of new words alone, six times as much memory


class Giga:
    """One vocabulary. `described` is a tokenizer.json; special tokens are left out of it: text never spells one."""

    name = "gigatoken"

    def __init__(self, described: dict[str, Any]) -> None:
        """Raises Unsupported."""
        if any(not token["special"] for token in described.get("added_tokens", [])):
            raise Unsupported("added tokens that are not special")
        self._json = json.dumps(described | {"added_tokens": []})
        self._encoded_bytes = 0
        self._backend = self._opened()

    def _opened(self) -> Any:
        try:
            from gigatoken.gigatoken_rs import load_hf_json
        except ImportError as error:
            raise Unsupported("gigatoken is not installed") from error
        try:
            return load_hf_json(self._json)
        except (RuntimeError, ValueError, TypeError, KeyError) as error:
            raise Unsupported(str(error).partition("\n")[0][:200]) from error

    def encode(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        """(ids uint32, offsets int64) of every text; a null counts as empty."""
        given = [text or "" for text in (texts if isinstance(texts, list) else texts.to_pylist())]
        if not given:
            return np.empty(0, np.uint32), np.zeros(1, np.int64)
        if self._encoded_bytes > RENEWED_BYTES:
            self._backend, self._encoded_bytes = self._opened(), 0
        found = self._backend.encode_batch(given, parallel=False)  # the stages bring their own workers
        offsets = np.asarray(found.layout.offsets.data, np.int64)
        ids = np.asarray(found.layout.content.data, np.uint32)
        self._encoded_bytes += sum(map(len, given))
        return ids[offsets[0] : offsets[-1]], offsets - offsets[0]
