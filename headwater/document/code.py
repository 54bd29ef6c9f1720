"""Source code: a file is a document in a programming language; what nobody wrote by hand is counted apart.

In: an InputFile. Out: its row with `lang: code`, its language and its path in meta, its licence by its SPDX line or by
the folder's licence file.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from headwater.document import formats
from headwater.document.licenses import spdx_line
from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.document.texts import whole_text

VENDORED = re.compile(r"(^|/)(vendor|vendors|vendored|third[_-]?party|thirdparty|externals)/", re.IGNORECASE)
MINIFIED_NAME = re.compile(r"[.-]min\.(js|mjs|css)$|\.bundle\.js$", re.IGNORECASE)
GENERATED_NAME = re.compile(
    r"(_pb2(_grpc)?\.pyi?|\.pb\.(go|cc|h)|\.g\.(dart|cs)|\.designer\.cs|\.d\.ts\.map)$", re.IGNORECASE
)
GENERATED = re.compile(
    r"@generated|code generated .{0,80}do not edit|automatically generated|auto-generated", re.IGNORECASE
)
HEAD_LINES = 8
MAX_LINE_CHARS = 1_000  # an average above it is no line a person reads
LONG_LINE_CHARS = 5_000
MAX_LONG_SHARE = 0.5  # of a file's characters, in lines longer than that
_SHEBANG = re.compile(r"#![^\n]*?\b(?:env[ \t]+(?:-\S+[ \t]+)*)?([A-Za-z+]+)[\d.]*(?:[ \t][^\n]*)?$")
INTERPRETERS = {
    "python": "python", "bash": "shell", "sh": "shell", "zsh": "shell", "dash": "shell", "ksh": "shell",
    "node": "javascript", "deno": "typescript", "perl": "perl", "ruby": "ruby", "php": "php", "lua": "lua",
    "Rscript": "r", "awk": "awk", "gawk": "awk", "tclsh": "tcl", "julia": "julia", "guile": "scheme",
}  # fmt: skip


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    reason = refusal(item.name)
    if reason:
        problems[reason] += 1
        return
    read = whole_text(item, problems)
    if read is None:
        return
    text, charset = read
    reason = _unwritten(text)
    if reason:
        problems[reason] += 1
        return
    meta = {"programming_language": language(item.name, text), "path": item.name, "charset": charset}
    given = {"license": spdx_line(text), "lang": "code"}
    yield from whole_file(item, text, problems, meta=meta, **given)


def refusal(name: str) -> str:
    """Why a file of a source tree is not read, by its path; "" where it is."""
    if VENDORED.search(name):
        return "code.vendored"
    if MINIFIED_NAME.search(name):
        return "code.minified"
    return "code.generated" if GENERATED_NAME.search(name) else ""


def _unwritten(text: str) -> str:
    """Why a text is no code that a person wrote, by its lines; "" where it is."""
    head = text[:4_000].split("\n")[:HEAD_LINES]
    if any(GENERATED.search(line) for line in head):
        return "code.generated"
    long_chars = sum(len(line) for line in text.split("\n") if len(line) > LONG_LINE_CHARS)
    if len(text) > MAX_LINE_CHARS * (text.count("\n") + 1) or long_chars > MAX_LONG_SHARE * len(text):
        return "code.minified"
    return ""


def language(name: str, text: str) -> str:
    """The programming language, by the file's name, else by its first line."""
    base = posixpath.basename(formats.uncompressed_name(name)).lower()
    if base in formats.CODE_NAMES:
        return formats.CODE_NAMES[base]
    suffix = posixpath.splitext(base)[1]
    if suffix == ".m" and "@" not in text and "#import" not in text:
        return "matlab"
    return formats.CODE_SUFFIXES.get(suffix) or interpreter(text.split("\n", 1)[0])


def interpreter(line: str) -> str:
    """The language a shebang line names; "" where it is none that is known."""
    match = _SHEBANG.match(line[:200])
    return INTERPRETERS.get(match.group(1), "") if match else ""
