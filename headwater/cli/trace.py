"""`headwater trace`: a training step to its documents, and back. `headwater show`: a document's whole story."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, table
from headwater.errors import HeadwaterError

SHOWN_CHARACTERS = 400
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
    return "\n".join([*lines, f"{name} is read in {_listed(steps)}"])


def _listed(steps: list[int]) -> str:
    if not steps:
        return "no step"
    shown = ", ".join(str(step) for step in steps[:SHOWN_STEPS])
    more = f" and {len(steps) - SHOWN_STEPS} more" if len(steps) > SHOWN_STEPS else ""
    return f"{len(steps)} step{'s' if len(steps) > 1 else ''}: {shown}{more}"


def show(
    id_: str = typer.Argument(..., metavar="ID", help="a document's id"),
    run: str = typer.Option("", "--run", help="the run to look in; default: every run under runs/, the newest first"),
) -> Outcome:
    """One document with its whole story: where it came from, what was decided, when it was trained on.

    Example: headwater show 3f2a9c0d1b4e5f67 --run demo
    """
    from headwater.monitor.run import Run

    found, told = None, None
    for name in [run] if run else _runs():
        found = Run(name)
        try:
            told = found.story(id_)
            break
        except HeadwaterError as error:
            if error.failure != "unknown_name" or run:
                raise
    if found is None or told is None:
        raise HeadwaterError(
            "unknown_name", "no run under runs/ has a document with this id", where=id_, mend="name one by --run"
        )
    return Outcome(value={"run": found.folder.name, **told}, text=_story(found.folder.name, told))


def _runs() -> list[str]:
    folders = [path for path in Path("runs").glob("*") if path.is_dir()]
    return [str(path) for path in sorted(folders, key=lambda p: (-p.stat().st_mtime, p.name))]


def _story(run: str, told: dict[str, Any]) -> str:
    document = told["document"]
    lines = [f"{document['id']} in run {run}"]
    fields = ("url", "title", "source", "license", "fetched_at", "warc_file", "warc_offset")
    lines += [f"  {name:<12} {document[name]}" for name in fields if document[name] not in ("", None, -1)]
    verdict = told.get("verdict")
    if verdict:
        decided = "kept" if verdict["kept"] else f"rejected by {verdict['reason']} ({verdict['value']})"
        lines.append(f"  {'verdict':<12} {decided}; channel {verdict['channel']}")
    if "split" in told:
        lines.append(f"  {'part':<12} {told['split']['part']}")
    for place in told.get("packed", []):
        lines.append(f"  {'tokens':<12} {place['length']} at {place['token_offset']} of {place['channel']}")
    if "steps" in told:
        lines.append(f"  {'read in':<12} {_listed(told['steps'])}")
    text = document["text"]
    shown = text[:SHOWN_CHARACTERS] + (f"… ({len(text)} characters)" if len(text) > SHOWN_CHARACTERS else "")
    return "\n".join([*lines, "", shown])
