"""The folder of an expanded vocabulary, and what must hold before it is written.

In: a Base and its Expansion. Out: tokenizer.json and the small files beside the old one that `transformers` reads.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.tokenizer.backends import SAMPLE
from headwater.tokenizer.encode import HF_CONFIG_NAME, MAX_FILE_BYTES, NAME, Encoder
from headwater.tokenizer.expand import Expansion
from headwater.tokenizer.expand_base import Base

# vocab.json, merges.txt and tokenizer.model would still tell of the old vocabulary and stay behind
BESIDE = (HF_CONFIG_NAME, "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json")


def check_output(output: Path, base: Path) -> None:
    """Raises HeadwaterError arguments where something is there that would be overwritten."""
    if output.exists() and not output.is_dir():
        raise HeadwaterError("arguments", "is not a folder", where=str(output))
    if output.is_dir() and output.resolve() == base.parent.resolve():
        raise HeadwaterError("arguments", "is the old vocabulary's own folder", where=str(output), mend="name another")
    if output.is_dir() and any(output.iterdir()):
        raise HeadwaterError("arguments", "holds files already", where=str(output), mend="name a new or empty folder")


@contextmanager
def published(output: Path) -> Iterator[Path]:
    """A folder that takes the name `output` when the block ends, and is not there at all if it fails."""
    work = output.parent / f"{storage.TEMPORARY_PREFIX}{secrets.token_hex(4)}-{output.name}"
    storage.make_folder(work)
    try:
        yield work
        storage.publish_folder(work, output)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def write(base: Base, expansion: Expansion, folder: Path) -> None:
    """Write the tokenizer's files."""
    storage.write_text(folder / NAME, json.dumps(expansion.described, ensure_ascii=False, indent=2) + "\n")
    for name in BESIDE:
        if (base.path.parent / name).is_file():
            storage.write_bytes(folder / name, (base.path.parent / name).read_bytes())
    if not (folder / HF_CONFIG_NAME).is_file():
        end = _end(base)
        value = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
        storage.write_json(folder / HF_CONFIG_NAME, {**value, "bos_token": end, "eos_token": end})


def _end(base: Base) -> str:
    """The token that ends a document."""
    return next(piece for piece, id_ in base.tokenizer.get_vocab().items() if id_ == base.encoder.eod_id)


def encoder_for(base: Base, expansion: Expansion, texts: list[str]) -> Encoder:
    """The new vocabulary's encoder, once it is sure to encode as learned: as before, then merged on.

    Checked on `texts` and on hostile ones. Raises HeadwaterError data where the base does what we do not know of.
    """
    from tokenizers import Tokenizer

    new = Tokenizer.from_str(json.dumps(expansion.described))
    vocab = new.get_vocab()
    moved = [piece for piece, id_ in base.tokenizer.get_vocab().items() if vocab.get(piece) != id_]
    if moved or len(vocab) != base.tokenizer.get_vocab_size() + len(expansion.pieces):
        raise _unknown(base, f"`tokenizers` gives {len(moved)} old tokens another id")
    encoder = Encoder(new, str(base.path), (_end(base),))
    sample = [*SAMPLE, *texts]
    before, ends = base.encoder.encode_batch(sample)
    after, new_ends = encoder.encode_batch(sample)
    if base.described["model"].get("ignore_merges"):  # a word that is a token is that token, whatever the merges say
        same = all(
            encoder.decode_bytes(after[new_ends[row] : new_ends[row + 1]])
            == base.encoder.decode_bytes(before[ends[row] : ends[row + 1]])
            for row in range(len(sample))
        )
    else:
        same = np.array_equal(undone(expansion, after), before)
    if not same:
        raise _unknown(base, "a text is not encoded as before and then merged on")
    return encoder


def undone(expansion: Expansion, ids: np.ndarray) -> np.ndarray:
    """Ids of the new vocabulary as the old ones they were merged from."""
    made_of = [np.array(made, np.int64) for made in expansion.made_of]
    parts = [made_of[id_ - expansion.first_id] if id_ >= expansion.first_id else [id_] for id_ in ids.tolist()]
    return np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)


def _unknown(base: Base, what: str) -> HeadwaterError:
    return HeadwaterError("data", f"cannot be expanded: {what}", where=str(base.path))


def check_same(base: Base, folder: Path) -> None:
    """A model's own tokenizer is the base. Raises HeadwaterError data."""
    path = folder / NAME
    if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
        return
    try:
        value: Any = json.loads(path.read_bytes())["model"]
        same = (value["vocab"], _pairs(value["merges"])) == (
            base.described["model"]["vocab"],
            _pairs(base.described["model"]["merges"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise HeadwaterError("damaged_file", f"not a tokenizer: {error!r}"[:200], where=str(path)) from error
    if not same:
        raise HeadwaterError(
            "data", "the model was trained with another vocabulary", where=str(path), mend=f"it is not {base.path}"
        )


def _pairs(merges: list[Any]) -> list[tuple[str, ...]]:
    return [tuple(merge.split(" ", 1)) if isinstance(merge, str) else tuple(merge) for merge in merges]
