"""`headwater show`: one document with its whole story.

In: a document's id, and a run or a folder that a data command made. Out: the page it came from and its record,
what classifiers and every rule said of it, where its tokens lie, and the steps that read them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from headwater.cli import made
from headwater.cli.console import Outcome, table
from headwater.cli.trace import listed
from headwater.errors import HeadwaterError

SHOWN_CHARACTERS = 400
DOCUMENT_FIELDS = ("url", "title", "source", "license", "lang", "kind", "domain", "fetched_at")


def show(
    id_: str = typer.Argument(..., metavar="ID", help="a document's id"),
    run: str = typer.Option(
        "", "--run", help="the run, or the folder of a crawl, to look in; default: every run under runs/"
    ),
    whole: bool = typer.Option(False, "--text", help="print the whole text"),
) -> Outcome:
    """One document with its whole story: its page and record, what every rule said, when it was trained on.

    Example: headwater show 3f2a9c0d1b4e5f67 --run demo
    """
    told = _found(id_, run)
    return Outcome(value=told, text=_story(told, None if whole else SHOWN_CHARACTERS))


def _found(id_: str, run: str) -> dict[str, Any]:
    """The story from the first place that has the document. Raises HeadwaterError unknown_name."""
    for name in [run] if run else _runs():
        folder = Path(name) if Path(name).is_dir() else Path("runs") / name
        try:
            return _in_output(folder, id_) if made.is_output(folder) else _in_run(name, id_)
        except HeadwaterError as error:
            if error.failure != "unknown_name" or run:
                raise
    raise HeadwaterError(
        "unknown_name", "no run under runs/ has a document with this id", where=id_, mend="name one by --run"
    )


def _runs() -> list[str]:
    folders = [path for path in Path("runs").glob("*") if path.is_dir()]
    return [str(path) for path in sorted(folders, key=lambda p: (-p.stat().st_mtime, p.name))]


def _in_output(folder: Path, id_: str) -> dict[str, Any]:
    told = made.story(folder, id_)
    return told | _record(folder, told["document"])


def _in_run(name: str, id_: str) -> dict[str, Any]:
    from headwater.monitor.run import Run

    found = Run(name)
    told = found.story(id_)
    told |= _record(found.folder, told["document"])
    if "annotations" in told:
        told["rules"] = _rules(found.folder, told)
    return {"run": found.folder.name, **told}


def _record(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    """The page's record in its WARC file: what was received, when, and how long it is."""
    from headwater.acquire import warc

    path = folder / document["warc_file"]
    if not document["warc_file"] or not path.is_file() or not path.resolve().is_relative_to(_store(folder)):
        return {}
    record = warc.read_record(path, document["warc_offset"])
    told = {"file": document["warc_file"], "offset": document["warc_offset"], "url": record.url, "date": record.date}
    told |= {"status": record.status, "content_type": record.content_type, "body_bytes": len(record.body)}
    return {"record": told}


def _store(folder: Path) -> Path:
    """What a WARC file named by a document must lie in: the workspace of a run, or the folder itself."""
    return folder.resolve().parent.parent if folder.resolve().parent.name == "runs" else folder.resolve()


def _rules(folder: Path, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Every rule that judged the document, in order."""
    import pyarrow as pa

    from headwater.curate.annotate import SCHEMA
    from headwater.curate.explain import explain
    from headwater.recipe.load import load

    recipe = load(str(folder / "recipe.resolved.yaml"), []).recipe
    row = {name: told["annotations"].get(name) for name in SCHEMA.names}
    annotations = pa.Table.from_pylist([row], schema=SCHEMA)
    return explain(annotations, recipe.curate)


def _story(told: dict[str, Any], shown_characters: int | None) -> str:
    document = told["document"]
    lines = [f"{document['id']} in {'run ' + told['run'] if 'run' in told else told['folder']}"]
    decided = told.get("verdict", {})
    for name in DOCUMENT_FIELDS:
        if document[name] or decided.get(name):
            became = decided.get(name, document[name])
            lines.append(
                _line(name, became if became == document[name] else f"{became} (was {document[name] or 'none'})")
            )
    meta = {name: value for name, value in document["meta"].items() if name != "head" or document["text"]}
    lines += [_line(name, value) for name, value in sorted(meta.items())]
    if record := told.get("record"):
        received = f"{record['status']} {record['content_type']}, {record['body_bytes']:,} bytes, {record['date']}"
        lines.append(_line("record", f"{record['file']} at {record['offset']}: {received}"))
    if chosen := told.get("recall"):
        how = f"recalled in round {chosen['round']}" if chosen["recalled"] else "not recalled"
        lines.append(_line("recall", f"{how}, score {chosen['score']:.3f}"))
    if chosen := told.get("quality"):
        lines.append(_line("quality", f"score {chosen['score']:.3f}, {'kept' if chosen['kept'] else 'below the cut'}"))
    lines += _decided(told)
    text = document["text"] or document["meta"].get("head", "")
    cut = shown_characters is not None and len(text) > shown_characters
    shown = text[:shown_characters] + f"… ({len(text)} characters; --text prints all)" if cut else text
    return "\n".join([*lines, "", shown])


def _changed(told: dict[str, Any]) -> list[str]:
    """What was done to the text, and which questions of evaluation sets it holds."""
    lines = []
    edits = told.get("edits") or {}
    done = [
        f"{name} {count}" for name, count in edits.items() if isinstance(count, int) and count and "bytes" not in name
    ]
    if done:
        lines.append(_line("edited", f"{', '.join(done)}; {edits['bytes_before']:,} to {edits['bytes_after']:,} bytes"))
    for hit in (told.get("hits") or {}).get("hits") or []:
        answer = {True: "; its answer stands near", False: "; its answer does not"}.get(hit.get("answer_near"), "")
        place = f"{hit['share']:.0%} of it at {hit['begin']} to {hit['end']}"
        lines.append(_line("question", f"{hit['named']}: {place}{answer}"))
    return lines


def _decided(told: dict[str, Any]) -> list[str]:
    from headwater.curate import unread

    lines = _changed(told)
    if place := unread.told_place(told["document"]):
        lines.append(_line("verdict", f"{place} was not read: {told['verdict']['reason']}"))
    elif verdict := told.get("verdict"):
        value = "" if verdict["value"] is None else f"{verdict['value']:.4g}"
        told_by = " ".join(
            part for part in (value, verdict["duplicate_of"] and f"like {verdict['duplicate_of']}") if part
        )
        because = f"{verdict['reason']} ({told_by})" if told_by else verdict["reason"]
        decided = "kept" if verdict["kept"] else f"rejected by {because}"
        lines.append(_line("verdict", f"{decided}; channel {verdict['channel']}"))
    if told.get("rules"):
        rows = [_rule(rule) for rule in told["rules"]]
        lines += ["", table(rows, ["rule", "value", "least", "most", ""]), ""]
    if "split" in told:
        lines.append(_line("part", told["split"]["part"]))
    for place in told.get("packed", []):
        lines.append(_line("tokens", f"{place['length']} at {place['token_offset']} of {place['channel']}"))
    if "steps" in told:
        lines.append(_line("read in", listed(told["steps"])))
    return lines


def _rule(rule: dict[str, Any]) -> list[str]:
    numbers = ["" if rule[name] is None else f"{rule[name]:.4g}" for name in ("value", "low", "high")]
    return [rule["reason"], *numbers, "broken" if rule["broken"] else ""]


def _line(name: str, value: Any) -> str:
    return f"  {name:<12} {value}"
