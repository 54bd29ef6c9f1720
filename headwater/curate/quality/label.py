"""Labels asked of a model: how much each of some documents teaches.

In: files of documents, a rubric and an endpoint. Out: `LABELS.jsonl`, rows `{id, label, score, lang}` in the order of
the documents, and beside it the log of answers, by which the same command goes on after a kill.
The documents asked about are drawn by a hash of their text, evenly from the languages; each text is asked once.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import document
from headwater.curate.endpoint import ask
from headwater.curate.endpoint.answers import AnswerLog
from headwater.curate.endpoint.config import EndpointConfig
from headwater.curate.endpoint.send import Prompt, prompt
from headwater.curate.quality import rubric
from headwater.curate.quality.examples import language
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

ASKED_CHARS = 3000  # of each text, from its beginning
UNPARSABLE = "label.unparsable"
Row = dict[str, Any]


def label(
    inputs: list[str],
    output: Path,
    config: EndpointConfig,
    rules: dict[str, str],
    count: int,
    seed: int,
    report: Reporter,
) -> dict[str, Any]:
    """Label `count` documents (0: all); the figures. Raises HeadwaterError empty_corpus or service_unreachable."""
    problems: Counter[str] = Counter()
    rows = drawn(inputs, count, seed, problems)
    if not rows:
        raise document.nothing_read(", ".join(inputs), problems)
    with ask.opened(log_path(output)) as log, report.bar("label", len(rows), "documents") as bar:
        prompts = (_prompt(config, rules, row) for row in rows)
        figures = ask.ask_all(prompts, config, log, lambda: bar.advance(1))
        labels, counts = _labels(rows, config, rules, log)
    write(output, labels)
    counts.update(figures.failed)
    if not labels:
        lacking = (
            ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items())) or "the cost cap allows none"
        )
        raise HeadwaterError(
            "empty_corpus",
            f"no document was labelled: {lacking}",
            where=config.place,
            mend="look at the log of answers",
        )
    told = {"documents": len(rows), "labelled": len(labels), "unlabelled": dict(sorted(counts.items()))}
    spread = Counter(f"{row['label']:g}" for row in labels)
    return {**told, "labels": dict(sorted(spread.items())), "unreadable": dict(problems), "asking": figures.as_dict()}


def log_path(output: Path) -> Path:
    """Where the answers to the questions of an output are kept."""
    return output.with_name(f"{output.name.partition('.')[0]}.answers.jsonl")


def drawn(inputs: list[str], count: int, seed: int, problems: Counter[str]) -> list[Row]:
    """Rows `{id, text, lang}` in the order of the documents; of each language the lowest hashes of seed and text."""
    heaps: dict[str, list[tuple[int, int, Row]]] = {}
    seen: set[int] = set()
    place = 0
    for name, text, given in _documents(inputs, problems):
        row = {"id": name, "text": text[:ASKED_CHARS], "lang": language(text, given)}
        number = int.from_bytes(hashlib.blake2b(f"{seed} {text}".encode("utf-8", "replace"), digest_size=8).digest())
        if number in seen:
            problems["label.duplicate"] += 1
            continue
        seen.add(number)
        heap = heaps.setdefault(row["lang"], [])
        heapq.heappush(heap, (-number, place, row))
        if count and len(heap) > count:
            heapq.heappop(heap)
        place += 1
    shares = even(count, {lang: len(heap) for lang, heap in heaps.items()})
    chosen = [one for lang, heap in heaps.items() for one in heapq.nlargest(shares[lang], heap)]
    return [row for _, _, row in sorted(chosen, key=lambda one: one[1])]


def _documents(inputs: list[str], problems: Counter[str]) -> Iterator[tuple[str, str, str]]:
    for batch in document.read(inputs, problems):
        columns = [batch.column(name).to_pylist() for name in ("id", "text", "lang")]
        yield from zip(*columns, strict=True)


def even(count: int, sizes: dict[str, int]) -> dict[str, int]:
    """`count` spread evenly over groups that hold so many; what a small one lacks goes to the others. 0: all."""
    if not count:
        return dict(sizes)
    shares = dict.fromkeys(sizes, 0)
    left = count
    for position, name in enumerate(sorted(sizes, key=lambda name: (sizes[name], name))):
        shares[name] = min(sizes[name], -(-left // (len(sizes) - position)))
        left -= shares[name]
    return shares


def _prompt(config: EndpointConfig, rules: dict[str, str], row: Row) -> Prompt:
    return prompt(config, rubric.messages(rules, row["lang"], row["text"]))


def _labels(
    rows: list[Row], config: EndpointConfig, rules: dict[str, str], log: AnswerLog
) -> tuple[list[Row], Counter[str]]:
    """A label for every answer that holds one, and the counts of those that do not."""
    labels: list[Row] = []
    counts: Counter[str] = Counter()
    for row in rows:
        answer = log.get(_prompt(config, rules, row).key)
        grade = rubric.grade(answer.text, answer.finish) if answer else None
        if grade is None:
            counts[UNPARSABLE] += answer is not None
            continue
        labels.append({"id": row["id"], "label": grade, "score": grade / rubric.HIGHEST, "lang": row["lang"]})
    return labels, +counts


def write(output: Path, labels: list[Row]) -> None:
    import orjson

    with document.open_output(output) as out:
        for row in labels:
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
