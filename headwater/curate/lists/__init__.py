"""Lists of words and phrases, ours and other people's: files of text, by section.

In: the name of a list that stands beside this file, or the path of someone's own. Out: its entries.

    # a comment
    [section]
    entry another-entry

In a list of ours entries are parted by white space; in someone's own, a line is an entry, so that it may hold spaces.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from headwater.errors import HeadwaterError

MAX_BYTES = 512 << 20  # of someone's own list


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The entries of a list of ours, by section."""
    found: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in Path(__file__).with_name(name).read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            entries = found.setdefault(line[1:-1], [])
        else:
            entries += line.split()
    return {section: tuple(entries) for section, entries in found.items()}


def own(path: str, where: str) -> list[str]:
    """The lines of someone's own list, without comments and empty ones. `where`: the setting that names it."""
    try:
        file = Path(path).expanduser()
        if file.stat().st_size > MAX_BYTES:
            raise HeadwaterError("data", f"{path} is larger than {MAX_BYTES >> 20} MiB", where=where)
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise HeadwaterError(
            "unknown_name",
            f"{path} cannot be read: {error.strerror or error}",
            where=where,
            mend="name a file of one entry a line",
        ) from error
    except UnicodeDecodeError as error:
        raise HeadwaterError("data", f"{path} is not UTF-8", where=where, mend="save the list as UTF-8") from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
