"""`headwater recall`: the documents of a pool that are like those of a seed.

In: documents. Out: what the command's help says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError
from headwater.recipe import bounds


def recall(
    seed: list[str] = typer.Option(..., "--seed", help="documents that are liked already; may be given several times"),
    pool: list[str] = typer.Option(..., "--pool", help="documents to recall from; may be given several times"),
    output: Path = typer.Option(
        ..., "-o", "--output", help="folder for recalled.jsonl.zst, rounds.json and review.tsv"
    ),
    labels: list[str] = typer.Option([], "--labels", help="{id, relevant} a row: precision and recall are measured"),
    seed_limit: int = typer.Option(0, "--seed-limit", min=0, help="seed documents to draw; 0: all"),
    site_share: float = typer.Option(0.1, "--site-share", "--share", help="look at sites with more recalled than this"),
    min_gain: float = typer.Option(0.02, "--min-gain", help="stop when a round adds less than this share"),
    max_rounds: int = typer.Option(4, "--max-rounds", min=1, help="most rounds"),
    keep: int = typer.Option(0, "--keep", min=0, help="recall this many, by rank; 0: found from the scores"),
    keep_share: float = typer.Option(0.0, "--keep-share", help="recall this share of the pool; 0: found"),
    random_seed: int = typer.Option(
        7, "--random-seed", min=0, max=2**63 - 1, help="every random choice follows from it"
    ),
    workers: int = typer.Option(0, "--workers", min=0, max=1024, help="worker processes; 0: one a core"),
) -> Outcome:
    """Find documents like those of a seed. Edit `action` in review.tsv and give the command again to overrule it.

    Example: headwater recall --seed maths.jsonl.zst --pool crawl.jsonl.zst -o recalled
    """
    from headwater.curate.recall.command import recall_files
    from headwater.curate.recall.config import RecallConfig

    config = RecallConfig(
        seed=tuple(seed), seed_size=seed_limit, site_share=site_share, min_gain=min_gain, max_rounds=max_rounds,
        keep=keep, keep_share=keep_share,
    )  # fmt: skip
    if problems := bounds.problems(config):
        told = "; ".join(f"{name} {message}" for name, message in problems)
        raise HeadwaterError("arguments", told, mend="`headwater recall --help` lists the options")
    if output.exists() and not output.is_dir():
        raise HeadwaterError("arguments", "is a file; recall writes a folder", where=str(output))
    figures = recall_files(config, pool, labels, output, random_seed, workers, reporter())
    return Outcome(value=figures | {"output": str(output)}, text=_told(figures, output))


def _told(figures: dict[str, Any], output: Path) -> str:
    names = [
        name for name in ("round", "seed", "recalled", "added", "precision", "recall") if name in figures["rounds"][0]
    ]
    rows = [["-" if line.get(name) is None else str(line[name]) for name in names] for line in figures["rounds"]]
    text = f"{figures['recalled']} of {figures['pool']} documents recalled -> {output}\n{table(rows, names)}"
    if figures["unreadable"]:
        text += "\nunreadable: " + ", ".join(f"{reason} {count}" for reason, count in figures["unreadable"].items())
    return text + f"\n{output / 'review.tsv'} lists the sites: edit `action` and give the command again to overrule it"
