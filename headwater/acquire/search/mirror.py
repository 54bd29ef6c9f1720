"""A capture index in files: a folder, or a place that fsspec opens, such as a mirror of Common Crawl's.

In: a place with CDXJ files, sorted (`*.cdxj`, `*.cdx`, `cdx-*.gz`), and a pattern. Out: lines that may match it, in
order. Where a `cluster.idx` stands beside compressed files, only the blocks that can hold the pattern are read.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator

from headwater import storage
from headwater.acquire.search.cdx import MAX_LINE_BYTES, Pattern
from headwater.acquire.search.results import Refused
from headwater.document import locations
from headwater.errors import HeadwaterError

CLUSTER = "cluster.idx"
MAX_BLOCK_BYTES = 64 << 20
_INDEX = re.compile(r"(?:\.cdxj?|(?:^|/)cdx-\d+)(?:\.gz)?$")


def lines(place: str, pattern: Pattern) -> Iterator[bytes]:
    """Lines of the index that may match. Raises Refused where there is no index."""
    try:
        found = locations.listing(place).files
    except HeadwaterError as error:
        raise Refused("search.no_such_service", f"no index is found: {error.message}") from error
    clusters = [address for address, name in found if name.rpartition("/")[2] == CLUSTER]
    folders = tuple(address.removesuffix(CLUSTER) for address in clusters)
    files = [address for address, name in found if _INDEX.search(name)]
    if not files:
        raise Refused("search.no_such_service", f"no CDXJ file is found below {place}")
    for cluster in clusters:
        yield from _clustered(cluster, pattern)
    for file in files:
        if not (folders and file.startswith(folders)):
            yield from _whole(file)


def _whole(file: str) -> Iterator[bytes]:
    """Every line of a file, as far as it can be read."""
    with storage.open_input(file) as raw:
        handle = gzip.GzipFile(fileobj=raw) if file.endswith(".gz") else raw
        try:
            begins = True  # a line; the rest of one that is too long is passed over
            while line := handle.readline(MAX_LINE_BYTES):
                if begins:
                    yield line
                begins = line.endswith(b"\n")
        except (OSError, EOFError, zlib.error) as error:
            raise Refused("commoncrawl.damaged_index", f"{file}: {error}") from error


def _clustered(cluster: str, pattern: Pattern) -> Iterator[bytes]:
    """The lines of the blocks that can hold the pattern. A block begins at its key, and ends before the next one's."""
    block: list[bytes] | None = None
    with storage.open_input(cluster) as handle:
        while line := handle.readline(MAX_LINE_BYTES):
            fields = line.split(b"\t")
            if len(fields) < 4:
                continue
            key = fields[0].split(b" ", 1)[0]
            if block is not None and key >= pattern.key:
                yield from _block(cluster, block)
            block = None if key > pattern.key and not key.startswith(pattern.key) else fields
            if block is None:
                return
    if block is not None:
        yield from _block(cluster, block)


def _block(cluster: str, fields: list[bytes]) -> Iterator[bytes]:
    try:
        name, offset, length = fields[1].decode(), int(fields[2]), int(fields[3])
        if not _INDEX.search(name) or ".." in name or not 0 < length <= MAX_BLOCK_BYTES:
            raise ValueError(name)
        with storage.open_input(cluster.removesuffix(CLUSTER) + name) as handle:
            handle.seek(offset)
            data = zlib.decompressobj(31).decompress(handle.read(length), MAX_BLOCK_BYTES)
    except (ValueError, OSError, zlib.error) as error:
        raise Refused("commoncrawl.damaged_index", f"{cluster}: {error}") from error
    yield from data.splitlines(keepends=True)
