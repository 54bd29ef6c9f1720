"""Constants of packing: the fields that name a channel's files and bound its memory."""

from __future__ import annotations

BIN_SUFFIX = ".bin"
IDX_SUFFIX = ".idx"
DOCS_SUFFIX = ".docs.parquet"
PACK_NAME = "pack.json"
PACK_SCHEMA = 1
ROW_GROUP_DOCUMENTS = 65_536  # a traced document reads one row group of its channel's docs.parquet
