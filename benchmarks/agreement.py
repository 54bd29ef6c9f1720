"""Our verdicts on English web pages beside datatrove's: rule set by rule set, and document by document.

In: `corpus-en.jsonl.zst` of a data folder, every document taken as a general web page. Out: a page of tables. Each of
datatrove's four filters judges the document as it is (its C4 filter would hand a cut text to the next one), and ours
judge the columns that `headwater annotate` writes, rule sets one at a time. Words are compared too, one by one.

    python -m benchmarks.agreement --data ../shared/data -o docs/cleaning/agreement.md [--every 8]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.agreement_page import page
from headwater import document
from headwater.curate import english, presets
from headwater.curate.config import CurateConfig
from headwater.curate.filters import c4, fineweb, gopher, gopher_repetition
from headwater.curate.rules import Rule

SETS = {"gopher": gopher, "gopher_repetition": gopher_repetition, "c4": c4, "fineweb": fineweb}


@dataclass
class Found:
    """What both said of every document."""

    ids: list[str]
    size_bytes: int
    theirs: dict[str, list[str]]  # by rule set, a reason a document; empty: kept
    ours: dict[str, list[str]]
    values: dict[str, np.ndarray]  # of our columns
    kept: dict[str, int]  # by preset
    words: int = 0
    other_words: int = 0  # of documents that we cut into other words
    other_documents: int = 0
    c4_first: tuple[int, int] = field(default=(0, 0))  # (the same, all): FineWeb's verdict after C4 has cut the text


def read(path: Path, every: int) -> tuple[list[str], list[str]]:
    """(ids, texts) of every so-manieth document."""
    ids, texts, number = [], [], 0
    for batch in document.read(path):
        for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True):
            number += 1
            if number % every == 0:
                ids.append(name)
                texts.append(text)
    return ids, texts


def first_reasons(rules: list[Rule], columns: dict[str, np.ndarray], count: int) -> list[str]:
    """The first broken rule of each row, with its value; empty for none."""
    found = [""] * count
    for rule in reversed(rules):
        for row in np.flatnonzero(rule.broken(columns)):
            found[row] = f"{rule.reason}={columns[rule.column][row]:.4g}"
    return found


def ours(texts: list[str]) -> tuple[dict[str, list[str]], dict[str, np.ndarray], dict[str, int]]:
    """(reasons by rule set, columns, documents kept by preset)."""
    columns = english.measure(pa.array(texts, pa.large_string()), np.arange(len(texts)))
    config = CurateConfig()
    reasons = {
        name: first_reasons(rule_set.rules(getattr(config, name)), columns, len(texts))
        for name, rule_set in SETS.items()
    }
    kept = {}
    for preset in ("web", "technical"):
        settled = presets.settle(CurateConfig(preset=preset))
        rules = [
            r for name, s in SETS.items() if getattr(settled, name).enabled for r in s.rules(getattr(settled, name))
        ]
        kept[preset] = first_reasons(rules, columns, len(texts)).count("")
    return reasons, columns, kept


def theirs(texts: list[str]) -> tuple[dict[str, list[str]], tuple[int, int]]:
    """(reasons by rule set, how often FineWeb says the same of what C4 leaves)."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    filters: dict[str, Any] = {
        "gopher": GopherQualityFilter(), "gopher_repetition": GopherRepetitionFilter(), "c4": C4QualityFilter(),
        "fineweb": FineWebQualityFilter(),
    }  # fmt: skip

    def verdict(name: str, one: Document) -> str:
        try:
            found = filters[name].filter(one)
        except ZeroDivisionError:
            return "no words"
        return "" if found is True else found[1]

    reasons: dict[str, list[str]] = {name: [] for name in filters}
    same = compared = 0
    for text in texts:
        for name in filters:
            one = Document(text=text, id="")
            reasons[name].append(verdict(name, one))
            if name == "c4" and not reasons["c4"][-1]:
                after, compared = verdict("fineweb", Document(text=one.text, id="")), compared + 1
                same += bool(after) == bool(verdict("fineweb", Document(text=text, id="")))
    return reasons, (same, compared)


def count_words(texts: list[str]) -> tuple[int, int, int]:
    """(words that spaCy cuts, those that we cut otherwise, documents with any)."""
    import spacy

    from headwater.kernels import english as kernel

    tokenizer = spacy.blank("en").tokenizer
    total = other = documents = 0
    for text in texts:
        expected = [token.text.strip() for token in tokenizer(text) if token.text.strip()]
        found = kernel.split([text])[0]
        total += len(expected)
        if found != expected:
            other += sum((Counter(expected) - Counter(found)).values()) or 1
            documents += 1
    return total, other, documents


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/cleaning/agreement.md"))
    parser.add_argument("--every", type=int, default=1, help="take one document in so many")
    given = parser.parse_args()
    corpus = given.data / "corpus-en.jsonl.zst"
    if not corpus.exists():
        print(f"skipped: needs {corpus.name} in --data DIR")
        return 0
    ids, texts = read(corpus, given.every)
    reasons, values, kept = ours(texts)
    their_reasons, c4_first = theirs(texts)
    found = Found(ids, sum(len(text.encode()) for text in texts), their_reasons, reasons, values, kept)
    found.c4_first = c4_first
    found.words, found.other_words, found.other_documents = count_words(texts)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(page(found, given.every), encoding="utf-8")
    print(f"{len(ids)} documents -> {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
