"""From counted words to a vocabulary: the first symbols, the merges, and ids in a fixed order.

In: Words and TokenizerConfig. Out: a `tokenizers.Tokenizer`: special tokens, then bytes, then letters (bpe), then what
the merges make, as learned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from headwater.kernels import merges as kernels
from headwater.kernels import spell
from headwater.tokenizer import cut_out, merging, patterns
from headwater.tokenizer.config import MAX_TOKEN_BYTES, NUM_BYTES, TokenizerConfig, special_tokens
from headwater.tokenizer.words import SCALE, Words

MIN_PAIR_COUNT = 2  # a pair seen once says nothing about the next text
ALPHABET_SHARE = 0.5  # of the free entries of a bpe vocabulary that single characters may take


class Vocabulary(NamedTuple):
    """What was learned: `table`, the symbol of each byte [256] or code point; what each first symbol spells; merges."""

    table: np.ndarray  # int32
    first: list[bytes]
    learned: merging.Learned
    specials: list[str]
    config: TokenizerConfig

    @property
    def num_fixed(self) -> int:
        """Entries that no merge makes: special tokens, the spelling of bytes (bpe), and the first symbols."""
        return len(self.specials) + (NUM_BYTES if self.config.type == "bpe" else 0) + len(self.first)

    def sizes(self) -> np.ndarray:
        """int64 [merges + 1]: how many entries there are after so many merges; one may make an entry anew."""
        made = np.concatenate([[len(self.first) - 1], self.learned.merges[:, 2]])
        return self.num_fixed - len(self.first) + 1 + np.maximum.accumulate(made.astype(np.int64))

    def cut(self, vocab_size: int) -> Vocabulary:
        """The vocabulary as it was when it had so many entries; itself where it has no more."""
        merges = int(np.searchsorted(self.sizes(), vocab_size, side="right")) - 1
        if merges < 0:
            raise ValueError(f"{vocab_size} entries cannot hold the {self.num_fixed} that no merge makes")
        kept = merging.Learned(merges=self.learned.merges[:merges], num_tokens=int(self.sizes()[merges]))
        return self._replace(learned=kept, config=replace(self.config, vocab_size=vocab_size))

    def tokenizer(self) -> Any:
        """The `tokenizers.Tokenizer`."""
        return _assembled(self.first, self.learned, self.config, self.specials)


def tokenizer(
    words: Words,
    config: TokenizerConfig,
    barred: Collection[bytes] = (),
    on_progress: Callable[[int], None] = lambda tokens: None,
    specials: Sequence[str] | None = None,
) -> Any:
    """The vocabulary of some words. `barred`: what must never become a token; `specials`: other names than ours."""
    return vocabulary(words, config, barred, on_progress, specials).tokenizer()


def vocabulary(
    words: Words,
    config: TokenizerConfig,
    barred: Collection[bytes] = (),
    on_progress: Callable[[int], None] = lambda tokens: None,
    specials: Sequence[str] | None = None,
) -> Vocabulary:
    """The same as symbols and merges, of which the first so many are a smaller vocabulary."""
    specials = special_tokens(config.reserve) if specials is None else list(specials)
    words = cut_out.without(words, barred)
    table, first = _bytes() if config.type == "bbpe" else _letters(words, config, len(specials), barred)
    symbols, starts = spell.symbols(words.starts, words.text, table)
    fixed = len(specials) + (NUM_BYTES if config.type == "bpe" else 0)
    learned = merging.learn(
        kernels.Words(symbols, starts[:-1].copy(), np.diff(starts).astype(np.int32), words.counts.copy()),
        first,
        config.vocab_size - fixed,
        MIN_PAIR_COUNT * SCALE,
        MAX_TOKEN_BYTES,
        barred,
        on_progress,
    )
    return Vocabulary(table, first, learned, specials, config)


def _bytes() -> tuple[np.ndarray, list[bytes]]:
    """The symbol of each byte, in the order of the letters that spell them, and what each symbol spells."""
    letters = patterns.byte_letters()
    order = sorted(range(NUM_BYTES), key=lambda byte: letters[byte])
    table = np.empty(NUM_BYTES, np.int32)
    table[order] = np.arange(NUM_BYTES)
    return table, [bytes([byte]) for byte in order]


def _letters(
    words: Words, config: TokenizerConfig, num_specials: int, barred: Collection[bytes]
) -> tuple[np.ndarray, list[bytes]]:
    """The symbol of each code point, the commonest ones alone, by code point; the others merge with nothing."""
    totals = spell.letters(words.starts, words.text, words.counts)
    totals[[ord(text) for piece in barred if len(text := piece.decode("utf-8", "replace")) == 1]] = 0
    room = int((config.vocab_size - num_specials - NUM_BYTES) * ALPHABET_SHARE)
    seen = np.flatnonzero(totals >= MIN_PAIR_COUNT * SCALE)
    chosen = np.sort(seen[np.lexsort((seen, -totals[seen]))][:room])
    table = np.full(spell.SIZE, spell.BARRIER, np.int32)
    table[chosen] = np.arange(len(chosen))
    return table, [chr(code).encode("utf-8") for code in chosen.tolist()]


def _assembled(first: list[bytes], learned: merging.Learned, config: TokenizerConfig, specials: list[str]) -> Any:
    """The finished tokenizer: learned entries behind the special tokens, which text can never spell."""
    from tokenizers import AddedToken, Tokenizer, models

    letters = patterns.byte_letters()
    if config.type == "bbpe":
        pieces = [letters[piece[0]] for piece in first]
    else:
        pieces = [piece.decode("utf-8") for piece in first]
    merges = []
    for left, right, made in learned.merges.tolist():
        merges.append((pieces[left], pieces[right]))
        if made == len(pieces):
            pieces.append(pieces[left] + pieces[right])
    entries = list(specials)
    if config.type == "bpe":
        entries += [f"<0x{byte:02X}>" for byte in range(NUM_BYTES)]
    vocab = {token: id_ for id_, token in enumerate([*entries, *pieces])}
    built = Tokenizer(models.BPE(vocab=vocab, merges=merges, byte_fallback=config.type == "bpe"))
    built.pre_tokenizer = patterns.pre_tokenizer(config.type, config.pretokenizer, config.digits)
    built.decoder = patterns.decoder(config.type)
    built.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    return built
