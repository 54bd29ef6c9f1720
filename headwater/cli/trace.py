"""`headwater trace`: a training step to its documents, and back."""

from __future__ import annotations

from typing import Any

import typer

from headwater.cli.console import Outcome, table
from headwater.errors import HeadwaterError

SHOWN_STEPS = 20


def trace(
    run: str = typer.Argument(..., help="a run: its folder, or its name under runs/"),
    step: int = typer.Option(0, "--step", min=0, help="the documents in this step's batch (steps count from 1)"),
    doc: str = typer.Option("", "--doc", help="the steps that read the document with this id"),
    url: str = typer.Option("", "--url", help="the steps that read the document from this URL"),
) -> Outcome:
    """Follow tokens from a step to documents and URLs, or from a document to steps.

    Example: headwater trace demo --step 100
    """
    from headwater.monitor.run import Run

    if sum(bool(given) for given in (step, doc, url)) != 1:
        raise HeadwaterError("arguments", "give one of --step, --doc and --url", mend="headwater trace demo --step 100")
    found = Run(run)
    if step:
        documents = found.documents(step)
        return Outcome(value={"step": step, "documents": documents}, text=_documents(step, documents))
    places = found.places(doc=doc, url=url)
    steps = found.tracer.steps(places)
    return Outcome(value={"steps": steps, "places": places}, text=_steps(doc or url, places, steps))


def _documents(step: int, documents: list[dict[str, Any]]) -> str:
    header = ["row", "offset", "tokens", "channel", "document", "from", "url"]
    rows = [
        [*(str(one[key]) for key in ("row", "offset", "tokens", "channel", "id", "document_offset")), one["url"] or "-"]
        for one in documents
    ]
    return f"step {step}: {len(rows)} parts of documents\n" + table(rows, header)


def _steps(name: str, places: list[dict[str, Any]], steps: list[int]) -> str:
    lines = [
        f"{p['document_id']}: tokens {p['token_offset']} to {p['token_offset'] + p['length'] - 1} of {p['channel']}"
        for p in places
    ]
    return "\n".join([*lines, f"{name} is read in {listed(steps)}"])


def listed(steps: list[int]) -> str:
    """Steps in words, a long list cut."""
    if not steps:
        return "no step"
    shown = ", ".join(str(step) for step in steps[:SHOWN_STEPS])
    more = f" and {len(steps) - SHOWN_STEPS} more" if len(steps) > SHOWN_STEPS else ""
    return f"{len(steps)} step{'s' if len(steps) > 1 else ''}: {shown}{more}"
