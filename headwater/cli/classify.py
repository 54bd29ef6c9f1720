"""`headwater classify`: train a classifier of quality, apply it, or have documents labelled by a model.

In: documents. Out: a model's folder, scores, or labels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError
from headwater.recipe import bounds

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Tell good documents from others: train, apply, label. Example: headwater classify train --positive"
    " good.jsonl --negative rest.jsonl -o model",
)
IN = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents")


@app.command()
def train(
    positive: list[str] = typer.Option([], "--positive", help="good documents; may be given several times"),
    negative: list[str] = typer.Option([], "--negative", help="other documents; may be given several times"),
    labels: list[str] = typer.Option([], "--labels", help="in place of both: {id, label} or {id, score} a row"),
    documents: list[str] = typer.Option([], "--documents", help="the labelled documents, found by id"),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write"),
    scale: float = typer.Option(5.0, "--scale", min=1.0, help="the highest label, where labels go above 1"),
    positive_from: float = typer.Option(0.5, "--positive-from", help="a label from here (0 to 1) counts as positive"),
    max_documents: int = typer.Option(50_000, "--max-documents", min=1, help="most examples read of each class"),
    seed: int = typer.Option(7, "--seed", min=0, help="which examples are held out, and in what order they are seen"),
) -> Outcome:
    """Train a classifier, and measure it on documents held out.

    Example: headwater classify train --positive textbooks.jsonl.zst --negative pages.jsonl.zst -o model
    """
    config = _configured(max_documents, positive_from)
    _check_folder(output)
    from headwater.curate.quality import command

    if labels and not (positive or negative):
        report = command.train_from_labels(labels, documents or labels, output, config, seed, scale)
    elif positive and negative and not (labels or documents):
        report = command.train_from_files(positive, negative, output, config, seed)
    else:
        raise HeadwaterError(
            "arguments",
            "examples are given by --positive and --negative, or by --labels and --documents",
            mend="`headwater classify train --help` shows both",
        )
    for warning in report["warnings"]:
        reporter().say(f"  note: {warning}")
    return Outcome(value={**report, "output": str(output)}, text=_told(report, output))


def _configured(max_documents: int, positive_from: float) -> Any:
    from headwater.curate.quality.config import TrainingConfig

    config = TrainingConfig(max_documents=max_documents, positive_from=positive_from)
    if problems := bounds.problems(config):
        told = "; ".join(f"--{name.replace('_', '-')} {message}" for name, message in problems)
        raise HeadwaterError("arguments", told)
    return config


def _check_folder(output: Path) -> None:
    """Refuse a folder that holds something else than a model."""
    from headwater.curate.quality import folder

    known = {folder.CARD, folder.REPORT, folder.WEIGHTS, folder.README}
    if output.is_dir():
        other = sorted(path.name for path in output.iterdir() if path.name not in known and path.name[0] != ".")
        if other:
            told = f"holds other files than a model's ({other[0]})"
            raise HeadwaterError("arguments", told, where=str(output), mend="name a new folder")
    elif output.exists():
        raise HeadwaterError("arguments", "is a file; a model is a folder", where=str(output))


def _told(report: dict[str, Any], output: Path) -> str:
    counts, held_out = report["examples"], report["held_out"]
    head = f"{output}: trained on {counts['positive']} positive and {counts['negative']} negative documents"
    if counts["left_out"]:
        head += "; left out: " + ", ".join(f"{reason} {count}" for reason, count in counts["left_out"].items())
    if held_out["all"] is None:
        return head
    names = ("documents", "accuracy", "auc", "f1", "precision", "recall")
    groups = [*held_out["by_lang"].items(), ("all", held_out["all"])]
    if report["held_out_sites"]["all"]:
        groups.append(("all, unseen sites", report["held_out_sites"]["all"]))
    rows = [[lang, *(_figure(figures[name]) for name in names)] for lang, figures in groups]
    calibration = held_out["calibration"]["mean_distance"]
    length = held_out["all"]["length"]
    tail = f"calibration: {_figure(calibration)} off on average; AUC of length alone"
    tail += f" {_figure(length['auc_of_length_alone'])}, of the score at equal length"
    tail += f" {_figure(length['auc_at_equal_length'])}"
    return "\n".join([head, table(rows, ["held out", *names]), tail])


def _figure(value: float | int | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


@app.command()
def apply(
    model: Path = typer.Argument(..., metavar="MODEL", help="a folder that `classify train` made"),
    inputs: list[str] = IN,
    output: Path = typer.Option(..., "-o", "--output", help="OUT.jsonl.zst: {id, score, lang, kept} a document"),
    keep_share: float = typer.Option(1.0, "--keep-share", min=0.0, max=1.0, help="share to mark as kept, the best"),
    min_score: float = typer.Option(0.0, "--min-score", min=0.0, max=1.0, help="a document below is never kept"),
    per: str = typer.Option("lang", "--per", help="the share is kept of each language (lang) or of all together (all)"),
) -> Outcome:
    """Score documents, in their order; mark the best share of each language as kept.

    Example: headwater classify apply model corpus.jsonl.zst --keep-share 0.3 -o scores.jsonl.zst
    """
    from headwater.curate.quality import apply as applying
    from headwater.curate.quality import folder

    if per not in ("lang", "all"):
        raise HeadwaterError("arguments", f"--per {per}: one of lang, all")
    found = applying.apply(folder.load(model)[0], inputs, output, keep_share, min_score, per)
    rows = [
        [lang, str(entry["documents"]), str(entry["kept"]), _figure(entry["threshold"]), _figure(entry["mean_score"])]
        for lang, entry in found["by_lang"].items()
    ]
    unread = f"; could not be read: {found['unreadable']}" if found["unreadable"] else ""
    text = f"{found['documents']} documents scored, {found['kept']} kept -> {output}{unread}\n"
    text += table(rows, ["language", "documents", "kept", "from score", "mean score"])
    return Outcome(value={**found, "output": str(output)}, text=text)


@app.command()
def label(
    inputs: list[str] = IN,
    endpoint: str = typer.Option(..., "--endpoint", help="address of an OpenAI-compatible endpoint (…/v1)"),
    model: str = typer.Option(..., "--model", help="name of the model there"),
    output: Path = typer.Option(..., "-o", "--output", help="LABELS.jsonl: {id, label, score, lang} a document"),
    rubric: str = typer.Option("built-in", "--rubric", help="what is asked: built-in, or a text file with {text}"),
    sample: int = typer.Option(1000, "--sample", min=0, help="documents to ask about, evenly by language; 0: all"),
    concurrency: int = typer.Option(4, "--concurrency", min=1, help="requests in flight"),
    rate: float = typer.Option(0.0, "--rate", min=0.0, help="most requests a minute; 0: no limit"),
    max_cost: float = typer.Option(0.0, "--max-cost", min=0.0, help="most money to spend on this output; 0: no cap"),
    price_in: float = typer.Option(0.0, "--price-in", min=0.0, help="price of a million tokens sent"),
    price_out: float = typer.Option(0.0, "--price-out", min=0.0, help="price of a million tokens answered"),
    max_tokens: int = typer.Option(64, "--max-tokens", min=1, help="longest answer, in tokens"),
    timeout_s: float = typer.Option(120.0, "--timeout-s", help="seconds for one request"),
    retries: int = typer.Option(5, "--retries", min=0, help="further tries of a request that failed"),
    token_field: str = typer.Option("max_tokens", "--token-field", help="max_tokens or max_completion_tokens"),
    seed: int = typer.Option(7, "--seed", min=0, help="which documents are drawn"),
) -> Outcome:
    """Ask a model how much each document teaches (0 to 5). The key is read from $HEADWATER_API_KEY.

    Example: headwater classify label corpus.jsonl.zst --endpoint http://127.0.0.1:8000/v1 --model m -o labels.jsonl
    """
    from headwater.curate.quality import label as labelling
    from headwater.curate.quality import rubric as rubrics

    config = endpoint_config(
        url=endpoint, model=model, concurrency=concurrency, requests_per_minute=rate, max_cost=max_cost,
        price_in=price_in, price_out=price_out, max_tokens=max_tokens, timeout_s=timeout_s, retries=retries,
        token_field=token_field,
    )  # fmt: skip
    found = labelling.label(inputs, output, config, rubrics.load(rubric), sample, seed, reporter())
    lacking = "".join(f", {reason} {count}" for reason, count in found["unlabelled"].items())
    text = f"{found['labelled']} of {found['documents']} documents labelled{lacking} -> {output}\n"
    text += table([[label, str(count)] for label, count in found["labels"].items()], ["label", "documents"])
    return Outcome(value={**found, "output": str(output)}, text=text + "\n" + asked(found["asking"]))


def endpoint_config(**given: Any) -> Any:
    """An EndpointConfig from options, checked. Raises HeadwaterError arguments."""
    from headwater.curate.endpoint.config import EndpointConfig

    if given["token_field"] not in ("max_tokens", "max_completion_tokens"):
        raise HeadwaterError("arguments", "--token-field: one of max_tokens, max_completion_tokens")
    config = EndpointConfig(**given)
    if problems := bounds.problems(config):
        named = {"url": "endpoint", "requests_per_minute": "rate"}
        told = "; ".join(f"--{named.get(name, name).replace('_', '-')} {message}" for name, message in problems)
        raise HeadwaterError("arguments", told)
    return config


def asked(figures: dict[str, Any]) -> str:
    """What asking took, in a line."""
    text = f"{figures['asked']} requests, {figures['cached']} answers from before, {figures['tokens_in']} tokens in and"
    text += f" {figures['tokens_out']} out, cost {figures['cost']:.6g}"
    text += "".join(f", {reason} {count} again" for reason, count in figures["retried"].items())
    return text + ("; stopped at the cost cap, the same command with a higher one goes on" if figures["capped"] else "")
