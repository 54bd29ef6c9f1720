"""Names for reserved special tokens, given after training: no id moves and the size stays.

In: a tokenizer's folder and new names. Out: the same folder's files with `<|reserved_0|>`, … renamed, lowest first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.tokenizer import chat, training_record
from headwater.tokenizer.encode import HF_CONFIG_NAME, NAME, Encoder

MAX_NAME = 64  # characters
_RESERVED = re.compile(r"<\|reserved_(\d{1,9})\|>")


def add(folder: Path, names: Sequence[str], output: Path) -> tuple[dict[str, int], int]:
    """Write the renamed tokenizer to `output`: (the id of each name, how many reserved tokens are left).

    Raises HeadwaterError arguments for a name that is there already or cannot be one, data when none is left.
    """
    path = Path(Encoder.load(folder).where)
    described = json.loads(path.read_bytes())
    free = _reserved(described)
    _check(names, described)
    if len(names) > len(free):
        raise HeadwaterError(
            "data",
            f"has {len(free)} reserved tokens left, {len(names)} are asked for",
            where=str(path),
            mend="train with a larger --reserve, or expand the vocabulary: headwater tokenizer expand",
        )
    given = dict(zip(free, names, strict=False))
    vocab = described["model"]["vocab"]
    described["model"]["vocab"] = {given.get(token, token): id_ for token, id_ in vocab.items()}
    for token in described["added_tokens"]:
        token["content"] = given.get(token["content"], token["content"])
    text = _loaded(described, str(path))
    _write(path.parent, output, text, described)
    ids = {token["content"]: token["id"] for token in described["added_tokens"]}
    return {name: ids[name] for name in names}, len(free) - len(names)


def _reserved(described: dict[str, Any]) -> list[str]:
    """Reserved tokens that have no name yet, lowest first."""
    found = [token["content"] for token in described.get("added_tokens", []) if token["special"]]
    numbered = [(int(match[1]), name) for name in found if (match := _RESERVED.fullmatch(name))]
    return [name for _, name in sorted(numbered)]


def _check(names: Sequence[str], described: dict[str, Any]) -> None:
    taken = {*described["model"]["vocab"], *(token["content"] for token in described.get("added_tokens", []))}
    for place, name in enumerate(names):
        told = ""
        if not 3 <= len(name) <= MAX_NAME or not name.isprintable() or " " in name or _RESERVED.fullmatch(name):
            told = f"--add {name!r}: 3 to {MAX_NAME} printable characters without spaces, as <|think|>"
        elif name in taken or name in names[:place]:
            told = f"--add {name}: a token of this name is there already"
        if told:
            raise HeadwaterError("arguments", told)


def _loaded(described: dict[str, Any], where: str) -> str:
    """The file's text as `tokenizers` writes it, which is to say that it loads."""
    from tokenizers import Tokenizer

    try:
        text: str = Tokenizer.from_str(json.dumps(described)).to_str(pretty=True)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the library derives from BaseException
        raise HeadwaterError("damaged_file", f"not a tokenizer: {error}", where=where) from error
    return text + "\n"


def _write(source: Path, output: Path, text: str, described: dict[str, Any]) -> None:
    beside = source / HF_CONFIG_NAME
    if beside.is_file():
        config = storage.read_json(beside)
    else:
        config = chat.hf_config(token["content"] for token in described["added_tokens"])
    record = training_record.read(source)
    storage.write_json(output / HF_CONFIG_NAME, config)
    if record is not None:
        training_record.write(output, record.config, record.barred)
    storage.write_text(output / NAME, text)
