"""How a vocabulary was learned, kept beside it, so that an audit can learn it anew.

In: a TokenizerConfig and what was barred. Out: `training.json` beside `tokenizer.json`:
`{"schema", "settings", "barred"}`; settings that cannot change the vocabulary (memory, the path of a review) are left
out, pieces are written as hexadecimal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.tokenizer.config import TokenizerConfig

NAME = "training.json"
SCHEMA = 1
MAX_BYTES = 64 << 20
_WITHOUT_EFFECT = ("memory", "audit")


@dataclass(frozen=True, kw_only=True)
class Record:
    """The settings, and the bytes of each piece that was kept from forming."""

    config: TokenizerConfig
    barred: frozenset[bytes] = frozenset()


def write(folder: Path, config: TokenizerConfig, barred: Iterable[bytes]) -> None:
    settings = {name: value for name, value in asdict(config).items() if name not in _WITHOUT_EFFECT}
    pieces = sorted(piece.hex() for piece in barred)
    storage.write_json(folder / NAME, {"schema": SCHEMA, "settings": settings, "barred": pieces})


def read(folder: Path) -> Record | None:
    """The record of a tokenizer's folder; None where there is none. Raises HeadwaterError damaged_file or
    foreign_version."""
    path = folder / NAME
    if not path.is_file():
        return None
    if path.stat().st_size > MAX_BYTES:
        raise HeadwaterError("unsafe_file", f"is larger than {MAX_BYTES >> 20} MiB", where=str(path))
    value = storage.read_json(path)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise HeadwaterError(
            "foreign_version", f"is not a record of schema {SCHEMA}", where=str(path), mend="train the tokenizer anew"
        )
    try:
        return _parsed(value)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise HeadwaterError("damaged_file", f"is not a record of training: {error}", where=str(path)) from error


def _parsed(value: dict[str, Any]) -> Record:
    config = TokenizerConfig(**value["settings"])
    if problems := config.check():
        raise ValueError("; ".join(f"{name} {told}" for name, told in problems))
    return Record(config=config, barred=frozenset(bytes.fromhex(piece) for piece in value["barred"]))
