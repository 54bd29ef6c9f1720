"""Glitch tokens: those whose embedding training hardly moved, so that the model answers them with noise.

In: a checkpoint (model.safetensors, tokenizer.json) and, where it is known, the embedding it began with. Out: the
tokens that moved no more than rows that cannot have been trained.

Reserved tokens are those rows: text never spells one. An embedding with an output head of its own leaves them where
they began, and the measure is `change`, how far a row is from its initial one. Where head and embedding are one matrix,
every row is pushed away by every step, those never seen in common: the measure is `distance` from the mean of the
reserved rows, round which those never seen lie as they were drawn. So it is where the initial rows are not known.
Source: Land and Bartolo, arXiv 2405.05417, section 2 (rows of tokens known to be unused as the reference).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from headwater.errors import HeadwaterError
from headwater.tokenizer.config import PADDING, RESERVED, ROLES, TOOLS
from headwater.tokenizer.encode import Encoder

WEIGHTS, EMBEDDING = "model.safetensors", "model.embed_tokens.weight"
MAX_HEADER = 100 << 20
CHUNK_ROWS = 4096
LEAST_REFERENCE = 4  # rows, to say how far rows never seen move
MOST_STILL = 0.1  # of a row's length, that reserved rows move where nothing but rounding and decay does
OUTLIER = 3.0  # times the median of the reference: a reserved token that was trained after all
MARGIN = 1.1  # a few reserved rows do not show how far the farthest of many never seen is
UNMOVED = 1e-5  # what rounding moves
NEVER_IN_UTF8 = frozenset([0xC0, 0xC1, *range(0xF5, 0x100)])
TYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_REFERENCE = RESERVED.format("")[:-2]


@dataclass(frozen=True, kw_only=True)
class Glitch:
    """A token, how far it moved, and the most that the reserved rows did."""

    token_id: int
    token: str
    moved: float
    limit: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """`measure`: change or distance, as above."""

    measure: str
    limit: float
    num_reference: int
    vocab_size: int
    tokens: tuple[Glitch, ...]


def find(checkpoint: Path, initial: np.ndarray | None = None) -> Found:
    """The glitch tokens of a checkpoint, the least moved first. `initial`: its first embedding, float32 [V, D].

    Raises HeadwaterError damaged_file; data where neither reserved rows nor the initial ones tell anything.
    """
    encoder, rows = Encoder.load(checkpoint), _embedding(checkpoint / WEIGHTS)
    names = _names(Path(encoder.where))
    size = min(encoder.vocab_size, len(rows))
    reference = [id_ for id_, name in names.items() if id_ < size and _is_reference(name)]
    measure, moved = _measured(rows, size, initial, reference)
    limit = _limit(moved[reference], measure, str(checkpoint))
    judged = [id_ for id_ in np.flatnonzero(moved <= limit).tolist() if id_ not in names]
    tokens = (_glitch(encoder, id_, float(moved[id_]), limit, measure) for id_ in judged)
    return Found(
        measure=measure,
        limit=limit,
        num_reference=len(reference),
        vocab_size=size,
        tokens=tuple(sorted(tokens, key=lambda token: (token.moved, token.token_id))),
    )


def _measured(rows: np.ndarray, size: int, initial: np.ndarray | None, reference: list[int]) -> tuple[str, np.ndarray]:
    """How far each row moved, by the measure that tells more."""
    if initial is not None and initial.shape == rows.shape:
        parts = [np.linalg.norm(part - initial[at : at + len(part)], axis=1) for at, part in _chunks(rows, size)]
        change = np.concatenate(parts)
        still = MOST_STILL * np.median(np.linalg.norm(initial[:size], axis=1))
        if len(reference) < LEAST_REFERENCE or np.median(change[reference]) < still:
            return "change", change
    if len(reference) < LEAST_REFERENCE:
        return "distance", np.full(size, np.inf)
    mean = np.mean([_floats(rows[id_]) for id_ in reference], axis=0)
    distance = np.concatenate([np.linalg.norm(part - mean, axis=1) for _, part in _chunks(rows, size)])
    distance[reference] *= len(reference) / (len(reference) - 1)  # each is part of the mean
    return "distance", distance


def _limit(reference: np.ndarray, measure: str, where: str) -> float:
    """The most that a row never seen moves."""
    if len(reference) < LEAST_REFERENCE:
        if measure == "change":
            return UNMOVED
        told = f"has fewer than {LEAST_REFERENCE} reserved tokens to compare with, and its first embedding is not known"
        raise HeadwaterError("data", told, where=where, mend="check a run that was trained here, from its beginning")
    kept = reference[reference <= OUTLIER * np.median(reference) + UNMOVED]
    return float(MARGIN * kept.max() + UNMOVED)


def _glitch(encoder: Encoder, id_: int, moved: float, limit: float, measure: str) -> Glitch:
    piece = encoder.decode_bytes([id_])
    why = f"its {measure} is within that of the reserved tokens"
    if len(piece) == 1 and piece[0] in NEVER_IN_UTF8:
        why = "a byte that no UTF-8 holds"
    text = piece.decode("utf-8") if _whole(piece) else " ".join(f"<0x{byte:02X}>" for byte in piece)
    return Glitch(token_id=id_, token=text, moved=moved, limit=limit, why=why)


def _whole(piece: bytes) -> bool:
    return piece.decode("utf-8", "ignore").encode("utf-8") == piece


def _is_reference(name: str) -> bool:
    return name.startswith(_REFERENCE) or name in (PADDING, *ROLES, *TOOLS)


def _names(path: Path) -> dict[int, str]:
    """The special tokens by their ids."""
    described = json.loads(path.read_bytes())  # `Encoder` has read it before
    return {token["id"]: token["content"] for token in described.get("added_tokens", []) if token["special"]}


def _chunks(rows: np.ndarray, size: int) -> Iterator[tuple[int, np.ndarray]]:
    for at in range(0, size, CHUNK_ROWS):
        yield at, _floats(rows[at : min(size, at + CHUNK_ROWS)])


def _floats(stored: np.ndarray) -> np.ndarray:
    """float32 of stored numbers; BF16 is the upper half of one."""
    if stored.dtype == np.uint16:
        return (stored.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return stored.astype(np.float32)


def _embedding(path: Path) -> np.ndarray:
    """The embedding as it lies on the disk [V, D], mapped. Raises HeadwaterError damaged_file or unknown_name."""
    if not path.is_file():
        raise HeadwaterError("unknown_name", f"no {WEIGHTS} here", where=str(path.parent), mend="name a checkpoint")
    try:
        with open(path, "rb") as handle:
            length = int.from_bytes(handle.read(8), "little")
            if not 2 <= length <= min(MAX_HEADER, path.stat().st_size - 8):
                raise ValueError(f"a header of {length} bytes")
            entry = json.loads(handle.read(length))[EMBEDDING]
        (start, end), (num_rows, width) = entry["data_offsets"], entry["shape"]
        kind = np.dtype(TYPES[entry["dtype"]])
        if start < 0 or num_rows < 1 or width < 1 or end - start != num_rows * width * kind.itemsize:
            raise ValueError("a tensor whose size is not that of its shape")
        return np.memmap(path, kind, "r", 8 + length + start, (num_rows, width))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        told = f"holds no embedding that can be read: {error}"
        raise HeadwaterError("damaged_file", told, where=str(path)) from error
