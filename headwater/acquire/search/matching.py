"""Which pages match a query, and how well: BM25 over words and pairs of Chinese characters.

In: pages as (title, text), and a query in any language. Out: the pages that match, best first. Source: Robertson and
Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", equation 3.15, with the idf of Lucene, which
is never negative. A title counts TITLE_WEIGHT times.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

K1, B = 1.2, 0.75
TITLE_WEIGHT = 3
LEAST_SHARE = 0.6  # of the query's terms that a page must hold
SNIPPET_BEFORE, SNIPPET_CHARS = 60, 300
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"([{_HAN}]+)|([^\\W_{_HAN}]+[+#]*)")


def terms(text: str) -> list[str]:
    """Words in one spelling, plural or not; of Chinese, pairs of neighbours, and a character that stands alone."""
    found: list[str] = []
    for match in _RUN.finditer(text.casefold()):
        run, word = match.groups()
        if run:
            found += [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "su" else word)
    return found


class Index:
    """Pages to be searched. Terms are counted once, when a page is added."""

    def __init__(self) -> None:
        self._counts: list[Counter[str]] = []
        self._lengths: list[int] = []
        self._holders: Counter[str] = Counter()

    def add(self, title: str, text: str) -> None:
        counts = Counter(terms(text))
        for term in terms(title):
            counts[term] += TITLE_WEIGHT
        self._counts.append(counts)
        self._lengths.append(counts.total())
        self._holders.update(counts.keys())

    def search(self, query: str) -> list[int]:
        """The numbers of the pages that match, best first; equal ones in the order they were added."""
        wanted = list(dict.fromkeys(terms(query)))
        least = max(1, math.ceil(LEAST_SHARE * len(wanted)))
        scores = [
            (-self._score(number, wanted), number)
            for number, counts in enumerate(self._counts)
            if wanted and sum(term in counts for term in wanted) >= least
        ]
        return [number for _, number in sorted(scores)]

    def _score(self, number: int, wanted: Sequence[str]) -> float:
        counts, total = self._counts[number], len(self._counts)
        norm = K1 * (1 - B + B * self._lengths[number] * total / max(1, sum(self._lengths)))
        score = 0.0
        for term in wanted:
            if frequency := counts[term]:
                idf = math.log(1 + (total - self._holders[term] + 0.5) / (self._holders[term] + 0.5))
                score += idf * frequency * (K1 + 1) / (frequency + norm)
        return score


def snippet(text: str, query: str) -> str:
    """The words of a text round the first place where it has one of the query's terms."""
    lowered = text.casefold()
    places: Iterable[int] = (lowered.find(term) for term in terms(query))
    first = min((place for place in places if place >= 0), default=0)
    start = max(0, first - SNIPPET_BEFORE)
    return text[start : start + SNIPPET_CHARS]
