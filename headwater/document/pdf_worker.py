"""The text of one PDF, page by page: a program of its own, because a hostile PDF may take any time and memory.

In: a path and limits, as arguments. Out: JSON lines on standard output: {"meta": …}, then {"page": text} a page, and
at the end {"done": true} or {"error": reason}. It imports nothing of this package, so that it starts at once.
"""

import json
import sys
from typing import Any


def main(path: str, memory_bytes: int, cpu_s: int, max_pages: int, max_chars: int) -> None:
    limit(memory_bytes, cpu_s)
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        say(meta=document.get_metadata_dict())
        count = len(document)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        return say(error="pdf.encrypted" if code == pypdfium2.raw.FPDF_ERR_PASSWORD else "pdf.damaged")
    left, failed = max_chars, 0
    for number in range(min(count, max_pages)):
        try:
            text = text_of(document, number)[: max(0, left)]
        except pypdfium2.PdfiumError:
            failed += 1
            continue
        left -= len(text)
        say(page=text)
    if failed and failed == count:
        return say(error="pdf.damaged")
    return say(done=True, failed=failed, cut=count > max_pages or left <= 0)


def text_of(document: Any, number: int) -> str:
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            return text_page.get_text_range()
        finally:
            text_page.close()
    finally:
        page.close()


def limit(memory_bytes: int, cpu_s: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError) as error:  # the caller's time limit holds everywhere
        print(f"no limits here: {error}", file=sys.stderr)


def say(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *(int(value) for value in sys.argv[2:6]))
