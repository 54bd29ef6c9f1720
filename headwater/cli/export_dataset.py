"""`headwater export RUN --to dataset`: the curated corpus of a run, with its card.

In: a run's name or folder. Out: an Outcome. What is on an opt-out list of the run's sources by now, or on one that is
given, is left out, whenever it was captured.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from headwater.cli.console import Outcome, reporter
from headwater.errors import HeadwaterError

RUNS = "runs"


def export_dataset(run: str, output: Path, opt_out: tuple[str, ...] = (), shard_mb: int = 512) -> Outcome:
    """Write the data set. Raises HeadwaterError unknown_name, arguments, damaged_file or in_use."""
    from headwater.curate.export.dataset import export_dataset as export

    folder = _run_folder(run)
    left_out, key = _left_out([*_lists_of(folder), *opt_out])
    value = export(folder, output, reporter(), left_out=left_out, left_out_key=key, shard_bytes=shard_mb << 20)
    parts = ", ".join(f"{part} {count}" for part, count in value["parts"].items())
    told = f"; {value['left_out']} left out by their owners' wish" if value["left_out"] else ""
    text = f"{value['documents']} documents in {output} ({parts}{told}); its card is {output / 'README.md'}"
    return Outcome(value=value | {"to": "dataset", "folder": str(output)}, text=text)


def _run_folder(name: str) -> Path:
    for folder in (Path(name), Path(RUNS) / name):
        if (folder / "ledger.jsonl").is_file():
            return folder
    known = sorted(path.parent.name for path in Path(RUNS).glob("*/ledger.jsonl"))
    mend = f"runs here: {', '.join(known[:20])}" if known else "give the path of a folder under runs/"
    raise HeadwaterError("unknown_name", "no such run", where=name, mend=mend)


def _lists_of(folder: Path) -> list[str]:
    """The opt-out lists that the run's sources name, as they are now."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    path = folder / "recipe.resolved.yaml"
    try:
        recipe: Any = YAML(typ="safe", pure=True).load(path.read_text("utf-8")) if path.is_file() else {}
    except (YAMLError, ValueError) as error:
        raise HeadwaterError("damaged_file", f"is not the recipe of a run: {error}"[:300], where=str(path)) from error
    sources = recipe.get("sources") if isinstance(recipe, dict) else None
    found: list[str] = []
    for source in sources if isinstance(sources, list) else []:
        for settings in source.values() if isinstance(source, dict) else []:
            given = settings.get("opt_out") if isinstance(settings, dict) else None
            found += [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return [str(name) for name in dict.fromkeys(found) if name]


def _left_out(lists: list[str]) -> tuple[Callable[[str], bool] | None, str]:
    """Whether a URL is on one of the lists, and a digest of what they hold. Raises HeadwaterError unknown_name."""
    from headwater import storage
    from headwater.acquire.canonical import canonical
    from headwater.acquire.optout import OptOut

    if not lists:
        return None, ""
    listed = OptOut.load(*lists)

    def matches(url: str) -> bool:
        address = canonical(url)
        return address is not None and listed.matches(address)

    return matches, storage.value_digest([storage.file_digest(name) for name in lists])[:16]
