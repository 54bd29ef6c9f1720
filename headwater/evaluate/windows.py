"""Held-out windows: the token sequences a model is scored on, the same at every probe.

In: held-out documents (read through the split, or from any file) and an encoder.
Out: a channel's windows as uint32 (W, T + 1), saved as `CHANNEL.npy`.

Documents of a channel are joined in document order, an end-of-document token before, between and
after them, as in training. Windows overlap by one token, so that every token but the first is scored
once. Where there are more windows than wanted, those with the lowest hash of (seed, channel, index)
are taken: the choice does not move when the model, the batch or the machine does.
Dimensions: W windows, T tokens scored in each.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headwater import document, storage
from headwater.errors import HeadwaterError
from headwater.pipeline import selection

SUFFIX = ".npy"
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_+.\-]*")


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """One held-out document as tokens."""

    channel: str
    id: str
    url: str
    ids: np.ndarray


def from_split(documents: Path, split: Path, encoder: Any) -> Iterator[Encoded]:
    """Held-out documents of every shard, in document order. Raises HeadwaterError damaged_file."""
    for decisions in sorted(split.glob("*.parquet")):
        for batch in selection.selected(documents / decisions.name, decisions, "heldout", ["id", "url", "text"]):
            yield from _encoded(batch.column("channel").to_pylist(), batch, encoder)


def from_batches(batches: Iterable[Any], encoder: Any) -> Iterator[Encoded]:
    """Documents of record batches of document.SCHEMA, their channels from the rows themselves."""
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in ("lang", "kind", "domain"))
        channels = [
            document.channel(
                document.label(lang, "und"), kind if kind in document.KINDS else "", document.label(domain)
            )
            for lang, kind, domain in zip(*columns, strict=True)
        ]
        yield from _encoded(channels, batch, encoder)


def _encoded(channels: list[str], batch: Any, encoder: Any) -> Iterator[Encoded]:
    ids, offsets = encoder.encode_batch(batch.column("text").to_pylist())
    names, urls = batch.column("id").to_pylist(), batch.column("url").to_pylist()
    for row, channel in enumerate(channels):
        found = np.asarray(ids[offsets[row] : offsets[row + 1]], dtype=np.uint32)
        yield Encoded(channel=channel, id=names[row] or "", url=urls[row] or "", ids=found)


def cut(documents: Iterable[Encoded], eod_id: int, length: int, wanted: int, seed: int) -> dict[str, np.ndarray]:
    """Windows a channel, at most `wanted` of `length` scored tokens; a channel too small has fewer, or none."""
    end = np.array([eod_id], dtype=np.uint32)
    streams: dict[str, list[np.ndarray]] = {}
    for one in documents:
        streams.setdefault(one.channel, [end]).extend((one.ids, end))
    windows = {}
    for channel in sorted(streams):
        stream = np.concatenate(streams[channel])
        starts = chosen(channel, (len(stream) - 1) // length, wanted, seed) * length
        windows[channel] = stream[starts[:, None] + np.arange(length + 1)]
    return windows


def chosen(channel: str, available: int, wanted: int, seed: int) -> np.ndarray:
    """Indices of the windows taken, ascending."""
    if available <= wanted:
        return np.arange(available)
    ranked = sorted(range(available), key=lambda i: hashlib.sha256(f"{seed}\x1f{channel}\x1f{i}".encode()).digest())
    return np.array(sorted(ranked[:wanted]))


def save(folder: Path, windows: dict[str, np.ndarray]) -> None:
    """One array a channel; an array of a channel that is no more is removed."""
    storage.make_folder(folder)
    for channel, windows_WT1 in windows.items():
        if not _CHANNEL.fullmatch(channel):
            raise HeadwaterError("data", f"the channel name {channel!r} cannot name a file", where=str(folder))
        with storage.open_atomic(folder / f"{channel}{SUFFIX}") as handle:
            np.save(handle, windows_WT1, allow_pickle=False)
    for path in folder.glob(f"*{SUFFIX}"):
        if path.name.removesuffix(SUFFIX) not in windows:
            path.unlink()


def load(folder: Path, vocab_size: int) -> dict[str, np.ndarray]:
    """Saved windows. Raises HeadwaterError damaged_file when an array is not one of ours."""
    windows = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            array = np.load(path, allow_pickle=False)
        except (ValueError, OSError, EOFError, SyntaxError) as error:
            raise HeadwaterError("damaged_file", f"not a NumPy array: {error}", where=str(path)) from error
        if not isinstance(array, np.ndarray) or array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind not in "ui":
            raise HeadwaterError("damaged_file", "not held-out windows", where=str(path))
        if array.size and (int(array.min()) < 0 or int(array.max()) >= vocab_size):
            raise HeadwaterError(
                "data",
                f"holds token {int(array.max())}; the model knows {vocab_size}",
                where=str(path),
                mend="score the model on text instead: --data DIR",
            )
        windows[path.name.removesuffix(SUFFIX)] = array
    return windows
