"""Documents: one Arrow schema, and the readers and writers of every input format.

In: a path, folder, glob or fsspec URL of JSONL (.jsonl, .json, each also .zst or .gz), Parquet,
plain text or Markdown, or source code.
Out: Arrow record batches of SCHEMA, and a Counter of the rows that could not be read, by reason.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from headwater import storage
from headwater.errors import HeadwaterError

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.large_string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("source", pa.string()),
        ("license", pa.string()),
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("kind", pa.string()),
        ("fetched_at", pa.string()),
        ("warc_file", pa.string()),
        ("warc_offset", pa.int64()),
        ("digest", pa.string()),
        ("duplicate_of", pa.string()),
        ("meta", pa.map_(pa.string(), pa.string())),
    ]
)
KINDS = ("general", "specific", "instruct")
GENERAL_DOMAIN = "general"
BATCH_ROWS = 2048
BATCH_BYTES = 32 << 20  # of text, so that a batch of long documents stays small
MAX_LINE_BYTES = 64 << 20  # a longer line is counted and passed over, never held
CODE_SUFFIXES = {
    ".py": "python", ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".hpp": "cpp", ".go": "go",
    ".rs": "rust", ".ts": "typescript", ".tsx": "typescript", ".js": "javascript", ".java": "java",
    ".sh": "shell", ".rb": "ruby", ".php": "php", ".cs": "csharp", ".kt": "kotlin", ".swift": "swift",
    ".scala": "scala", ".lua": "lua", ".sql": "sql", ".jl": "julia", ".r": "r", ".pl": "perl",
}  # fmt: skip
TEXT_SUFFIXES = (".txt", ".md", ".markdown", ".rst")
_LABEL = re.compile(r"[^a-z0-9_+.]+")


def text_digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, the first 32 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def document_id(source: str, url: str, text: str) -> str:
    """The id of a document that brings none: a hash of source, URL and text."""
    joined = "\x1f".join((source, url, text)).encode("utf-8", "replace")
    return hashlib.sha256(joined).hexdigest()[:16]


def label(value: str, default: str = GENERAL_DOMAIN) -> str:
    """A domain or language label made safe for a file name: lower case, [a-z0-9_+.], at most 40."""
    return _LABEL.sub("_", value.lower()).strip("_.")[:40] or default


def channel(lang: str, kind: str, domain: str) -> str:
    """`{lang}-{kind}`, and `-{domain}` when that is not `general`."""
    name = f"{lang or 'und'}-{kind or 'general'}"
    return name if domain in ("", GENERAL_DOMAIN) else f"{name}-{domain}"


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    """A record batch of SCHEMA from rows; absent fields become empty strings, -1 or an empty map."""
    columns = []
    for field in SCHEMA:
        if field.name == "meta":
            values: list[Any] = [list((row.get("meta") or {}).items()) for row in rows]
        elif field.name == "warc_offset":
            values = [-1 if row.get("warc_offset") is None else row["warc_offset"] for row in rows]
        else:
            values = [row.get(field.name) or "" for row in rows]
        columns.append(pa.array(values, type=field.type))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def batches_of(
    rows: Iterable[dict[str, Any]], max_rows: int = BATCH_ROWS, max_bytes: int = BATCH_BYTES
) -> Iterator[pa.RecordBatch]:
    """Group rows into record batches, bounded by rows and by bytes of text."""
    pending: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        pending.append(row)
        size += len(row["text"])
        if len(pending) >= max_rows or size >= max_bytes:
            yield batch(pending)
            pending, size = [], 0
    if pending:
        yield batch(pending)


def write_parquet(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema = SCHEMA) -> int:
    """Write batches as one Parquet file (zstd), atomically; the number of rows."""
    import pyarrow.parquet as pq

    rows = 0
    with storage.open_atomic(path) as handle, pq.ParquetWriter(handle, schema, compression="zstd") as writer:
        for record_batch in batches:
            writer.write_batch(record_batch)
            rows += record_batch.num_rows
    return rows


def read_parquet(path: Path, columns: list[str] | None = None, max_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Batches of a Parquet file, one row group in memory at a time.

    Raises HeadwaterError unreadable_input when the file is damaged or is not Parquet.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as parquet:
            for record_batch in parquet.iter_batches(batch_size=max_rows, columns=columns):
                record_batch.validate(full=True)  # offsets and UTF-8: the file may be anyone's
                yield record_batch
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise HeadwaterError("unreadable_input", f"not a readable Parquet file: {error}", where=str(path)) from error


@contextlib.contextmanager
def open_output(path: Path) -> Iterator[Any]:
    """Open a file for writing, atomically, compressed as its name says (.zst, .gz)."""
    import zstandard

    with storage.open_atomic(path) as raw:
        if path.suffix == ".zst":
            with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as out:
                yield out
        elif path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
                yield out
        else:
            yield raw


def write_jsonl(path: Path, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches as JSONL, compressed as the name says, atomically; the number of rows."""
    import orjson

    rows = 0
    with open_output(path) as out:
        for record_batch in batches:
            for row in record_batch.to_pylist():
                row["meta"] = dict(row["meta"])
                out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                rows += 1
    return rows


def nothing_read(where: str, problems: Mapping[str, int]) -> HeadwaterError:
    """The error of a command that found no document: what was there instead, by reason."""
    found = ", ".join(f"{reason} {count}" for reason, count in sorted(problems.items())) or "nothing at all"
    return HeadwaterError(
        "empty_corpus",
        f"no document could be read (found: {found})",
        where=where,
        mend="name files that hold documents",
    )


def expand(paths: Iterable[str]) -> list[str]:
    """Files behind paths: folders walked (hidden files left out), globs expanded; sorted within each.

    Raises HeadwaterError unknown_name when a path names nothing.
    """
    found: list[str] = []
    for name in paths:
        if "://" in name:
            found.append(name)
            continue
        path = Path(name)
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
            found += sorted(str(p) for p in inside if format_of(str(p)))
        elif path.exists():
            found.append(name)
        else:
            matches = sorted(str(p) for p in Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
            if not matches:
                raise HeadwaterError("unknown_name", "no such file or folder", where=name)
            found += matches
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def format_of(name: str) -> str | None:
    """`jsonl`, `parquet`, `text`, `code` or `warc` by a file's name; None when unknown."""
    stem = re.sub(r"\.(zst|gz)$", "", name.lower())
    suffix = Path(stem).suffix
    if suffix in (".jsonl", ".json", ".ndjson"):
        return "jsonl"
    if suffix in (".parquet", ".pq"):
        return "parquet"
    if suffix == ".warc":
        return "warc"
    if suffix in TEXT_SUFFIXES:
        return "text"
    return "code" if suffix in CODE_SUFFIXES else None


def read(paths: str | Path | Iterable[str | Path], problems: Counter[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Arrow batches of every document under `paths`, whatever their format.

    `problems` receives a count a reason for the rows that could not be read.
    Raises HeadwaterError unknown_name or unreadable_input.
    """
    problems = Counter() if problems is None else problems
    names = [str(paths)] if isinstance(paths, str | Path) else [str(p) for p in paths]
    for name in expand(names):
        yield from read_file(name, problems)


def read_file(name: str, problems: Counter[str]) -> Iterator[pa.RecordBatch]:
    """Arrow batches of one file, by the format its name says."""
    kind = format_of(name)
    if kind is None or kind not in READERS:
        known = ".jsonl(.zst|.gz), .parquet, .txt, .md, .rst and source code"
        raise HeadwaterError("unreadable_input", f"unknown format; known are {known}", where=name)
    yield from READERS[kind](name, problems)


def _read_jsonl(name: str, problems: Counter[str]) -> Iterator[pa.RecordBatch]:
    yield from batches_of(_jsonl_rows(name, problems))


def _jsonl_rows(name: str, problems: Counter[str]) -> Iterator[dict[str, Any]]:
    import orjson

    source = Path(re.sub(r"(\.[a-z0-9]+)+$", "", Path(name).name)).name or "file"
    for line in lines(name, problems):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            problems["input.invalid_json" if _is_utf8(line) else "input.invalid_utf8"] += 1
            continue
        row = normalise(value, source)
        if row is None:
            problems["input.no_text"] += 1
        else:
            yield row


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def normalise(value: Any, source: str) -> dict[str, Any] | None:
    """A Document row from a loose JSON object, or None when it has no text.

    `content` and `prompt` + `response` stand in for a missing `text`; a field of another type is read as a string.
    """
    if not isinstance(value, dict):
        return None
    text = value.get("text", value.get("content"))
    if text is None and isinstance(value.get("prompt"), str) and isinstance(value.get("response"), str):
        text = f"{value['prompt']}\n\n{value['response']}"
    if not isinstance(text, str) or not text.strip():
        return None
    row: dict[str, Any] = {"text": text}
    for key in (
        "id",
        "url",
        "title",
        "source",
        "license",
        "lang",
        "domain",
        "kind",
        "fetched_at",
        "warc_file",
        "digest",
    ):
        given = value.get(key)
        row[key] = given if isinstance(given, str) else "" if given is None else str(given)
    offset = value.get("warc_offset")
    row["warc_offset"] = (
        offset if isinstance(offset, int) and not isinstance(offset, bool) and 0 <= offset < 2**63 else -1
    )
    meta = value.get("meta")
    row["meta"] = {str(k): str(v) for k, v in meta.items()} if isinstance(meta, dict) else {}
    row["source"] = row["source"] or source
    row["digest"] = text_digest(text)
    row["id"] = row["id"] or document_id(row["source"], row["url"], text)
    return row


def _read_parquet_documents(name: str, problems: Counter[str]) -> Iterator[pa.RecordBatch]:
    def rows() -> Iterator[dict[str, Any]]:
        for record_batch in read_parquet(Path(name)):
            if not {"text", "content", "prompt"} & set(record_batch.schema.names):
                raise HeadwaterError("unreadable_input", "has no column `text`", where=name)
            for value in record_batch.to_pylist():
                if isinstance(value.get("meta"), list):
                    value["meta"] = dict(value["meta"])
                row = normalise(value, Path(name).stem)
                if row is None:
                    problems["input.no_text"] += 1
                else:
                    yield row

    yield from batches_of(rows())


def _read_whole(name: str, problems: Counter[str]) -> Iterator[pa.RecordBatch]:
    with _decompressed(name) as handle:
        data = handle.read(MAX_LINE_BYTES + 1)
    if len(data) > MAX_LINE_BYTES:
        problems["input.too_long"] += 1
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        problems["input.invalid_utf8"] += 1
        return
    suffix = Path(name).suffix.lower()
    value: dict[str, Any] = {"text": text, "url": f"file:{name}", "title": Path(name).name}
    if suffix in CODE_SUFFIXES:
        value |= {"lang": "code", "meta": {"programming_language": CODE_SUFFIXES[suffix]}}
    row = normalise(value, Path(name).parent.name or "file")
    if row is None:
        problems["input.no_text"] += 1
    else:
        yield batch([row])


READERS: dict[str, Callable[[str, Counter[str]], Iterator[pa.RecordBatch]]] = {
    "jsonl": _read_jsonl,
    "parquet": _read_parquet_documents,
    "text": _read_whole,
    "code": _read_whole,
}


def lines(name: str, problems: Counter[str]) -> Iterator[bytes]:
    """Lines of a plain, gzip or zstd file; a line over MAX_LINE_BYTES is counted and passed over.

    A compressed file that ends early gives the lines before the damage and counts `input.truncated`.
    """
    import zlib

    import zstandard

    with _decompressed(name) as handle:
        try:
            while line := handle.readline(MAX_LINE_BYTES + 1):
                if len(line) <= MAX_LINE_BYTES:
                    yield line
                    continue
                problems["input.line_too_long"] += 1
                while line and not line.endswith(b"\n"):
                    line = handle.readline(MAX_LINE_BYTES)
        except (zstandard.ZstdError, zlib.error, EOFError, OSError, ValueError):
            problems["input.truncated"] += 1


def _decompressed(name: str) -> IO[bytes]:
    raw = storage.open_input(name)
    if name.endswith(".zst"):
        import zstandard

        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True)
        return io.BufferedReader(reader, 1 << 20)  # type: ignore[arg-type]
    return gzip.open(raw, "rb") if name.endswith(".gz") else raw  # type: ignore[return-value]
