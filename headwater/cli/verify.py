"""`headwater verify`: every digest a run depends on, checked byte by byte."""

from __future__ import annotations

from pathlib import Path

import typer

from headwater.cli.console import Outcome, reporter
from headwater.errors import HeadwaterError


def verify(run: str = typer.Argument(..., help="a run folder, or the name of one under runs/")) -> Outcome:
    """Check every file of a run, its stages in the store and its checkpoints against their digests.

    Example: headwater verify demo
    """
    from headwater.pipeline import manifest

    folder = run_folder(run)
    damaged: list[str] = []
    checked = 0
    stages = [p for p in sorted(folder.iterdir()) if p.is_symlink()]
    states = sorted((folder / ".stages").glob("*"))
    with reporter().bar("verify", len(stages) + len(states), "stages") as bar:
        for path in [*stages, *states]:
            target = path.resolve() if path.is_symlink() else folder
            try:
                found = manifest.read(path)
                if found is None:
                    raise HeadwaterError("damaged_file", "has no manifest", where=str(path))
                checked += manifest.check_digests(target, found)
            except HeadwaterError as error:
                damaged.append(str(error))
            bar.advance()
    checkpoints = _check_checkpoints(folder, damaged)
    text = f"{checked + checkpoints} files checked, {len(damaged)} damaged"
    value = {"run": str(folder), "files": checked + checkpoints, "damaged": damaged}
    return Outcome(value=value, text="\n".join([*damaged, text]), exit_code=3 if damaged else 0)


def _check_checkpoints(folder: Path, damaged: list[str]) -> int:
    from headwater.model import checkpoint

    found = checkpoint.folders(folder / checkpoint.CHECKPOINTS)
    for path in found:
        try:
            checkpoint.verify(path)
        except HeadwaterError as error:
            damaged.append(str(error))
    return len(found)


def run_folder(name: str) -> Path:
    """A run's folder from its path or its name under runs/. Raises HeadwaterError unknown_name."""
    for path in (Path(name), Path("runs") / name):
        if (path / "ledger.jsonl").exists():
            return path
    known = sorted(p.parent.name for p in Path("runs").glob("*/ledger.jsonl"))
    raise HeadwaterError("unknown_name", "no such run", where=name, mend="runs here: " + (", ".join(known) or "none"))
