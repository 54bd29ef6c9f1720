"""`headwater clean`: remove from the shared store what no run uses."""

from __future__ import annotations

from pathlib import Path

import typer

from headwater.cli.console import Outcome


def clean(
    workspace: Path = typer.Option(Path("."), "--workspace", help="folder of store/ and runs/"),
    dry_run: bool = typer.Option(False, "--dry-run", help="list what would go; remove nothing"),
) -> Outcome:
    """Remove stored stages that no run names, and work left by runs that were given up.

    A run keeps its stages: remove its folder under runs/ first to free them.
    Example: headwater clean --dry-run
    """
    from headwater import storage
    from headwater.pipeline.workspace import Workspace, remove, size_bytes, unused_entries

    place = Workspace(workspace)
    removed: dict[str, int] = {}
    for path in unused_entries(place):
        removed[path.name] = size_bytes(path) if dry_run else remove(path)
    total = sum(removed.values())
    swept = 0 if dry_run or not place.store.exists() else storage.sweep(place.store)
    verb = "would remove" if dry_run else "removed"
    lines = [f"{verb} {name} ({size / 2**20:.1f} MiB)" for name, size in removed.items()]
    lines.append(f"{verb} {len(removed)} entries, {total / 2**20:.1f} MiB")
    entries = [{"entry": name, "bytes": size} for name, size in removed.items()]
    return Outcome(value={"removed": entries, "bytes": total, "temporaries": swept}, text="\n".join(lines))
