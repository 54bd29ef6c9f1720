"""PDF: the text of its pages as one document.

In: an InputFile. Out: its row; title, author and date by the file's own information. Parsing happens in a process of
its own (`pdf_worker.py`) under limits of time and memory; `pdf_text.py` makes paragraphs of the pages.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater.document import streams
from headwater.document.pdf_text import flowing
from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.errors import HeadwaterError

MAX_FILE_BYTES = 512 << 20
MEMORY_BYTES = 2 << 30  # of address space
CPU_S = 120
WALL_S = 600  # for a machine busy with other work
MAX_PAGES = 5_000
MAX_CHARS = 16 << 20
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    try:
        with streams.local_copy(item.location, MAX_FILE_BYTES) as path:
            told = _told(path)
    except streams.Damaged:
        problems["input.truncated"] += 1
        return
    except HeadwaterError as error:
        if error.failure != "unsafe_file":
            raise
        problems["input.too_long"] += 1
        return
    last = told[-1] if told else {}
    if not last.get("done"):
        problems[last.get("error", "pdf.damaged")] += 1
        return
    meta: dict[str, str] = next((entry["meta"] for entry in told if "meta" in entry), {})
    text = flowing([entry["page"] for entry in told if "page" in entry])
    if not text.strip():
        problems["pdf.no_text"] += 1  # scanned pages: pictures of text
        return
    fields = {"author": meta.get("Author", ""), "date": iso_day(meta.get("CreationDate", ""))}
    fields["pages_failed"] = str(last["failed"]) if last.get("failed") else ""
    fields["cut"] = "true" if last.get("cut") else ""
    yield from whole_file(item, text, problems, title=meta.get("Title", ""), meta=fields)


def _told(path: str) -> list[dict[str, Any]]:
    """What the worker said; the last entry says how it ended."""
    limits = map(str, (MEMORY_BYTES, CPU_S, MAX_PAGES, MAX_CHARS))
    worker = Path(__file__).with_name("pdf_worker.py")
    with tempfile.TemporaryFile() as out:
        # -P: the folder of the worker holds modules that are named as the standard library's
        command = [sys.executable, "-P", str(worker), path, *limits]
        try:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, timeout=WALL_S
            )
        except subprocess.TimeoutExpired:
            return [{"error": "pdf.timeout"}]
        out.seek(0)
        told = [json.loads(line) for line in out if line.endswith(b"\n")]
    if ended.returncode in (-24, -9):  # SIGXCPU, and SIGKILL once the hard limit is reached
        return [{"error": "pdf.timeout"}]
    return told if ended.returncode == 0 else [{"error": "pdf.damaged"}]


def iso_day(date: str) -> str:
    """A PDF's date as an ISO day, month or year; "" where it is none."""
    match = _DATE.match(date)
    return "-".join(part for part in match.groups() if part) if match else ""
