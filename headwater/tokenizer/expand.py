"""More merges on top of an old vocabulary: old ids, merges and ranks stay, exactly as many tokens come as were asked.

In: a Base and the counted words that it makes. Out: Expansion: what the new tokenizer.json holds, and of what old
tokens each new one is made.

New merges rank after all old ones, so a text is first encoded as before and then merged on. A new merge makes a token
of its own, never one that is there already: an old token would call old merges, which rank first, and the text would
come out otherwise than learning took it to be. Source of learning itself: arXiv 1508.07909.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.errors import HeadwaterError
from headwater.kernels import merges as kernels
from headwater.tokenizer import expand_cuts, expand_letters, merging
from headwater.tokenizer.config import MAX_TOKEN_BYTES
from headwater.tokenizer.expand_base import Base
from headwater.tokenizer.expand_words import Counted
from headwater.tokenizer.learn import MIN_PAIR_COUNT
from headwater.tokenizer.words import SCALE


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """New token n has id `first_id + n`, is written `pieces[n]`, and stands where the old `made_of[n]` stood."""

    described: dict[str, Any]
    first_id: int
    pieces: list[str]
    made_of: list[list[int]]

    @property
    def num_ids(self) -> int:
        """The highest id and 1."""
        return self.first_id + len(self.pieces)


def expanded(base: Base, counted: Counted, add: int) -> Expansion:
    """Learn `add` tokens. Raises HeadwaterError data where the text supports fewer."""
    letters, symbols, starts = expand_letters.added(base, counted, add)
    pieces = base.pieces + [letter for letter, _ in letters]
    words = _words(base, pieces, symbols, starts, counted.counts)
    learned = merging.learn(
        words,
        [base.spelled(piece) for piece in pieces],
        len(base.pieces) + add,
        MIN_PAIR_COUNT * SCALE,
        MAX_TOKEN_BYTES,
        base.taken,
        fresh=True,
    )
    if learned.num_tokens < len(base.pieces) + add:
        raise HeadwaterError(
            "data",
            f"the text supports {learned.num_tokens - len(base.pieces)} new tokens, not {add}",
            where=str(base.path),
            mend="give more text, or ask for fewer",
        )
    return _assembled(base, letters, learned.merges)


def _words(base: Base, pieces: list[str], symbols: np.ndarray, starts: np.ndarray, counts: np.ndarray) -> kernels.Words:
    """What merging begins with; where merges alone bound words, those are cut where no new merge may join."""
    if base.whole_text:
        first, last = (
            np.append(found, np.int32(expand_cuts.UNKNOWN))[symbols]  # the last, for BARRIER
            for found in expand_cuts.classes(pieces)
        )
        cuts = np.flatnonzero(expand_cuts.between(first, last)) + 1
        merged = np.unique(np.concatenate([starts[:-1], cuts]))
        counts = counts[np.searchsorted(starts, merged, side="right") - 1]
        starts = np.append(merged, starts[-1])
    return kernels.Words(symbols, starts[:-1].copy(), np.diff(starts).astype(np.int32), counts.copy())


def _assembled(base: Base, letters: list[tuple[str, list[int]]], merges: np.ndarray) -> Expansion:
    """The new file: entries behind all old ids, merges behind all old ranks."""
    pieces, made_of = list(base.pieces), [[int(id_)] for id_ in base.ids]
    for letter, ids in letters:
        pieces.append(letter)
        made_of.append(ids)
    pairs = []
    for left, right, made in merges.tolist():
        assert made == len(pieces), "a merge makes a token of its own"
        pairs.append([pieces[left], pieces[right]])
        pieces.append(pieces[left] + pieces[right])
        made_of.append(made_of[left] + made_of[right])
    old = len(base.pieces)
    return Expansion(
        described=_described(base, pieces[old:], pairs),
        first_id=base.num_ids,
        pieces=pieces[old:],
        made_of=made_of[old:],
    )


def _described(base: Base, new: list[str], pairs: list[list[str]]) -> dict[str, Any]:
    """A tokenizer.json with more in it. Added tokens are entries too: without, `tokenizers` counts their ids anew."""
    described = dict(base.described)
    model = dict(described["model"])
    known = base.tokenizer.get_vocab()
    vocab = model["vocab"] | {
        token["content"]: known[token["content"]] for token in described.get("added_tokens") or []
    }
    vocab |= {piece: base.num_ids + place for place, piece in enumerate(new)}
    merges = list(model["merges"])
    if merges and isinstance(merges[0], str) and not any(" " in piece for piece in new):
        merges += [" ".join(pair) for pair in pairs]
    else:
        merges = [merge.split(" ", 1) if isinstance(merge, str) else merge for merge in merges] + pairs
    return described | {"model": model | {"vocab": vocab, "merges": merges}}
