"""Our extraction beside trafilatura: the same real pages, the same decoded text, both metrics and the time of each.

In: `../shared/data/html`: pages as WARC, and for each page either the whole text of its article (Zyte's
article-extraction-benchmark) or passages that must and must not be found (trafilatura's own evaluation set).
Out: F1 by both metrics, in all and on two halves of the pages, and the ratio of times.

The metrics. Articles: runs of four words (of characters in Chinese) in common with the gold text; precision and
recall are means over pages, F1 is theirs, as evaluate.py of the article-extraction-benchmark has it. Passages: those
found that should be are true positives, those found that should not be false ones; F1 over all pages together.
Trafilatura runs with comments off, which is better for it than its default. Rounds alternate; medians are compared.

    python -m benchmarks.extract [--rounds 5]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import runner

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "html"
SHINGLE_WORDS = 4
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
Texts = dict[str, str]


def pages() -> dict[str, Any]:
    from headwater.acquire import warc

    with open(DATA / "pages.warc.gz", "rb") as handle:
        return {record.url: record for record in warc.read_records(handle, {})}


def gold() -> dict[str, dict[str, Any]]:
    import zstandard

    with open(DATA / "gold.jsonl.zst", "rb") as handle:
        lines = zstandard.ZstdDecompressor().stream_reader(handle).read().splitlines()
    return {row["url"]: row["gold"] for row in map(json.loads, lines)}


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    last = max(1, len(words) - SHINGLE_WORDS + 1)
    return Counter(tuple(words[i : i + SHINGLE_WORDS]) for i in range(last)) if words else Counter()


def article_f1(texts: Texts, wanted: dict[str, dict[str, Any]]) -> float:
    precisions, recalls = [], []
    for url, expected in wanted.items():
        if "text" in expected:
            found, right = shingles(texts.get(url, "")), shingles(expected["text"])
            common = (found & right).total()
            precisions.append(common / max(1, found.total()))
            recalls.append(common / max(1, right.total()))
    return _f1(statistics.fmean(precisions), statistics.fmean(recalls))


def passage_f1(texts: Texts, wanted: dict[str, dict[str, Any]]) -> float:
    true = false = missed = 0
    for url, expected in wanted.items():
        if "text" not in expected:
            text = texts.get(url, "")
            true += sum(passage in text for passage in expected["with"])
            missed += sum(passage not in text for passage in expected["with"])
            false += sum(passage in text for passage in expected["without"])
    return _f1(true / max(1, true + false), true / max(1, true + missed))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def ours(records: dict[str, Any]) -> Texts:
    from headwater.acquire.extract import NoText, extract

    found = {}
    for url, record in records.items():
        try:
            found[url] = extract(record.body, url, record.charset).text
        except NoText:
            found[url] = ""
    return found


def trafilatura_alone(records: dict[str, Any]) -> Texts:
    import trafilatura

    from headwater.acquire.charset import decoded

    return {
        url: trafilatura.extract(decoded(record.body, record.charset), url=url, include_comments=False) or ""
        for url, record in records.items()
    }


def scores(texts: Texts, wanted: dict[str, dict[str, Any]]) -> dict[str, float]:
    halves: list[dict[str, dict[str, Any]]] = [{}, {}]
    for url, expected in wanted.items():
        halves[hashlib.sha256(url.encode()).digest()[0] & 1][url] = expected
    found = {"article_f1": article_f1(texts, wanted), "passage_f1": passage_f1(texts, wanted)}
    for name, half in zip("ab", halves, strict=True):
        found |= {f"article_f1_{name}": article_f1(texts, half), f"passage_f1_{name}": passage_f1(texts, half)}
    return {name: round(value, 4) for name, value in found.items()}


EXTRACTORS: dict[str, Callable[[dict[str, Any]], Texts]] = {"ours": ours, "trafilatura": trafilatura_alone}


def compare(rounds: int) -> None:
    records, wanted = pages(), gold()
    texts = {name: extractor(records) for name, extractor in EXTRACTORS.items()}  # the first round warms up
    times: dict[str, list[float]] = {name: [] for name in EXTRACTORS}
    for _ in range(rounds):
        for name, extractor in EXTRACTORS.items():
            started = time.perf_counter()
            extractor(records)
            times[name].append(time.perf_counter() - started)
    speed = {name: len(records) / statistics.median(taken) for name, taken in times.items()}
    runner.save(
        "extract",
        ours={"pages_per_s": round(speed["ours"], 1), **scores(texts["ours"], wanted)},
        peer={
            "pages_per_s": round(speed["trafilatura"], 1), **scores(texts["trafilatura"], wanted), "name": "trafilatura"
        },
        ratio=speed["ours"] / speed["trafilatura"],
        pages=len(records),
        rounds=rounds,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is missing: this benchmark reads the shared pages")
    compare(args.rounds)


if __name__ == "__main__":
    main()
