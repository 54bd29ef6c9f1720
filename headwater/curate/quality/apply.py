"""Scoring documents with a classifier, in the order in which they come.

In: a model and the files of documents. Out: one row a document, `{id, score, lang, kept}`, as JSONL.
Steps: score batches on every core, a bounded number ahead → write ids and scores aside → find each language's
threshold from its scores → write the rows with what is kept. Memory: some batches, and five bytes a document.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import document, storage
from headwater.curate import linear
from headwater.curate.quality import threshold
from headwater.curate.quality.examples import language
from headwater.pipeline.engine.local import available_cores

AHEAD = 2  # batches a core that wait
SCHEMA = pa.schema([("id", pa.string()), ("score", pa.float32()), ("lang", pa.string())])


def score_texts(model: linear.LinearModel, texts: Any) -> np.ndarray:
    """A score from 0 to 1 for each text."""
    return model.score(linear.features(texts, model.config))


def score_batch(model: linear.LinearModel, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Ids, scores and languages (SCHEMA) of a batch of documents."""
    texts, given = batch.column("text"), batch.column("lang").to_pylist()
    beginnings = texts.to_pylist() if not all(given) else given  # the text is looked at only where no language is given
    langs = [language(text, tag or "") for text, tag in zip(beginnings, given, strict=True)]
    columns = [batch.column("id"), pa.array(score_texts(model, texts), pa.float32()), pa.array(langs, pa.string())]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def scored(model: linear.LinearModel, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The scores of batches, in their order, worked on by every core."""
    waiting: deque[Future[pa.RecordBatch]] = deque()
    cores = available_cores()
    with ThreadPoolExecutor(cores) as pool:
        for batch in batches:
            waiting.append(pool.submit(score_batch, model, batch))
            if len(waiting) >= AHEAD * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def apply(
    model: linear.LinearModel, inputs: list[str], output: Path, keep_share: float, min_score: float, per: str
) -> dict[str, Any]:
    """Write the scores of every document under `inputs`; the figures. Raises HeadwaterError empty_corpus."""
    import orjson

    problems: Counter[str] = Counter()
    aside = output.with_name(f".{output.name}.scores.parquet")
    try:
        total = document.write_parquet(aside, scored(model, document.read(inputs, problems)), SCHEMA)
        if not total:
            raise document.nothing_read(", ".join(inputs), problems)
        found = cut([aside], keep_share, min_score, per)
        with document.open_output(output) as out:
            for batch in document.read_parquet(aside):
                kept = kept_rows(batch, found, per)
                rows = batch.to_pylist()
                for row, keep in zip(rows, kept.tolist(), strict=True):
                    out.write(orjson.dumps({**row, "kept": keep}, option=orjson.OPT_APPEND_NEWLINE))
    finally:
        with storage.disk_errors(aside):
            aside.unlink(missing_ok=True)
    kept_all = sum(entry["kept"] for entry in found.values())
    return {"documents": total, "kept": kept_all, "unreadable": dict(sorted(problems.items())), "by_lang": found}


def cut(tables: list[Path], keep_share: float, min_score: float, per: str) -> dict[str, dict[str, Any]]:
    """Thresholds from tables with `score` and `lang`: of each language, or of `all`."""
    names: dict[str, int] = {}
    scores: list[np.ndarray] = []
    groups: list[np.ndarray] = []
    for path in tables:
        for batch in document.read_parquet(path, columns=["score", "lang"]):
            scores.append(batch.column("score").to_numpy())
            langs = [threshold.ALL] * batch.num_rows if per == threshold.ALL else batch.column("lang").to_pylist()
            numbers = [names.setdefault(lang, len(names)) for lang in langs]
            groups.append(np.array(numbers, np.uint16))
    joined = np.concatenate(scores or [np.empty(0, np.float32)])
    which = np.concatenate(groups or [np.empty(0, np.uint16)])
    return threshold.cuts(joined, which, list(names), keep_share, min_score)


def kept_rows(batch: pa.RecordBatch, found: dict[str, dict[str, Any]], per: str) -> np.ndarray:
    """Which rows of a batch reach their group's threshold."""
    least = {name: np.inf if entry["threshold"] is None else entry["threshold"] for name, entry in found.items()}
    langs = batch.column("lang").to_pylist()
    limits = [least[threshold.ALL if per == threshold.ALL else lang] for lang in langs]
    return batch.column("score").to_numpy() >= np.array(limits, np.float32)
