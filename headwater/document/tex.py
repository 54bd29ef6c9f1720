"""LaTeX: what stands between \\begin{document} and \\end{document}, without comments; mathematics stays as written.

In: an InputFile. Out: its row; title, author and date by their commands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.document.texts import whole_text

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(\n[ \t]*)?")
_VERBATIM = re.compile(r"(\\begin\{(verbatim\*?|lstlisting|minted|comment)\})")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]]{0,200}\])?|[{}~]|\\\\")
_ESCAPED = re.compile(r"\\([%&_#$])")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
MAX_TITLE_CHARS = 1_000


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    read = whole_text(item, problems)
    if read is None:
        return
    source = without_comments(read[0])
    _, begun, body = source.partition("\\begin{document}")
    body = body.rpartition("\\end{document}")[0] or body if begun else source
    fields = {name: command(source, name) for name in ("title", "author", "date")}
    meta = {"charset": read[1], "author": fields["author"], "date": fields["date"]}
    title = fields["title"] or command(source, "chapter") or command(source, "section")
    yield from whole_file(item, _BLANK.sub("\n\n", body).strip() + "\n", problems, title=title, meta=meta)


def without_comments(source: str) -> str:
    """Comments cut out; a line that is only a comment goes whole. Verbatim parts are left as they are."""
    kept: list[str] = []
    at = 0
    while match := _VERBATIM.search(source, at):
        end = source.find(f"\\end{{{match.group(2)}}}", match.end())
        if end < 0:
            break
        kept.append(_stripped(source[at : match.start()]))
        if match.group(2) != "comment":
            kept.append(source[match.start() : end])
        at = end if match.group(2) != "comment" else end + len("\\end{comment}")
    return "".join([*kept, _stripped(source[at:])])


def _stripped(source: str) -> str:
    return _COMMENT.sub(lambda match: match.group(1), source)


def command(source: str, name: str) -> str:
    """The argument of the first `\\name{…}`, its own commands taken out; "" where there is none."""
    match = re.search(rf"\\{name}\*?[ \t]*(?:\[[^\]]{{0,200}}\])?[ \t]*\{{", source)
    if match is None:
        return ""
    depth = 1
    part = source[match.end() : match.end() + MAX_TITLE_CHARS]
    for at, char in enumerate(part):
        depth += {"{": 1, "}": -1}.get(char, 0) if part[at - 1 : at] != "\\" else 0
        if depth == 0:
            words = " ".join(_COMMAND.sub(" ", part[:at]).split())
            return _ESCAPED.sub(r"\1", words)
    return ""
