"""Formats: what a file is by its name, and the reader of each.

In: a path or fsspec address. Out: the name of its format. READERS is the one table of formats: a reader is
`rows(item, problems)`, found by name when it is first used, so that PDF costs nothing to who reads JSONL.
A format more is a file with a `rows`, a line in READERS and one in SUFFIXES.
"""

from __future__ import annotations

import functools
import posixpath
import re

READERS: dict[str, str] = {
    "jsonl": "headwater.document.json_rows:jsonl_rows",
    "json": "headwater.document.json_rows:json_rows",
    "csv": "headwater.document.csv_rows:rows",
    "parquet": "headwater.document.columnar:parquet_rows",
    "arrow": "headwater.document.columnar:arrow_rows",
    "text": "headwater.document.texts:rows",
    "markdown": "headwater.document.markdown:rows",
    "rst": "headwater.document.rst:rows",
    "tex": "headwater.document.tex:rows",
    "code": "headwater.document.code:rows",
    "notebook": "headwater.document.notebook:rows",
    "pdf": "headwater.document.pdf:rows",
    "docx": "headwater.document.docx:rows",
    "epub": "headwater.document.epub:rows",
    "wikipedia": "headwater.document.wikipedia:rows",
    "archive": "headwater.document.archive:rows",
    "html": "headwater.acquire.pages:html_rows",
    "warc": "headwater.acquire.pages:warc_rows",
    "wet": "headwater.acquire.pages:wet_rows",
}
SUFFIXES: dict[str, str] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow",
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".rst": "rst",
    ".tex": "tex", ".ltx": "tex", ".ipynb": "notebook", ".pdf": "pdf", ".docx": "docx", ".epub": "epub",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".warc": "warc", ".wet": "wet", ".xml": "wikipedia",
    ".zip": "archive", ".tar": "archive", ".tgz": "archive", ".tbz2": "archive", ".txz": "archive",
}  # fmt: skip
WHOLE_FILES = ("text", "markdown", "rst", "tex", "code", "notebook", "pdf", "docx", "epub", "html")  # one document each
COMPRESSIONS = (".zst", ".gz", ".bz2", ".xz")
KNOWN = ".jsonl, .json, .csv, .tsv, .parquet, .arrow, .txt, .md, .rst, .tex, .html, .ipynb, .pdf, .docx, .epub, "
KNOWN += ".warc, .wet, Wikipedia's .xml, .zip, .tar and source code (each also .zst, .gz, .bz2 or .xz)"
CODE_SUFFIXES: dict[str, str] = {
    ".py": "python", ".pyx": "python", ".pyi": "python", ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp",
    ".cxx": "cpp", ".hpp": "cpp", ".hh": "cpp", ".hxx": "cpp", ".cu": "cuda", ".cuh": "cuda", ".go": "go",
    ".rs": "rust", ".ts": "typescript", ".tsx": "typescript", ".mts": "typescript", ".js": "javascript",
    ".jsx": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".vue": "vue", ".svelte": "svelte",
    ".java": "java", ".sh": "shell", ".bash": "shell", ".zsh": "shell", ".fish": "shell", ".ps1": "powershell",
    ".bat": "batch", ".rb": "ruby", ".php": "php", ".cs": "csharp", ".fs": "fsharp", ".vb": "visual_basic",
    ".kt": "kotlin", ".kts": "kotlin", ".swift": "swift", ".m": "objective_c", ".mm": "objective_c", ".scala": "scala",
    ".lua": "lua", ".sql": "sql", ".jl": "julia", ".r": "r", ".pl": "perl", ".pm": "perl", ".dart": "dart",
    ".ex": "elixir", ".exs": "elixir", ".erl": "erlang", ".hrl": "erlang", ".hs": "haskell", ".ml": "ocaml",
    ".mli": "ocaml", ".clj": "clojure", ".cljs": "clojure", ".zig": "zig", ".nim": "nim", ".f90": "fortran",
    ".f": "fortran", ".for": "fortran", ".asm": "assembly", ".s": "assembly", ".proto": "protobuf",
    ".thrift": "thrift", ".graphql": "graphql", ".tf": "terraform", ".cmake": "cmake", ".vim": "vim", ".el": "lisp",
    ".lisp": "lisp", ".scm": "scheme", ".rkt": "racket", ".groovy": "groovy", ".gradle": "groovy", ".pas": "pascal",
    ".adb": "ada", ".ads": "ada", ".v": "verilog", ".sv": "verilog", ".vhd": "vhdl", ".vhdl": "vhdl",
    ".sol": "solidity", ".glsl": "glsl", ".wgsl": "wgsl", ".hlsl": "hlsl", ".css": "css", ".scss": "css",
    ".less": "css", ".coffee": "coffeescript", ".cr": "crystal", ".d": "d", ".lean": "lean", ".agda": "agda",
    ".awk": "awk", ".tcl": "tcl", ".bzl": "starlark", ".nix": "nix", ".hx": "haxe", ".sas": "sas", ".do": "stata",
}  # fmt: skip
CODE_NAMES: dict[str, str] = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "containerfile": "dockerfile",
    "cmakelists.txt": "cmake", "rakefile": "ruby", "gemfile": "ruby", "jenkinsfile": "groovy",
    "meson.build": "meson", "vagrantfile": "ruby", "justfile": "just", "podfile": "ruby",
}  # fmt: skip
_DUMP = re.compile(r"\.xml-p\d+p\d+")  # a part of a dump: the ids of its first and last page follow


def plain_name(location: str) -> str:
    """The file name an address ends in: without folders, an archive's own address, or an HTTP query."""
    first = location.split("::", 1)[0] if "://" in location else location
    if first.lower().startswith(("http://", "https://")):
        first = re.split(r"[?#]", first, maxsplit=1)[0]
    return posixpath.basename(first.replace("\\", "/"))


def uncompressed_name(name: str) -> str:
    """A file name without its compression's ending."""
    for suffix in COMPRESSIONS:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def format_of(location: str) -> str | None:
    """A key of READERS by a file's name; None when the name says nothing."""
    stem = uncompressed_name(plain_name(location))
    if stem.lower() in CODE_NAMES:
        return "code"
    if _DUMP.search(stem):
        return "wikipedia"
    suffix = posixpath.splitext(stem)[1].lower()
    return SUFFIXES.get(suffix) or ("code" if suffix in CODE_SUFFIXES else None)


@functools.lru_cache(maxsize=1024)
def stem_of(location: str) -> str:
    """What a collection file calls its source: its name up to the first ending."""
    return re.sub(r"(\.[A-Za-z0-9]+)+$", "", plain_name(location)) or "file"
