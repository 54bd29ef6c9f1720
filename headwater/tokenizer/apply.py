"""A vocabulary learned anew without the pieces that a review drops.

In: a tokenizer's folder, a review of it and the documents it was learned from. Out: the new tokenizer, of the same
size, and what changed. Special tokens keep their names and ids; pieces barred before stay barred.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater.errors import HeadwaterError
from headwater.tokenizer import patterns, review, train, training_record
from headwater.tokenizer.config import TokenizerConfig, special_tokens
from headwater.tokenizer.encode import NAME, Encoder


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be learned. `assumed`: a sentence where the settings had to be read off the tokenizer itself."""

    encoder: Encoder
    config: TokenizerConfig
    dropped: frozenset[bytes]
    barred: frozenset[bytes]
    specials: list[str]
    assumed: str = ""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """`dependants`: tokens that held a dropped piece and went with it; `others`: what else is no longer a token."""

    dropped: int
    dependants: int
    others: int
    new: int
    vocab_size: int
    size_before: int


def plan(folder: Path, reviewed: Path) -> Plan:
    """Check everything before a document is read.

    Raises HeadwaterError unreadable_input for the review, data for a tokenizer that was not learned here.
    """
    encoder = Encoder.load(folder)
    described = _described(Path(encoder.where))
    specials = _specials(described, encoder.where)
    dropped = review.dropped(reviewed, encoder)
    if not dropped:
        mend = f"write {review.DROP} in the column `action` of the tokens that should go"
        raise HeadwaterError("unreadable_input", "drops no token", where=str(reviewed), mend=mend)
    record = training_record.read(Path(encoder.where).parent)
    assumed = ""
    if record is None:
        record = training_record.Record(config=_assumed(described, encoder, len(specials)))
        config = record.config
        assumed = (
            f"no {training_record.NAME}: assumed --type {config.type}, pattern {config.pretokenizer}, equal weights"
        )
    config = replace(record.config, vocab_size=encoder.vocab_size, audit="")
    return Plan(
        encoder=encoder,
        config=config,
        dropped=dropped,
        barred=record.barred | dropped,
        specials=specials,
        assumed=assumed,
    )


def learn(asked: Plan, read: Callable[[], Iterable[pa.RecordBatch]], report: Any = None) -> Any:
    """The new `tokenizers.Tokenizer`. `read()`: the documents, with `id`, `text` and `lang`; called twice."""
    return train.from_documents(read, asked.config, report, asked.barred, asked.specials).tokenizer


def compared(before: Encoder, after: Encoder, dropped: Collection[bytes]) -> Changed:
    """What the new vocabulary has and has not."""
    from headwater.tokenizer.cut_out import means_itself

    old, new = _pieces(before), _pieces(after)
    gone = old - new
    long = [piece for piece in dropped if means_itself(piece)]
    dependants = {token for token in gone - set(dropped) if any(piece in token for piece in long)}
    return Changed(
        dropped=len(gone & set(dropped)),
        dependants=len(dependants),
        others=len(gone - set(dropped) - dependants),
        new=len(new - old),
        vocab_size=after.vocab_size,
        size_before=before.vocab_size,
    )


def _pieces(encoder: Encoder) -> set[bytes]:
    return {encoder.decode_bytes([id_]) for id_ in range(encoder.vocab_size)} - {b""}


def _described(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())  # `tokenizers` has read it before
    return found


def _specials(described: dict[str, Any], where: str) -> list[str]:
    """The special tokens in the order of their ids, which must come first, as ours do."""
    added = sorted(described.get("added_tokens", []), key=lambda token: token["id"])
    if [token["id"] for token in added] != list(range(len(added))) or not all(token["special"] for token in added):
        raise _foreign(where, "its special tokens do not come first")
    return [token["content"] for token in added]


def _assumed(described: dict[str, Any], encoder: Encoder, num_specials: int) -> TokenizerConfig:
    """The settings that a tokenizer itself tells of."""
    cuts = patterns.expressions(described)
    known: list[dict[str, Any]] = [
        {"pretokenizer": name, "digits": digits}
        for name in patterns.NAMES
        for digits in ("auto", "single", "triple", "none")
        if cuts == [patterns.pattern(name, digits)]
    ]
    if not cuts and (described.get("pre_tokenizer") or {}).get("type") == "ByteLevel":
        known = [{"pretokenizer": "gpt2", "digits": "auto"}]
    if described["model"].get("type") != "BPE" or not known:
        raise _foreign(encoder.where, "it cuts text by a pattern that is none of " + ", ".join(patterns.NAMES))
    reserve = max(0, num_specials - len(special_tokens(0)))
    kind = "bpe" if described["model"].get("byte_fallback") else "bbpe"
    settings: dict[str, Any] = {"vocab_size": encoder.vocab_size, "type": kind, "reserve": reserve, **known[0]}
    return TokenizerConfig(**settings)


def _foreign(where: str, why: str) -> HeadwaterError:
    return HeadwaterError(
        "data",
        f"cannot be learned anew: {why}",
        where=where,
        mend=f"apply a review to a folder that `headwater tokenizer train` made ({NAME}, {training_record.NAME})",
    )
