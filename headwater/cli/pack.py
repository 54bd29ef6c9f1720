"""`headwater pack`: documents of any format to `.bin`, `.idx` and `docs.parquet` a channel."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError

SHARD_BYTES = 64 << 20  # of text, encoded and written before the next is read
SHARD_ROWS = 20_000


def pack(
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    tokenizer: Path = typer.Option(..., "--tokenizer", help="a folder with tokenizer.json"),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write"),
) -> Outcome:
    """Encode documents into Megatron's format, one stream a channel, with the place of every document.

    Example: headwater pack kept/*.parquet --tokenizer tok -o packed
    """
    from headwater.pack import build, pieces
    from headwater.pack.config import PACK_NAME
    from headwater.pipeline import phases
    from headwater.pipeline.engine.local import LocalEngine
    from headwater.pipeline.stage import Context, Stage
    from headwater.tokenizer.encode import Encoder

    report = reporter()
    encoder = Encoder.load(tokenizer, say=report.say)
    problems: Counter[str] = Counter()
    work = [output / phases.WORK, output / phases.MARKERS]
    for leftover in work:
        shutil.rmtree(leftover, ignore_errors=True)
    mapped = []
    with report.bar("pack encodes", 0, "documents") as bar:
        for number, shard in enumerate(shards(labelled(inputs, problems))):
            mapped.append(pieces.write(output, f"{number:05d}", shard, encoder))
            bar.advance(sum(batch.num_rows for batch in shard))
    stage = Stage(name="pack", version=1, function="headwater.pack.build:run")
    engine = LocalEngine(1)
    context = Context(stage=stage, folder=output, inputs={}, seed=0, engine=engine, report=report)
    try:
        summary = build.finish(context, mapped, encoder, tokenizer)
    finally:
        for leftover in work:
            shutil.rmtree(leftover, ignore_errors=True)
    value = {**summary, "rejected": dict(sorted(problems.items())), "output": str(output / PACK_NAME)}
    rows = [[name, str(c["documents"]), str(c["tokens"])] for name, c in summary["channels"].items()]
    return Outcome(value=value, text=table(rows, ["channel", "documents", "tokens"]))


def labelled(inputs: Iterable[str], problems: Counter[str]) -> Iterator[Any]:
    """Batches of documents with safe `lang`, `kind` and `domain`, and the `channel` they make.

    A row without a language is identified by its text.
    """
    import pyarrow as pa

    from headwater import document

    rows = 0
    for batch in document.read(list(inputs), problems):
        rows += batch.num_rows
        langs = _languages(batch)
        kinds = [kind if kind in document.KINDS else document.KINDS[0] for kind in batch.column("kind").to_pylist()]
        domains = [document.label(domain) for domain in batch.column("domain").to_pylist()]
        channels = [document.channel(*labels) for labels in zip(langs, kinds, domains, strict=True)]
        columns = {name: batch.column(name) for name in batch.schema.names}
        columns |= {"lang": pa.array(langs), "kind": pa.array(kinds), "domain": pa.array(domains)}
        columns["channel"] = pa.array(channels)
        yield pa.RecordBatch.from_pydict(columns)
    if not rows:
        raise HeadwaterError(
            "empty_corpus",
            "no document could be read",
            where=", ".join(inputs),
            mend=f"unreadable rows: {dict(problems)}",
        )


def _languages(batch: Any) -> list[str]:
    """The language of each row, its own where it has one."""
    from headwater import document

    given = batch.column("lang").to_pylist()
    missing = [row for row, lang in enumerate(given) if not lang]
    if missing:
        from headwater.curate.langid import identify

        found = identify(batch.column("text").take(missing))
        for row, code in zip(missing, found.langs, strict=True):
            given[row] = code
    return [document.label(lang or "", "und") for lang in given]


def shards(batches: Iterable[Any]) -> Iterator[list[Any]]:
    """Batches in groups of bounded size."""
    held: list[Any] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        size += batch.column("text").nbytes
        if rows >= SHARD_ROWS or size >= SHARD_BYTES:
            yield held
            held, rows, size = [], 0, 0
    if held:
        yield held
