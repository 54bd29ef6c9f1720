"""The section on a solved mixture: what a recipe asks, what the corpus holds, what each phase draws."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.mixture_page import mixture_sample as sample
from headwater.mix.config import MixtureConfig, PhaseConfig

CONFIG = MixtureConfig(
    lang={"zh": 4, "en": 4, "code": 2},
    kind={"general": 1, "specific": 1},
    max_domain_share=0.15,
    max_epochs=4,
    quality={"math": 1.5},
    phases=(PhaseConfig(start="decay", kind={"general": 2, "specific": 2, "instruct": 1}),),
)
RECIPE = """```yaml
mixture:
  lang: {zh: 4, en: 4, code: 2}
  kind: {general: 1, specific: 1}
  max_domain_share: 0.15
  max_epochs: 4
  quality: {math: 1.5}
  phases:
    - {start: decay, kind: {general: 2, specific: 2, instruct: 1}}
train: {tokens: 4M, batch_tokens: 8192, sequence_length: 256}
```"""


def section(data: Path, output: Path) -> str:
    pack = sample.packed(data)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        found = sample.mixed(pack, Path(folder), CONFIG, 4_000_000)
        seconds = time.perf_counter() - began
    return "\n\n".join(
        [
            "## A solved mixture",
            "A sample of real documents (Chinese docs, a textbook and poems; English proposals and LaTeX mathematics; "
            "source code; instructions), and a recipe that asks for all at once. All phases are solved together: "
            "the answer nearest to the natural shares, by KL divergence, that satisfies every constraint.",
            RECIPE,
            _channels(found),
            _groups(found),
            f"Solved, rounded and written in {seconds:.1f} s. Shares are of the tokens of a phase; epochs of the whole "
            "run. A bare cap holds all domains but `general` together; instructions wait for the decay, as in MiniCPM "
            "(arXiv 2404.06395).",
        ]
    )


def _channels(found: dict[str, Any]) -> str:
    body = []
    for name, channel in found["channels"].items():
        shares = [f"{phase['channels'][name]['share']:.2%}" for phase in found["phases"]]
        tokens = [f"{channel[key]:,}" for key in ("available_tokens", "tokens")]
        asked = "" if channel["asked"] is None else f"{channel['asked']:,}"
        body.append(
            [f"`{name}`", asked, *tokens, f"{channel['epochs']:.2f}", f"{channel['natural_share']:.2%}", *shares]
        )
    steps = [f"steps {phase['first_step']}–{phase['last_step']}" for phase in found["phases"]]
    return sample.table(["channel", "asked", "available", "drawn", "epochs", "natural", *steps], body)


def _groups(found: dict[str, Any]) -> str:
    """Asked and achieved, by label and phase."""
    body = []
    for phase in found["phases"]:
        steps = f"{phase['first_step']}–{phase['last_step']}"
        for family in ("lang", "kind"):
            for label, share in phase["asked"][family].items():
                body.append([steps, f"{family} `{label}`", f"{share:.2%}", f"{phase['achieved'][family][label]:.3%}"])
        capped = sum(share for domain, share in phase["achieved"]["domain"].items() if domain != "general")
        body.append([steps, "all domains", "≤ 15%", f"{capped:.3%}"])
    return sample.table(["steps", "what", "asked", "achieved"], body)
