"""What a run leaves out of the batches still to come: `takedown.json` in its folder.

In: the ranges of documents taken down, by channel, and which packed corpus they are of. Out: the file, which
`headwater takedown` writes and training reads when it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from headwater import storage
from headwater.batches import ranges
from headwater.batches.ranges import Ranges
from headwater.errors import HeadwaterError

NAME = "takedown.json"
SCHEMA = 1


def write(folder: Path, pack: str, masked: Mapping[str, Ranges], packed_with: int = 0) -> None:
    """`pack`: the content digest of the pack that the ranges are of, made with `packed_with` entries of the list."""
    value = {"schema": SCHEMA, "pack": pack, "packed_with": packed_with, "masked": ranges.as_json(masked)}
    storage.write_json(folder / NAME, value)


def packed_with(folder: Path) -> int | None:
    """How many entries of the list a run's corpus was packed with, so that it can be packed so again."""
    value = storage.read_json(folder / NAME) if (folder / NAME).is_file() else {}
    found = value.get("packed_with") if isinstance(value, dict) else None
    return found if isinstance(found, int) else None


def of_run(folder: Path, pack: str) -> dict[str, Ranges]:
    """The ranges that a run's takedown names; none where there is no such file or it is of another pack.

    Raises HeadwaterError damaged_file or foreign_version.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    value = storage.read_json(path)
    try:
        if value["schema"] != SCHEMA:
            raise HeadwaterError("foreign_version", f"takedown schema {value['schema']!r}", where=str(path))
        masked = ranges.parse(value["masked"])
        return masked if value["pack"] == pack else {}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        mend = "give the `headwater takedown` command again: it is made from the list"
        raise HeadwaterError("damaged_file", f"not a takedown: {error}", where=str(path), mend=mend) from error


def together(one: Mapping[str, Ranges], other: Mapping[str, Ranges]) -> dict[str, Ranges]:
    """Both, joined."""
    names = sorted({*one, *other})
    return {name: ranges.joined((*one.get(name, ()), *other.get(name, ()))) for name in names}


def within(inner: Mapping[str, Ranges], outer: Mapping[str, Ranges]) -> bool:
    """Whether everything in `inner` is in `outer` too."""
    return together(outer, inner) == together(outer, {})
