"""Digits: arithmetic by the way numbers are cut; the lab, as a section."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from headwater.labs import digits


def section(data: Path, output: Path) -> str:
    """Markdown, with the plot in `output`/img."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "digits"
        result = digits.run(folder, say=lambda text: print(text, file=sys.stderr))
        (output / "img").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "accuracy.svg", output / "img" / "digits.svg")
    return "#" + digits.page(result, "img/digits.svg") + "\nThe same by `headwater lab digits -o DIR`."
