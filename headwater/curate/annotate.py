"""The stage `annotate`: every statistic that a rule needs, as a column, once.

In: `documents/NAME.parquet`. Out: `annotations/NAME.parquet`, row for row the same documents.
This is the one part of curation that reads text: what is decided later, and decided again under
other thresholds, is decided from these columns. Statistics of a language's own rules are filled for
its documents and null for the others.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import document
from headwater.curate import characters, langid, languages
from headwater.curate.config import CurateConfig, LangidConfig
from headwater.curate.filters import c4, chinese, code, gopher, minimal
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "annotations"
READ = ["id", "text", "url", "source", "lang", "domain", "kind", "warc_file"]
OWN_COLUMNS = {"en": (*gopher.COLUMNS, *c4.COLUMNS), "zh": chinese.COLUMNS, "code": code.COLUMNS}
STATISTICS = (*minimal.COLUMNS, *(name for names in OWN_COLUMNS.values() for name in names))
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "url", "source", "lang")]
    + [("lang_score", pa.float64())]  # null where the row's own language stands
    + [(name, pa.string()) for name in ("kind", "domain")]
    + [("crawled", pa.bool_())]
    + [(name, pa.int64()) for name in ("text_bytes", "num_chars", "num_words")]
    + [("digest", pa.string())]  # of the normalised text
    + [(name, pa.float64()) for name in STATISTICS]
)


def run(context: Context) -> dict[str, Any]:
    """Annotate every shard; a task a shard."""
    import pyarrow.parquet as pq

    config: CurateConfig = context.config
    tasks = [
        {
            "key": path.stem,
            "shard": str(path),
            "weight": pq.read_metadata(path).num_rows,
            "config": config.langid,
        }
        for path in shards(context.input("acquire") / "documents")
    ]
    results = phases.run(context, "annotate", tasks, "headwater.curate.annotate:annotate_shard", "documents")
    rows = sum(result["rows"] for result in results)
    return {"counts": {"in": rows, "kept": rows, "rejected": {}}}


def annotate_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write the annotations of one documents shard, under its name."""
    shard = Path(task["shard"])
    name = f"{FOLDER}/{shard.name}"

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in document.read_parquet(shard, columns=READ):
            yield statistics(batch, task["config"])

    rows = document.write_parquet(Path(task["folder"]) / name, batches(), SCHEMA)
    return {"files": [name], "rows": rows}


def statistics(batch: pa.RecordBatch, config: LangidConfig | None = None) -> pa.RecordBatch:
    """The annotations (SCHEMA) of a batch of documents, row for row."""
    config = config or LangidConfig()
    texts: list[str] = batch.column("text").to_pylist()
    given: list[str] = batch.column("lang").to_pylist()
    kinds = batch.column("kind").to_pylist()
    values: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for text, tag in zip(texts, given, strict=True):
        for name, value in _measured(text or "", tag or "", config).items():
            values[name].append(value)
    for name in ("id", "url", "source"):
        values[name] = [value or "" for value in batch.column(name).to_pylist()]
    values["kind"] = [kind if kind in document.KINDS else document.KINDS[0] for kind in kinds]
    values["domain"] = [document.label(domain or "") for domain in batch.column("domain").to_pylist()]
    values["crawled"] = [bool(name) for name in batch.column("warc_file").to_pylist()]
    columns = [pa.array(values[field.name], type=field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _measured(text: str, given: str, config: LangidConfig) -> dict[str, Any]:
    """Language, sizes, digest and statistics of one text."""
    codes = characters.code_points(text)
    kinds = characters.counts(codes)
    lines, words = minimal.lines_of(text), text.split()
    language, score = resolve_language(text, given, kinds, config)
    row: dict[str, Any] = dict.fromkeys(STATISTICS)
    row.update(zip(minimal.COLUMNS, minimal.measure(codes, kinds, lines), strict=True))
    if language == "en":
        row.update(zip(gopher.COLUMNS, gopher.measure(text, words, lines), strict=True))
        row.update(zip(c4.COLUMNS, c4.measure(text, lines), strict=True))
    elif language == "zh":
        row.update(zip(chinese.COLUMNS, chinese.measure(text, codes, kinds, lines), strict=True))
    elif language == langid.CODE:
        row.update(zip(code.COLUMNS, code.measure(text), strict=True))
    sizes = {"text_bytes": len(text.encode("utf-8", "replace")), "num_chars": len(text), "num_words": len(words)}
    return {"lang": language, "lang_score": score, **sizes, "digest": normalised_digest(text), **row}


def resolve_language(text: str, given: str, kinds: np.ndarray, config: LangidConfig) -> tuple[str, float | None]:
    """The given language where the text is in its script or in none surely, else the identified one and its score."""
    tag = languages.normalise(given)
    if tag and langid.in_script(tag, kinds) >= config.min_script_share:
        return tag, None
    language, score = langid.identify_one(text[: langid.READ_CHARS])
    if tag and score < config.min_override:
        return tag, None
    return (language if score >= config.min_score else langid.UNKNOWN), score


def normalised_digest(text: str) -> str:
    """A digest that white space and the composition of accents do not change."""
    joined = " ".join(text.split())
    if not joined.isascii() and not unicodedata.is_normalized("NFC", joined):
        joined = unicodedata.normalize("NFC", joined)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:32]
