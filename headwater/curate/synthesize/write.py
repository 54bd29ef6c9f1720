"""Writing textbook passages: requests to a model in, documents out.

In: a SynthesizeSource. Out: documents as JSONL, a report, and the log of answers by which the same command goes on.
Steps: ask for as many texts as are wanted → judge them in the order of the requests → ask for as many more as were
not kept, up to twice the count in all → write the kept ones, each with `meta.synthetic` and where it came from.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from headwater import document
from headwater.curate.annotate import normalised_digest
from headwater.curate.endpoint import ask
from headwater.curate.endpoint.answers import AnswerLog
from headwater.curate.endpoint.send import Prompt, prompt
from headwater.curate.synthesize import judge
from headwater.curate.synthesize.config import SynthesizeSource, topic_problem
from headwater.curate.synthesize.prompts import Assignment, assignment
from headwater.document import streams
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

MOST_REQUESTS = 2  # for each document wanted
MAX_TOPICS = 1_000_000
Row = dict[str, Any]


def synthesize(source: SynthesizeSource, output: Path, answers: Path, report: Reporter) -> dict[str, Any]:
    """Write the documents; the figures. Raises HeadwaterError service_unreachable or empty_corpus."""
    topics = read_topics(source)
    numbers = range(MOST_REQUESTS * source.count)
    asked, figures = 0, ask.Figures()
    place = Path(source.answers) if source.answers else answers
    with ask.opened(place) as log, report.bar("synthesize", source.count, "documents") as bar:
        while True:
            rows, counts = documents(source, topics, numbers[:asked], log)
            wanted = source.count - len(rows)
            bar.done = len(rows)
            if wanted <= 0 or asked == len(numbers) or figures.capped:
                break
            more = [_prompt(source, _assignment(source, topics, n)) for n in numbers[asked : asked + wanted]]
            asked += len(more)
            figures = _added(figures, ask.ask_all(more, source.asking(), log, lambda: bar.advance(1)))
    document.write_jsonl(output, document.batches_of(rows))
    counts.update(figures.failed)
    kept = len(rows)
    value = {
        "wanted": source.count,
        "in": kept + counts.total(),
        "kept": kept,
        "rejected": dict(sorted(counts.items())),
    }
    value |= {"topics": len(topics), "asking": figures.as_dict()}
    if not kept:
        told = f"no text was kept ({value['rejected'] or 'the cost cap allows no request'})"
        raise HeadwaterError("empty_corpus", told, where=source.asking().place, mend="look at the log of answers")
    return value


def _added(a: ask.Figures, b: ask.Figures) -> ask.Figures:
    """The figures of two passes; cost and tokens are the log's, so the later pass knows them."""
    sums = {name: getattr(a, name) + getattr(b, name) for name in ("answered", "cached", "asked", "failed", "retried")}
    return dataclasses.replace(b, **sums)


def documents(
    source: SynthesizeSource, topics: tuple[str, ...], numbers: range, log: AnswerLog
) -> tuple[list[Row], Counter[str]]:
    """The texts that are kept, in the order of their requests, and the counts of the others."""
    rows: list[Row] = []
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for number in numbers:
        task = _assignment(source, topics, number)
        asked = _prompt(source, task)
        answer = log.get(asked.key)
        if answer is None:
            continue
        text, reason = judge.judge(answer, source.lang, source.min_chars)
        digest = normalised_digest(text)
        if not reason and digest in seen:
            reason = "synthesize.duplicate"
        if reason:
            counts[reason] += 1
        elif len(rows) < source.count:
            seen.add(digest)
            rows.append(_row(source, task, asked, text))
    return rows, counts


def _assignment(source: SynthesizeSource, topics: tuple[str, ...], number: int) -> Assignment:
    return assignment(number, topics, source.audiences, source.styles, source.lang, source.seed)


def _prompt(source: SynthesizeSource, task: Assignment) -> Prompt:
    return prompt(source.asking(), [("user", task.words)])


def _row(source: SynthesizeSource, task: Assignment, asked: Prompt, text: str) -> Row:
    """A document that says that it is synthetic, and of what request."""
    name = source.source or f"synthetic:{source.model}"
    row: Row = {"text": text, "title": task.topic, "source": name, "license": source.license, "lang": source.lang}
    row |= {"domain": source.domain or document.GENERAL_DOMAIN, "kind": source.kind}
    row["digest"] = document.text_digest(text)
    meta = {"synthetic": "true", "model": source.model, "topic": task.topic, "audience": task.audience}
    row["meta"] = meta | {"style": task.style, "prompt_digest": asked.key}
    row["id"] = document.document_id(name, asked.key, text)
    return row


def read_topics(source: SynthesizeSource) -> tuple[str, ...]:
    """The topics given and those of the file, each once. Raises HeadwaterError unknown_name or unreadable_input."""
    found = list(source.topics)
    if source.topics_file:
        if "://" not in source.topics_file and not Path(source.topics_file).is_file():
            raise HeadwaterError("unknown_name", "no such file of topics", where=source.topics_file)
        problems: Counter[str] = Counter()
        for number, line in enumerate(streams.lines(source.topics_file, problems), 1):
            topic = _topic(line, source.topics_file)
            if not topic:
                continue
            if why := topic_problem(topic):
                raise HeadwaterError("unreadable_input", f"a topic {why}", where=f"{source.topics_file}:{number}")
            found.append(topic)
            if len(found) > MAX_TOPICS:
                raise HeadwaterError("arguments", f"more than {MAX_TOPICS} topics", where=source.topics_file)
    topics = tuple(dict.fromkeys(" ".join(topic.split()) for topic in found))
    if not topics:
        raise HeadwaterError("empty_corpus", "holds no topic", where=source.topics_file, mend="write one a line")
    return topics


def _topic(line: bytes, name: str) -> str:
    """The topic of a line: the line itself, or `topic` of a JSON object; empty where there is none."""
    text = line.decode("utf-8", "replace").lstrip("\ufeff").strip()
    if document.format_of(name) != "jsonl" or not text:
        return text
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    topic = value.get("topic") if isinstance(value, dict) else value
    return topic.strip() if isinstance(topic, str) else ""
