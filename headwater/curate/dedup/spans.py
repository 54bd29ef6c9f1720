"""The stage `spans`: passages that an earlier document has are cut out of the later ones.

In: the documents and `verdicts/NAME.parquet`. Out: `documents/NAME.parquet`, the same rows; of kept documents the text
without what an earlier kept one has, of the others the text as it was; and `spans.json`.
map (`write_anchors`): anchors of each kept document (kernels.spans), by the first bits of their hash → reduce
(`match`): a later document's anchor and the first document that has the same → map (`quote`): what stands about it in
that first document → map (`cut`): both texts are compared byte by byte from the anchor on both sides, and what is equal
and long enough is cut. Hashes only propose: nothing is cut that was not compared.
A passage within one document is not this stage's. A document of which too little would be left (`emptied`) is not cut,
so that none is lost that the verdicts kept; what states an injected fact neither is cut nor makes others be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate.dedup import bounds, passages, sections
from headwater.curate.dedup.config import DedupConfig
from headwater.curate.dedup.plan import Plan, partition, regions_of
from headwater.kernels.arrow import text_buffers
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

PLACE = np.dtype([("hash", "<u8"), ("order", "<i8"), ("place", "<i8")])
MATCH = np.dtype([("order", "<i8"), ("place", "<i8"), ("first", "<i8"), ("first_place", "<i8")])
QUOTES = pa.schema([("order", pa.int64()), ("place", pa.int64()), ("before", pa.binary()), ("after", pa.binary())])
PLACE_BYTES = 160  # of a reducer's memory for each anchor
ANCHORS_PER_DOCUMENT = 64  # as many are reckoned with when partitions are made
MAX_RUN = 32  # tokens of an anchor
FIGURES = ("documents", "cut_documents", "cut_spans", "cut_bytes", "emptied")
CODE = "code"
_HERE = "headwater.curate.dedup.spans"


def run(context: Context) -> dict[str, Any]:
    """Cut what is repeated. The stage's config is CurateConfig.dedup."""
    config: DedupConfig = context.config
    paths, verdicts = shards(context.documents()), context.input("curate") / "verdicts"
    starts = [0]
    for path in paths:
        starts.append(starts[-1] + pq.read_metadata(path).num_rows)
    plan = Plan(
        config=config, folder=context.folder, annotations=context.documents(), fingerprints=None,
        names=tuple(path.name for path in paths), starts=tuple(starts), regions=regions_of(len(paths)),
        workers=getattr(context.engine, "workers", 1),
    )  # fmt: skip
    bits = plan.bits(plan.num_documents * ANCHORS_PER_DOCUMENT, PLACE_BYTES)
    tasks = [
        {
            "key": path.name, "plan": plan, "shard": number, "bits": bits, "path": str(path),
            "verdicts": str(verdicts / path.name), "weight": starts[number + 1] - starts[number],
        }
        for number, path in enumerate(paths)
    ]  # fmt: skip
    phases.run(context, f"anchors.{bits}", tasks, f"{_HERE}:write_anchors", "documents")
    parts = [{"key": f"{number:05d}", "plan": plan, "number": number, "bits": bits} for number in range(1 << bits)]
    phases.run(context, f"match.{bits}", parts, f"{_HERE}:match", "partitions")
    phases.run(context, f"quote.{bits}", tasks, f"{_HERE}:quote", "documents")
    results = phases.run(context, f"cut.{bits}", tasks, f"{_HERE}:cut", "documents")
    figures = {name: sum(result[name] for result in results) for name in FIGURES}
    storage.write_json(context.folder / "spans.json", figures)
    return {"counts": {"in": figures["documents"], "kept": figures["documents"], "rejected": {}}, "spans": figures}


def shape(config: DedupConfig) -> tuple[int, int]:
    """(tokens of an anchor's run, runs of which one is an anchor): a passage long enough to be cut has an anchor."""
    least = passages.least_tokens(config)
    length = min(MAX_RUN, max(4, least // 2))
    return length, max(1, least - length + 1)


def write_anchors(task: dict[str, Any]) -> dict[str, Any]:
    """The anchors of a shard's kept documents, by partition."""
    from headwater.kernels import spans as kernels

    plan, shard, bits = task["plan"], task["shard"], task["bits"]
    length, window = shape(plan.config)
    kept = _kept(task)
    found, start = [np.zeros(0, PLACE)], 0
    for batch in document.read_parquet(Path(task["path"]), columns=["text"]):
        rows = np.flatnonzero(kept[start : start + batch.num_rows])
        anchors = kernels.anchors(*text_buffers(batch.column("text")), rows, run=length, window=window)
        places = np.zeros(len(anchors), PLACE)
        places["hash"], places["place"] = anchors["hash"], anchors["place"]
        places["order"] = anchors["row"] + start + plan.starts[shard]
        found.append(places)
        start += batch.num_rows
    places = np.concatenate(found)
    name = _file("anchors", bits, plan.names[shard])
    sections.write_split(Path(task["folder"]) / name, places, partition(places["hash"], bits), 1 << bits)
    return {"files": [name]}


def match(task: dict[str, Any]) -> dict[str, Any]:
    """Anchors that an earlier document has, by the shard of the later document and by that of the first."""
    folder, plan, number, bits = Path(task["folder"]), task["plan"], task["number"], task["bits"]
    files = [folder / _file("anchors", bits, name) for name in plan.names]
    places = np.concatenate([np.zeros(0, PLACE), *(sections.read(path, number, PLACE) for path in files)])
    places = places[np.lexsort((places["place"], places["order"], places["hash"]))]
    fresh = np.ones(len(places), bool)
    fresh[1:] = places["hash"][1:] != places["hash"][:-1]
    firsts = places[fresh][np.cumsum(fresh) - 1] if len(places) else places
    later = firsts["order"] < places["order"]
    found = np.zeros(int(later.sum()), MATCH)
    found["order"], found["place"] = places["order"][later], places["place"][later]
    found["first"], found["first_place"] = firsts["order"][later], firsts["place"][later]
    name = _file("matches", bits, f"{number:05d}")
    sections.write_split(folder / name, found, plan.shard_of(found["first"]), len(plan.names))
    return {"files": [name]}


def quote(task: dict[str, Any]) -> dict[str, Any]:
    """What stands about the anchors that others found in a shard's documents, for each shard that asked."""
    folder, plan, shard, bits = Path(task["folder"]), task["plan"], task["shard"], task["bits"]
    files = [folder / _file("matches", bits, f"{number:05d}") for number in range(1 << bits)]
    asked = np.concatenate([np.zeros(0, MATCH), *(sections.read(path, shard, MATCH) for path in files)])
    asked = passages.thinned(asked, passages.reach(plan.config))
    asked = asked[np.argsort(asked["first"], kind="stable")]
    name, reach = _file("quotes", bits, plan.names[shard]), passages.reach(plan.config)
    homes = plan.shard_of(asked["order"])
    rows: list[tuple[int, int, bytes, bytes]] = []
    for order, text in _texts(Path(task["path"]), plan.starts[shard], np.unique(asked["first"])):
        low, high = np.searchsorted(asked["first"], [order, order + 1])
        for one in asked[low:high]:
            at = int(one["first_place"])
            rows.append((int(one["order"]), int(one["place"]), text[max(0, at - reach) : at], text[at : at + reach]))
    with storage.open_atomic(folder / name) as handle, pq.ParquetWriter(handle, QUOTES, compression="zstd") as writer:
        for home in range(len(plan.names)):
            some = [rows[place] for place in np.flatnonzero(homes == home)]
            columns = [list(column) for column in zip(*some, strict=True)] or [[], [], [], []]
            writer.write_table(pa.table(columns, schema=QUOTES), row_group_size=max(1, len(some)))
    return {"files": [name]}


def cut(task: dict[str, Any]) -> dict[str, Any]:
    """Write a shard's documents without what was found."""
    folder, plan, shard, bits = Path(task["folder"]), task["plan"], task["shard"], task["bits"]
    quotes: dict[int, list[tuple[int, bytes, bytes]]] = {}
    for name in plan.names:
        with pq.ParquetFile(folder / _file("quotes", bits, name)) as parquet:
            columns = parquet.read_row_group(shard).to_pydict()
        for order, place, before, after in zip(*columns.values(), strict=True):
            quotes.setdefault(order - plan.starts[shard], []).append((place, before, after))
    figures = dict.fromkeys(FIGURES, 0) | {"documents": task["weight"]}
    langs = pq.read_table(task["verdicts"], columns=["lang"])["lang"].to_pylist()

    def batches() -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in document.read_parquet(Path(task["path"])):
            texts = batch.column("text").to_pylist()
            for row in (row for row in range(batch.num_rows) if start + row in quotes):
                lines_only = langs[start + row] == CODE
                texts[row] = _shortened(texts[row], quotes[start + row], plan.config, lines_only, figures)
            start += batch.num_rows
            place = batch.schema.get_field_index("text")
            yield batch.set_column(place, document.SCHEMA.field("text"), pa.array(texts, pa.large_string()))

    name = f"documents/{plan.names[shard]}"
    document.write_parquet(folder / name, batches())
    return {"files": [name], **figures}


def _shortened(
    text: str, quotes: list[tuple[int, bytes, bytes]], config: DedupConfig, lines_only: bool, figures: dict[str, int]
) -> str:
    """A text without what its quotes show to be repeated, and that counted."""
    data = text.encode()
    found = passages.repeated(data, sorted(quotes), config, lines_only)
    short = bounds.without(data, found)
    if not found:
        return text
    if not passages.enough_left(short.decode()):
        figures["emptied"] += 1
        return text
    figures["cut_documents"] += 1
    figures["cut_spans"] += len(found)
    figures["cut_bytes"] += len(data) - len(short)
    return short.decode()


def _texts(path: Path, first: int, orders: np.ndarray) -> Iterator[tuple[int, bytes]]:
    """(order, text) of these documents of a shard."""
    start = first
    for batch in document.read_parquet(path, columns=["text"]):
        for order in orders[(orders >= start) & (orders < start + batch.num_rows)].tolist():
            yield order, (batch.column("text")[order - start].as_py() or "").encode()
        start += batch.num_rows


def _kept(task: dict[str, Any]) -> np.ndarray:
    """The documents that take part: kept, and no fact told on purpose."""
    table = pq.read_table(task["verdicts"], columns=["kept", "injected"])
    there = pc.and_(table["kept"], pc.invert(table["injected"]))
    return there.combine_chunks().to_numpy(zero_copy_only=False).astype(bool)


def _file(kind: str, bits: int, name: str) -> str:
    return f"{phases.WORK}/{kind}.{bits}/{name}"
