"""Which checkpoint `--fork RUN@STEP` means. No torch here: it is asked for before any work begins.

In: the workspace's runs and the text a person typed. Out: the checkpoint's folder.
"""

from __future__ import annotations

import re
from pathlib import Path

from headwater.errors import HeadwaterError
from headwater.model.checkpoint import CHECKPOINTS, folders, name_of

_FORK = re.compile(r"^(?P<run>[^@/\\]+)@(?P<step>\d+)$")


def find(runs: Path, fork: str) -> Path:
    """The folder of the checkpoint to start from. Raises HeadwaterError arguments or unknown_name."""
    match = _FORK.match(fork)
    if not match or match["run"] in (".", ".."):
        raise HeadwaterError(
            "arguments", f"{fork!r} is not RUN@STEP", where="--fork", mend="for example --fork demo@100"
        )
    parent = runs / match["run"] / CHECKPOINTS
    folder = parent / name_of(int(match["step"]))
    if folder.is_dir():
        return folder
    steps = ", ".join(str(int(path.name[5:])) for path in reversed(folders(parent)))
    known = ", ".join(sorted(path.parent.name for path in runs.glob(f"*/{CHECKPOINTS}"))) or "none"
    mend = f"its checkpoints: {steps}" if steps else f"runs with checkpoints: {known}"
    raise HeadwaterError("unknown_name", f"no checkpoint {fork}", where="--fork", mend=mend)
