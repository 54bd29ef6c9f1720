"""`headwater lab`: a small experiment that answers one question with a measured plot."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import typer

from headwater.cli.console import Outcome, reporter
from headwater.errors import HeadwaterError

LABS = {"digits": ("headwater.labs.digits", "does the way numbers are cut show in arithmetic? (about three minutes)")}

LISTED = "; ".join(f"{name}: {question}" for name, (_, question) in LABS.items())


def lab(
    name: str = typer.Argument(..., metavar="NAME", help=LISTED),
    output: Path = typer.Option(..., "-o", "--output", help="the folder to write: index.md, a plot, result.json"),
    steps: int = typer.Option(0, "--steps", min=0, help="how long each model learns; 0: as the lab does by itself"),
    seed: int = typer.Option(0, "--seed", min=0, help="of the data and the weights"),
) -> Outcome:
    """Answer a question by experiment.

    Example: headwater lab digits -o digits
    """
    from headwater.cli.weights import check_empty

    if name not in LABS:
        raise HeadwaterError("arguments", f"no lab {name!r}", mend=f"there is {', '.join(LABS)}")
    check_empty(output)
    module = import_module(LABS[name][0])
    given = {"steps": steps} if steps else {}
    result = module.run(output, seed=seed, say=reporter().say, **given)
    return Outcome(value=result | {"output": str(output)}, text=module.page(result).strip() + f"\n\n{output}/index.md")
