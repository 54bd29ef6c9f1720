"""Decides how many sequences each channel gives and when: stage `mix`.

In: `pack.json`, and from the recipe the mixture, the tokens to train, the batch and sequence length.
Out: `mixture.json` (what was asked, what there is, what is drawn) and `schedule.jsonl` (a segment wherever the mixture
or the batch changes; batches are computed from them, never stored).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.batches import laid
from headwater.batches.schedule import NAME as SCHEDULE_NAME
from headwater.batches.schedule import Schedule, Segment
from headwater.batches.steps import Steps, planned
from headwater.errors import HeadwaterError
from headwater.mix import names, phases
from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, labelled
from headwater.mix.phases import Part
from headwater.mix.segments import segments
from headwater.mix.solve import Mixture, solve
from headwater.mix.table import Drawn, describe
from headwater.pipeline import stage

MIXTURE_NAME = "mixture.json"
PACK_NAME = "pack.json"


def run(context: stage.Context) -> dict[str, Any]:
    """Solve the mixture and write its schedule. Raises HeadwaterError mixture_infeasible, recipe or empty_corpus."""
    config: MixtureConfig = context.config
    packing = laid.read(context.inputs.get("rows"))
    channels = sources(context.input("pack") / PACK_NAME, context.recipe.train.sequence_length, packing)
    steps, parts, mixture = _solved(context, config, channels)
    for note in mixture.notes:
        context.report.say(f"  mix: {note}")
    found = segments(mixture, parts, steps, context.seed)
    summary = describe(mixture, drawn(found, parts, steps.sequence_length))
    for phase, part in zip(summary["phases"], parts, strict=False):
        phase |= {"first_step": part.first_step, "last_step": part.last_step}
    summary |= {"steps": steps.num_steps, "sequences": steps.sequences, "sequence_length": steps.sequence_length}
    summary |= {
        "packing": packing.strategy,
        "block": found[0].block,
        "batches": [list(stage) for stage in steps.stages],
    }
    lines = [json.dumps(segment.row(), sort_keys=True) + "\n" for segment in found]
    storage.write_text(context.folder / SCHEDULE_NAME, "".join(lines))
    storage.write_json(context.folder / MIXTURE_NAME, summary)
    figures = {"tokens": summary["tokens"], "steps": steps.num_steps, "feasible": mixture.feasible}
    return figures | {"achieved": summary["achieved"]}


def _solved(
    context: stage.Context, config: MixtureConfig, channels: list[Channel]
) -> tuple[Steps, list[Part], Mixture]:
    """The mixture of the run, or the relaxed one of as many steps as it has tokens for."""
    train = context.recipe.train
    steps = planned(train.tokens, train.batch_tokens, train.sequence_length, getattr(train, "batch_ramp", None))
    decay_share = getattr(train, "decay_share", 0.0)
    parts, said = phases.parts(config, steps, decay_share)
    spans = [part.span for part in parts]
    if not context.limit:  # a smoke test on a few documents holds few of the names
        names.check(channels, spans)
    budget = float(steps.tokens_until(steps.num_steps))
    mixture = solve(channels, config, budget, spans, steps.sequences * steps.sequence_length)
    if not mixture.feasible:
        if not (config.relax or context.limit) or not any(mixture.shares.values()):
            raise infeasible(mixture)
        steps = _fewer(context, mixture, steps)
        parts, said = phases.parts(config, steps, decay_share, shortened=True)
        mixture = _of_parts(mixture, parts)
    for note in said:
        context.report.say(f"  mix: {note}")
    return steps, parts, mixture


def sources(pack: Path, sequence_length: int, packing: laid.Packing = laid.CUT) -> list[Channel]:
    """The packed channels, each with the tokens its rows (whole windows, where they are cut) give an epoch.

    Raises HeadwaterError damaged_file, or empty_corpus when no channel fills one window.
    """
    value = storage.read_json(pack)
    try:
        channels = [_channel(name, c, sequence_length, packing) for name, c in value["channels"].items()]
        largest = max((int(c["tokens"]) for c in value["channels"].values()), default=0)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise HeadwaterError("damaged_file", f"not what pack writes: {error}", where=str(pack)) from error
    if not any(channel.available for channel in channels):
        raise HeadwaterError(
            "empty_corpus",
            f"no channel fills one sequence of {sequence_length + 1} tokens; the largest holds {largest}",
            where=str(pack),
            mend="add documents, or lower train.sequence_length",
        )
    return channels


def _channel(name: str, packed: dict[str, Any], sequence_length: int, packing: laid.Packing) -> Channel:
    rows = packing.rows(name, int(packed["tokens"]), sequence_length)
    return labelled(name, rows * sequence_length, packed)


def drawn(found: list[Segment], parts: list[Part], sequence_length: int) -> list[Drawn]:
    """Tokens by channel of each part, counted from its segments."""
    schedule = Schedule(found)
    ends = [schedule.drawn_before(step) for step in (1, *(part.last_step + 1 for part in parts))]
    pairs = zip(ends, ends[1:], strict=False)
    return [{name: (after[name] - before[name]) * sequence_length for name in after} for before, after in pairs]


def _fewer(context: stage.Context, mixture: Mixture, steps: Steps) -> Steps:
    """The steps that the relaxed mixture has tokens for, said aloud."""
    for conflict in mixture.conflicts:
        context.report.say(f"  mix: cannot hold: {conflict}")
    context.report.say(f"  mix: relaxed. To hold it: {mixture.relaxation}")
    fewer = steps.within(mixture.budget * (1 + 1e-9))
    if fewer.num_steps < steps.num_steps:
        tokens = [f"{one.tokens_until(one.num_steps)} tokens in {one.num_steps} steps" for one in (fewer, steps)]
        context.report.say(f"  mix: {tokens[0]}, not {tokens[1]}")
    return fewer


def _of_parts(mixture: Mixture, parts: list[Part]) -> Mixture:
    """The mixture of a shortened run, in which a phase may have no step left."""
    shares = {span.place: own for span, own in zip(mixture.problem.spans, mixture.by_span, strict=True)}
    problem = replace(mixture.problem, spans=tuple(part.span for part in parts))
    return replace(mixture, problem=problem, by_span=[shares[part.span.place] for part in parts])


def infeasible(mixture: Mixture) -> HeadwaterError:
    """The error that names the conflicts and the ways out."""
    return HeadwaterError(
        "mixture_infeasible",
        "no mixture satisfies every constraint: " + "; ".join(mixture.conflicts),
        where="mixture",
        mend=f"{mixture.relaxation} (or mixture.relax: true to take the nearest there is)",
    )
