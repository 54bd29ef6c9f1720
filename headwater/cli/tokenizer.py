"""`headwater tokenizer`: learn a vocabulary from documents; report how well one compresses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.cli.tokenizer_audit import audit, glitch, reserve
from headwater.cli.tokenizer_curve import curve
from headwater.cli.tokenizer_expand import expand
from headwater.errors import HeadwaterError
from headwater.recipe import bounds

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Learn a vocabulary; report its compression.")


@app.command()
def train(
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write"),
    vocab_size: str = typer.Option(
        "",
        "--vocab-size",
        help="tokens in all, special ones included (32k); auto: as few as targets need; left out: 16384 or as many as "
        "the text supports",
    ),
    max_vocab_size: str = typer.Option("256Ki", "--max-vocab-size", help="with --vocab-size auto, the most tokens"),
    kind: str = typer.Option("bbpe", "--type", help="bbpe (bytes) or bpe (characters, rare ones in bytes)"),
    pretokenizer: str = typer.Option(
        "headwater", "--pretokenizer", help="how text is cut into words: headwater, gpt2, cl100k, llama3 or qwen2"
    ),
    digits: str = typer.Option(
        "auto", "--digits", help="single, triple (in threes from the right), none, or auto: as the pretokenizer does"
    ),
    reserve: int = typer.Option(256, "--reserve", help="unused special tokens kept for later"),
    memory: str = typer.Option("1B", "--memory", help="bytes that counting and learning may take (500M)"),
    sample_bytes: str = typer.Option(
        "", "--sample-bytes", help="text to learn from; more is sampled by document (50M)"
    ),
    weights: str = typer.Option("", "--weights", help="what each language weighs in learning: zh=4,en=4,code=2"),
    target_compression: str = typer.Option(
        "",
        "--target-compression",
        help="bytes a token that a language must reach, or characters: zh=1.1c,en=4.4; searches weights (and size)",
    ),
    balance: bool = typer.Option(
        False, "--balance", help="searches weights: every language equally near to what it would reach alone"
    ),
) -> Outcome:
    """Learn a byte-pair vocabulary.

    Example: headwater tokenizer train kept/*.parquet --vocab-size 32k --target-compression zh=3.2,en=4.2 -o tok
    """
    from headwater.cli.pack import labelled
    from headwater.tokenizer import report
    from headwater.tokenizer.train import NAME, check_filled, from_documents, save

    config = configured(
        {"type": kind, "pretokenizer": pretokenizer, "digits": digits, "reserve": reserve, "balance": balance}
        | _sizes(vocab_size, max_vocab_size, bool(target_compression))
        | {"memory": whole(memory, "--memory"), "weights": ratio(weights, "--weights")}
        | ({"sample_bytes": whole(sample_bytes, "--sample-bytes")} if sample_bytes else {})
        | targets(target_compression)
    )
    problems: list[Counter[str]] = []

    def read() -> Any:
        problems.append(Counter())
        return labelled(inputs, problems[-1])

    trained = from_documents(read, config, reporter())
    size, asked = trained.tokenizer.get_vocab_size(), trained.config.vocab_size
    check_filled(size, asked, "--vocab-size" if vocab_size else "", reporter())
    found = report.compression(report.encoder_of(trained.tokenizer), _first(read()))
    save(output, trained.tokenizer, trained.config)
    value = {**found, "asked_vocab_size": asked, "weights": trained.config.weights, "rejected": dict(problems[0])}
    if trained.found:
        value |= {"targets": trained.found.targets, "rounds": trained.found.rounds}
    value["output"] = str(output / NAME)
    return Outcome(value=value, text=f"{output / NAME}: {size} tokens\n{_table(found)}{_targets_table(value)}")


@app.command("report")
def report_(
    folder: Path = typer.Argument(..., metavar="DIR", help="a folder with tokenizer.json"),
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    peer: list[Path] = typer.Option([], "--peer", help="another tokenizer.json, or its folder, on the same text"),
) -> Outcome:
    """Bytes, characters and words a token, by channel, beside other tokenizers.

    split: the share of tokens that hold only a part of a character; unused: tokens that none of the text needs. A
    word is what white space parts; of Chinese and Japanese, a character.

    Example: headwater tokenizer report tok kept/*.parquet --peer qwen/tokenizer.json
    """
    from headwater.cli.pack import labelled
    from headwater.tokenizer import report
    from headwater.tokenizer.encode import Encoder

    encoders = {"": Encoder.load(folder, reporter().say)} | {
        name: report.opened(path) for name, path in _names(peer).items()
    }
    problems: Counter[str] = Counter()
    found = dict(zip(encoders, report.compared(list(encoders.values()), labelled(inputs, problems)), strict=True))
    value = {**found[""], "rejected": dict(problems)}
    peers = {name: figures for name, figures in found.items() if name}
    if not peers:
        return Outcome(value=value, text=_table(found[""]))
    text = "\n\n".join(f"{name or folder} ({one['vocab_size']} tokens)\n{_table(one)}" for name, one in found.items())
    return Outcome(value=value | {"peers": peers}, text=text)


def _names(peers: list[Path]) -> dict[str, Path]:
    """A name a peer: its folder's, or its file's where that says more; numbered where two are alike."""
    found: dict[str, Path] = {}
    for path in peers:
        place = path.resolve()
        base = place.parent.name if place.name == "tokenizer.json" else place.name
        name, number = base, 2
        while name in found or not name:
            name, number = f"{base}-{number}", number + 1
        found[name] = path
    return found


def configured(given: dict[str, Any], names: Mapping[str, str] = MappingProxyType({})) -> Any:
    """A TokenizerConfig from the command line, checked. `names`: options that a command calls otherwise.

    Raises HeadwaterError arguments.
    """
    from typing import get_args, get_type_hints

    from headwater.tokenizer.config import TokenizerConfig

    hints = get_type_hints(TokenizerConfig)
    for option in ("type", "pretokenizer", "digits"):
        allowed = get_args(hints[option])
        if option in given and given[option] not in allowed:
            raise HeadwaterError("arguments", f"--{option} {given[option]}: one of {', '.join(allowed)}")
    config = TokenizerConfig(**given)
    problems = bounds.problems(config)
    if problems:
        raise HeadwaterError("arguments", "; ".join(f"{_option(path, names)} {message}" for path, message in problems))
    return config


def _option(path: str, names: Mapping[str, str]) -> str:
    """A field of TokenizerConfig as the command line has it."""
    name, _, key = path.replace("_", "-").replace("target-characters", "target-compression").partition(".")
    return f"--{names.get(name, name)} {key}".rstrip()


def _sizes(vocab_size: str, max_vocab_size: str, is_targeted: bool) -> dict[str, int]:
    if not vocab_size:
        return {}
    if vocab_size != "auto":
        return {"vocab_size": whole(vocab_size, "--vocab-size")}
    if not is_targeted:
        raise HeadwaterError("arguments", "--vocab-size auto needs --target-compression, which says when it is enough")
    most = whole(max_vocab_size, "--max-vocab-size")
    return {"vocab_size": most, "max_vocab_size": most}


def targets(text: str) -> dict[str, dict[str, float]]:
    """`zh=1.1c,en=4.4` as targets in characters and in bytes a token. Raises HeadwaterError arguments."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    by_character = [part for part in parts if part.endswith("c")]
    in_bytes = [part for part in parts if part not in by_character]
    return {
        "target_compression": ratio(",".join(in_bytes), "--target-compression"),
        "target_characters": ratio(",".join(part[:-1] for part in by_character), "--target-compression"),
    }


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
        [
            name,
            str(c["tokens"]),
            *(f"{c[key]:.2f}" for key in ("bytes_per_token", "chars_per_token", "words_per_token", "fertility")),
            f"{c['split_share']:.2%}",
            str(c["unused"]),
        ]
        for name, c in [*found["channels"].items(), ("total", found["total"])]
    ]
    header = ["channel", "tokens", "bytes/token", "chars/token", "words/token", "tokens/word", "split", "unused"]
    return table(rows, header)


def _targets_table(value: dict[str, Any]) -> str:
    if "targets" not in value:
        return ""
    rows = [
        [
            lang,
            f"{one.get('asked', one.get('ceiling')):.3f}",
            f"{one['achieved']:.3f}",
            one["unit"],
            f"{one['weight']:.1%}",
        ]
        for lang, one in value["targets"].items()
    ]
    against = "asked" if any("asked" in one for one in value["targets"].values()) else "ceiling"
    return "\n\n" + table(rows, ["language", against, "achieved", "", "weight"])


app.command()(curve)
app.command()(audit)
app.command()(reserve)
app.command()(glitch)
app.command()(expand)
