"""`headwater mix`: the mixture nearest to the natural shares, or why there is none (exit 2)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import FAILURES, HeadwaterError


def mix(
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    tokenizer: Path = typer.Option(..., "--tokenizer", help="a folder with tokenizer.json"),
    tokens: str = typer.Option(..., "--tokens", help="tokens to train on (20M)"),
    lang: str = typer.Option("", "--lang", help="ratio of languages: zh=4,en=4,code=2; one not listed gets nothing"),
    kind: str = typer.Option("", "--kind", help="ratio of kinds: general=1,specific=1"),
    max_domain_share: str = typer.Option(
        "", "--max-domain-share", help="0.15 caps all domains but general together; math=0.15 caps one each"
    ),
    max_epochs: float = typer.Option(4.0, "--max-epochs", help="how often a channel may be repeated"),
) -> Outcome:
    """Solve a mixture over documents, counted in tokens.

    Example: headwater mix kept/*.parquet --tokenizer tok --tokens 20M --lang zh=4,en=4,code=2
    """
    from headwater.cli.tokenizer import ratio, whole
    from headwater.mix.solve import solve
    from headwater.mix.stage import describe, rounded

    config = configured(
        lang=ratio(lang, "--lang"),
        kind=ratio(kind, "--kind"),
        max_domain_share=_caps(max_domain_share),
        max_epochs=max_epochs,
    )
    budget = whole(tokens, "--tokens")
    problems: Counter[str] = Counter()
    channels = _channels(inputs, tokenizer, problems)
    mixture = solve(channels, config, float(budget))
    for note in mixture.notes:
        reporter().say(f"  mix: {note}")
    drawn = rounded(mixture.shares, round(mixture.budget), channels, config) if any(mixture.shares.values()) else {}
    value = describe(mixture, channels, config, drawn) | {"rejected": dict(problems)}
    code = 0 if mixture.feasible else FAILURES["mixture_infeasible"][0]
    return Outcome(value=value, text=_text(value), exit_code=code)


def configured(**given: Any) -> Any:
    """A MixtureConfig from the command line, checked. Raises HeadwaterError arguments."""
    from headwater.mix.config import MixtureConfig
    from headwater.recipe import bounds

    config = MixtureConfig(**given)
    problems = bounds.problems(config)
    if problems:
        raise HeadwaterError("arguments", "; ".join(f"--{path.replace('_', '-')} {text}" for path, text in problems))
    return config


def _caps(text: str) -> Any:
    from headwater.cli.tokenizer import ratio, share

    if not text:
        return 1.0
    bare = share(text)
    return ratio(text, "--max-domain-share") if bare is None else bare


def _channels(inputs: list[str], tokenizer: Path, problems: Counter[str]) -> list[Any]:
    """Every channel of the documents with its tokens, the end-of-document ones counted."""
    from headwater.cli.pack import labelled
    from headwater.mix.constraints import labelled as channel
    from headwater.tokenizer.encode import Encoder

    encoder = Encoder.load(tokenizer)
    tokens: Counter[str] = Counter()
    labels: dict[str, dict[str, str]] = {}
    with reporter().bar("mix counts", 0, "documents") as bar:
        for batch in labelled(inputs, problems):
            _, offsets = encoder.encode_batch(batch.column("text"))
            columns = (batch.column(name).to_pylist() for name in ("channel", "lang", "kind", "domain"))
            for size, name, lang, kind, domain in zip((offsets[1:] - offsets[:-1]).tolist(), *columns, strict=True):
                tokens[name] += size + 1
                labels[name] = {"lang": lang, "kind": kind, "domain": domain}
            bar.advance(batch.num_rows)
    return [channel(name, count, labels[name]) for name, count in sorted(tokens.items())]


def _text(value: dict[str, Any]) -> str:
    rows = [
        [name, str(c["available_tokens"]), str(c["tokens"]), f"{c['epochs']:.2f}", f"{c['share']:.2%}"]
        for name, c in value["channels"].items()
    ]
    lines = [table(rows, ["channel", "available", "tokens", "epochs", "share"])]
    if not value["feasible"]:
        lines += ["", "no mixture satisfies every constraint; above is the nearest there is"]
        lines += [f"  conflict: {conflict}" for conflict in value["conflicts"]]
        lines.append(f"  mend: {value['relaxation']}")
    return "\n".join(lines)
