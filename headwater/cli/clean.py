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
    from headwater.pipeline.workspace import Workspace, remove, unused_entries

    place = Workspace(workspace)
    entries = unused_entries(place)
    removed, total = [], 0
    for path in entries:
        size = sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) if dry_run else remove(path)
        removed.append({"entry": path.name, "bytes": size})
        total += size
    swept = 0 if dry_run or not place.store.exists() else storage.sweep(place.store)
    verb = "would remove" if dry_run else "removed"
    lines = [f"{verb} {entry['entry']} ({entry['bytes'] / 2**20:.1f} MiB)" for entry in removed]
    lines.append(f"{verb} {len(removed)} entries, {total / 2**20:.1f} MiB")
    return Outcome(value={"removed": removed, "bytes": total, "temporaries": swept}, text="\n".join(lines))
