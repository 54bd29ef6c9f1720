"""Writes a page of sections, each measured by a module of its own.

In: the sections' modules and the folder of data. Out: a Markdown page; what a section draws lies in `img` beside it.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from headwater import storage


def write(package: str, sections: tuple[str, ...], name: str, opening: str) -> int:
    """Parse the command line (`--data`, `-o`, `--only`), make the page and write it; the exit code.

    A section made with `--only` is printed and the page left as it is.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}")
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora (corpus-zh.jsonl.zst, …)")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs"), help="the folder of the page")
    parser.add_argument("--only", choices=sections, help="one section, to stdout")
    given = parser.parse_args()
    if not given.data.is_dir():
        parser.error(f"--data {given.data}: no such folder")
    parts = [opening.strip()]
    for section in (given.only,) if given.only else sections:
        began = time.monotonic()
        parts.append(importlib.import_module(f"{package}.{section}").section(given.data, given.output).strip())
        print(f"{name}: {section} in {time.monotonic() - began:.0f} s", file=sys.stderr)
    if given.only:
        print(parts[-1])
        return 0
    parts.append(f"---\n\nMade by `python -m {package} --data DATA -o docs`.")
    storage.write_text(given.output / name, "\n\n".join(parts) + "\n")
    return 0
