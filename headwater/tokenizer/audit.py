"""Suspicious tokens of a vocabulary, for a person to judge.

In: a tokenizer and documents. Out: findings, those that should go first, each with its reasons, its count, example
documents with their addresses, and a proposed action: drop where a reason is certain, keep where it is not.

The text of a token is judged in `audit_text`; here is what only a corpus tells, in one pass: one_host_only (all of
its occurrences on one site, where chance would have put some elsewhere), unreachable (no text encodes to it), rare
(hardly ever used, so that training hardly moves it).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.kernels import token_places
from headwater.tokenizer import audit_text
from headwater.tokenizer.encode import Encoder
from headwater.tokenizer.review import DROP, KEEP, Finding

UNREACHABLE, ONE_HOST, RARE = "unreachable", "one_host_only", "rare"
REASONS = (
    audit_text.MOJIBAKE, audit_text.SENSITIVE, ONE_HOST, UNREACHABLE, audit_text.DIRTY, audit_text.OVER_LONG, RARE,
)  # fmt: skip
LEAST_HOSTS = 5  # in a corpus, to say that a token is on one of them only
LEAST_ON_HOST = 20  # occurrences
MOST_HOST_SHARE = 0.5  # of the corpus: what a larger site alone has says nothing
CHANCE = 1e-9  # that so many occurrences fall on one host
LEAST_MEAN = 20  # occurrences a token, to say that one is rare
RARE_SHARE = 0.01  # of the mean
MAX_HOSTS = 1 << 20  # whose tokens are counted one by one; further ones are told apart, and taken for small
MAX_URL = 2_000
MAX_EXAMPLE = 200  # characters
# On hosts of repositories a site is a repository.
_REPOSITORY = r"(?:github|gitlab|gitee|bitbucket|raw\.githubusercontent)\.(?:com|org)(?:/[^/?#]{1,100}){2}"
_HOST = (
    r"^[A-Za-z][A-Za-z0-9+.-]{0,30}://(?:[^/?#@]*@)?(?:[Ww]{3}\.)?"
    rf"(?P<host>{_REPOSITORY}|\[[^\]/?#]{{1,60}}\]|[^/?#:@\[\]]{{1,255}})"
)


@dataclass(kw_only=True)
class Survey:
    """What a pass over documents found. `hosts`: the number of each; `documents`: (id, URL) of the examples."""

    places: token_places.Places
    hosts: dict[str, int] = field(default_factory=dict)
    tokens_of_host: Counter[int] = field(default_factory=Counter)
    documents: dict[int, tuple[str, str]] = field(default_factory=dict)
    num_documents: int = 0
    num_tokens: int = 0

    def take(self, encoder: Encoder, batch: pa.RecordBatch) -> None:
        """Count the tokens of a batch with `text`, `id` and `url`."""
        ids, offsets = encoder.encode_batch(batch.column("text"))
        hosts = self._hosts(batch.column("url"))
        first = self.num_documents
        token_places.note(ids, offsets, hosts, first, self.places)
        for host, size in zip(hosts.tolist(), np.diff(offsets).tolist(), strict=True):
            if host in self.tokens_of_host or len(self.tokens_of_host) < MAX_HOSTS:
                self.tokens_of_host[host] += size
        self.num_documents += batch.num_rows
        self.num_tokens += len(ids)
        examples = self.places.examples
        used = np.unique(examples[examples >= first]) - first
        for row in used.tolist():
            id_, url = batch.column("id")[row].as_py() or "", batch.column("url")[row].as_py() or ""
            self.documents[first + row] = id_[:MAX_URL], url[:MAX_URL]

    def _hosts(self, urls: pa.Array) -> np.ndarray:
        """The number of each address's host; NOWHERE for none, and for all that are new where there are too many."""
        found = pc.struct_field(pc.extract_regex(urls.cast(pa.large_string()), _HOST), "host")
        coded = pc.utf8_lower(found).dictionary_encode()
        numbers = [self._number(name) for name in coded.dictionary.to_pylist()]
        table = np.array([*numbers, token_places.NOWHERE], np.int64)
        return table[pc.fill_null(coded.indices, len(table) - 1).to_numpy()]

    def _number(self, name: str) -> int:
        if name not in self.hosts and len(self.hosts) >= MAX_HOSTS:
            return token_places.NOWHERE
        return self.hosts.setdefault(name, len(self.hosts))


def survey(encoder: Encoder, batches: Iterable[pa.RecordBatch]) -> Survey:
    """Read documents once. Memory: for the vocabulary, and for the hosts (MAX_HOSTS at most)."""
    found = Survey(places=token_places.places(encoder.vocab_size))
    for batch in batches:
        found.take(encoder, batch)
    return found


def findings(encoder: Encoder, read: Survey, tokenizer: Any, phrases: audit_text.Phrases) -> list[Finding]:
    """The suspicious tokens. `tokenizer`: the `tokenizers.Tokenizer` of the same file. Special tokens and single bytes
    are not judged."""
    pieces = [encoder.decode_bytes([id_]) for id_ in range(encoder.vocab_size)]
    judged = [id_ for id_, piece in enumerate(pieces) if len(piece) > 1]
    lost = unreachable(encoder, tokenizer, [id_ for id_ in judged if not read.places.counts[id_]], pieces)
    hosts, names = _only_hosts(read), {number: name for name, number in read.hosts.items()}
    limit = _rare_limit(read, len(judged))
    found = []
    for id_ in judged:
        told = dict(audit_text.reasons(pieces[id_].decode("utf-8", "ignore"), phrases))
        count = int(read.places.counts[id_])
        told |= {ONE_HOST: False} if id_ in hosts else {}
        told |= {UNREACHABLE: False} if id_ in lost else {}
        told |= {RARE: False} if count < limit and id_ not in lost else {}
        if told:
            found.append(_finding(encoder, read, id_, pieces[id_], told, names))
    return sorted(found, key=lambda f: (f.action != DROP, REASONS.index(f.reason), -f.count, f.token_id))


def unreachable(encoder: Encoder, tokenizer: Any, ids: list[int], pieces: list[bytes]) -> set[int]:
    """Which of some tokens no text gives: neither their own text, cut as all text is, nor, for parts of characters,
    the merges of their own bytes."""
    whole, parts = [], []
    for id_ in ids:
        try:
            whole.append((id_, pieces[id_].decode("utf-8")))
        except UnicodeDecodeError:
            parts.append(id_)
    tokens, offsets = encoder.encode_batch([text for _, text in whole])
    first = tokens[np.minimum(offsets[:-1], max(0, len(tokens) - 1))] if len(tokens) else np.zeros(0, np.uint32)
    alone = np.diff(offsets) == 1
    found = {id_ for (id_, _), one, token in zip(whole, alone, first, strict=True) if not one or token != id_}
    for id_ in parts:
        spelled = tokenizer.id_to_token(id_)
        if [token.id for token in tokenizer.model.tokenize(spelled)] != [id_]:
            found.add(id_)
    return found


def _only_hosts(read: Survey) -> set[int]:
    """Tokens that are on one host alone where chance would have put some elsewhere."""
    if len(read.hosts) < LEAST_HOSTS:
        return set()
    found = set()
    for id_ in np.flatnonzero((read.places.hosts >= 0) & (read.places.counts >= LEAST_ON_HOST)).tolist():
        share = read.tokens_of_host[int(read.places.hosts[id_])] / max(1, read.num_tokens)
        if share <= MOST_HOST_SHARE and int(read.places.counts[id_]) * math.log(max(share, 1e-12)) < math.log(CHANCE):
            found.add(id_)
    return found


def _rare_limit(read: Survey, num_tokens: int) -> float:
    """The count below which a token is rare; 0 where the corpus is too small to say."""
    mean = read.num_tokens / max(1, num_tokens)
    return max(1.0, RARE_SHARE * mean) if mean >= LEAST_MEAN else 0.0


def _finding(
    encoder: Encoder, read: Survey, id_: int, piece: bytes, told: dict[str, bool], names: dict[int, str]
) -> Finding:
    places, count = read.places, int(read.places.counts[id_])
    host, around = int(places.hosts[id_]), places.around[id_]
    numbers = [number for number in places.examples[id_].tolist() if number >= 0]
    return Finding(
        token_id=id_,
        piece=piece,
        reasons=tuple(sorted(told, key=REASONS.index)),
        count=count,
        action=DROP if any(told.values()) else KEEP,
        share=count / max(1, read.num_tokens),
        hosts=names.get(host, "several" if count else ""),
        examples=tuple(read.documents[number] for number in numbers),
        example_text=" ".join(encoder.decode(around[around >= 0]).split())[:MAX_EXAMPLE],
    )
