"""`headwater trace`: a training step to its documents, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from headwater.cli.console import Outcome, table
from headwater.errors import HeadwaterError

if TYPE_CHECKING:
    from headwater.monitor.run import Run

SHOWN_STEPS = 20
AROUND = 60  # tokens of a document's text before and after the part that a step reads
SHOWN_CHARACTERS = 200
SPIKES = ("spike", "non_finite")  # events of steps whose loss or gradient went wrong


def trace(
    run: str = typer.Argument(..., help="a run: its folder, or its name under runs/"),
    step: int = typer.Option(0, "--step", min=0, help="the documents in this step's batch (steps count from 1)"),
    doc: str = typer.Option("", "--doc", help="the steps that read the document with this id"),
    url: str = typer.Option("", "--url", help="the steps that read the document from this URL"),
    spikes: bool = typer.Option(False, "--spikes", help="the documents of each step where the loss jumped"),
    text: bool = typer.Option(False, "--text", help="with --step or --spikes: the text that the step reads, whole"),
) -> Outcome:
    """Follow tokens from a step to documents, URLs and text, or from a document to steps.

    Example: headwater trace demo --step 100 --text
    """
    from headwater.monitor.run import Run

    if sum(bool(given) for given in (step, doc, url, spikes)) != 1:
        mend = "headwater trace demo --step 100"
        raise HeadwaterError("arguments", "give one of --step, --doc, --url and --spikes", mend=mend)
    found = Run(run)
    if spikes:
        steps = sorted({event["step"] for event in found.events() if event.get("kind") in SPIKES})
        told = {number: _told(found, number, text) for number in steps}
        value = {"steps": [{"step": number, "documents": one} for number, one in told.items()]}
        lines = [_documents(number, one) for number, one in told.items()]
        return Outcome(value=value, text="\n\n".join(lines) or "no step of this run has gone wrong")
    if step:
        documents = _told(found, step, text)
        return Outcome(value={"step": step, "documents": documents}, text=_documents(step, documents))
    places = found.places(doc=doc, url=url)
    steps = found.tracer.steps(places)
    return Outcome(value={"steps": steps, "places": places}, text=_steps(doc or url, places, steps))


def _told(run: Run, step: int, text: bool) -> list[dict[str, Any]]:
    """The parts of documents in a step, with their text where it is asked for."""
    documents = run.documents(step)
    if text:
        from headwater.tokenizer.pieces import Decoder

        decoder = Decoder(run.part("tokenizer") / "tokenizer.json")
        for one in documents:
            pieces = run.tracer.tokens(one, AROUND)
            one["before"], one["text"], one["after"] = (decoder.decode(piece) for piece in pieces)
    return documents


def _documents(step: int, documents: list[dict[str, Any]]) -> str:
    if any("text" in one for one in documents):
        return "\n\n".join([f"step {step}: {len(documents)} parts of documents", *map(_with_text, documents)])
    header = ["row", "offset", "tokens", "channel", "document", "from", "url", "WARC record"]
    keys = ("row", "offset", "tokens", "channel", "id", "document_offset")
    rows = [[*(str(one[key]) for key in keys), one["url"] or "-", _record(one)] for one in documents]
    return f"step {step}: {len(rows)} parts of documents\n" + table(rows, header)


def _record(one: dict[str, Any]) -> str:
    return f"{one['warc_file']}:{one['warc_offset']}" if one.get("warc_file") else "-"


def _with_text(one: dict[str, Any]) -> str:
    masked = " (taken down: not read)" if one.get("masked") else ""
    head = f"row {one['row']}, token {one['offset']}: {one['tokens']} tokens of {one['id']} ({one['channel']}){masked}"
    before, after = one["before"][-SHOWN_CHARACTERS:], one["after"][:SHOWN_CHARACTERS]
    return f"{head}\n{one['url'] or '-'}  {_record(one)}\n{before}⟦{one['text']}⟧{after}"


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
