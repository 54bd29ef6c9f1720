"""The review file: a line a site, which a person may edit before the next run.

In: what was found of each site, or a file that a person edited. Out: `review.tsv`, quoted as Python's csv does, or the
edits in it: sites whose `action` is not the suggested one.

`keep`: its recalled pages join the seed. `drop`, suggested: they do not, and each page stands on its own score. `drop`,
by a person: none of its pages is recalled.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headwater import storage
from headwater.errors import HeadwaterError

COLUMNS = ("site", "pages", "recalled", "share", "looked", "agreed", "examples", "suggested", "by", "action")
KEEP, DROP, PERSON = "keep", "drop", "person"
MAX_BYTES = 256 << 20
MAX_FIELD = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a round found of a site. `looked`: pages of the sample; `agreed`: of these."""

    site: str
    pages: int
    recalled: int
    looked: int = 0
    agreed: int = 0
    examples: tuple[str, ...] = ()
    suggested: str = DROP


def write(path: Path, sites: Sequence[Site], edits: dict[str, str]) -> None:
    """Write the review; sites that a person judged carry that judgement."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in sites:
        share = f"{entry.recalled / max(1, entry.pages):.4f}"
        by, action = (PERSON, edits[entry.site]) if entry.site in edits else ("", entry.suggested)
        examples = " ".join(entry.examples)
        counts = (entry.pages, entry.recalled, share, entry.looked, entry.agreed)
        writer.writerow((entry.site, *counts, examples, entry.suggested, by, action))
    storage.write_text(path, out.getvalue())


def read_edits(path: Path) -> dict[str, str]:
    """What a person decided, a site each. Raises HeadwaterError unreadable_input."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise HeadwaterError("unreadable_input", f"is over {MAX_BYTES} bytes", where=str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise HeadwaterError("unreadable_input", f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise HeadwaterError("unreadable_input", "is not UTF-8", where=str(path), mend="save it as UTF-8") from error
    csv.field_size_limit(MAX_FIELD)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t")
    edits: dict[str, str] = {}
    try:
        if not {"site", "action"} <= set(rows.fieldnames or ()):
            told = "has no columns `site` and `action`"
            raise HeadwaterError("unreadable_input", told, where=str(path), mend="keep its first line as it was")
        for row in rows:
            action = (row["action"] or "").strip().lower()
            if action not in (KEEP, DROP):
                told = f"the action of {row['site']!r} is {action!r}"
                where = f"{path}:{rows.line_num}"
                raise HeadwaterError("unreadable_input", told, where=where, mend=f"write {KEEP} or {DROP}")
            if row.get("by") == PERSON or action != row.get("suggested"):
                edits[row["site"]] = action
    except csv.Error as error:
        where = f"{path}:{rows.line_num}"
        raise HeadwaterError("unreadable_input", f"not a table with tabs: {error}", where=where) from error
    return edits
