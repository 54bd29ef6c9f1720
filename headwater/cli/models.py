"""MODEL on the command line: a run, a checkpoint or a Hugging Face folder.

In: what a person typed. Out: the folder it means, or the model in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from headwater.errors import HeadwaterError

if TYPE_CHECKING:
    from headwater.model.decoder import Decoder
    from headwater.tokenizer.encode import Encoder

RUNS = "runs"
CHECKPOINTS = "checkpoints"


def resolve(name: str) -> Path:
    """The checkpoint or Hugging Face folder behind a name; of a run, its last intact checkpoint.

    Raises HeadwaterError unknown_name or damaged_checkpoint.
    """
    for folder in (Path(name), Path(RUNS) / name):
        if is_checkpoint(folder) or is_huggingface(folder):
            return folder
        for parent in (folder / CHECKPOINTS, folder):
            if found := _last_intact(parent):
                return found
    known = sorted(path.parent.name for path in Path(RUNS).glob(f"*/{CHECKPOINTS}"))
    mend = f"runs here: {', '.join(known)}" if known else "name a run, a checkpoint folder or a Hugging Face folder"
    raise HeadwaterError("unknown_name", "no model under this name", where=name, mend=mend)


def _last_intact(parent: Path) -> Path | None:
    from headwater.model import checkpoint

    problems = []
    for folder in checkpoint.folders(parent):
        try:
            return checkpoint.verify(folder).folder
        except HeadwaterError as error:
            problems.append(str(error))
    if problems:
        raise HeadwaterError(
            "damaged_checkpoint", f"no checkpoint is intact: {'; '.join(problems)}", where=str(parent),
            mend="run the recipe again to train it anew, or restore a checkpoint from a copy",
        )  # fmt: skip
    return None


def is_checkpoint(folder: Path) -> bool:
    return (folder / "state.json").is_file() and (folder / "model.json").is_file()


def is_huggingface(folder: Path) -> bool:
    return (folder / "config.json").is_file()


def load(name: str) -> tuple[Decoder, Encoder]:
    """The model behind a name. Raises HeadwaterError as `resolve` and the loaders do."""
    folder = resolve(name)
    if is_checkpoint(folder):
        from headwater.generate.load import load as load_checkpoint

        return load_checkpoint(folder)
    from headwater.interop.huggingface import load as load_huggingface

    return load_huggingface(folder)
