"""What a document's address says of it before a word is read: a file of source code, a page of prose, or nothing.

In: addresses. Out: what to add to the logit of its being code. Endings of pages that a web server makes (`.html`,
`.php`, `.asp`) say nothing, since a crawl keeps the text of the page and not its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

SOURCE_LOGIT, PROSE_LOGIT = 3.0, -1.5
SOURCE = (
    "c cc cpp cxx h hh hpp hxx m mm cs java kt kts scala groovy go rs swift dart zig nim d py pyi pyx rb pl pm lua r jl"
    " js jsx mjs cjs ts tsx vue svelte css scss sass less sql psql ddl sh bash zsh fish ps1 bat cmd awk sed tcl vim el"
    " lisp scm clj cljs ex exs erl hrl hs lhs ml mli fs fsx f f90 f95 for s asm v sv vhd vhdl sol proto thrift graphql"
    " cmake mk gradle bazel bzl tf hcl nix json jsonc yaml yml toml ini cfg conf properties xml xsd xsl svg sty cls"
    " cu cuh glsl hlsl wgsl pas pp m4 diff patch dockerfile"
).split()
PROSE = "md markdown mdx rst adoc asciidoc txt text org".split()
# Files that are source code by their whole name.
NAMES = (
    "dockerfile containerfile makefile gnumakefile rakefile gemfile vagrantfile jenkinsfile procfile brewfile justfile"
    " build workspace sconstruct snakefile .gitignore .gitattributes .editorconfig .bashrc .zshrc .vimrc .htaccess"
).split()
NOTES = "cmakelists.txt"  # the one `.txt` that is source code
_TAIL = re.compile(r"[?#].*", re.DOTALL)
_HOST_ONLY = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*/?$")
_ENDINGS = dict.fromkeys(PROSE, PROSE_LOGIT) | dict.fromkeys(SOURCE, SOURCE_LOGIT)
_NAMES = dict.fromkeys((*NAMES, NOTES), SOURCE_LOGIT)


def code_logits(urls: Sequence[str | None]) -> np.ndarray:
    """What to add to each logit (float64): 0 where an address says nothing."""
    return np.array([_code_logit(url or "") for url in urls], np.float64)


def tipped(chances: np.ndarray, logits: np.ndarray | float) -> np.ndarray:
    """Probabilities with something added to their logits."""
    return chances / (chances + (1 - chances) * np.exp(-logits))


def _code_logit(url: str) -> float:
    path = _TAIL.sub("", url[:4096]).lower()
    if _HOST_ONLY.match(path):
        return 0.0
    name = re.split(r"[/\\:]", path)[-1]
    if name in _NAMES:
        return _NAMES[name]
    stem, dot, ending = name.rpartition(".")
    return _ENDINGS.get(ending, 0.0) if dot and stem else 0.0
