"""The report stage: one self-contained HTML page about a run, in English and Chinese.

In: the finished stage folders and the run folder. Out: `report.html` in the run folder.
Nothing in it runs: no script, no download, every text escaped, under a content policy that forbids
the rest. A part of the chain that was not run is a part of the page that is not there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater import storage

NAME = "report.html"


def run(context: Any) -> dict[str, Any]:
    """Write the report of a run; `context` is a pipeline Context."""
    run_folder = context.run_folder or context.folder
    path = write(run_folder, dict(context.inputs))
    context.report.say(f"  {path}")
    return {"files": [NAME]}


def write(run_folder: Path, stages: dict[str, Path]) -> Path:
    """Write `report.html` from a run folder and its stages' folders; its path."""
    from headwater.monitor.report.gather import gather
    from headwater.monitor.report.page import page

    path = run_folder / NAME
    storage.write_text(path, page(gather(run_folder, stages)))
    return path
