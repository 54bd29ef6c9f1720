"""Plain text: a file is a document.

In: an InputFile. Out: its row, named by its file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from headwater.document import encoding, streams
from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    read = whole_text(item, problems)
    if read is not None:
        text, charset = read
        yield from whole_file(item, text, problems, meta={"charset": charset})


def whole_text(item: InputFile, problems: Counter[str]) -> tuple[str, str] | None:
    """The text of a file and its character set where that is not UTF-8; None with the reason counted."""
    data = streams.whole(item.location, problems)
    if data is None:
        return None
    found = encoding.text_of(data, problems)
    return (found[0], "" if found[1] == "utf-8" else found[1]) if found else None
