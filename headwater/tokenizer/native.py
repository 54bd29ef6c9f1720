"""Encoding by our own kernel: any byte-level or byte-fallback vocabulary that cuts text by a pattern we know.

In: what a tokenizer.json holds. Out: a Native that encodes Arrow text as `tokenizers` would; or, for a vocabulary
with a feature the kernel does not have, its name.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from headwater.kernels import bpe_encode, code_points, merge_ranks, merge_word, word_cache
from headwater.kernels.arrow import text_array, text_buffers
from headwater.tokenizer import patterns
from headwater.tokenizer.plain import Unsupported

CACHE_BYTES = 64 << 20
LONGEST_WORD_BYTES = 1 << 20  # a longer word is cut; merging takes 40 times its size
CALL_BYTES = 16 << 20  # of text at a time: its tokens take four bytes each
NO_LETTERS = np.empty(0, np.int32)


class Native:
    """One vocabulary, ready to encode. Not for several threads at once: words seen before are kept in a table."""

    name = "headwater"

    def __init__(self, described: dict[str, Any]) -> None:
        """Raises Unsupported."""
        _check(described)
        model = described["model"]
        byte_level, rules = cutting(described.get("pre_tokenizer") or {})
        vocab: dict[str, int] = model["vocab"]
        whole = _whole(vocab, byte_level) if model.get("ignore_merges") else ([], [])
        self._vocabulary = bpe_encode.Vocabulary(
            flags=code_points.flags(),
            rules=rules,
            ranks=_ranks(model, vocab, byte_level),
            whole=word_cache.whole_words(*whole),
        )
        self._cache, self._room = word_cache.cache(CACHE_BYTES), merge_word.room(LONGEST_WORD_BYTES)

    def encode(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        """(ids uint32, offsets int64) of every text; a null counts as empty."""
        given = text_array(texts) if isinstance(texts, list) else texts
        offsets, text = text_buffers(given.combine_chunks() if hasattr(given, "combine_chunks") else given)
        parts, ends, row = [], [np.zeros(1, np.int64)], 0
        while row < len(offsets) - 1:
            stop = max(row + 1, int(np.searchsorted(offsets, offsets[row] + CALL_BYTES, side="right")) - 1)
            given = offsets[row : stop + 1], text, self._vocabulary, self._cache, self._room
            ids, indptr = bpe_encode.encode(*given)
            parts.append(ids)
            ends.append(ends[-1][-1] + indptr[1:])
            row = stop
        return (np.concatenate(parts) if parts else np.empty(0, np.uint32)), np.concatenate(ends)


def _check(described: dict[str, Any]) -> None:
    """Raises Unsupported for what changes tokens and is not in the kernel."""
    model = described["model"]
    if model.get("type") != "BPE":
        raise Unsupported(f"a model of type {model.get('type')}")
    if described.get("normalizer") is not None:
        raise Unsupported(f"a normalizer ({described['normalizer'].get('type')})")
    for name in ("dropout", "continuing_subword_prefix", "end_of_word_suffix"):
        if model.get(name):
            raise Unsupported(name)
    if any(not token["special"] for token in described.get("added_tokens", [])):
        raise Unsupported("added tokens that are not special")


def cutting(cut: dict[str, Any]) -> tuple[bool, np.ndarray]:
    """(whether bytes are spelled as letters, the kernel's rules) of a pre-tokenizer."""
    steps = cut.get("pretokenizers", [cut]) if cut else []
    level = next((step for step in steps if step.get("type") == "ByteLevel"), None)
    splits = [step for step in steps if step is not level]
    if level and level.get("add_prefix_space"):
        raise Unsupported("a space added before every text")
    if level and level.get("use_regex", True) and not splits:
        return True, patterns.rules("gpt2", "auto")
    if len(splits) != 1 or (level and (level.get("use_regex", True) or steps[-1] is not level)):
        raise Unsupported("a pre-tokenizer of other steps than one pattern")
    split = splits[0]
    if split.get("type") != "Split" or split.get("behavior") != "Isolated" or split.get("invert"):
        raise Unsupported(f"a pre-tokenizer of type {split.get('type')}")
    rules = patterns.rules_of(split.get("pattern", {}).get("Regex", ""))
    if rules is None:
        raise Unsupported("a pattern that is none of " + ", ".join(patterns.NAMES))
    return level is not None, rules


def _ranks(model: dict[str, Any], vocab: dict[str, int], byte_level: bool) -> merge_ranks.Ranks:
    pairs = [tuple(merge.split(" ", 1)) if isinstance(merge, str) else tuple(merge) for merge in model["merges"]]
    left = np.array([vocab[pair[0]] for pair in pairs], np.uint64)
    right = np.array([vocab[pair[1]] for pair in pairs], np.uint64)
    made = np.array([vocab[pair[0] + pair[1]] for pair in pairs], np.int32)
    keys = (left << np.uint64(32)) | right
    spelled = patterns.byte_letters() if byte_level else [f"<0x{byte:02X}>" for byte in range(256)]
    if missing := [token for token in spelled if token not in vocab]:
        raise Unsupported(f"no token for {len(missing)} of the 256 bytes")
    if not byte_level and not model.get("byte_fallback"):
        raise Unsupported("letters without tokens, and no byte_fallback")
    letters = NO_LETTERS
    if not byte_level:
        letters = np.full(code_points.SIZE, -1, np.int32)
        for token, id_ in vocab.items():
            if len(token) == 1:
                letters[ord(token)] = id_
    return merge_ranks.ranks(keys, made, np.array([vocab[token] for token in spelled], np.int32), letters)


def _whole(vocab: dict[str, int], byte_level: bool) -> tuple[list[bytes], list[int]]:
    """Every token as the bytes of a word, for vocabularies that take a word that is a token as it is."""
    byte_of = {letter: byte for byte, letter in enumerate(patterns.byte_letters())}
    pieces, ids = [], []
    for token, id_ in vocab.items():
        if not byte_level:
            pieces.append(token.encode("utf-8"))
        elif all(letter in byte_of for letter in token):
            pieces.append(bytes(byte_of[letter] for letter in token))
        else:
            continue
        ids.append(id_)
    return pieces, ids
