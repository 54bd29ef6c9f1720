"""`headwater tokenizer expand`: a larger vocabulary on top of an old one, and a checkpoint with rows for it."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError, missing_extra

if TYPE_CHECKING:
    from headwater.interop.expand import Model
    from headwater.tokenizer.encode import Encoder
    from headwater.tokenizer.expand import Expansion
    from headwater.tokenizer.expand_base import Base
    from headwater.tokenizer.expand_config import ExpandConfig

SAMPLE_BYTES = 20_000_000  # of text: enough to say how well a vocabulary compresses, and what stands beside what
CHECKED_TEXTS, CHECKED_CHARACTERS = 64, 4_000
SHOWN = 12  # new tokens
SOURCE = ".source"  # of a checkpoint of ours, until it is grown


def expand(
    base: Path = typer.Argument(..., metavar="BASE", help="the old vocabulary: a folder or its tokenizer.json"),
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write: a new or an empty one"),
    add: str = typer.Option(..., "--add", help="new tokens, exactly so many (1000, 8k)"),
    model: str = typer.Option("", "--model", help="what to grow: a Hugging Face folder, a run or a checkpoint"),
    init: str = typer.Option("mean", "--init", help="the model's new rows: mean, focus or random"),
    multiple: int = typer.Option(64, "--multiple", help="the model's rows are padded to a multiple of this"),
    lang_weights: str = typer.Option("", "--lang-weights", help="what each language weighs in learning: zh=4,en=1"),
    sample_bytes: str = typer.Option("10B", "--sample-bytes", help="text to learn from; more is sampled by document"),
    memory: str = typer.Option("1B", "--memory", help="bytes that counting words and learning may take"),
) -> Outcome:
    """Learn more merges on top of an old vocabulary; old ids, merges and ranks stay.

    Example: headwater tokenizer expand Llama-3.2-1B zh.jsonl.zst --add 8k --model Llama-3.2-1B -o larger
    """
    from headwater.cli.pack import labelled
    from headwater.cli.tokenizer import ratio, whole
    from headwater.tokenizer import expand_base, expand_files, sample

    sizes = {"sample_bytes": whole(sample_bytes, "--sample-bytes"), "memory": whole(memory, "--memory")}
    weights = ratio(lang_weights, "--lang-weights")
    config = _configured(add=whole(add, "--add"), init=init, multiple=multiple, weights=weights, **sizes)
    old = expand_base.opened(base)
    expand_files.check_output(output, old.path)
    with expand_files.published(output) as folder:
        grown = _model(model, old, folder) if model else None
        problems: Counter[str] = Counter()
        by_channel = sample.bytes_by(labelled(inputs, problems), "channel")
        expansion = _learned(old, inputs, config, by_channel)
        sampled = _sampled(inputs, by_channel)
        encoder = expand_files.encoder_for(old, expansion, _checked(sampled))
        expand_files.write(old, expansion, folder)
        value = _compared(old.encoder, encoder, sampled) | {
            "added": len(expansion.pieces),
            "base_vocab_size": expansion.first_id,
            "vocab_size": expansion.num_ids,
            "first_id": expansion.first_id,
            "last_id": expansion.num_ids - 1,
            "padded_vocab_size": _padded(expansion.num_ids, config.multiple, grown),
            "multiple": config.multiple,
            "rejected": dict(problems),
            "output": str(output),
        }
        if grown:
            value |= _grow(grown, folder, expansion, encoder, sampled, config, value["padded_vocab_size"])
    spelled = (old.spelled(piece).decode("utf-8", "replace") for piece in expansion.pieces)
    shown = "  ".join(itertools.islice((repr(text) for text in spelled if "\ufffd" not in text), SHOWN))
    return Outcome(value=value, text=_told(value, shown))


def _configured(**given: Any) -> ExpandConfig:
    """Raises HeadwaterError arguments."""
    from headwater.recipe import bounds
    from headwater.tokenizer.expand_config import ExpandConfig

    config = ExpandConfig(**given)
    if problems := bounds.problems(config):
        names = {"weights": "lang-weights"}
        told = (f"--{names.get(name.partition('.')[0], name.replace('_', '-'))} {said}" for name, said in problems)
        raise HeadwaterError("arguments", "; ".join(told))
    return config


def _model(name: str, base: Base, folder: Path) -> Model:
    """The model to grow; a checkpoint of ours is written as a Hugging Face folder first, within `folder`."""
    from headwater.cli import models
    from headwater.tokenizer import expand_files

    try:
        from headwater.interop import expand as growth
        from headwater.interop import huggingface
    except ImportError as error:
        raise missing_extra(error.name or "torch", "train") from error
    source = models.resolve(name)
    expand_files.check_same(base, source)
    if models.is_checkpoint(source):
        source = huggingface.export(source, folder / SOURCE)
    return growth.opened(source, base.num_ids)


def _learned(base: Base, inputs: list[str], config: ExpandConfig, sizes: dict[str, int]) -> Expansion:
    """Learn from the documents; `sizes`: bytes by channel."""
    from headwater.cli.pack import labelled
    from headwater.tokenizer import expand as learning
    from headwater.tokenizer import expand_words, sample, train
    from headwater.tokenizer.target_corpus import learning_weights

    available: Counter[str] = Counter()
    for channel, size in sizes.items():
        available[channel.partition("-")[0]] += size
    rate = sample.rates(available, config.sample_bytes, config.weights)
    if any(share < 1.0 for share in rate.values()):
        told = ", ".join(f"{lang} {share:.0%}" for lang, share in sorted(rate.items()))
        reporter().say(f"  learns from a sample: {told}")
    read_bytes = {lang: round(size * rate[lang]) for lang, size in available.items()}
    batches = sample.thinned(labelled(inputs, Counter()), rate, "lang")
    texts = train.weighed(batches, learning_weights(read_bytes, config.weights))
    return learning.expanded(base, expand_words.counted(texts, base, config.memory, reporter().say), config.add)


def _sampled(inputs: list[str], sizes: dict[str, int]) -> list[Any]:
    """Documents of every channel, held to compare vocabularies by."""
    from headwater.cli.pack import labelled
    from headwater.tokenizer import sample

    rate = {name: min(1.0, SAMPLE_BYTES / len(sizes) / size) if size else 1.0 for name, size in sizes.items()}
    return list(sample.thinned(labelled(inputs, Counter()), rate, "channel"))


def _checked(sampled: list[Any]) -> list[str]:
    rows = [text or "" for batch in sampled for text in batch.column("text").to_pylist()]
    return [text[:CHECKED_CHARACTERS] for text in rows[:: max(1, len(rows) // CHECKED_TEXTS)]]


def _compared(before: Encoder, after: Encoder, sampled: list[Any]) -> dict[str, Any]:
    """Compression by channel, with the old vocabulary and with the new one."""
    from headwater.tokenizer import report

    old, new = report.compression(before, sampled), report.compression(after, sampled)
    channels = {name: {"before": old["channels"][name], "after": new["channels"][name]} for name in old["channels"]}
    return {"channels": channels, "total": {"before": old["total"], "after": new["total"]}}


def _padded(num_ids: int, multiple: int, model: Model | None) -> int:
    """Rows of the embedding: never fewer than the model has."""
    rows = max(num_ids, model.num_rows if model else 0)
    return -(-rows // multiple) * multiple


def _grow(
    model: Model, folder: Path, expansion: Expansion, encoder: Encoder, sampled: list[Any], config: ExpandConfig,
    num_rows: int,
) -> dict[str, Any]:  # fmt: skip
    """Write the grown checkpoint; what is said of it."""
    from headwater.interop import expand as growth
    from headwater.interop.expand_rows import Growth
    from headwater.tokenizer import expand_rows

    mixture, unseen = None, 0
    if config.init == "mean":
        mixture = expand_rows.mean(expansion)
    elif config.init == "focus":
        streams = (encoder.encode_batch(batch.column("text")) for batch in sampled)
        mixture, unseen = expand_rows.focus(expansion, streams)
    parts = {"starts": mixture.starts, "ids": mixture.ids, "weights": mixture.weights} if mixture else {}
    wanted = Growth(
        num_new=len(expansion.pieces), first_id=expansion.first_id, num_rows=num_rows, seed=config.seed, **parts
    )
    growth.write(model, folder, wanted)
    shutil.rmtree(folder / SOURCE, ignore_errors=True)
    grown = sorted(name for names in model.growing.values() for name in names)
    return {"init": config.init, "grown": grown, "rows_before": model.num_rows, "took_the_mean": unseen}


def _told(value: dict[str, Any], shown: str) -> str:
    rows = []
    for name, found in [*value["channels"].items(), ("total", value["total"])]:
        old, new = found["before"], found["after"]
        fewer = 1 - new["tokens"] / old["tokens"] if old["tokens"] else 0.0
        figures = [f"{f[unit]:.2f}" for unit in ("bytes_per_token", "chars_per_token") for f in (old, new)]
        rows.append([name, str(old["tokens"]), str(new["tokens"]), f"{fewer:.1%}", *figures])
    lines = [
        f"{value['output']}: {value['added']} new tokens, ids {value['first_id']} to {value['last_id']}; "
        f"{value['vocab_size']} in all, {value['padded_vocab_size']} as rows in multiples of {value['multiple']}",
        f"among them: {shown}",
        table(rows, ["channel", "tokens", "now", "fewer", "bytes/token", "now", "chars/token", "now"]),
    ]
    if "init" in value:
        names = ", ".join(value["grown"])
        lines.append(f"{names}: {value['rows_before']} to {value['padded_vocab_size']} rows, by {value['init']}")
    return "\n".join(lines)
