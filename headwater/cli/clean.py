"""`headwater clean`: remove from the shared store what no run uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from headwater.cli.console import Outcome

if TYPE_CHECKING:
    from headwater.pipeline.workspace import Workspace


def clean(
    workspace: Path = typer.Option(Path("."), "--workspace", help="folder of store/ and runs/"),
    dry_run: bool = typer.Option(False, "--dry-run", help="list what would go; remove nothing"),
) -> Outcome:
    """Remove stored stages that no run names, and work left by runs that were given up.

    A run keeps its stages: remove its folder under runs/ first to free them.
    Example: headwater clean --dry-run
    """
    from headwater.pipeline.workspace import Workspace, locked

    place = Workspace(workspace)
    if not place.store.exists():
        return Outcome(value={"removed": [], "bytes": 0, "temporaries": 0}, text="there is no store here")
    with locked(place.store_lock, "a run is at work in this workspace"):
        return _cleaned(place, dry_run)


def _cleaned(place: Workspace, dry_run: bool) -> Outcome:
    from headwater import storage
    from headwater.pipeline.workspace import LOCK, remove, size_bytes, unused_entries

    removed: dict[str, int] = {}
    for path in unused_entries(place):
        removed[path.name] = size_bytes(path) if dry_run else remove(path)
    total = sum(removed.values())
    swept = 0
    if not dry_run:
        swept = storage.sweep(place.store)
        for lock in place.store.glob(f"{LOCK}*"):
            lock.unlink()
    verb = "would remove" if dry_run else "removed"
    lines = [f"{verb} {name} ({size / 2**20:.1f} MiB)" for name, size in removed.items()]
    lines.append(f"{verb} {len(removed)} entries, {total / 2**20:.1f} MiB")
    entries = [{"entry": name, "bytes": size} for name, size in removed.items()]
    return Outcome(value={"removed": entries, "bytes": total, "temporaries": swept}, text="\n".join(lines))
