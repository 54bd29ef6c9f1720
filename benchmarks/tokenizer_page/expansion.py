"""What an expansion saves, and how a model takes it: new rows as a mean, FOCUS-like and random, side by side.

In: the folder of corpora. Out: a section. A small model with a vocabulary that hardly knows Chinese is trained on
English, code and Chinese; the command expands the vocabulary on Chinese, once for each way to begin the new rows, and
the model is trained on. Loss is in bits a byte of held-out text, so that vocabularies can be compared.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.tokenizer_page import expansion_model as small
from headwater import document, storage
from headwater.cli.tokenizer_expand import expand
from headwater.interop import huggingface
from headwater.tokenizer import train
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.encode import Encoder

VOCAB, ADD = 2048, 1024
INITS = ("mean", "focus", "random")
STEPS, MORE = 240, (0, 20, 60)  # steps of the old model; after the expansion, when it is scored
TRAIN_BYTES, HELD_OUT_BYTES = 2_000_000, 60_000  # a language
OLD_ZH_BYTES = 60_000  # of Chinese that the old vocabulary was learned from
LONGEST, SHORTEST = 20_000, 200  # characters of a document


def section(data: Path, output: Path) -> str:
    """Measure, and write the section."""
    held, seen = {}, {}
    for lang in ("zh", "en", "code"):
        held[lang], seen[lang] = _read(data / f"corpus-{lang}.jsonl.zst")
    with tempfile.TemporaryDirectory(prefix="headwater-expansion-") as name:
        folder = Path(name)
        old = _old_vocabulary(folder / "old", seen)
        rows = {tie: _measured(folder / str(tie), old, seen, held, tie) for tie in (True, False)}
    return _page(rows)


def _read(path: Path) -> tuple[list[str], list[str]]:
    """(held-out texts, texts to train on): the first long documents of a corpus."""
    parts: tuple[list[str], list[str]] = ([], [])
    left = [HELD_OUT_BYTES, TRAIN_BYTES]
    for batch in document.read(path):
        for text in batch.column("text").to_pylist():
            place = 0 if left[0] > 0 else 1
            if left[place] <= 0:
                return parts
            if len(text) >= SHORTEST:
                parts[place].append(text[:LONGEST])
                left[place] -= len(parts[place][-1].encode())
    return parts


def _old_vocabulary(folder: Path, seen: dict[str, list[str]]) -> Path:
    few, size = [], 0
    for text in seen["zh"]:
        if size < OLD_ZH_BYTES:
            few.append(text)
            size += len(text.encode())
    texts = pa.array([*seen["en"], *seen["code"], *few], pa.large_string())
    built = train.train_from([pa.record_batch([texts], ["text"])], TokenizerConfig(vocab_size=VOCAB, reserve=8))
    train.save(folder, built)
    return folder


def _measured(
    folder: Path, old: Path, seen: dict[str, list[str]], held: dict[str, list[str]], tie: bool
) -> dict[str, Any]:
    """Loss by way to begin, and what the command said of the last one."""
    before = Encoder.load(old)
    decoder = small.fresh(VOCAB, tie)
    texts = _mixed(seen)
    small.train(decoder, small.windows(texts, before), STEPS, seed=1)
    model = small.save(decoder, folder / "model")
    lines = "\n".join(json.dumps({"text": text, "lang": "zh"}, ensure_ascii=False) for text in seen["zh"])
    storage.write_text(folder / "zh.jsonl", lines + "\n")
    rows = {"the old vocabulary": _continued(decoder, before, texts, held)}
    value: dict[str, Any] = {}
    for init in INITS:
        place = folder / init
        value = expand(
            base=old, inputs=[str(folder / "zh.jsonl")], output=place, add=str(ADD), model=str(model), init=init,
            multiple=64, lang_weights="", sample_bytes="1B", memory="200M",
        ).value  # fmt: skip
        rows[init] = _continued(*huggingface.load(place), texts, held)
    return {"losses": rows, "said": value}


def _mixed(seen: dict[str, list[str]]) -> list[str]:
    return [text for texts in seen.values() for text in texts]


def _continued(decoder: Any, encoder: Encoder, texts: list[str], held: dict[str, list[str]]) -> list[dict[str, float]]:
    """Loss by language each time training is interrupted."""
    windows, found, done = small.windows(texts, encoder), [], 0
    for steps in MORE:
        small.train(decoder, windows, steps - done, seed=2 + done)
        done = steps
        scored = ("zh", "en") if steps in (MORE[0], MORE[-1]) else ("zh",)
        found.append({lang: small.bits_per_byte(decoder, encoder, held[lang]) for lang in scored})
        print(f"expansion: after {steps} steps {found[-1]}", file=sys.stderr)
    return found


def _page(rows: dict[bool, dict[str, Any]]) -> str:
    said = rows[True]["said"]
    (name, zh), *_ = said["channels"].items()
    head = " | ".join(f"zh, {steps} steps" for steps in MORE)
    lines = [
        "## Expanding a vocabulary",
        "",
        f"A vocabulary of {VOCAB} tokens, learned from English and code with {OLD_ZH_BYTES // 1000} kB of Chinese "
        f"beside them, is expanded by {said['added']} tokens on {TRAIN_BYTES / 1e6:.1f} MB of Chinese (`{name}`): "
        f"{zh['before']['bytes_per_token']:.2f} bytes a token become {zh['after']['bytes_per_token']:.2f}, "
        f"{1 - zh['after']['tokens'] / zh['before']['tokens']:.0%} fewer tokens for the same text. Ids "
        f"{said['first_id']} to {said['last_id']} are new, the old ones stay; the embedding has "
        f"{said['padded_vocab_size']} rows.",
        "",
        f"A model of three blocks, 128 wide, was trained for {STEPS} steps of {small.LENGTH * small.SEQUENCES} tokens "
        "with the old vocabulary, and then goes on for as many steps as the table says. Bits a byte of held-out text:",
        "",
        f"| head | new rows | {head} | en, {MORE[0]} steps | en, {MORE[-1]} steps |",
        "|---|---|" + "---:|" * (len(MORE) + 2),
    ]
    for tie, found in rows.items():
        for init, losses in found["losses"].items():
            cells = [f"{loss['zh']:.3f}" for loss in losses] + [f"{losses[at]['en']:.3f}" for at in (0, -1)]
            lines.append(f"| {'tied' if tie else 'of its own'} | {init} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", _verdict(rows)])


def _verdict(rows: dict[bool, dict[str, Any]]) -> str:
    """Which way is best, counted from the table."""
    at_once, later = (
        {init: sum(found["losses"][init][at]["zh"] for found in rows.values()) / len(rows) for init in INITS}
        for at in (0, -1)
    )
    first, last = min(at_once, key=at_once.__getitem__), min(later, key=later.__getitem__)
    return (
        f"Right after the expansion `{first}` loses least ({at_once[first]:.3f} on average over both heads, `random` "
        f"{at_once['random']:.3f}), after {MORE[-1]} steps `{last}` does ({later[last]:.3f}, `random` "
        f"{later['random']:.3f}). With fewer tokens for the same text, a step of training or of generation covers more."
    )
