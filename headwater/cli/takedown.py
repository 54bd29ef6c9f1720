"""`headwater takedown`: pages that are not to be trained on any more, and what has seen them already.

In: ids, URLs, prefixes, domains, or a list of them. Out: rows of the workspace's `takedown.jsonl`; for every run of
the workspace the documents meant, the steps that read them, the checkpoints and exports that saw them, and what its
training leaves out when it goes on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from headwater.cli.console import Outcome, table
from headwater.cli.trace import listed
from headwater.errors import HeadwaterError

if TYPE_CHECKING:
    from headwater.document.takedown import Entry
    from headwater.monitor.run import Run
    from headwater.monitor.takedown import Effect

SHOWN_DOCUMENTS = 20
MEND = "headwater takedown demo --url https://example.org/page --reason 'asked by its author'"


def takedown(
    run: str = typer.Argument(..., help="a run: its folder, or its name under runs/; its whole workspace is looked at"),
    doc: list[str] = typer.Option([], "--doc", help="the document with this id (repeatable)"),
    url: list[str] = typer.Option([], "--url", help="this URL; a * at its end takes all that begin so (repeatable)"),
    domain: list[str] = typer.Option([], "--domain", help="this domain and those below it (repeatable)"),
    list_: Path | None = typer.Option(None, "--list", help="a file: an id, URL, prefix* or domain a line, # for notes"),
    reason: str = typer.Option("", "--reason", help="why, kept with each entry"),
    unseen: bool = typer.Option(False, "--unseen", help="list also what no run has packed, for corpora to come"),
    dry_run: bool = typer.Option(False, "--dry-run", help="say what it would mean; change nothing"),
) -> Outcome:
    """Take pages down: later packs leave them out, runs mask them from here on, models that saw them are named.

    Example: headwater takedown demo --url https://example.org/page --reason "asked by its author"
    """
    from headwater.document import takedown as lists
    from headwater.document.named import lines
    from headwater.monitor import takedown as taking
    from headwater.monitor.run import Run

    root = workspace_of(Run(run).folder)
    words = [("", f"doc:{word}") for word in doc] + [
        ("", f"prefix:{word}" if word.endswith("*") else f"url:{word}") for word in url
    ]
    words += [("", f"domain:{word}") for word in domain] + (list(lines(list_)) if list_ else [])
    if not words:
        raise HeadwaterError("arguments", "nothing is named: give --url, --doc, --domain or --list", mend=MEND)
    runs = packed_runs(root)
    asked = _entries(words, runs, reason)
    effects = [taking.effect(found, lists.Takedown(asked)) for found in runs]
    missing = [entry.value for entry in asked if not _packed(entry, runs)]
    if missing and not unseen and not list_:
        mend = "`headwater trace RUN --url URL` names a near one; --unseen lists it for corpora to come"
        raise HeadwaterError("unknown_name", "no run of this workspace has packed it", where=missing[0], mend=mend)
    path, added = root / lists.NAME, 0
    if not dry_run:
        added = len(lists.append(path, asked))
        whole = lists.Takedown(lists.read(path))
        for found in runs:
            taking.apply(found, whole)
    value = {"list": str(path), "entries": len(asked), "added": added, "not_packed": missing, "dry_run": dry_run}
    value["runs"] = {name: told for name, told in _told(effects).items() if told["documents"] or name == Path(run).name}
    return Outcome(value=value, text=_text(value))


def workspace_of(folder: Path) -> Path:
    """The workspace of a run. Raises HeadwaterError arguments where its folder is not under `runs/`."""
    folder = folder.absolute()
    if folder.parent.name != "runs":
        raise HeadwaterError("arguments", "is not in a workspace's runs/", where=str(folder), mend="name it by its run")
    return folder.parent.parent


def packed_runs(root: Path) -> list[Run]:
    """Every run of the workspace that has a packed corpus and a schedule."""
    from headwater.monitor.run import Run

    folders = sorted(path for path in (root / "runs").iterdir() if (path / "pack").is_dir())
    return [Run(path) for path in folders if (path / "mix").is_dir() or (path / "schedule.jsonl").is_file()]


def _entries(words: list[tuple[str, str]], runs: list[Run], reason: str) -> list[Entry]:
    from headwater.document.named import kind_of
    from headwater.document.takedown import Entry

    def is_id(word: str) -> bool:
        return any(run.tracer.has("document_id", word) for run in runs)

    date = datetime.now(UTC).date().isoformat()
    found = (kind_of(word, where, is_id) for where, word in words)
    return [Entry(kind=kind, value=value, reason=reason, date=date) for kind, value in dict.fromkeys(found)]


def _packed(entry: Entry, runs: list[Run]) -> bool:
    """Whether a document's id or URL is in some packed corpus; true of what names more than one."""
    columns = {"doc": "document_id", "url": "url"}
    return entry.kind not in columns or any(run.tracer.has(columns[entry.kind], entry.value) for run in runs)


def _told(effects: list[Effect]) -> dict[str, dict[str, Any]]:
    """By run: its documents, the steps done that read one, and the models made after the first."""
    from headwater.monitor import takedown as taking

    seen = taking.models(effects)
    found = {}
    for one in effects:
        name = one.run.folder.name
        found[name] = {
            "documents": one.num_documents,
            "shown": taking.told(one, SHOWN_DOCUMENTS),
            "steps": one.steps,
            "last_step": taking.last_step(one.run),
            "at_work": _at_work(one.run.folder),
            **seen.get(name, {"checkpoints": [], "exports": []}),
        }
    return found


def _at_work(folder: Path) -> bool:
    from headwater.pipeline.workspace import locked

    try:
        with locked(folder / ".lock", ""):
            return False
    except HeadwaterError as error:
        return error.failure == "in_use"


def _text(value: dict[str, Any]) -> str:
    verb = "would be added to" if value["dry_run"] else "added to"
    count = value["entries"] if value["dry_run"] else value["added"]
    lines = [f"{count} of {value['entries']} entries {verb} {value['list']}"]
    if value["not_packed"]:
        named = ", ".join(value["not_packed"][:3])
        lines.append(f"{len(value['not_packed'])} are in no packed corpus; those to come leave them out: {named}")
    for name, told in value["runs"].items():
        lines += ["", f"{name}: {told['documents']} packed documents"]
        if told["shown"]:
            rows = [
                [one["document_id"], one["channel"], str(one["length"]), one["url"] or "-"] for one in told["shown"]
            ]
            lines.append(table(rows, ["document", "channel", "tokens", "url"]))
        lines += _fate(told)
    return "\n".join(lines)


def _fate(told: dict[str, Any]) -> list[str]:
    """What a run's documents did so far, and what becomes of them."""
    if not told["documents"]:
        return []
    if not told["last_step"]:
        return ["no step has been trained; when the run goes on, its corpus is packed without them"]
    lines = [f"read in {listed(told['steps'])} of the {told['last_step']} done"]
    names = ", ".join(f"step-{step:08d}" for step in told["checkpoints"])
    lines.append(f"checkpoints that saw them: {names or 'none'}")
    lines += [f"export that saw them: {row.get('folder')} ({row.get('to')})" for row in told["exports"]]
    when = "stop it and give its command again: it" if told["at_work"] else "when training goes on, it"
    return [*lines, f"{when} leaves them out from the step after its checkpoint"]
