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
    min_share: str = typer.Option("", "--min-share", help="least share of a channel: zh-specific=0.1"),
    max_share: str = typer.Option("", "--max-share", help="greatest share of a channel"),
    min_source: str = typer.Option("", "--min-source", help="least share of a source: wikipedia=0.05"),
    max_source: str = typer.Option("", "--max-source", help="greatest share of a source"),
    quality: str = typer.Option(
        "", "--quality", help="weight on a channel, language, kind, domain or source: wikipedia=2,en-general=0.5"
    ),
    phase: list[str] = typer.Option(
        [], "--phase", help="from a share of the run on: '0.9 kind general=1,instruct=1 lang zh=1,en=1'; again for more"
    ),
) -> Outcome:
    """Solve a mixture over documents, counted in tokens.

    Example: headwater mix kept/*.parquet --tokenizer tok --tokens 20M --lang zh=4,en=4,code=2
    """
    from headwater.batches.steps import planned
    from headwater.cli.tokenizer import ratio, whole
    from headwater.mix import names, phases
    from headwater.mix.segments import rounded
    from headwater.mix.solve import solve
    from headwater.mix.table import describe
    from headwater.train.config import TrainConfig

    config = configured(
        lang=ratio(lang, "--lang"),
        kind=ratio(kind, "--kind"),
        max_domain_share=_caps(max_domain_share, "--max-domain-share"),
        max_epochs=max_epochs,
        min_share=ratio(min_share, "--min-share"),
        max_share=ratio(max_share, "--max-share"),
        min_source=ratio(min_source, "--min-source"),
        max_source=ratio(max_source, "--max-source"),
        quality=ratio(quality, "--quality"),
        phases=tuple(_phase(text) for text in phase),
    )
    budget = whole(tokens, "--tokens")
    parts, _ = phases.parts(config, planned(budget, 1, 1), TrainConfig().decay_share)
    spans = [part.span for part in parts]
    problems: Counter[str] = Counter()
    channels = _channels(inputs, tokenizer, problems)
    names.check(channels, spans)
    mixture = solve(channels, config, float(budget), spans)
    for note in mixture.notes:
        reporter().say(f"  mix: {note}")
    drawn = [
        rounded(shares, round(mixture.budget * span.fraction), channels, span.config) if any(shares.values()) else {}
        for shares, span in zip(mixture.by_span, spans, strict=True)
    ]
    value = describe(mixture, drawn) | {"rejected": dict(problems)}
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


def _caps(text: str, option: str) -> Any:
    from headwater.cli.tokenizer import ratio, share

    if not text:
        return 1.0
    bare = share(text)
    return ratio(text, option) if bare is None else bare


def _phase(text: str) -> Any:
    """`0.9 kind general=1,instruct=1` as a PhaseConfig. Raises HeadwaterError arguments."""
    from headwater.cli.tokenizer import ratio, share
    from headwater.mix.config import PhaseConfig
    from headwater.mix.constraints import near
    from headwater.recipe import bounds

    start, *words = text.split()[:100] or [""]
    settings = sorted(PhaseConfig().__dataclass_fields__.keys() - {"start"})
    given: dict[str, Any] = {"start": "decay" if start == "decay" else share(start)}
    named = given["start"] == "decay"
    if not (named or (given["start"] and 0 < given["start"] < 1)) or len(words) % 2:  # steps are a recipe's
        raise HeadwaterError("arguments", f"--phase {text!r}: expected a share, then settings: '0.9 kind instruct=1'")
    for name, value in zip(words[::2], words[1::2], strict=True):
        setting = name.replace("-", "_")
        if setting not in settings:
            hint = near(setting, settings) or f"; known are {', '.join(settings)}"
            raise HeadwaterError("arguments", f"--phase {text!r}: no setting is called {name!r}{hint}")
        given[setting] = _caps(value, "--phase") if setting == "max_domain_share" else ratio(value, "--phase")
    phase = PhaseConfig(**given)
    problems = bounds.problems(phase)
    if problems:
        raise HeadwaterError(
            "arguments", f"--phase {text!r}: " + "; ".join(f"{path} {told}" for path, told in problems)
        )
    return phase


def _channels(inputs: list[str], tokenizer: Path, problems: Counter[str]) -> list[Any]:
    """Every channel of the documents with its tokens, the end-of-document ones counted."""
    from headwater.cli.pack import labelled
    from headwater.mix.constraints import labelled as channel
    from headwater.tokenizer.encode import Encoder

    encoder = Encoder.load(tokenizer)
    tokens: Counter[str] = Counter()
    labels: dict[str, dict[str, Any]] = {}
    with reporter().bar("mix counts", 0, "documents") as bar:
        for batch in labelled(inputs, problems):
            _, offsets = encoder.encode_batch(batch.column("text"))
            columns = (batch.column(name).to_pylist() for name in ("channel", "source", "lang", "kind", "domain"))
            sizes = (offsets[1:] - offsets[:-1] + 1).tolist()
            for size, name, source, lang, kind, domain in zip(sizes, *columns, strict=True):
                tokens[name] += size
                found = labels.setdefault(name, {"lang": lang, "kind": kind, "domain": domain, "sources": Counter()})
                found["sources"][source or ""] += size
            bar.advance(batch.num_rows)
    return [channel(name, count, labels[name]) for name, count in sorted(tokens.items())]


def _text(value: dict[str, Any]) -> str:
    from headwater.pipeline.progress import amount

    lines = [_table(value["channels"])]
    for phase in value["phases"]:
        lines += ["", f"{phase['place']} {phase['when']}: {amount(phase['tokens'])} tokens", _table(phase["channels"])]
    if not value["feasible"]:
        lines += ["", "no mixture satisfies every constraint; above is the nearest there is"]
        lines += [f"  conflict: {conflict}" for conflict in value["conflicts"]]
        lines.append(f"  mend: {value['relaxation']}")
    return "\n".join(lines)


def _table(channels: dict[str, dict[str, Any]]) -> str:
    """Asked where it is known, available, drawn and repeated, by channel."""
    columns = ("asked", "available_tokens", "tokens")
    rows = [
        [name, *("" if c.get(n) is None else str(c[n]) for n in columns), f"{c['epochs']:.2f}", f"{c['share']:.2%}"]
        for name, c in channels.items()
    ]
    return table(rows, ["channel", "asked", "available", "tokens", "epochs", "share"])
