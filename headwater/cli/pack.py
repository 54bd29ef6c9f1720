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
    packing: str = typer.Option("cut", "--packing", help="how rows are laid: cut, masked or best_fit"),
    sequence_length: str = typer.Option(
        "", "--sequence-length", help="tokens a row (2048): says what each packing wastes, and lays rows by --packing"
    ),
    fim: float = typer.Option(0.0, "--fim", help="share of code documents whose middle is moved to their end"),
    fim_spm: float = typer.Option(0.5, "--fim-spm", help="share of those that begin with the suffix"),
    seed: int = typer.Option(7, "--seed", help="which documents --fim moves, and where it cuts them"),
) -> Outcome:
    """Encode documents into Megatron's format, one stream a channel, with the place of every document.

    Example: headwater pack kept/*.parquet --tokenizer tok -o packed --packing best_fit --sequence-length 2048
    """
    from headwater.batches import laid
    from headwater.document import takedown
    from headwater.pack import fim as middles
    from headwater.pack.config import PACK_NAME
    from headwater.tokenizer.encode import Encoder

    config = _configured({"packing": packing, "fim": fim, "fim_spm": fim_spm})
    length = _length(sequence_length, packing)
    encoder = Encoder.load(tokenizer, say=reporter().say)
    moving = middles.opened(config, seed, encoder)
    problems: Counter[str] = Counter()
    summary = _packed(takedown.left(labelled(inputs, problems), problems), output, encoder, tokenizer, moving)
    value = {**summary, "rejected": dict(sorted(problems.items())), "output": str(output / PACK_NAME)}
    rows = [[name, str(c["documents"]), str(c["tokens"])] for name, c in summary["channels"].items()]
    text = table(rows, ["channel", "documents", "tokens"])
    if length:
        value |= {"sequence_length": length, "strategies": laid.compared(output, summary["channels"], length)}
        value["packing"] = laid.write(output, output, config.packing, length, encoder.eod_id, summary["channels"])
        text = f"{text}\n\n{_strategies(value['strategies'])}"
    return Outcome(value=value, text=text)


def _configured(given: dict[str, Any]) -> Any:
    """A PackConfig from the command line, checked. Raises HeadwaterError arguments."""
    from headwater.batches.packing import STRATEGIES
    from headwater.pack.config import PackConfig
    from headwater.recipe import bounds

    if given["packing"] not in STRATEGIES:
        raise HeadwaterError("arguments", f"--packing {given['packing']}: one of {', '.join(STRATEGIES)}")
    config = PackConfig(**given)
    if problems := bounds.problems(config):
        raise HeadwaterError("arguments", "; ".join(f"--{path.replace('_', '-')} {text}" for path, text in problems))
    return config


def _length(text: str, packing: str) -> int:
    """Tokens a row; 0 where none is asked for. Raises HeadwaterError arguments."""
    from headwater.cli.tokenizer import whole

    if text:
        return whole(text, "--sequence-length")
    if packing != "cut":
        raise HeadwaterError("arguments", f"--packing {packing} needs --sequence-length, the tokens of a row")
    return 0


def _packed(batches: Iterable[Any], output: Path, encoder: Any, tokenizer: Path, moving: Any) -> dict[str, Any]:
    """Encode, shard by shard, and join; what pack.json says."""
    from headwater.batches import laid
    from headwater.pack import build, pieces
    from headwater.pipeline import phases
    from headwater.pipeline.engine.local import LocalEngine
    from headwater.pipeline.stage import Context, Stage

    work = [output / phases.WORK, output / phases.MARKERS]
    for leftover in work:
        shutil.rmtree(leftover, ignore_errors=True)
    stage = Stage(name="pack", version=1, function="headwater.pack.build:run")
    report = reporter()
    context = Context(stage=stage, folder=output, inputs={}, seed=0, engine=LocalEngine(1), report=report)
    mapped = []
    try:
        with report.bar("pack encodes", 0, "documents") as bar:
            for number, shard in enumerate(shards(batches)):
                mapped.append(pieces.write(output, f"{number:05d}", shard, encoder, moving))
                bar.advance(sum(batch.num_rows for batch in shard))
        laid.remove(output)
        return build.finish(context, mapped, encoder, tokenizer)
    finally:
        for leftover in work:
            shutil.rmtree(leftover, ignore_errors=True)


def _strategies(strategies: dict[str, dict[str, dict[str, Any]]]) -> str:
    rows = [
        [channel, name, *(str(of[key]) for key in ("rows", "padding", "unscored", "wasted", "documents_cut"))]
        for channel, by_name in strategies.items()
        for name, of in by_name.items()
    ]
    return table(rows, ["channel", "packing", "rows", "padding", "unscored", "wasted", "documents cut"])


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
            mend=f"rows passed over, by reason: {dict(problems)}" if problems else "name files that hold documents",
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
