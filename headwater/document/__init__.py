"""Documents: one Arrow schema, and the readers and writers of every input format.

In: a path, folder, glob or fsspec address of any format in `formats.py`.
Out: Arrow record batches of SCHEMA, and a Counter of the rows that could not be read, by reason.
The parts: `schema` (the shape) · `storing` (files of ours) · `locations` and `folders` (which files) · `formats`
(what each is) · `reading` (rows of it), with a file a format.
"""

from __future__ import annotations

from headwater.document.folders import expand
from headwater.document.formats import READERS, WHOLE_FILES, format_of
from headwater.document.reading import nothing_read, read, read_file, read_rows
from headwater.document.rows import InputFile
from headwater.document.schema import (
    BATCH_ROWS,
    GENERAL_DOMAIN,
    KINDS,
    SCHEMA,
    Row,
    batch,
    batches_of,
    channel,
    document_id,
    label,
    text_digest,
)
from headwater.document.storing import open_output, read_parquet, write_jsonl, write_parquet

__all__ = [
    "BATCH_ROWS",
    "GENERAL_DOMAIN",
    "KINDS",
    "READERS",
    "SCHEMA",
    "WHOLE_FILES",
    "InputFile",
    "Row",
    "batch",
    "batches_of",
    "channel",
    "document_id",
    "expand",
    "format_of",
    "label",
    "nothing_read",
    "open_output",
    "read",
    "read_file",
    "read_parquet",
    "read_rows",
    "text_digest",
    "write_jsonl",
    "write_parquet",
]
