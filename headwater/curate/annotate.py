"""The stage `annotate`: every statistic that a rule needs, as a column, once.

In: `documents/NAME.parquet`. Out: `annotations/NAME.parquet`, row for row the same documents.
This is the one part of curation that reads text: what is decided later, and decided again under
other thresholds, is decided from these columns. Statistics of a language's own rules are filled for
its documents and null for the others.
"""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater import document
from headwater.curate import english, langid, warm
from headwater.curate.config import CurateConfig
from headwater.curate.filters import chinese, code, minimal
from headwater.curate.inject.lineage import injected
from headwater.curate.langid.config import LangidConfig
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "annotations"
READ = ["id", "text", "url", "source", "lang", "domain", "kind", "warc_file", "meta"]
# Rule sets of one language's documents; everybody is measured for the minimal ones.
OWN_SETS: dict[str, tuple[Any, ...]] = {"en": (english,), "zh": (chinese,), langid.CODE: (code,)}
STATISTICS = (*minimal.COLUMNS, *(name for sets in OWN_SETS.values() for rule_set in sets for name in rule_set.COLUMNS))
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "url", "source", "lang", "script")]
    + [("lang_score", pa.float64())]  # null where the row's own language stands
    + [(name, pa.string()) for name in ("kind", "domain")]
    + [("crawled", pa.bool_()), ("injected", pa.bool_())]
    + [(name, pa.int64()) for name in ("text_bytes", "num_chars", "num_words")]
    + [("digest", pa.string())]  # of the normalised text
    + [(name, pa.float64()) for name in STATISTICS]
)


def run(context: Context) -> dict[str, Any]:
    """Annotate every shard; a task a shard."""
    import pyarrow.parquet as pq

    warm.ready(context.report)
    config: CurateConfig = context.config
    tasks = [
        {
            "key": path.stem,
            "shard": str(path),
            "weight": pq.read_metadata(path).num_rows,
            "config": config.langid,
        }
        for path in shards(context.documents())
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
    texts = pc.fill_null(batch.column("text").cast(pa.large_string()), "")
    given, urls = batch.column("lang").to_pylist(), batch.column("url").to_pylist()
    identified = langid.resolve(texts, given, config or LangidConfig(), urls)
    kinds = batch.column("kind").to_pylist()
    values: dict[str, Any] = {
        name: batch.column(name).fill_null("").cast(pa.string()) for name in ("id", "url", "source")
    }
    values |= {"lang": identified.langs, "script": identified.scripts}
    values["lang_score"] = pa.array(identified.scores, mask=np.isnan(identified.scores))
    values["kind"] = [kind if kind in document.KINDS else document.KINDS[0] for kind in kinds]
    values["domain"] = [document.label(domain or "") for domain in batch.column("domain").to_pylist()]
    values["injected"] = pa.array(injected(batch.column("meta")))
    values["crawled"] = [bool(name) for name in batch.column("warc_file").to_pylist()]
    values |= _sizes(texts)
    values |= measured(texts, np.array(identified.langs, dtype=object))
    columns = [_column(values[field.name], field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def measured(texts: pa.Array, langs: np.ndarray) -> dict[str, pa.Array]:
    """Every statistic as a column of all rows; null where the rules that need it are another language's."""
    every = np.arange(len(texts))
    found = {name: pa.array(values) for name, values in minimal.measure(texts, every).items()}
    for lang, sets in OWN_SETS.items():
        rows = np.flatnonzero(langs == lang)
        for rule_set in sets:
            for name, values in rule_set.measure(texts, rows).items():
                column = np.full(len(texts), np.nan)
                column[rows] = values
                found[name] = pa.array(column, mask=np.isnan(column))
    return found


def _sizes(texts: pa.Array) -> dict[str, Any]:
    from headwater.kernels import spaces
    from headwater.kernels.arrow import text_buffers

    joined, bounds, words, plain = spaces.squeeze(*text_buffers(texts))
    pieces = itertools.pairwise(bounds.tolist())
    return {
        "text_bytes": pc.binary_length(texts),
        "num_chars": pc.utf8_length(texts),
        "num_words": words,
        "digest": [_digest(joined[a:b].data, ascii_only) for (a, b), ascii_only in zip(pieces, plain, strict=True)],
    }


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, type=kind)


def normalised_digest(text: str) -> str:
    """A digest that white space and the composition of accents do not change."""
    joined = " ".join(text.split())
    return _digest(joined.encode("utf-8", "replace"), joined.isascii())


def _digest(joined: bytes | memoryview, plain: bool) -> str:
    """The digest of words joined by single blanks, in UTF-8; `plain`: in ASCII."""
    if not plain:
        text = str(joined, "utf-8", "replace")
        if not unicodedata.is_normalized("NFC", text):
            joined = unicodedata.normalize("NFC", text).encode()
    return hashlib.sha256(joined).hexdigest()[:32]
