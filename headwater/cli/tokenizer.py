"""`headwater tokenizer`: learn a vocabulary from documents; report how well one compresses them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.cli.tokenizer_expand import expand
from headwater.errors import HeadwaterError
from headwater.recipe import bounds

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Learn a vocabulary; report its compression.")


@app.command()
def train(
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write"),
    vocab_size: str = typer.Option("16384", "--vocab-size", help="tokens in all, special ones included (16384, 32k)"),
    kind: str = typer.Option("bbpe", "--type", help="bbpe (bytes) or bpe (characters, rare ones in bytes)"),
    digits: str = typer.Option("single", "--digits", help="single, triple (in threes from the right) or none"),
    reserve: int = typer.Option(256, "--reserve", help="unused special tokens kept for later"),
    sample_bytes: str = typer.Option(
        "", "--sample-bytes", help="text to learn from; more is sampled by document (50M)"
    ),
    weights: str = typer.Option("", "--weights", help="share of each language in the sample: zh=4,en=4,code=2"),
) -> Outcome:
    """Learn a byte-pair vocabulary.

    Example: headwater tokenizer train kept/*.parquet --vocab-size 32k -o tok
    """
    from headwater.cli.pack import labelled
    from headwater.tokenizer import report, sample
    from headwater.tokenizer.train import NAME, save, train_from

    given = {"vocab_size": whole(vocab_size, "--vocab-size"), "type": kind, "digits": digits, "reserve": reserve}
    given |= {"sample_bytes": whole(sample_bytes, "--sample-bytes")} if sample_bytes else {}
    config = configured(given | {"weights": ratio(weights, "--weights")})
    problems: Counter[str] = Counter()
    rate = sample.rates(sample.bytes_by(labelled(inputs, problems), "lang"), config.sample_bytes, config.weights)
    if any(share < 1.0 for share in rate.values()):
        reporter().say(
            "  learns from a sample: " + ", ".join(f"{lang} {share:.0%}" for lang, share in sorted(rate.items()))
        )
    tokenizer = train_from(sample.thinned(labelled(inputs, Counter()), rate, "lang"), config)
    save(output, tokenizer)
    found = report.compression(report.encoder_of(tokenizer), _first(labelled(inputs, Counter())))
    size = tokenizer.get_vocab_size()
    if size < config.vocab_size:
        reporter().say(f"  the corpus fills {size} of {config.vocab_size} tokens; the vocabulary is that small")
    value = {**found, "asked_vocab_size": config.vocab_size, "rejected": dict(problems), "output": str(output / NAME)}
    return Outcome(value=value, text=f"{output / NAME}: {size} tokens\n{_table(found)}")


@app.command("report")
def report_(
    folder: Path = typer.Argument(..., metavar="DIR", help="a folder with tokenizer.json"),
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
) -> Outcome:
    """Bytes and characters a token, by channel.

    Example: headwater tokenizer report tok kept/*.parquet
    """
    from headwater.cli.pack import labelled
    from headwater.tokenizer import report
    from headwater.tokenizer.encode import Encoder

    problems: Counter[str] = Counter()
    found = report.compression(Encoder.load(folder), labelled(inputs, problems))
    return Outcome(value={**found, "rejected": dict(problems)}, text=_table(found))


def configured(given: dict[str, Any]) -> Any:
    """A TokenizerConfig from the command line, checked. Raises HeadwaterError arguments."""
    from headwater.tokenizer.config import TokenizerConfig

    for option, allowed in (("type", ("bbpe", "bpe")), ("digits", ("single", "triple", "none"))):
        if given[option] not in allowed:
            raise HeadwaterError("arguments", f"--{option} {given[option]}: one of {', '.join(allowed)}")
    config = TokenizerConfig(**given)
    problems = bounds.problems(config)
    if problems:
        told = "; ".join(f"--{path.replace('_', '-')} {message}" for path, message in problems)
        raise HeadwaterError("arguments", told)
    return config


def whole(text: str, option: str) -> int:
    """`32k` as 32000. Raises HeadwaterError arguments."""
    from headwater.recipe.spelling import number

    value = number(text)
    if value is None or value != int(value) or value < 1:
        raise HeadwaterError("arguments", f"{option} {text}: expected a whole number such as 16384 or 32k")
    return int(value)


def share(text: str) -> float | None:
    """`.15`, `0.15` or `4` as a number; None when it is none."""
    from headwater.recipe.spelling import number

    return number(f"0{text.strip()}" if text.strip().startswith(".") else text)


def ratio(text: str, option: str) -> dict[str, float]:
    """`zh=4,en=4` as a map. Raises HeadwaterError arguments."""
    found: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, value = part.partition("=")
        parsed = share(value)
        if not equals or not name.strip() or parsed is None or name.strip() in found:
            raise HeadwaterError("arguments", f"{option} {part}: expected name=number, as in zh=4,en=4,code=2")
        found[name.strip()] = parsed
    return found


def _first(batches: Any, size_bytes: int = 20_000_000) -> Any:
    """Batches up to some bytes of text: enough to say how well a new vocabulary compresses."""
    for batch in batches:
        yield batch
        size_bytes -= batch.column("text").nbytes
        if size_bytes <= 0:
            return


def _table(found: dict[str, Any]) -> str:
    rows = [
        [name, str(c["tokens"]), f"{c['bytes_per_token']:.2f}", f"{c['chars_per_token']:.2f}"]
        for name, c in [*found["channels"].items(), ("total", found["total"])]
    ]
    return table(rows, ["channel", "tokens", "bytes/token", "chars/token"])


app.command()(expand)
