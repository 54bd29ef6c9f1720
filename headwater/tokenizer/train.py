"""Learns the vocabulary: stage `tokenizer`.

In: documents of the training part (held-out text is never seen). Out: `tokenizer.json`, which loads
in `tokenizers` and `transformers` alike, and `report.json` with its compression a channel.

Phases: count (a task a shard: its distinct words by partition) → join (a task a partition) → learn, in this process,
from the commonest words that the memory holds. A corpus above `sample_bytes` is sampled by document first.
Equal text gives equal bytes, whatever the workers and the memory of a task.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.pipeline import phases, selection, stage
from headwater.tokenizer import (
    chat,
    curve,
    learn,
    patterns,
    report,
    review,
    sample,
    target,
    training_record,
    word_groups,
    words,
)
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.target_corpus import LEARNING_BYTES_A_BYTE, learning_weights

NAME = "tokenizer.json"
HF_CONFIG_NAME = "tokenizer_config.json"
REPORT_BYTES = 2_000_000  # of text a channel
COUNTED, JOINED = f"{phases.WORK}/counted", f"{phases.WORK}/joined"


def run(context: stage.Context) -> dict[str, Any]:
    """Train on the training part of the corpus. Raises HeadwaterError empty_corpus."""
    config: TokenizerConfig = context.config
    barred = review.dropped(Path(config.audit)) if config.audit else frozenset()
    by_lang, by_channel = _train_bytes(context.input("split"))
    if not sum(by_lang.values()):
        raise HeadwaterError(
            "empty_corpus",
            "no training document to learn a vocabulary from",
            mend="see why in the curate stage's report.json",
        )
    rate, read_bytes = sampled(by_lang, config, context.report)
    targets: dict[str, Any] = {}
    if target.is_asked(config):
        batches = sample.thinned(_training(context), rate, "lang")
        found_by = target.search(word_groups.count(batches, "lang", config), config, context.report, barred)
        tokenizer, config = found_by.vocabulary.tokenizer(), found_by.config
        targets = {"targets": found_by.targets, "rounds": found_by.rounds}
    else:
        tokenizer = learned(_counted(context, config, rate, read_bytes), config, context.report, barred)
    folder, size = context.folder, tokenizer.get_vocab_size()
    check_filled(size, config.vocab_size, "tokenizer.vocab_size")
    save(folder, tokenizer, config, barred)
    channel_rate = {name: min(1.0, REPORT_BYTES / size) if size else 1.0 for name, size in by_channel.items()}
    found = report.compression(
        report.encoder_of(tokenizer), sample.thinned(_training(context), channel_rate, "channel")
    )
    storage.write_json(
        folder / "report.json", found | {"sampled_bytes": read_bytes, "asked_vocab_size": config.vocab_size} | targets
    )
    return {"vocab_size": size, "asked_vocab_size": config.vocab_size, "sampled_bytes": read_bytes}


def check_filled(size: int, asked: int, setting: str) -> None:
    """Raise HeadwaterError data where the corpus supports fewer tokens than were asked for: no pair is left that it
    holds twice."""
    if size < asked:
        raise HeadwaterError(
            "data", f"the corpus supports {size} tokens, not {asked}", mend=f"{setting} {size} or less, or more text"
        )


def _train_bytes(split: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Bytes of training text by language and by channel, from the split's own tables."""
    import pyarrow.parquet as pq

    by_lang: Counter[str] = Counter()
    by_channel: Counter[str] = Counter()
    for path in stage.shards(split / "split"):
        table = pq.read_table(path, columns=["part", "lang", "channel", "text_bytes"])
        for row in table.group_by(["part", "lang", "channel"]).aggregate([("text_bytes", "sum")]).to_pylist():
            if row["part"] == "train":
                by_lang[row["lang"]] += row["text_bytes_sum"]
                by_channel[row["channel"]] += row["text_bytes_sum"]
    return dict(by_lang), dict(by_channel)


def _training(context: stage.Context) -> Iterator[pa.RecordBatch]:
    documents, split = context.documents(), context.input("split") / "split"
    for shard in stage.shards(split):
        yield from selection.selected(documents / shard.name, shard, "train", ["id", "text", "lang"])


def _counted(
    context: stage.Context, config: TokenizerConfig, rate: Mapping[str, float], read_bytes: Mapping[str, int]
) -> words.Words:
    """The words of the training part: phases `count` and `join`."""
    task_bytes = config.memory // (2 * max(1, getattr(context.engine, "workers", 1)))
    parts = words.partitions(sum(read_bytes.values()), task_bytes)
    shared = {
        "rate": dict(rate),
        "weights": learning_weights(read_bytes, config.weights),
        "rules": patterns.rules(config.pretokenizer, config.digits).tolist(),
        "memory": task_bytes,
        "parts": parts,
    }
    tasks = []
    for shard in stage.shards(context.input("split") / "split"):
        documents = str(context.documents() / shard.name)
        tasks.append({"key": shard.stem, "documents": documents, "split": str(shard), **shared})
    phases.run(context, "count", tasks, "headwater.tokenizer.train:count_shard", "shards")
    keys = [task["key"] for task in tasks]
    joins: list[dict[str, Any]] = [
        {"key": f"{part:03d}", "shards": keys, "memory": task_bytes} for part in range(parts)
    ]
    phases.run(context, "join", joins, "headwater.tokenizer.train:join_part", "partitions")
    found = [part for join in joins for part in words.read(context.folder / JOINED / _file(join["key"]))]
    return words.together(found)


def count_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Count the words of one shard's training documents (a task of the first phase)."""
    folder = Path(task["folder"])
    batches = selection.selected(Path(task["documents"]), Path(task["split"]), "train", ["id", "text", "lang"])
    texts = weighed(sample.thinned(batches, task["rate"], "lang"), task["weights"])
    names = [f"{COUNTED}/{task['key']}/{_file(f'{part:03d}')}" for part in range(task["parts"])]
    words.write(folder, names, words.count(texts, np.array(task["rules"], np.uint8), task["memory"]))
    return {"files": names}


def join_part(task: dict[str, Any]) -> dict[str, Any]:
    """Add up one partition of every shard's words (a task of the second phase)."""
    folder, name = Path(task["folder"]), _file(task["key"])
    shards = (part for key in task["shards"] for part in words.read(folder / COUNTED / key / name))
    words.write(folder, [f"{JOINED}/{name}"], [words.merged(shards, task["memory"])])
    return {"files": [f"{JOINED}/{name}"]}


def _file(part: str) -> str:
    return f"{part}.words.parquet"


def weighed(batches: Iterable[pa.RecordBatch], weights: Mapping[str, int]) -> Iterator[tuple[pa.Array, np.ndarray]]:
    """Texts with what each counts; a language without a weight counts nothing."""
    for batch in batches:
        langs = batch.column("lang").to_pylist()
        yield batch.column("text"), np.array([weights.get(lang, 0) for lang in langs], np.int64)


class Trained(NamedTuple):
    """`tokenizer`: a `tokenizers.Tokenizer`; `config`: with the weights and the size that a search has found."""

    tokenizer: Any
    config: TokenizerConfig
    read_bytes: dict[str, int]
    found: target.Found | None = None


def from_documents(
    read: Callable[[], Iterable[pa.RecordBatch]],
    config: TokenizerConfig,
    report: Any,
    barred: Collection[bytes] = (),
    specials: Sequence[str] | None = None,
) -> Trained:
    """A vocabulary learned as the settings say, from a sample of documents where there are more than it takes.

    `read()`: the documents, with `id`, `text` and `lang`; called twice. Raises HeadwaterError empty_corpus; arguments
    or data where targets cannot be met.
    """
    by_lang = sample.bytes_by(read(), "lang")
    if not sum(by_lang.values()):
        raise HeadwaterError("empty_corpus", "no text to learn a vocabulary from")
    rate, read_bytes = sampled(by_lang, config, report)
    batches = sample.thinned(read(), rate, "lang")
    if target.is_asked(config):
        found = target.search(word_groups.count(batches, "lang", config), config, report, barred)
        return Trained(found.vocabulary.tokenizer(), found.config, read_bytes, found)
    counted = count_here(weighed(batches, learning_weights(read_bytes, config.weights)), config)
    return Trained(learned(counted, config, report, barred, specials), config, read_bytes)


def curves(
    read: Callable[[], Iterable[pa.RecordBatch]], config: TokenizerConfig, report: Any
) -> tuple[learn.Vocabulary, dict[str, curve.Curve]]:
    """A vocabulary of all channels together, learned once, and the curve of each channel under it.

    `read()`: the documents, with `id`, `text`, `lang` and `channel`; called twice. Raises HeadwaterError empty_corpus.
    """
    by_lang = sample.bytes_by(read(), "lang")
    if not sum(by_lang.values()):
        raise HeadwaterError("empty_corpus", "no text to learn a vocabulary from")
    rate, _ = sampled(by_lang, config, report)
    counted = word_groups.count(sample.thinned(read(), rate, "lang"), "channel", config)
    together = words.merged(counted.values(), sum(8 * len(found.text) for found in counted.values()))
    kept, _ = words.commonest(together, config.memory // LEARNING_BYTES_A_BYTE)
    vocabulary = learn.vocabulary(kept, config)
    return vocabulary, {channel: curve.of(vocabulary, found) for channel, found in counted.items()}


def sampled(
    by_lang: Mapping[str, int], config: TokenizerConfig, report: Any
) -> tuple[dict[str, float], dict[str, int]]:
    """(the share of each language's text that is read, the bytes that makes), told where it is not all.

    Raises HeadwaterError data where no language with a weight has text.
    """
    _check_weights(by_lang, config.weights, report)
    rate = sample.rates(by_lang, config.sample_bytes, config.weights)
    if any(share < 1.0 for share in rate.values()):
        parts = ", ".join(f"{lang} {rate[lang]:.0%} of {size / 1e6:.1f} MB" for lang, size in sorted(by_lang.items()))
        report.say(f"  tokenizer learns from a sample: {parts}")
    return rate, {lang: round(size * rate[lang]) for lang, size in by_lang.items()}


def _check_weights(by_lang: Mapping[str, int], weights: Mapping[str, float], report: Any) -> None:
    missing = sorted(lang for lang, weight in weights.items() if weight > 0 and not by_lang.get(lang))
    if not missing:
        return
    told = f"weights name {', '.join(missing)}, of which the corpus has no text"
    if not any(by_lang.get(lang) and weight > 0 for lang, weight in weights.items()):
        held = ", ".join(lang for lang, size in sorted(by_lang.items()) if size)
        raise HeadwaterError("data", told, mend=f"weigh the languages that it holds: {held}")
    report.say(f"  {told}")


def train_from(
    batches: Iterable[pa.RecordBatch],
    config: TokenizerConfig,
    report: Any = None,
    barred: Collection[bytes] = (),
    specials: Sequence[str] | None = None,
) -> Any:
    """A `tokenizers.Tokenizer` learned from every text of `batches` (a column `text`), each counted alike.

    The vocabulary is smaller than asked where the text cannot fill it. `barred`, `specials`: as `learn.tokenizer`'s.
    """
    texts = ((batch.column("text"), np.full(batch.num_rows, words.SCALE, np.int64)) for batch in batches)
    return learned(count_here(texts, config), config, report, barred, specials)


def count_here(texts: Iterable[tuple[pa.Array, np.ndarray]], config: TokenizerConfig) -> words.Words:
    """The words of some texts, counted in this process; what does not fit its memory lies in a temporary folder."""
    memory = config.memory // 2
    found = words.count(texts, patterns.rules(config.pretokenizer, config.digits), memory)
    with tempfile.TemporaryDirectory(prefix="headwater-words-") as name:
        return words.gathered(found, memory, Path(name))


def learned(
    counted: words.Words,
    config: TokenizerConfig,
    report: Any = None,
    barred: Collection[bytes] = (),
    specials: Sequence[str] | None = None,
) -> Any:
    """The vocabulary of counted words: of the commonest ones, where the memory does not hold them all."""
    kept, left_out = words.commonest(counted, config.memory // LEARNING_BYTES_A_BYTE)
    if left_out and report is not None:
        report.say(f"  learns from the {len(kept.counts)} commonest words, {1 - left_out:.2%} of the text (memory)")
    return learn.tokenizer(kept, config, barred, specials=specials)


def save(folder: Path, tokenizer: Any, config: TokenizerConfig | None = None, barred: Collection[bytes] = ()) -> None:
    """Write tokenizer.json, the small file by which `transformers` knows its class, special tokens and chat template,
    and, with the settings it was learned by, training.json."""
    storage.write_text(folder / NAME, tokenizer.to_str(pretty=True) + "\n")
    storage.write_json(folder / HF_CONFIG_NAME, chat.hf_config(tokenizer.get_vocab(with_added_tokens=True)))
    if config is not None:
        training_record.write(folder, config, barred)
