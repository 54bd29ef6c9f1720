"""Text to tokens and back: the small interface everyone else uses.

In: a folder that holds `tokenizer.json`, ours or any byte-level or byte-fallback one.
Out: Encoder, whose `encode_batch` gives all tokens of a batch as one array with offsets.

Text can never spell a special token: `<|endoftext|>` in a page is encoded as the characters it is.
A special token stands for no text, so it decodes to nothing. Text always decodes to itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from headwater.errors import HeadwaterError
from headwater.tokenizer import backends, patterns
from headwater.tokenizer.config import END_OF_DOCUMENT
from headwater.tokenizer.pieces import token_bytes
from headwater.tokenizer.plain import Plain

NAME = "tokenizer.json"
HF_CONFIG_NAME = "tokenizer_config.json"
MAX_FILE_BYTES = 256 << 20
MAX_VOCAB = 1 << 22
_ENDS = (END_OF_DOCUMENT, "<|end_of_text|>", "<|im_end|>", "</s>", "<eos>", "<|endoftext|>")


class Encoder:
    """A tokenizer ready to use. `eod_id` ends every document; `bos_id`, the same token, begins a prompt,
    as in training, where a document always follows the end of another.
    `slow`: the feature for whose sake the `tokenizers` library encodes, some twenty times slower; empty where none."""

    def __init__(self, tokenizer: Any, where: str = "", ends: tuple[str, ...] = _ENDS) -> None:
        self._tokenizer, self.where = tokenizer, where
        vocab = tokenizer.get_vocab(with_added_tokens=True)
        self.vocab_size = max(vocab.values(), default=-1) + 1
        if not 0 < self.vocab_size <= MAX_VOCAB:
            raise HeadwaterError("unsafe_file", f"a vocabulary up to id {self.vocab_size - 1}", where=where)
        if len(set(vocab.values())) < len(vocab):
            raise HeadwaterError("damaged_file", _shared_id(vocab), where=where)
        described = json.loads(tokenizer.to_str())  # after the check: it counts up to the highest id
        tokenizer.encode_special_tokens = True
        tokenizer.no_padding()
        tokenizer.no_truncation()
        found = next((vocab[token] for token in ends if token in vocab), None)
        if found is None:
            raise HeadwaterError(
                "data", "has no end-of-document token", where=where, mend=f"add a token {END_OF_DOCUMENT}"
            )
        self.eod_id = self.bos_id = int(found)
        self._pieces = token_bytes(described, vocab, self.vocab_size)
        ours = {patterns.pattern("headwater", numbers) for numbers in patterns.NUMBERS}
        divisible = described.get("normalizer") is None and bool(ours & set(patterns.expressions(described)))
        self._backend, self.slow = backends.choose(described, Plain(tokenizer, divisible))

    @classmethod
    def load(cls, folder: Path | str, say: Callable[[str], None] | None = None) -> Encoder:
        """The tokenizer in a folder (or a tokenizer.json itself); `say` is told where it will be slow, and why.

        Raises HeadwaterError unknown_name, unsafe_file or damaged_file.
        """
        path = Path(folder)
        path = path / NAME if path.is_dir() else path
        if not path.is_file():
            raise HeadwaterError(
                "unknown_name",
                f"no {NAME} here",
                where=str(folder),
                mend="make one: headwater tokenizer train IN -o DIR",
            )
        if path.stat().st_size > MAX_FILE_BYTES:
            raise HeadwaterError("unsafe_file", f"is larger than {MAX_FILE_BYTES >> 20} MiB", where=str(path))
        tokenizer = _parsed(path)
        found = cls(tokenizer, str(path), (*_stated_end(path.parent / HF_CONFIG_NAME), *_ENDS))
        if say and found.slow:
            say(f"  warning: {path} is encoded by the `tokenizers` library, some twenty times slower: {found.slow}")
        return found

    def encode_batch(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        """Tokens of every text (a list or an Arrow array of strings; null counts as empty).

        Out: ids (uint32) one after another, and offsets (int64) with ids[offsets[i]:offsets[i+1]] the i-th text's.
        Lone surrogates, which UTF-8 cannot say, are encoded as question marks.
        """
        try:
            return self._backend.encode(texts)
        except (TypeError, UnicodeEncodeError):  # what a library makes of a surrogate
            sayable = [(text or "").encode("utf-8", "replace").decode("utf-8") for text in texts]
            return self._backend.encode(sayable)

    def encode(self, text: str) -> np.ndarray:
        """Tokens of one text (uint32)."""
        return self.encode_batch([text])[0]

    def token_id(self, token: str) -> int | None:
        """The id of a token by its own spelling, special ones included; None where there is no such token."""
        found = self._tokenizer.token_to_id(token)
        return None if found is None else int(found)

    def decode_bytes(self, ids: Any) -> bytes:
        """The bytes that tokens stand for; ids outside the vocabulary stand for none."""
        size = self.vocab_size
        return b"".join(self._pieces[i] for i in np.asarray(ids, dtype=np.int64).tolist() if 0 <= i < size)

    def decode(self, ids: Any) -> str:
        """The text that tokens stand for; bytes that are no UTF-8 become U+FFFD."""
        return self.decode_bytes(ids).decode("utf-8", "replace")


def _shared_id(vocab: dict[str, int]) -> str:
    holders: dict[int, str] = {}
    for token, id_ in vocab.items():
        if holders.setdefault(id_, token) != token:
            return f"id {id_} is that of two tokens, {holders[id_]!r} and {token!r}"
    return ""


def _parsed(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_str(path.read_bytes().decode("utf-8"))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the library derives from BaseException
        raise HeadwaterError("damaged_file", f"not a tokenizer: {error}", where=str(path)) from error


def _stated_end(path: Path) -> tuple[str, ...]:
    """The end token that a Hugging Face folder names beside its tokenizer.json."""
    try:
        value = json.loads(path.read_bytes()).get("eos_token")
    except (OSError, ValueError, AttributeError, RecursionError):
        return ()
    token = value.get("content") if isinstance(value, dict) else value
    return (token,) if isinstance(token, str) else ()
