"""The section on a recipe that cannot be had: the conflicts, every way out, and each of them taken."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.mixture_page import mixture_sample as sample
from headwater.errors import HeadwaterError
from headwater.mix import stage as mixing
from headwater.mix.config import MixtureConfig
from headwater.mix.solve import answer, solve
from headwater.mix.ways import Way

CONFIG = MixtureConfig(lang={"zh": 4, "en": 4, "code": 2}, max_domain_share=0.15, max_epochs=4)
TOKENS = 16_000_000
HEADER = ["way", "tokens", "zh", "en", "code", "most epochs", "solved"]


def section(data: Path, output: Path) -> str:
    pack = sample.packed(data)
    channels = mixing.sources(pack / mixing.PACK_NAME, sample.LENGTH)
    step = 32 * sample.LENGTH
    mixture = solve(channels, CONFIG, float(-(-TOKENS // step) * step), quantum=step)
    with tempfile.TemporaryDirectory() as folder:
        try:
            sample.mixed(pack, Path(folder), CONFIG, TOKENS)
            refused = "It was not refused."
        except HeadwaterError as error:
            refused = (
                f"```\nerror: {error}\n  mend: {error.mend}\n```\n\nExit code {error.exit_code}; nothing is written."
            )
    return "\n\n".join(
        [
            "## A recipe that cannot be had",
            f"The same corpus, asked for {TOKENS / 1e6:g}M tokens at 4:4:2 with no channel read more than four times:",
            refused,
            "Each way out, taken alone and solved again:",
            sample.table(HEADER, [_taken(way) for way in mixture.ways]),
            "A figure is offered only after it has been tried as it is printed. With `mixture.relax: true` the run "
            "takes the nearest mixture there is instead, and says so.",
        ]
    )


def _taken(way: Way) -> list[str]:
    problem = way.problem
    x_X = answer(problem)
    if x_X is None:
        return [way.text, "", "", "", "", "", "no"]
    shares = {"zh": 0.0, "en": 0.0, "code": 0.0}
    epochs = []
    for (_, channel), share in zip(problem.cells, x_X, strict=True):
        shares[channel.lang] += float(share)
        epochs.append(float(share) * problem.budget / channel.available)
    figures = [f"{share:.1%}" for share in shares.values()]
    return [way.text, f"{problem.budget / 1e6:.3g}M", *figures, f"{max(epochs):.2f}", "yes"]
