"""Fill-in-the-middle: a share of code documents whose middle is moved to their end.

In: a batch of documents. Out: its tokens, in which a chosen document is prefix, suffix and middle, each after the
special token that names it, and which documents those are. A model that reads them learns to write what stands
between two texts, and loses nothing of writing on. Source: arXiv 2207.14255, sections 3 and 3.1.

PSM is `<prefix> P <suffix> S <middle> M`; SPM, by the variant of the paper's appendix D that shares most with it,
`<prefix> <suffix> S <middle> P M`. Which documents, which way and where they are cut follows from the seed and the
document's id alone. Cuts fall between characters, and each part is encoded by itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.errors import HeadwaterError
from headwater.pack.config import PackConfig
from headwater.tokenizer.config import FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX
from headwater.tokenizer.encode import Encoder

LANG = "code"
PSM, SPM = "psm", "spm"


@dataclass(frozen=True)
class Fim:
    """`share` of code documents are moved, `spm` of them suffix first; the ids of the three special tokens."""

    share: float
    spm: float
    seed: int
    prefix: int
    suffix: int
    middle: int


@dataclass(frozen=True)
class Moved:
    """For each row: "", "psm" or "spm"; and where its middle begins and ends, in characters (-1: not moved)."""

    mode: list[str]
    begin: np.ndarray
    end: np.ndarray


def opened(config: PackConfig, seed: int, encoder: Encoder) -> Fim | None:
    """What the settings ask for; None where they move nothing. Raises HeadwaterError recipe."""
    if not config.fim:
        return None
    ids = [encoder.token_id(token) for token in (FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE)]
    if missing := [t for t, i in zip((FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE), ids, strict=True) if i is None]:
        raise HeadwaterError(
            "recipe",
            f"the tokenizer has no {', '.join(missing)}, which fill-in-the-middle needs",
            where="pack.fim",
            mend=f"add them to {encoder.where or 'its tokenizer.json'} (vocabularies learned here have them), "
            "or set pack.fim: 0",
        )
    prefix, suffix, middle = (int(found) for found in ids if found is not None)
    return Fim(config.fim, config.fim_spm, seed, prefix, suffix, middle)


def draw(fim: Fim, document_id: str, num_characters: int) -> tuple[str, int, int]:
    """(mode, begin and end of the middle) of one document; ("", -1, -1) where it stays as it is."""
    key = f"fim {fim.seed} {document_id}".encode("utf-8", "replace")
    numbers = np.frombuffer(hashlib.blake2b(key, digest_size=32).digest(), "<u8").tolist()
    if numbers[0] >= fim.share * 2**64:
        return "", -1, -1
    begin, end = sorted(number % (num_characters + 1) for number in numbers[2:])
    return (SPM if numbers[1] < fim.spm * 2**64 else PSM), begin, end


def encode(batch: pa.RecordBatch, encoder: Encoder, fim: Fim | None) -> tuple[np.ndarray, np.ndarray, Moved]:
    """(ids uint32, offsets int64, what was moved) of a batch with columns `id`, `text` and `lang`."""
    num = batch.num_rows
    moved = Moved([""] * num, np.full(num, -1), np.full(num, -1))
    texts = batch.column("text")
    if fim is None:
        return *encoder.encode_batch(texts), moved
    parts: list[str] = []
    for row in np.flatnonzero(pc.fill_null(pc.equal(batch.column("lang"), LANG), False).to_numpy(zero_copy_only=False)):
        text = texts[row].as_py() or ""
        mode, begin, end = draw(fim, batch.column("id")[row].as_py() or "", len(text))
        if mode:
            moved.mode[row], moved.begin[row], moved.end[row] = mode, begin, end
            parts += [text[:begin], text[end:], text[begin:end]]
    chosen = np.flatnonzero(moved.begin >= 0)
    mask = np.zeros(num, np.bool_)
    mask[chosen] = True
    ids, offsets = encoder.encode_batch(pc.if_else(pa.array(mask), pa.scalar("", texts.type), texts))
    found, ends = encoder.encode_batch(parts)
    thirds = [found[ends[i] : ends[i + 1]] for i in range(len(parts))]
    whole = [
        _arranged(fim, moved.mode[row], *thirds[3 * place : 3 * place + 3]) for place, row in enumerate(chosen.tolist())
    ]
    return *_inserted(ids, offsets, chosen, whole), moved


def _arranged(fim: Fim, mode: str, prefix: np.ndarray, suffix: np.ndarray, middle: np.ndarray) -> np.ndarray:
    begin, between, last = (np.array([i], np.uint32) for i in (fim.prefix, fim.suffix, fim.middle))
    if mode == SPM:
        return np.concatenate([begin, between, suffix, last, prefix, middle])
    return np.concatenate([begin, prefix, between, suffix, last, middle])


def _inserted(
    ids: np.ndarray, offsets: np.ndarray, rows: np.ndarray, whole: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Tokens of a batch with those of some rows, empty so far, put in their place."""
    parts, done = [], 0
    for row, tokens in zip(rows.tolist(), whole, strict=True):
        parts += [ids[done : offsets[row]], tokens]
        done = int(offsets[row])
    sizes = np.diff(offsets)
    sizes[rows] = [len(tokens) for tokens in whole]
    return np.concatenate([*parts, ids[done:]]), np.concatenate([[0], np.cumsum(sizes)])
