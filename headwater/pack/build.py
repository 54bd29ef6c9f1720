"""Encodes the training part into one stream of tokens a channel: stage `pack`.

In: documents, the split, the tokenizer. Out: a channel's `.bin`, `.idx`, `.docs.parquet` and its lookup side by
side, and `pack.json`. Documents are whole, in document order, each with its end-of-document token.

Phases: map (a task a shard: its tokens by channel, to the work folder) → reduce (a task a channel:
the pieces joined in shard order, and each document's place in the whole).
The order of the work never shows: the same documents give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import document, storage
from headwater.document import lookup, takedown
from headwater.errors import HeadwaterError
from headwater.pack import fim, indexed, pieces
from headwater.pack.config import (
    BIN_SUFFIX,
    DOCS_SUFFIX,
    IDX_SUFFIX,
    PACK_NAME,
    PACK_SCHEMA,
    ROW_GROUP_DOCUMENTS,
    PackConfig,
)
from headwater.pipeline import phases, selection, stage
from headwater.tokenizer.encode import NAME as TOKENIZER_NAME
from headwater.tokenizer.encode import Encoder

MAX_SOURCES = 4096  # named a channel in pack.json; of more, the smallest are one
OTHERS = ""
COUNTS = ("documents", "tokens", "text_bytes", "fim_documents")


def run(context: stage.Context) -> dict[str, Any]:
    """Pack the training part. Raises HeadwaterError empty_corpus when it holds no document."""
    tasks = []
    for shard in stage.shards(context.input("split") / "split"):
        documents = context.documents() / shard.name
        tasks.append({"key": shard.stem, "documents": str(documents), "split": str(shard), "weight": shard_rows(shard)})
    tokenizer = context.input("tokenizer")
    encoder = Encoder.load(tokenizer, say=context.report.say)
    shared: dict[str, Any] = {"tokenizer": str(tokenizer), "digest": storage.file_digest(tokenizer / TOKENIZER_NAME)}
    config: PackConfig = context.config or PackConfig()
    fim.opened(config, context.seed, encoder)
    shared |= {"fim": [config.fim, config.fim_spm, context.seed], **_taken_down(context)}
    tasks = [task | shared for task in tasks]
    mapped = phases.run(context, "encode", tasks, "headwater.pack.build:encode_shard", "documents")
    summary = finish(context, mapped, encoder, tokenizer)
    num = sum(channel["documents"] for channel in summary["channels"].values())
    taken = sum(result["taken_down"] for result in mapped)
    rejected = {takedown.REASON: taken} if taken else {}
    return {"counts": {"in": num + taken, "kept": num, "rejected": rejected}, "tokens": summary["tokens"]}


def _taken_down(context: stage.Context) -> dict[str, Any]:
    """The takedown list, and how many of its entries count for this corpus; nothing where there is none."""
    entries = context.stage.fields.get("takedown", {}).get("entries", 0)
    if not entries or context.run_folder is None:
        return {}
    return {"takedown": str(context.run_folder.absolute().parent.parent / takedown.NAME), "entries": entries}


def finish(context: stage.Context, mapped: list[dict[str, Any]], encoder: Encoder, tokenizer: Path) -> dict[str, Any]:
    """Join what the map phase made and write pack.json; what it says. Raises HeadwaterError empty_corpus."""
    dtype = indexed.token_type(encoder.vocab_size)
    channels = join(context, mapped, dtype)
    path = tokenizer / TOKENIZER_NAME if tokenizer.is_dir() else tokenizer
    summary = {
        "schema": PACK_SCHEMA,
        "tokens": {name: channel["tokens"] for name, channel in channels.items()},
        "channels": channels,
        "vocab_size": encoder.vocab_size,
        "eod_id": encoder.eod_id,
        "dtype": dtype.name,
        "tokenizer": storage.file_digest(path),
    }
    storage.write_json(context.folder / PACK_NAME, summary)
    return summary


def shard_rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows


def encode_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Encode the training documents of one shard (a task of the map phase)."""
    batches = selection.selected(Path(task["documents"]), Path(task["split"]), "train", pieces.READ)
    counts: Counter[str] = Counter()
    if "takedown" in task:
        batches = takedown.without(batches, takedown.read(Path(task["takedown"]), task["entries"]), counts)
    encoder = _encoder(task["tokenizer"], task["digest"])
    share, spm, seed = task["fim"]
    moving = fim.opened(PackConfig(fim=share, fim_spm=spm), seed, encoder)
    written = pieces.write(Path(task["folder"]), task["key"], batches, encoder, moving)
    return written | {"taken_down": counts[takedown.REASON]}


@lru_cache(maxsize=1)
def _encoder(folder: str, digest: str) -> Encoder:
    """The tokenizer whose file has this digest: a worker opens it once for all its shards."""
    return Encoder.load(folder)


def join(context: stage.Context, mapped: list[dict[str, Any]], dtype: np.dtype) -> dict[str, dict[str, Any]]:
    """Join every channel's pieces (the reduce phase); what each channel holds.

    Raises HeadwaterError empty_corpus when there is none.
    """
    channels: dict[str, dict[str, Any]] = {}
    for result in mapped:
        for name, piece in result["channels"].items():
            empty: dict[str, Any] = dict.fromkeys(COUNTS, 0) | {"prefix": [], "sources": {}}
            found = channels.setdefault(name, piece | empty)
            for source, tokens in piece["sources"].items():
                found["sources"][source] = found["sources"].get(source, 0) + tokens
            found["prefix"] = [*found["prefix"], piece["prefix"]]
            for count in COUNTS:
                found[count] += piece[count]
    if not channels:
        raise HeadwaterError("empty_corpus", "no training document to pack", mend="see the curate stage's report.json")
    order = sorted(channels)
    tasks = [
        {
            "key": name,
            "pieces": channels[name]["prefix"],
            "documents": channels[name]["documents"],
            "dtype": dtype.name,
            "weight": channels[name]["tokens"],
        }
        for name in order
    ]
    phases.run(context, "join", tasks, "headwater.pack.build:join_channel", "tokens")
    return {
        name: {k: v for k, v in channels[name].items() if k != "prefix"}
        | {"sources": largest(channels[name]["sources"])}
        for name in order
    }


def largest(sources: dict[str, int]) -> dict[str, int]:
    """The MAX_SOURCES sources with most tokens, and OTHERS for the rest; anyone's file may name any number."""
    order = sorted(sources, key=lambda name: (-sources[name], name))
    kept = {name: sources[name] for name in order[:MAX_SOURCES]}
    if rest := sum(sources[name] for name in order[MAX_SOURCES:]):
        kept[OTHERS] = kept.get(OTHERS, 0) + rest
    return kept


def join_channel(task: dict[str, Any]) -> dict[str, Any]:
    """Join the pieces of one channel (a task of the reduce phase)."""
    folder, name = Path(task["folder"]), task["key"]
    prefixes = [folder / prefix for prefix in task["pieces"]]
    indexed.write_bin(folder / f"{name}{BIN_SUFFIX}", [Path(f"{prefix}{BIN_SUFFIX}") for prefix in prefixes])

    def lengths() -> Iterator[np.ndarray]:
        for prefix in prefixes:
            for batch in document.read_parquet(Path(f"{prefix}{DOCS_SUFFIX}"), columns=["length"]):
                yield batch.column("length").to_numpy()

    indexed.write_idx(folder / f"{name}{IDX_SUFFIX}", np.dtype(task["dtype"]), task["documents"], lengths)
    write_docs(folder / f"{name}{DOCS_SUFFIX}", prefixes)
    lookup.write(folder / f"{name}{lookup.SUFFIX}", folder / f"{name}{DOCS_SUFFIX}")
    return {"files": [f"{name}{suffix}" for suffix in (BIN_SUFFIX, IDX_SUFFIX, DOCS_SUFFIX, lookup.SUFFIX)]}


def write_docs(path: Path, prefixes: list[Path]) -> None:
    """Join document tables, each document's offset counted from the channel's first token."""

    def moved() -> Iterator[pa.RecordBatch]:
        first = 0
        for prefix in prefixes:
            for batch in document.read_parquet(Path(f"{prefix}{DOCS_SUFFIX}"), max_rows=ROW_GROUP_DOCUMENTS):
                lengths = batch.column("length").to_numpy().astype(np.int64)
                ends = first + np.cumsum(lengths)
                offsets = pa.array(ends - lengths)
                first = int(ends[-1])
                yield batch.set_column(batch.schema.get_field_index("token_offset"), "token_offset", offsets)

    document.write_parquet(path, moved(), pieces.DOCS_SCHEMA)
