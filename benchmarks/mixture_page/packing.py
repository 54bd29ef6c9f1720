"""What each packing wastes, by channel and length of a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from headwater import document
from headwater.batches import packing
from headwater.tokenizer import train
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.encode import Encoder

CORPORA = ("corpus-zh", "corpus-en", "corpus-code", "domain-math", "instruct")
DOCUMENTS = 2000  # of each, the first
LENGTHS = (512, 2048, 4096)
VOCABULARY = 16_384

INTRO = """
## What packing wastes

A `.bin` holds whole documents; packing says how a row of T targets reads them. `cut` reads window after window over
the joined documents, and a document that starts in one window may end in another: it is cut, and a token may attend
to another document. `masked` reads the same windows, but attention, positions and loss keep to one document; as many
are cut. `best_fit` lays documents whole into the row with the least room that takes them (arXiv 2404.10830); only
those longer than a row are cut, and what stays of a row is padding.

*Wasted* is the share of an epoch's places that teach nothing: padding, and tokens that are never a target. *Cut* is
the share of documents that lie in more than one row. The first {documents} documents of each corpus ({tokens} tokens,
a vocabulary of {vocabulary} learned from them):
"""


def section(data: Path, output: Path) -> str:
    """The section of docs/mixture.md."""
    batches = {name: list(_first(data / f"{name}.jsonl.zst")) for name in CORPORA if _there(data, name)}
    learned = train.train_from((b for of in batches.values() for b in of), TokenizerConfig(vocab_size=VOCABULARY))
    encoder = Encoder(learned)
    lengths = {name: _lengths(of, encoder) for name, of in batches.items()}
    tokens = sum(int(of.sum()) for of in lengths.values())
    text = INTRO.format(documents=f"{DOCUMENTS:,}", tokens=f"{tokens:,}", vocabulary=f"{VOCABULARY:,}").strip()
    return f"{text}\n\n" + "\n".join(_table(lengths)) + f"\n\n{_told(lengths)}"


def _there(data: Path, name: str) -> bool:
    return (data / f"{name}.jsonl.zst").is_file()


def _first(path: Path) -> list[Any]:
    found, rows = [], 0
    for batch in document.read([str(path)]):
        found.append(batch.slice(0, DOCUMENTS - rows))
        rows += found[-1].num_rows
        if rows >= DOCUMENTS:
            break
    return found


def _lengths(batches: list[Any], encoder: Encoder) -> np.ndarray:
    """Tokens of each document, the end-of-document token included."""
    return np.concatenate([np.diff(encoder.encode_batch(batch.column("text"))[1]) + 1 for batch in batches])


def _table(lengths: dict[str, np.ndarray]) -> list[str]:
    lines = [
        "| corpus | T | median document | wasted: cut, masked | wasted: best_fit | cut: cut, masked | cut: best_fit |"
    ]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    for name, of in lengths.items():
        for length in LENGTHS:
            cut, best = (packing.waste(strategy, of, length) for strategy in ("cut", "best_fit"))
            cells = [name, str(length), f"{int(np.median(of)):,}"]
            cells += [f"{told.wasted / max(1, told.rows * length):.3%}" for told in (cut, best)]
            cells += [f"{told.documents_cut / len(of):.1%}" for told in (cut, best)]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _told(lengths: dict[str, np.ndarray]) -> str:
    """One sentence over all corpora at the middle length."""
    length = LENGTHS[1]
    cut = sum(packing.waste("cut", of, length).documents_cut for of in lengths.values())
    best = [packing.waste("best_fit", of, length) for of in lengths.values()]
    padding = sum(told.padding for told in best) / max(1, sum(told.rows for told in best) * length)
    kept = sum(told.documents_cut for told in best)
    return (
        f"Over all of them at {length}: `best_fit` cuts {kept:,} documents where `cut` cuts {cut:,}, "
        f"for {padding:.3%} of padding."
    )
