"""How well a vocabulary compresses each channel, beside others.

In: encoders and record batches with `text` and `channel` (or the columns a channel is made of).
Out: `{"vocab_size", "channels": {name: {"tokens", "bytes_per_token", "chars_per_token", …}}, "total"}` for each.

A word is what white space parts, as fertility counts it; of Han, kana and Thai, which write no spaces between words,
every character is one. `split_share`: of the tokens, those that hold only a part of a character; `unused`: tokens of
the vocabulary, special ones apart, that none of the text needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.errors import HeadwaterError
from headwater.tokenizer.encode import Encoder

_ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}"
WORD = rf"[{_ALONE}]|[^\s\pZ{_ALONE}]+"
ROWS_AT_ONCE = 256  # documents: a token takes some 40 bytes while it is counted
TOKENS, BYTES, CHARACTERS, DOCUMENTS, WORDS, SINGLE, SPLIT, FIGURES = range(8)


def encoder_of(tokenizer: Any) -> Encoder:
    """An Encoder over a copy of a `tokenizers.Tokenizer`, which stays as it is."""
    from tokenizers import Tokenizer

    return Encoder(Tokenizer.from_str(tokenizer.to_str()))


def opened(place: Path | str) -> Encoder:
    """A peer's tokenizer: a folder or a tokenizer.json, with or without an end token. Raises as Encoder.load."""
    from tokenizers import Tokenizer

    try:
        return Encoder.load(place)
    except HeadwaterError as error:
        if error.failure != "data":
            raise
        tokenizer = Tokenizer.from_file(error.where)
        return Encoder(tokenizer, error.where, tuple(tokenizer.get_vocab()))  # none ends a document; any will do


class Tally:
    """What is counted of one vocabulary over any number of batches."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        pieces = [encoder.decode_bytes([id_]) for id_ in range(encoder.vocab_size)]
        self._single = np.array([len(piece) == 1 for piece in pieces], np.int64)
        self._split = np.array([not _is_whole(piece) for piece in pieces], np.int64)
        self._spelled = np.array([bool(piece) for piece in pieces], np.bool_)
        self._sums: dict[str, np.ndarray] = {}
        self._used: dict[str, np.ndarray] = {}

    def add(self, batch: pa.RecordBatch, measured: np.ndarray) -> None:
        """Encode a batch; `measured`: its figures that do not depend on the vocabulary (of `measures`)."""
        ids, offsets = self._encoder.encode_batch(batch.column("text"))
        figures = measured.copy()
        figures[:, TOKENS] = np.diff(offsets)
        for place, flags in ((SINGLE, self._single), (SPLIT, self._split)):
            figures[:, place] = np.diff(np.concatenate([[0], np.cumsum(flags[ids])])[offsets])
        owners = np.repeat(np.arange(len(figures)), figures[:, TOKENS])
        names = np.array(batch.column("channel").to_pylist())
        for name in sorted(set(names.tolist())):
            rows = names == name
            sums = self._sums.setdefault(name, np.zeros(FIGURES, np.int64))
            sums += figures[rows].sum(axis=0)
            used = self._used.setdefault(name, np.zeros(self._encoder.vocab_size, np.bool_))
            used[ids[rows[owners]]] = True

    def found(self) -> dict[str, Any]:
        """The figures of every channel, and of all under `total`."""
        total = sum(self._sums.values(), np.zeros(FIGURES, np.int64))
        used = np.logical_or.reduce(list(self._used.values())) if self._used else np.zeros_like(self._spelled)
        return {
            "vocab_size": self._encoder.vocab_size,
            "channels": {name: self._figures(self._sums[name], self._used[name]) for name in sorted(self._sums)},
            "total": self._figures(total, used),
        }

    def _figures(self, sums: np.ndarray, used: np.ndarray) -> dict[str, Any]:
        found = [int(value) for value in sums]
        tokens, words, spelled = found[TOKENS], found[WORDS], int(self._spelled.sum())
        unused = int((self._spelled & ~used).sum())
        return {
            "documents": found[DOCUMENTS],
            "tokens": tokens,
            "bytes": found[BYTES],
            "characters": found[CHARACTERS],
            "words": words,
            "bytes_per_token": _ratio(found[BYTES], tokens),
            "chars_per_token": _ratio(found[CHARACTERS], tokens),
            "words_per_token": _ratio(words, tokens),
            "fertility": _ratio(tokens, words),
            "single_byte_share": _ratio(found[SINGLE], tokens),
            "split_share": _ratio(found[SPLIT], tokens),
            "unused": unused,
            "unused_share": _ratio(unused, spelled),
        }


def measures(texts: pa.Array) -> np.ndarray:
    """int64 [texts, FIGURES]: documents, bytes, characters and words of each; the others 0."""
    found = np.zeros((len(texts), FIGURES), np.int64)
    found[:, DOCUMENTS] = 1
    columns = ((BYTES, pc.binary_length), (CHARACTERS, pc.utf8_length))
    for place, count in columns:
        found[:, place] = pc.fill_null(count(texts), 0).to_numpy(zero_copy_only=False)
    found[:, WORDS] = pc.fill_null(pc.count_substring_regex(texts, WORD), 0).to_numpy(zero_copy_only=False)
    return found


def compression(encoder: Encoder, batches: Iterable[pa.RecordBatch]) -> dict[str, Any]:
    """The figures of one vocabulary by channel, and over all under `total`."""
    return compared([encoder], batches)[0]


def compared(encoders: list[Encoder], batches: Iterable[pa.RecordBatch]) -> list[dict[str, Any]]:
    """The figures of several vocabularies on the same text, which is read once."""
    tallies = [Tally(encoder) for encoder in encoders]
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            part = batch.slice(start, ROWS_AT_ONCE)
            measured = measures(part.column("text"))
            for tally in tallies:
                tally.add(part, measured)
    return [tally.found() for tally in tallies]


def _is_whole(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
