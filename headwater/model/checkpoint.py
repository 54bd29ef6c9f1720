"""The checkpoint format, and how one is known to be intact.

In: a folder with model.safetensors, model.json, tokenizer.json, in training optimizer.safetensors too,
and state.json. Out: its state, checked. state.json holds size and SHA-256 of every other file and a
digest of itself, so that a cut or flipped byte anywhere is noticed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError

SCHEMA_VERSION = 1
STATE = "state.json"
MODEL, OPTIMIZER, CONFIG, TOKENIZER = "model.safetensors", "optimizer.safetensors", "model.json", "tokenizer.json"
CHECKPOINTS = "checkpoints"  # the folder of a run's checkpoints
MAX_JSON_BYTES = 256 << 20
_NAME = re.compile(r"^step-(\d{8,})$")


@dataclass(frozen=True)
class Checkpoint:
    """An intact checkpoint: where it is and what its state.json says."""

    folder: Path
    state: dict[str, Any]

    @property
    def step(self) -> int:
        step: int = self.state["step"]
        return step


def name_of(step: int) -> str:
    return f"step-{step:08d}"


def folders(parent: Path) -> list[Path]:
    """Checkpoint folders, newest step first, intact or not."""
    if not parent.is_dir():
        return []
    found = [(int(match[1]), path) for path in parent.iterdir() if (match := _NAME.match(path.name)) and path.is_dir()]
    return [path for _, path in sorted(found, reverse=True)]


def sealed(folder: Path, state: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """`state` with the schema, every file of `folder` and its own digest: the content of state.json.

    `known`: digests of files that were hashed while they were written.
    """
    files = {
        path.name: {"sha256": known.get(path.name) or _file_digest(path), "size": path.stat().st_size}
        for path in sorted(folder.iterdir())
    }
    value = {**state, "schema": SCHEMA_VERSION, "files": files}
    return value | {"digest": _value_digest(value)}


def read_json(path: Path) -> Any:
    """A JSON file of a checkpoint. Raises HeadwaterError damaged_checkpoint, also when it is absurdly large."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise _damaged(path, f"is larger than {MAX_JSON_BYTES >> 20} MiB")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, f"cannot be read: {error}") from error


def read_state(folder: Path) -> dict[str, Any]:
    """state.json, its own digest checked. Raises HeadwaterError damaged_checkpoint or foreign_version."""
    path = folder / STATE
    value = read_json(path)
    if not isinstance(value, dict) or "digest" not in value:
        raise _damaged(path, "is not a checkpoint's state")
    digest = value.pop("digest")
    if _value_digest(value) != digest:
        raise _damaged(path, "does not match its own digest")
    if value.get("schema") != SCHEMA_VERSION:
        raise HeadwaterError(
            "foreign_version",
            f"checkpoint schema {value.get('schema')!r}; this headwater reads schema {SCHEMA_VERSION}",
            where=str(path),
            mend="read it with the version that wrote it",
        )
    return value


def verify(folder: Path) -> Checkpoint:
    """Check every byte of a checkpoint. Raises HeadwaterError damaged_checkpoint or foreign_version."""
    state = read_state(folder)
    for name, entry in state["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry["size"]:
            raise _damaged(path, "is missing or was cut short")
        if _file_digest(path) != entry["sha256"]:
            raise _damaged(path, "does not match its digest")
    return Checkpoint(folder, state)


def _file_digest(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _value_digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _damaged(path: Path, what: str) -> HeadwaterError:
    return HeadwaterError(
        "damaged_checkpoint", what, where=str(path), mend="use an earlier checkpoint, or restore this one from a copy"
    )
