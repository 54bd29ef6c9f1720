"""Vocabularies as others make them, small: what expansion starts from."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tests import corpora

META = "\u2581"


def english(num: int = 12) -> list[str]:
    rng = random.Random(5)
    return [(corpora.english, corpora.code)[place % 3 == 2](rng) for place in range(num)]


def _learned(normalizer: Any, cut: Any, alphabet: list[str], size: int, specials: list[str]) -> dict[str, Any]:
    from tokenizers import Tokenizer, models, trainers

    built = Tokenizer(models.BPE())
    if normalizer is not None:
        built.normalizer = normalizer
    built.pre_tokenizer = cut
    built.train_from_iterator(
        english(),
        trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=specials,
            initial_alphabet=alphabet,
            max_token_length=12,
            show_progress=False,
        ),
    )
    return json.loads(built.to_str())


def gpt2() -> dict[str, Any]:
    """Byte-level, GPT-2's pattern, its end token first among the ids."""
    from tokenizers import pre_tokenizers

    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return _learned(None, level, pre_tokenizers.ByteLevel.alphabet(), 500, ["<|endoftext|>"]) | {
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    }


def gapped() -> dict[str, Any]:
    """Ids that no token has."""
    value = gpt2()
    value["model"]["vocab"] = {piece: id_ + 7 * (id_ > 300) for piece, id_ in value["model"]["vocab"].items()}
    return value


def spaced() -> dict[str, Any]:
    """Byte-level with a space before every text: no pattern of ours."""
    value = gpt2()
    value["pre_tokenizer"]["add_prefix_space"] = True
    return value


def llama3() -> dict[str, Any]:
    """Special tokens behind the entries and not among them; whole words taken as they are."""
    from headwater.tokenizer import patterns

    value = gpt2()
    entries = [piece for piece in value["model"]["vocab"] if piece != "<|endoftext|>"]
    value["model"] |= {"vocab": {piece: place for place, piece in enumerate(entries)}, "ignore_merges": True}
    value["pre_tokenizer"] = json.loads(patterns.pre_tokenizer("bbpe", "llama3", "auto").__getstate__())
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]
    value["added_tokens"] = [{"id": len(entries) + place, "content": name, **flags} for place, name in enumerate(names)]
    return value


def qwen2() -> dict[str, Any]:
    """A normal form, and added tokens that are found in text."""
    from headwater.tokenizer import patterns

    value = llama3()
    value["model"]["ignore_merges"] = False
    value["normalizer"] = {"type": "NFC"}
    value["pre_tokenizer"] = json.loads(patterns.pre_tokenizer("bbpe", "qwen2", "auto").__getstate__())
    value["added_tokens"][2] |= {"content": "<tool_call>", "special": False}
    return value


def llama2() -> dict[str, Any]:
    """SentencePiece's: a mark for a space, bytes for rare characters, nothing that cuts the text."""
    from tokenizers import normalizers, pre_tokenizers

    steps = [pre_tokenizers.Metaspace(prepend_scheme="never"), pre_tokenizers.Digits(True)]
    cut = pre_tokenizers.Sequence([*steps, pre_tokenizers.Punctuation()])
    value = _learned(normalizers.Replace(" ", META), cut, [META, *"0123456789"], 300, [])
    special = ["<unk>", "<s>", "</s>"]
    entries = [*special, *(f"<0x{byte:02X}>" for byte in range(256))]
    entries += [piece for piece in value["model"]["vocab"] if piece != "\n"]
    merges = [pair for pair in value["model"]["merges"] if "\n" not in "".join(pair)]
    made = {"".join(pair) for pair in merges}
    entries = [piece for piece in entries if len(piece) == 1 or piece.startswith("<") or piece in made]
    value["model"] |= {
        "vocab": {piece: place for place, piece in enumerate(entries)},
        "merges": [" ".join(pair) for pair in merges],
        "byte_fallback": True,
        "fuse_unk": True,
        "unk_token": "<unk>",
    }
    value["pre_tokenizer"] = None
    prepend = {"type": "Prepend", "prepend": META}
    value["normalizer"] = {
        "type": "Sequence",
        "normalizers": [prepend, {"type": "Replace", "pattern": {"String": " "}, "content": META}],
    }
    steps = [{"type": "Replace", "pattern": {"String": META}, "content": " "}, {"type": "ByteFallback"}]
    strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    value["decoder"] = {"type": "Sequence", "decoders": [*steps, {"type": "Fuse"}, strip]}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    value["added_tokens"] = [{"id": place, "content": name, **flags} for place, name in enumerate(special)]
    return value


def ours(kind: str) -> dict[str, Any]:
    """Learned by us, from the same text."""
    from headwater import document
    from headwater.tokenizer.config import TokenizerConfig
    from headwater.tokenizer.train import train_from

    batches = document.batches_of([{"text": text} for text in english()])
    config = TokenizerConfig(type=kind, vocab_size=450, reserve=4)  # type: ignore[arg-type]
    return json.loads(train_from(batches, config).to_str())


MAKERS: dict[str, Callable[[], dict[str, Any]]] = {
    "gpt2": gpt2,
    "gapped": gapped,
    "spaced": spaced,
    "llama3": llama3,
    "qwen2": qwen2,
    "llama2": llama2,
    "bbpe": lambda: ours("bbpe"),
    "bpe": lambda: ours("bpe"),
}


@cache
def text_of(name: str) -> str:
    return json.dumps(MAKERS[name](), ensure_ascii=False)


def written(folder: Path, name: str) -> Path:
    """A folder with the tokenizer.json of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(text_of(name), "utf-8")
    return folder
