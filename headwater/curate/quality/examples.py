"""Examples to train a classifier from: documents with a target from 0 to 1.

In: files of good and of other documents, or documents and a file of labels joined by id. Out: Examples (texts cut
to what a classifier reads, targets, languages, lengths), each text once, and counts of what was left out. What one
class has too much of is thinned by a hash of the text, so the choice does not depend on the order of the files.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater import document
from headwater.curate import langid, languages
from headwater.document import streams
from headwater.errors import HeadwaterError

LANGID_CHARS = 2000
MOST_ON_BOTH_SIDES = 0.5
YES, NO = ("true", "yes", "positive", "good", "high"), ("false", "no", "negative", "bad", "low")


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Row for row: texts, targets in [0, 1], languages, whole lengths in bytes, digests of the whole texts, sites."""

    texts: list[str]
    targets: np.ndarray  # float32
    langs: list[str]
    lengths: np.ndarray  # int64
    digests: list[str]
    sites: list[str]  # source and host
    left_out: dict[str, int]

    def __len__(self) -> int:
        return len(self.texts)


class _Class:
    """The examples of one class with the smallest digests, at most so many, each text once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen: set[str] = set()
        self.heap: list[tuple[int, str, dict[str, Any]]] = []

    def add(self, digest: str, row: dict[str, Any]) -> str:
        """Take an example; the reason where one is left out for it, else empty."""
        if digest in self.seen:
            return "examples.duplicate"
        self.seen.add(digest)
        heapq.heappush(self.heap, (-int(digest, 16), digest, row))
        if len(self.heap) > self.most:
            heapq.heappop(self.heap)
            return "examples.thinned"
        return ""


def from_two(positive: list[str], negative: list[str], read_chars: int, most: int) -> Examples:
    """Examples of two sets of files. Raises HeadwaterError empty_corpus, or arguments where the sets are the same."""
    problems: Counter[str] = Counter()
    good, other = (_Class(most), _Class(most))
    for paths, one, target in ((positive, good, 1.0), (negative, other, 0.0)):
        found: Counter[str] = Counter()
        for digest, row in _rows(paths, read_chars, found):
            if reason := one.add(digest, row | {"target": target}):
                problems[reason] += 1
        if not one.seen:
            raise document.nothing_read(", ".join(paths), found)
        problems.update(found)
    both = good.seen & other.seen
    if len(both) > MOST_ON_BOTH_SIDES * min(len(good.seen), len(other.seen)):
        raise HeadwaterError(
            "arguments",
            f"{len(both)} of {min(len(good.seen), len(other.seen))} texts are positive and negative at once",
            where=", ".join(positive),
            mend="give negatives that are not also among the positives",
        )
    problems["examples.on_both_sides"] += 2 * len(both)
    rows = [(digest, row) for one in (good, other) for _, digest, row in one.heap if digest not in both]
    return _examples(rows, problems)


def from_labels(labels: list[str], documents: list[str], read_chars: int, most: int, scale: float) -> Examples:
    """Documents that have a label. Raises HeadwaterError empty_corpus when none has, or all have the same one."""
    problems: Counter[str] = Counter()
    targets = read_labels(labels, scale, problems)
    left = set(targets)
    classes = (_Class(most), _Class(most))
    for digest, row in _rows(documents, read_chars, problems):
        target = targets.get(row["id"])
        if target is None:
            problems["labels.unlabelled"] += 1
            continue
        left.discard(row["id"])
        if reason := classes[target >= 0.5].add(digest, row | {"target": target}):
            problems[reason] += 1
    if left:
        problems["labels.no_document"] += len(left)
    rows = [(digest, row) for one in classes for _, digest, row in one.heap]
    if not rows:
        told = f"no document has a label (labels: {len(targets)}, documents: {problems['labels.unlabelled']})"
        raise HeadwaterError("empty_corpus", told, where=", ".join(labels), mend="labels and documents meet by `id`")
    return _examples(rows, problems)


def read_labels(paths: list[str], scale: float, problems: Counter[str]) -> dict[str, float]:
    """Id to target. A row is `{id, score}` or `{id, label}`; where any is above 1, all are parts of `scale`.

    Raises HeadwaterError empty_corpus when no label can be read, arguments when one is above the scale.
    """
    import orjson

    found: dict[str, float] = {}
    for name in document.expand(paths):
        for line in streams.lines(name, problems):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                problems["labels.invalid_json"] += bool(line.strip())
                continue
            key = str(row.get("id") or "") if isinstance(row, dict) else ""
            value = _label(row) if key else None
            if value is None:
                problems["labels.unusable"] += 1
            elif key in found:
                problems["labels.duplicate"] += 1
            else:
                found[key] = value
    where = ", ".join(paths)
    if not found:
        told = "no label could be read" + (f" ({dict(sorted(problems.items()))})" if problems else "")
        raise HeadwaterError("empty_corpus", told, where=where, mend="a row is {id, label} or {id, score}, from 0")
    largest = max(found.values())
    if largest > max(1.0, scale):
        told = f"a label is {largest:g}, above the scale of {scale:g}"
        raise HeadwaterError("arguments", told, where=where, mend=f"give the highest label: --scale {largest:g}")
    return found if largest <= 1 else {key: value / scale for key, value in found.items()}


def _label(row: dict[str, Any]) -> float | None:
    """The number that a row of labels holds, 0 or more; None where it holds none."""
    for name in ("score", "label", "relevant"):
        value = row.get(name)
        if isinstance(value, str):
            word = value.strip().lower()
            value = word in YES if word in (*YES, *NO) else _number(word)
        if isinstance(value, int | float) and 0 <= value < math.inf:
            return float(value)
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _rows(paths: list[str], read_chars: int, problems: Counter[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(digest of the text, row) of every document; the text cut."""
    for batch in document.read(paths, problems):
        columns = [batch.column(name).to_pylist() for name in ("id", "text", "lang", "source", "url")]
        for name, text, given, source, url in zip(*columns, strict=True):
            size = len(text.encode("utf-8", "replace"))
            row = {"id": name, "text": text[:read_chars], "lang": language(text, given), "length": size}
            row["site"] = f"{source} {url.partition('://')[2].partition('/')[0]}".strip()
            yield document.text_digest(text), row


def language(text: str, given: str) -> str:
    """The language a document is measured under: the given one, or the one its beginning is in."""
    return languages.normalise(given) or langid.identify_one(text[:LANGID_CHARS])[0]


def _examples(rows: list[tuple[str, dict[str, Any]]], problems: Counter[str]) -> Examples:
    """Sorted by digest: an order that says nothing of class, file or length."""
    rows = sorted(rows, key=lambda pair: (pair[0], pair[1]["target"]))
    return Examples(
        texts=[row["text"] for _, row in rows],
        targets=np.array([row["target"] for _, row in rows], np.float32),
        langs=[row["lang"] for _, row in rows],
        lengths=np.array([row["length"] for _, row in rows], np.int64),
        digests=[digest for digest, _ in rows],
        sites=[row["site"] for _, row in rows],
        left_out={reason: count for reason, count in sorted(problems.items()) if count},
    )
