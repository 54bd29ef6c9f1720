"""Manifests: what a finished stage holds, and the digests by which it is found again.

`manifest.json` names every file with size and SHA-256, the digests of the inputs, the fields, and
the stage's figures. It is written last; a folder without one is unfinished.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.pipeline.stage import Stage

SCHEMA_VERSION = 1
NAME = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`digest` says what went in; `content` says what came out (the digest of all file digests)."""

    stage: str
    version: int
    digest: str
    content: str
    inputs: dict[str, str]
    fields: dict[str, Any]
    figures: dict[str, Any]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    schema: int = SCHEMA_VERSION


def stage_digest(stage: Stage, input_contents: dict[str, str]) -> str:
    """The digest of a stage: contents of its inputs, its fields and its version; not its name's suffix."""
    value = {
        "stage": stage.name.split(".")[0],
        "version": stage.version,
        "inputs": [input_contents[name] for name in stage.inputs],
        "fields": stage.fields,
    }
    return storage.value_digest(value)


def describe_files(folder: Path, known: dict[str, dict[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file below `folder`, hidden ones and the manifest left out.

    `known` holds descriptions already made when the files were written.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == NAME or any(part.startswith(".") for part in name.split("/")):
            continue
        found[name] = (known or {}).get(name) or describe_file(path)
    return found


def describe_file(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": storage.file_digest(path)}


def write(folder: Path, manifest: Manifest) -> None:
    storage.write_json(folder / NAME, asdict(manifest))


def content_digest(files: dict[str, dict[str, Any]]) -> str:
    return storage.value_digest({name: entry["sha256"] for name, entry in files.items()})


def read(folder: Path) -> Manifest | None:
    """The manifest of a finished folder, or None where there is none.

    Raises HeadwaterError damaged_file or foreign_version.
    """
    path = folder / NAME
    if not path.exists():
        return None
    value = storage.read_json(path)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA_VERSION:
        found = value.get("schema") if isinstance(value, dict) else None
        raise HeadwaterError(
            "foreign_version",
            f"manifest schema {found!r}; this headwater reads schema {SCHEMA_VERSION}",
            where=str(path),
            mend="read it with the version that wrote it, or remove the folder and run again",
        )
    try:
        return Manifest(**value)
    except TypeError as error:
        raise HeadwaterError("damaged_file", f"not a manifest: {error}", where=str(path)) from error


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Cheap check on reuse: every file is there with its size. Raises HeadwaterError damaged_file."""
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry["size"]:
            raise _damaged(folder, path, "is missing or has another size")


def check_digests(folder: Path, manifest: Manifest) -> int:
    """Full check: every byte. Returns the number of files. Raises HeadwaterError damaged_file."""
    check_sizes(folder, manifest)
    for name, entry in manifest.files.items():
        if storage.file_digest(folder / name) != entry["sha256"]:
            raise _damaged(folder, folder / name, "does not match its digest")
    if content_digest(manifest.files) != manifest.content:
        raise _damaged(folder, folder / NAME, "does not match its own content digest")
    return len(manifest.files)


def _damaged(folder: Path, path: Path, what: str) -> HeadwaterError:
    return HeadwaterError(
        "damaged_file", what, where=str(path), mend=f"remove {folder} and give the same command again to make it anew"
    )
