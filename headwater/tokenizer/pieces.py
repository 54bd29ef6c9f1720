"""What the tokens of a `tokenizer.json` stand for, in bytes. Needs no library, so that it is ready at once.

In: a vocabulary as the file describes it, or the file. Out: the bytes of each id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError

MAX_FILE_BYTES = 256 << 20
MAX_VOCAB = 1 << 22
_META = "\u2581"  # stands for a space in SentencePiece's vocabularies
_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class Decoder:
    """Tokens back to text, as `encode.Encoder` decodes them.

    Raises HeadwaterError unknown_name, unsafe_file or damaged_file.
    """

    def __init__(self, path: Path) -> None:
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise HeadwaterError("unsafe_file", f"is larger than {MAX_FILE_BYTES >> 20} MiB", where=str(path))
            described = json.loads(path.read_bytes())
            vocab = dict(described["model"]["vocab"])
            vocab |= {entry["content"]: entry["id"] for entry in described.get("added_tokens", [])}
            size = max(vocab.values(), default=-1) + 1
            if not 0 < size <= MAX_VOCAB:
                raise HeadwaterError("unsafe_file", f"a vocabulary up to id {size - 1}", where=str(path))
            self._pieces = token_bytes(described, vocab, size)
        except FileNotFoundError as error:
            raise HeadwaterError("unknown_name", "no tokenizer here", where=str(path)) from error
        except (OSError, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise HeadwaterError("damaged_file", f"not a tokenizer of ours: {error}", where=str(path)) from error

    def decode(self, ids: Iterable[int]) -> str:
        """The text that tokens stand for; bytes that are no UTF-8, as of a character cut in two, become U+FFFD."""
        size = len(self._pieces)
        return b"".join(self._pieces[i] for i in ids if 0 <= i < size).decode("utf-8", "replace")


def byte_letters() -> list[str]:
    """The printable character by which byte-level vocabularies write each byte, GPT-2's order."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in plain}
    rest = (byte for byte in range(256) if byte not in letters)
    letters |= {byte: chr(256 + position) for position, byte in enumerate(rest)}
    return [letters[byte] for byte in range(256)]


def token_bytes(described: dict[str, Any], vocab: dict[str, int], size: int) -> list[bytes]:
    """What each id stands for, in bytes."""
    added = {entry["id"]: entry for entry in described.get("added_tokens", [])}
    joined = json.dumps(described.get("decoder"), ensure_ascii=False)
    letters = {letter: byte for byte, letter in enumerate(byte_letters())}
    fallback = bool(described["model"].get("byte_fallback"))
    pieces = [b""] * size
    for token, id_ in vocab.items():
        if id_ in added:
            pieces[id_] = b"" if added[id_]["special"] else token.encode("utf-8")
        elif "ByteLevel" in joined and all(letter in letters for letter in token):
            pieces[id_] = bytes(letters[letter] for letter in token)
        elif fallback and (match := _BYTE_TOKEN.fullmatch(token)):
            pieces[id_] = bytes([int(match[1], 16)])
        else:
            pieces[id_] = (token.replace(_META, " ") if _META in joined else token).encode("utf-8")
    return pieces
