"""What makes a run the same run: its model, data, seed and optimizer settings.

In: a recipe's sections and the contents of the data. Out: a flat map that every checkpoint records.
What may differ without making another run is left out: tokens (longer training continues), the
mixture (a new one is appended to the schedule), checkpoint intervals, device and precision.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from headwater.errors import HeadwaterError
from headwater.model.config import ModelConfig
from headwater.train.config import TrainConfig, sequences_a_step

SETTINGS = (
    "optimizer",
    "learning_rate",
    "weight_decay",
    "betas",
    "eps",
    "momentum",
    "clip_norm",
    "schedule",
    "warmup_tokens",
    "decay_share",
    "sequence_length",
)
DATA = ("tokenizer", "pack")


def identity(
    model: ModelConfig, train: TrainConfig, seed: int, contents: dict[str, str], packing: str = "cut"
) -> dict[str, Any]:
    """Fields by name. Cutting, which runs did before there was another packing, goes without saying."""
    found: dict[str, Any] = {f"model.{name}": value for name, value in asdict(model).items()}
    found |= {f"data.{name}": contents.get(name, "") for name in DATA}
    settings = asdict(train)
    found |= {f"train.{name}": settings[name] for name in SETTINGS}
    found["train.betas"] = list(train.betas)
    found |= {"pack.packing": packing} if packing != "cut" else {}
    found["train.batch_ramp"] = asdict(train.batch_ramp) if train.batch_ramp.start < 1 else None
    return found | {"train.batch_tokens": sequences_a_step(train) * train.sequence_length, "seed": seed}


def check_same(recorded: dict[str, Any], now: dict[str, Any], run: str, only: tuple[str, ...] = ()) -> None:
    """Raises HeadwaterError recipe_changed that names each field, its old and its new value.

    `only`: prefixes of the fields that matter (default: all).
    """
    changed = [
        f"{name} was {recorded.get(name)!r} and is {now.get(name)!r} now"
        for name in sorted(recorded.keys() | now.keys())
        if recorded.get(name) != now.get(name) and (not only or name.startswith(only))
    ]
    if changed:
        raise HeadwaterError(
            "recipe_changed",
            f"run {run!r} was made otherwise: " + "; ".join(changed),
            where=changed[0].split()[0],
            mend="set it back, give the new run another `name`, or start one from this one with --fork RUN@STEP",
        )
