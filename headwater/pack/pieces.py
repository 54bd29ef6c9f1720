"""One shard's documents as tokens: a `.bin` and a document table a channel, for `build` to join.

In: record batches of documents with their channel, and an Encoder. Out: the files of the shard and what each holds.
A shard's tokens are held until it is encoded, two or four bytes each: they are bounded by the stage that wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater import document, storage
from headwater.errors import HeadwaterError
from headwater.kernels.ended import ended
from headwater.pack import fim, indexed
from headwater.pack.config import BIN_SUFFIX, DOCS_SUFFIX
from headwater.pipeline import phases
from headwater.tokenizer.encode import Encoder

DOCS_SCHEMA = pa.schema(
    [
        ("document_id", pa.string()),
        ("url", pa.string()),
        ("token_offset", pa.int64()),
        ("length", pa.int32()),  # tokens, the end-of-document token included
        ("channel", pa.string()),
        ("source", pa.string()),
        ("warc_file", pa.string()),
        ("warc_offset", pa.int64()),
        ("fim", pa.string()),  # "psm" or "spm" where the middle was moved (`pack.fim`), else ""
        ("fim_begin", pa.int64()),  # of the middle, in characters of the text; -1 where it was not moved
        ("fim_end", pa.int64()),
    ]
)
READ = ["id", "text", "url", "source", "warc_file", "warc_offset", "lang", "kind", "domain"]
PIECES = f"{phases.WORK}/pieces"
LABELS = ("lang", "kind", "domain")
MOVED = ("fim", "fim_begin", "fim_end")
_CHANNEL = re.compile(r"[a-z0-9_+.]+(-[a-z0-9_+.]+)*")


@dataclass
class Piece:
    """What a shard holds of one channel. `labels`: its first document's language, kind and domain."""

    labels: dict[str, Any]
    tokens: list[np.ndarray] = field(default_factory=list)
    tables: list[pa.RecordBatch] = field(default_factory=list)
    documents: int = 0
    num_tokens: int = 0
    text_bytes: int = 0
    fim_documents: int = 0
    sources: dict[str, int] = field(default_factory=dict)  # tokens


def write(
    folder: Path, key: str, batches: Iterable[pa.RecordBatch], encoder: Encoder, moving: fim.Fim | None = None
) -> dict[str, Any]:
    """Write one shard's tokens and document tables by channel; the task's result. Raises HeadwaterError data."""
    dtype = indexed.token_type(encoder.vocab_size)
    pieces: dict[str, Piece] = {}
    for batch in batches:
        ids, offsets, moved = fim.encode(batch, encoder, moving)
        facts = _facts(batch, moved)
        for name, rows in by_channel(batch.column("channel")):
            piece = pieces.setdefault(name, Piece({label: batch.column(label)[rows[0]].as_py() for label in LABELS}))
            _add(piece, facts.take(pa.array(rows)), offsets[rows + 1] - offsets[rows] + 1)
            piece.tokens.append(ended(ids, offsets, rows, encoder.eod_id, dtype))
    files, channels = [], {}
    for name in sorted(pieces):
        if not _CHANNEL.fullmatch(name) or len(name) > 200:
            raise HeadwaterError("data", f"the channel name {name!r} cannot name a file", where=key)
        piece, prefix = pieces.pop(name), f"{PIECES}/{key}/{name}"
        with storage.open_atomic(folder / f"{prefix}{BIN_SUFFIX}") as out:
            for part in piece.tokens:
                out.write(part.data)
        tables = pa.Table.from_batches(piece.tables, DOCS_SCHEMA).combine_chunks().to_batches()
        document.write_parquet(folder / f"{prefix}{DOCS_SUFFIX}", tables, DOCS_SCHEMA)
        files += [f"{prefix}{BIN_SUFFIX}", f"{prefix}{DOCS_SUFFIX}"]
        channels[name] = piece.labels | {
            "documents": piece.documents,
            "tokens": piece.num_tokens,
            "text_bytes": piece.text_bytes,
            "fim_documents": piece.fim_documents,
            "sources": piece.sources,
            "prefix": prefix,
        }
    return {"files": files, "channels": channels}


def by_channel(column: pa.Array) -> Iterator[tuple[str, np.ndarray]]:
    """Each channel of a batch with its rows, in order."""
    coded = column.dictionary_encode()
    codes = coded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    for code, name in enumerate(coded.dictionary.to_pylist()):
        yield name, order[bounds[code] : bounds[code + 1]]


def _facts(batch: pa.RecordBatch, moved: fim.Moved) -> pa.RecordBatch:
    """The columns of a batch that outlive its text, the text's size, and how it was moved."""
    names = [name for name in (*READ, "channel") if name != "text"]
    columns = [*(batch.column(name) for name in names), pc.binary_length(batch.column("text"))]
    columns += [pa.array(moved.mode, pa.string()), pa.array(moved.begin), pa.array(moved.end)]
    return pa.RecordBatch.from_arrays(columns, names=[*names, "text_bytes", *MOVED])


def _add(piece: Piece, batch: pa.RecordBatch, lengths: np.ndarray) -> None:
    """Put documents of one channel and their lengths in tokens to its piece."""
    if len(lengths) and int(lengths.max()) > np.iinfo(np.int32).max:
        raise HeadwaterError("unsafe_file", "a document of more than 2^31 tokens", where=batch.column("id")[0].as_py())
    ends = piece.num_tokens + np.cumsum(lengths)
    columns = {name: batch.column(name) for name in ("url", "channel", "source", "warc_file", "warc_offset", *MOVED)}
    columns |= {"document_id": batch.column("id"), "token_offset": pa.array(ends - lengths)}
    columns["length"] = pa.array(lengths.astype(np.int32))
    given = [columns[name].cast(DOCS_SCHEMA.field(name).type) for name in DOCS_SCHEMA.names]
    piece.tables.append(pa.RecordBatch.from_arrays(given, schema=DOCS_SCHEMA))
    piece.documents += len(lengths)
    piece.fim_documents += int((batch.column("fim_begin").to_numpy() >= 0).sum())
    piece.num_tokens = int(ends[-1])
    piece.text_bytes += pc.sum(batch.column("text_bytes")).as_py() or 0
    totals = (
        pa.table({"source": columns["source"], "tokens": lengths}).group_by("source").aggregate([("tokens", "sum")])
    )
    for source, tokens in zip(totals["source"].to_pylist(), totals["tokens_sum"].to_pylist(), strict=True):
        piece.sources[source or ""] = piece.sources.get(source or "", 0) + tokens
