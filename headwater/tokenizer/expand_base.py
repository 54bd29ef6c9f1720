"""An old vocabulary, opened to learn more merges on top of it.

In: a folder or tokenizer.json with byte-pair merges, by bytes or by characters with bytes for the rare ones.
Out: Base: each token that may merge as a symbol, and what it spells. What is not such a vocabulary is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headwater.errors import HeadwaterError
from headwater.kernels.spell import BARRIER
from headwater.tokenizer import patterns
from headwater.tokenizer.encode import MAX_FILE_BYTES, NAME, Encoder

_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_CHANGING = ("dropout", "continuing_subword_prefix", "end_of_word_suffix")


@dataclass(frozen=True, kw_only=True)
class Base:
    """`symbols[id]` is a token's symbol, BARRIER for one that never merges (special tokens, lone bytes, gaps)."""

    path: Path
    described: dict[str, Any]  # what the file holds
    encoder: Encoder
    tokenizer: Any  # a `tokenizers.Tokenizer` that takes special tokens in a text for text
    byte_level: bool
    num_ids: int  # the highest id and 1
    symbols: np.ndarray  # int32 [num_ids]
    bytes_of: np.ndarray  # int32 [num_ids]: the byte of a `<0x41>`, -1 for others
    ids: np.ndarray  # int64 [symbols], ascending
    pieces: list[str]  # of each symbol, as the file writes it
    taken: list[bytes]  # what every token spells: nothing new may spell it

    @property
    def whole_text(self) -> bool:
        """Whether merges alone decide where words end: nothing cuts the text before."""
        steps = self.described.get("pre_tokenizer") or {}
        return all(step.get("type") == "Metaspace" for step in steps.get("pretokenizers", [steps] if steps else []))

    def encode(self, texts: list[str]) -> list[Any]:
        """Encodings by the `tokenizers` library: ids, and the word that each is part of."""
        found: list[Any] = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        return found

    def spelled(self, piece: str) -> bytes:
        """The bytes that a piece is written for."""
        return _spelled(piece, self.byte_level)


def opened(place: Path) -> Base:
    """Raises HeadwaterError unknown_name, unsafe_file, damaged_file or data."""
    path = place / NAME if place.is_dir() else place
    described = _described(path)
    encoder = Encoder.load(path)
    model, byte_level = described["model"], "ByteLevel" in json.dumps(described.get("pre_tokenizer"))
    if not byte_level and not model.get("byte_fallback"):
        raise _refused(path, "merges characters, and has no bytes for those it does not know (byte_fallback)")
    vocab: dict[str, int] = model["vocab"]
    added = {token["content"] for token in described.get("added_tokens") or []}
    symbols, bytes_of = np.full(encoder.vocab_size, BARRIER, np.int32), np.full(encoder.vocab_size, -1, np.int32)
    ids: list[int] = []
    pieces: list[str] = []
    for piece, id_ in sorted(vocab.items(), key=lambda entry: entry[1]):
        if not byte_level and (match := _BYTE_TOKEN.fullmatch(piece)):
            bytes_of[id_] = int(match[1], 16)
        elif piece not in added and piece != model.get("unk_token"):
            symbols[id_] = len(ids)
            ids.append(id_)
            pieces.append(piece)
    return Base(
        path=path,
        described=described,
        encoder=encoder,
        tokenizer=_library(path),
        byte_level=byte_level,
        num_ids=encoder.vocab_size,
        symbols=symbols,
        bytes_of=bytes_of,
        ids=np.array(ids, np.int64),
        pieces=pieces,
        taken=[_spelled(piece, byte_level) for piece in {*vocab, *added}],
    )


def _library(path: Path) -> Any:
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(path))
    found.encode_special_tokens = True
    found.no_padding()
    found.no_truncation()
    return found


def _described(path: Path) -> dict[str, Any]:
    """What a tokenizer.json holds, known to be byte-pair merges without what would change them."""
    if not path.is_file():
        raise HeadwaterError(
            "unknown_name", f"no {NAME} here", where=str(path), mend="name the old vocabulary's folder"
        )
    if path.stat().st_size > MAX_FILE_BYTES:
        raise HeadwaterError("unsafe_file", f"is larger than {MAX_FILE_BYTES >> 20} MiB", where=str(path))
    try:
        value = json.loads(path.read_bytes())
        model = value["model"]
        kind = model.get("type") or ("BPE" if "merges" in model else "not stated")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HeadwaterError("damaged_file", f"not a tokenizer: {error!r}"[:200], where=str(path)) from error
    if kind != "BPE":
        raise _refused(path, f"is of type {kind}, which has no merges to add to")
    if named := [name for name in _CHANGING if model.get(name)]:
        raise _refused(path, f"has {named[0]}")
    if not isinstance(model.get("vocab"), dict) or not isinstance(model.get("merges"), list):
        raise HeadwaterError("damaged_file", "holds no vocab or no merges", where=str(path))
    return dict(value)


def _refused(path: Path, what: str) -> HeadwaterError:
    return HeadwaterError(
        "data",
        f"the vocabulary {what}",
        where=str(path),
        mend="expand a BPE vocabulary over bytes (as GPT-2's, Llama 3's, Qwen's) or with byte_fallback (as Llama 2's)",
    )


def _spelled(piece: str, byte_level: bool) -> bytes:
    if byte_level and all(letter in _LETTERS for letter in piece):
        return bytes(_LETTERS[letter] for letter in piece)
    return piece.encode("utf-8", "replace")


_LETTERS = {letter: byte for byte, letter in enumerate(patterns.byte_letters())}
