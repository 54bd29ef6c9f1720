"""`headwater tokenizer audit`, `reserve` and `glitch`: what should not be in a vocabulary, and what is added to one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError

SHOWN = 5  # tokens a reason in the text for a person
SENSITIVE = ("gambling", "adult", "loans", "invoices", "games")  # sections of the list of Chinese spam
DIRTY = ("marketing", "contact", "novel", "medical")


def audit(
    folder: Path = typer.Argument(..., metavar="DIR", help="a folder with tokenizer.json"),
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    output: Path = typer.Option(..., "-o", "--output", help="the review to write; with --apply, the new folder"),
    apply: Path | None = typer.Option(None, "--apply", help="a review that you edited: learn without what it drops"),
) -> Outcome:
    """List suspicious tokens, then learn anew without those you drop.

    Example: headwater tokenizer audit tok kept/*.parquet -o review.tsv
    """
    return _applied(folder, inputs, apply, output) if apply else _reviewed(folder, inputs, output)


def _reviewed(folder: Path, inputs: list[str], output: Path) -> Outcome:
    from headwater.cli.pack import labelled
    from headwater.tokenizer import audit, review
    from headwater.tokenizer.encode import Encoder

    encoder = Encoder.load(folder)
    if output.is_dir():
        raise HeadwaterError("arguments", "is a folder", where=str(output), mend="name the file: -o review.tsv")
    problems: Counter[str] = Counter()
    read = audit.survey(encoder, _counted(labelled(inputs, problems)))
    found = audit.findings(encoder, read, _tokenizer(encoder), phrases())
    review.write(output, found)
    by_reason = Counter(entry.reason for entry in found)
    reasons = {reason: by_reason[reason] for reason in audit.REASONS if by_reason[reason]}
    value = {
        "output": str(output),
        "tokens": len(found),
        "reasons": reasons,
        "drop": sum(entry.action == review.DROP for entry in found),
        "documents": read.num_documents,
        "corpus_tokens": read.num_tokens,
        "hosts": len(read.hosts),
        "rejected": dict(problems),
    }
    rows = [
        [reason, str(count), " ".join(repr(entry.token) for entry in found if entry.reason == reason)[:60]]
        for reason, count in reasons.items()
    ]
    told = f"{output}: {len(found)} of {encoder.vocab_size} tokens to judge, {value['drop']} proposed to drop"
    return Outcome(value=value, text=f"{told}\n{table(rows, ['reason', 'tokens', 'such as'])}")


def _applied(folder: Path, inputs: list[str], reviewed: Path, output: Path) -> Outcome:
    from headwater.cli.pack import labelled
    from headwater.tokenizer import apply, report
    from headwater.tokenizer.encode import NAME
    from headwater.tokenizer.train import save

    asked = apply.plan(folder, reviewed)
    refuse_same(folder, output)
    if asked.assumed:
        reporter().say(f"  {asked.assumed}")
    problems: Counter[str] = Counter()
    tokenizer = apply.learn(asked, lambda: labelled(inputs, Counter()), reporter())
    encoder = report.encoder_of(tokenizer)
    changed = apply.compared(asked.encoder, encoder, asked.dropped)
    before = report.compression(asked.encoder, labelled(inputs, problems))
    after = report.compression(encoder, labelled(inputs, Counter()))
    save(output, tokenizer, asked.config, asked.barred)
    value = {
        "output": str(output / NAME),
        "vocab_size": changed.vocab_size,
        "vocab_size_before": changed.size_before,
        "dropped": changed.dropped,
        "dependants": changed.dependants,
        "others": changed.others,
        "new": changed.new,
        "before": before["total"],
        "after": after["total"],
        "channels": after["channels"],
        "rejected": dict(problems),
    }
    if changed.vocab_size < changed.size_before:
        reporter().say(f"  the corpus fills {changed.vocab_size} of {changed.size_before} tokens without them")
    text = (
        f"{output / NAME}: {changed.vocab_size} tokens. {changed.dropped} dropped, {changed.dependants} that held them "
        f"went too, {changed.others} others, {changed.new} new. Bytes a token {before['total']['bytes_per_token']:.3f} "
        f"before, {after['total']['bytes_per_token']:.3f} after"
    )
    return Outcome(value=value, text=text)


def reserve(
    folder: Path = typer.Argument(..., metavar="DIR", help="a folder with tokenizer.json"),
    add: list[str] = typer.Option(..., "--add", help="a special token to add, as '<|think|>'; may be given again"),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write"),
) -> Outcome:
    """Name reserved tokens: no id moves, the size stays.

    Example: headwater tokenizer reserve tok --add '<|think|>' -o tok2
    """
    from headwater.tokenizer import reserve

    refuse_same(folder, output)
    named, left = reserve.add(folder, add, output)
    told = ", ".join(f"{name} is token {id_}" for name, id_ in named.items())
    value = {"output": str(output), "named": named, "left": left}
    return Outcome(value=value, text=f"{output}: {told}; {left} reserved tokens are left")


def phrases() -> Any:
    """The phrases and words that the cleaning rooms know, as the audit takes them."""
    from headwater.curate import lists
    from headwater.tokenizer.audit_text import Phrases

    spam, words = lists.sections("spam_zh.txt"), lists.sections("url_words.txt")
    other = [word for word in (*words["part"], *words["bad"]) if not word.isascii() or len(word) > SHOWN]
    return Phrases(
        sensitive=frozenset([*(phrase for name in SENSITIVE for phrase in spam[name]), *other]),
        dirty=frozenset(phrase for name in DIRTY for phrase in spam[name]),
        words=frozenset(words["bad"]),
    )


def refuse_same(folder: Path, output: Path) -> None:
    """Raises HeadwaterError arguments: a vocabulary in use is never written over."""
    if folder.resolve() == output.resolve() or (output.exists() and not output.is_dir()):
        raise HeadwaterError("arguments", "is the folder given, or no folder", where=str(output), mend="name a new one")


def _counted(batches: Any) -> Any:
    with reporter().bar("audit reads", 0, "documents") as bar:
        for batch in batches:
            yield batch
            bar.advance(batch.num_rows)


def _tokenizer(encoder: Any) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(encoder.where)


def glitch(
    model: str = typer.Argument(..., metavar="RUN", help="a run, a checkpoint or a Hugging Face folder"),
    top: int = typer.Option(50, "--top", min=1, max=100_000, help="tokens to list"),
) -> Outcome:
    """Tokens whose embedding training hardly moved.

    Example: headwater tokenizer glitch demo
    """
    from dataclasses import asdict

    from headwater.cli.models import resolve
    from headwater.tokenizer import glitch

    folder = resolve(model)
    found = glitch.find(folder, _initial(folder))
    value = {
        "model": str(folder),
        "measure": found.measure,
        "limit": found.limit,
        "reference": found.num_reference,
        "vocab_size": found.vocab_size,
        "glitches": len(found.tokens),
        "tokens": [asdict(token) for token in found.tokens[:top]],
    }
    rows = [[str(t.token_id), repr(t.token), f"{t.moved:.3g}", t.why] for t in found.tokens[:top]]
    told = (
        f"{folder}: {len(found.tokens)} of {found.vocab_size} tokens moved no more than the {found.num_reference} "
        f"rows that are never trained ({found.measure} {found.limit:.3g})"
    )
    return Outcome(value=value, text=f"{told}\n{table(rows, ['id', 'token', found.measure, 'why'])}" if rows else told)


def _initial(folder: Path) -> Any:
    """The embedding that a run of ours began with, float32 [V, D]; None where its seed is not known."""
    from headwater.cli.models import is_checkpoint
    from headwater.model import checkpoint
    from headwater.tokenizer.glitch import EMBEDDING

    if not is_checkpoint(folder):
        return None
    state, config = checkpoint.read_state(folder), checkpoint.read_json(folder / checkpoint.CONFIG)
    seed = state.get("identity", {}).get("seed")
    if not isinstance(seed, int) or state.get("fork"):
        return None
    import torch

    from headwater.model.init import generator

    drawn = torch.empty((config["vocab_size"], config["hidden_size"]), dtype=torch.float32)
    return drawn.normal_(0.0, config["init_std"], generator=generator(seed, EMBEDDING)).numpy()
