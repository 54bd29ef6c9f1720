"""What of a folder is a document, and under which licence.

In: the listings of the paths a person gave. Out: InputFiles. Left out of a folder are files of no known format, lock
files, and a data set's description of itself; the licence of a file is that of the nearest licence file or card above.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from headwater.document import code, formats, licenses, locations, markdown, remote, streams
from headwater.document.locations import Pair
from headwater.document.rows import InputFile
from headwater.errors import HeadwaterError

NO_LICENSE = ("other", "unknown")  # that a card says no licence of its documents
CARD = "readme.md"
DESCRIPTIONS = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json")
DATA_FORMATS = ("parquet", "arrow", "jsonl", "csv", "json")
LOCK_FILE = re.compile(
    r"(package-lock\.json|npm-shrinkwrap\.json|.+\.lock|requirements([-_.]\w+)?\.txt|go\.sum)", re.IGNORECASE
)  # what a tool writes or reads, in a format that documents have too
SNIFF_BYTES = 256


def expand(paths: Iterable[str]) -> list[str]:
    """The addresses of the files behind paths. Raises as `found` does."""
    return [item.location for item in found(paths)]


def found(
    paths: Iterable[str], *, format: str = "", columns: Mapping[str, str] | None = None, exclude: Iterable[str] = ()
) -> list[InputFile]:
    """The files behind paths, in order. `format` and `columns` are carried on; `exclude`: globs of names left out.

    Raises HeadwaterError unknown_name, with every path that names nothing.
    """
    patterns = tuple(exclude)
    missing: list[str] = []
    items: list[InputFile] = []
    for path in paths:
        try:
            listing = locations.listing(path)
        except HeadwaterError as error:
            if error.failure != "unknown_name":
                raise
            missing.append(path)
            continue
        pairs = [pair for pair in listing.files if not any(_matches(pair[1], pattern) for pattern in patterns)]
        walked = set(listing.walked)
        named = [(pair, format, "") for pair in pairs if pair not in walked]
        own = sorted([*named, *_documents([pair for pair in pairs if pair in walked], format)])
        for (location, name), kind, license in own:
            mapped = dict(columns or {})
            items.append(InputFile(location=location, name=name, format=kind, license=license, columns=mapped))
    if missing:
        raise HeadwaterError("unknown_name", "no such file or folder", where=", ".join(missing))
    return items


def _matches(name: str, pattern: str) -> bool:
    """Whether a glob fits a name, its last part, or a folder it lies in."""
    folder = pattern.rstrip("/") + "/"
    return fnmatchcase(name, pattern) or fnmatchcase(posixpath.basename(name), pattern) or name.startswith(folder)


def _documents(pairs: list[Pair], format: str) -> list[tuple[Pair, str, str]]:
    """The files of a walked folder that are documents: (file, format where its name says none, licence)."""
    cards = _cards(pairs)
    given = cards | _license_files(pairs)
    chosen = []
    for location, name in pairs:
        base = posixpath.basename(name).lower()
        known = formats.format_of(name)
        kind = format if format and known in (None, format) else "" if known else _sniffed(location, name)
        is_card = base == CARD and posixpath.dirname(name) in cards
        if (format and not kind) or (not known and not kind) or base in DESCRIPTIONS or LOCK_FILE.fullmatch(base):
            continue
        if not is_card:
            chosen.append(((location, name), kind, _nearest(given, name)))
    return chosen


def _sniffed(location: str, name: str) -> str:
    """`code` for a local script without an ending that begins with a shebang line."""
    if "." in posixpath.basename(name) or remote.is_remote(location):
        return ""
    with remote.open_location(location) as handle:
        head = handle.read(SNIFF_BYTES).split(b"\n", 1)[0]
    return "code" if code.interpreter(head.decode("utf-8", "replace")) else ""


def _cards(pairs: list[Pair]) -> dict[str, str]:
    """The licence that a data set's card names, by the folder of the card; "" where it names none."""
    has_data = any(formats.format_of(name) in DATA_FORMATS for _, name in pairs)
    found: dict[str, str] = {}
    for location, name in pairs if has_data else []:
        if posixpath.basename(name).lower() == CARD:
            fields, _ = markdown.front_matter(_head(location))
            if fields:
                license = fields.get("license", "")
                found[posixpath.dirname(name)] = "" if license.lower() in NO_LICENSE else license
    return found


def _license_files(pairs: list[Pair]) -> dict[str, str]:
    """The licence each folder's own licence file holds."""
    found: dict[str, str] = {}
    for location, name in pairs:
        folder = posixpath.dirname(name)
        if licenses.LICENSE_FILE.fullmatch(posixpath.basename(name)) and not found.get(folder):
            found[folder] = licenses.license_of(_head(location))
    return {folder: license for folder, license in found.items() if license}


def _head(location: str) -> str:
    data = streams.whole(location, Counter(), limit=licenses.MAX_BYTES * 4)
    return (data or b"").decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")


def _nearest(given: dict[str, str], name: str) -> str:
    """The licence of the nearest folder above a file that has one."""
    folder = posixpath.dirname(name)
    while folder and not given.get(folder):
        folder = posixpath.dirname(folder)
    return given.get(folder, "")
