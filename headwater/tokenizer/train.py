"""Learns the vocabulary: stage `tokenizer`.

In: documents of the training part (held-out text is never seen). Out: `tokenizer.json`, which loads
in `tokenizers` and `transformers` alike, and `report.json` with its compression a channel.

Steps: choose documents up to `sample_bytes` → count pieces and merge (the `tokenizers` library) →
give ids in a fixed order: special tokens, then bytes, then characters (bpe), then merges as learned.
Equal text gives equal bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.pipeline import selection, stage
from headwater.tokenizer import pretokenize, report, sample
from headwater.tokenizer.config import END_OF_DOCUMENT, NUM_BYTES, PADDING, TokenizerConfig, special_tokens

NAME = "tokenizer.json"
HF_CONFIG_NAME = "tokenizer_config.json"
MIN_PAIR_COUNT = 2  # a pair seen once says nothing about the next text
MAX_TOKEN_LENGTH = {"bbpe": 48, "bpe": 16}  # bytes, characters: boilerplate does not become a token
ALPHABET_SHARE = 0.5  # of the free entries of a bpe vocabulary that single characters may take
REPORT_BYTES = 2_000_000  # of text a channel


def run(context: stage.Context) -> dict[str, Any]:
    """Train on the training part of the corpus. Raises HeadwaterError empty_corpus."""
    config: TokenizerConfig = context.config
    by_lang, by_channel = _train_bytes(context.input("split"))
    if not sum(by_lang.values()):
        raise HeadwaterError(
            "empty_corpus",
            "no training document to learn a vocabulary from",
            mend="see why in the curate stage's report.json",
        )
    rate = sample.rates(by_lang, config.sample_bytes, config.weights)
    read_bytes = {lang: round(size * rate[lang]) for lang, size in by_lang.items()}
    if any(share < 1.0 for share in rate.values()):
        parts = ", ".join(f"{lang} {rate[lang]:.0%} of {size / 1e6:.1f} MB" for lang, size in sorted(by_lang.items()))
        context.report.say(f"  tokenizer learns from a sample: {parts}")
    with context.report.bar("tokenizer reads", sum(read_bytes.values()), "bytes") as bar:
        tokenizer = train_from(_advancing(sample.thinned(_training(context), rate, "lang"), bar), config)
    folder = context.folder
    save(folder, tokenizer)
    channel_rate = {name: min(1.0, REPORT_BYTES / size) if size else 1.0 for name, size in by_channel.items()}
    found = report.compression(
        report.encoder_of(tokenizer), sample.thinned(_training(context), channel_rate, "channel")
    )
    storage.write_json(
        folder / "report.json", found | {"sampled_bytes": read_bytes, "asked_vocab_size": config.vocab_size}
    )
    size = tokenizer.get_vocab_size()
    if size < config.vocab_size:
        context.report.say(f"  the corpus fills {size} of {config.vocab_size} tokens; the vocabulary is that small")
    return {"vocab_size": size, "asked_vocab_size": config.vocab_size, "sampled_bytes": read_bytes}


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


def _advancing(batches: Iterable[pa.RecordBatch], bar: Any) -> Iterator[pa.RecordBatch]:
    import pyarrow.compute as pc

    for batch in batches:
        yield batch
        bar.advance(pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0)


def train_from(batches: Iterable[pa.RecordBatch], config: TokenizerConfig) -> Any:
    """A `tokenizers.Tokenizer` learned from every text of `batches` (a column `text`).

    The caller bounds the text; the vocabulary is smaller than asked where the text cannot fill it.
    """
    from tokenizers import Tokenizer, models, trainers

    if config.type == "bpe":
        batches = list(batches)  # read twice: characters are counted first
    alphabet = _alphabet(batches, config)
    specials = special_tokens(config.reserve)
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pretokenize.pre_tokenizer(config.type, config.digits)
    fixed = len(specials) + (NUM_BYTES if config.type == "bpe" else 0)
    trainer = trainers.BpeTrainer(
        vocab_size=config.vocab_size - fixed,
        min_frequency=MIN_PAIR_COUNT,
        show_progress=False,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        max_token_length=MAX_TOKEN_LENGTH[config.type],
    )
    learner.train_from_iterator((batch.column("text").to_pylist() for batch in batches), trainer)
    return _assembled(json.loads(learner.to_str())["model"], config, specials)


def _alphabet(batches: Iterable[pa.RecordBatch], config: TokenizerConfig) -> list[str]:
    """The single characters of the vocabulary: all bytes, or the commonest characters."""
    if config.type == "bbpe":
        return sorted(pretokenize.byte_letters())
    counts: Counter[str] = Counter()
    for batch in batches:
        for text in batch.column("text").to_pylist():
            counts.update(text)
    room = config.vocab_size - len(special_tokens(config.reserve)) - NUM_BYTES
    ranked = sorted((c for c, n in counts.items() if n >= MIN_PAIR_COUNT), key=lambda c: (-counts[c], c))
    return sorted(ranked[: int(room * ALPHABET_SHARE)])


def _assembled(learned: dict[str, Any], config: TokenizerConfig, specials: list[str]) -> Any:
    """The finished tokenizer: learned entries behind the special tokens, which text can never spell."""
    from tokenizers import AddedToken, Tokenizer, models

    entries = list(specials)
    if config.type == "bpe":
        entries += [f"<0x{byte:02X}>" for byte in range(NUM_BYTES)]
    entries += sorted(learned["vocab"], key=learned["vocab"].get)
    vocab = {token: id_ for id_, token in enumerate(entries)}
    merges = [tuple(pair) for pair in learned["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, byte_fallback=config.type == "bpe"))
    tokenizer.pre_tokenizer = pretokenize.pre_tokenizer(config.type, config.digits)
    tokenizer.decoder = pretokenize.decoder(config.type)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    return tokenizer


def save(folder: Path, tokenizer: Any) -> None:
    """Write tokenizer.json, and the small file by which `transformers` knows its class and special tokens."""
    storage.write_text(folder / NAME, tokenizer.to_str(pretty=True) + "\n")
    storage.write_json(
        folder / HF_CONFIG_NAME,
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": END_OF_DOCUMENT,
            "eos_token": END_OF_DOCUMENT,
            "pad_token": PADDING,
            "clean_up_tokenization_spaces": False,
        },
    )
