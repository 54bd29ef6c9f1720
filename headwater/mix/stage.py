"""Decides how many sequences each channel gives and when: stage `mix`.

In: `pack.json`, and from the recipe the mixture, the tokens to train, the batch and sequence length.
Out: `mixture.json` (what was asked, what there is, what is drawn) and `schedule.jsonl` (one segment
over the whole run; batches are computed from it, never stored).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.batches import laid
from headwater.batches.schedule import NAME as SCHEDULE_NAME
from headwater.batches.schedule import SCHEMA, Schedule, Segment
from headwater.errors import HeadwaterError
from headwater.mix import rounding
from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, domain_caps, labelled
from headwater.mix.solve import Mixture, solve
from headwater.pipeline import stage

MIXTURE_NAME = "mixture.json"
PACK_NAME = "pack.json"


def run(context: stage.Context) -> dict[str, Any]:
    """Solve the mixture and write its schedule. Raises HeadwaterError mixture_infeasible or empty_corpus."""
    config: MixtureConfig = context.config
    train = context.recipe.train
    length = train.sequence_length
    packing = laid.read(context.inputs.get("rows"))
    channels = sources(context.input("pack") / PACK_NAME, length, packing)
    batch, steps = batching(train.tokens, train.batch_tokens, length)
    mixture = solve(channels, config, float(steps * batch * length))
    for note in mixture.notes:
        context.report.say(f"  mix: {note}")
    if not mixture.feasible:
        steps = _relaxed_steps(context, mixture, config, steps, batch * length)
    segment = segment_of(mixture, channels, config, context.seed, (steps, batch, length))
    drawn = Schedule([segment]).drawn_before(steps + 1)
    summary = describe(mixture, channels, config, {name: n * length for name, n in drawn.items()})
    summary |= {
        "packing": packing.strategy,
        "steps": steps,
        "sequences": batch,
        "sequence_length": length,
        "block": segment.block,
    }
    storage.write_text(context.folder / SCHEDULE_NAME, json.dumps(segment.row(), sort_keys=True) + "\n")
    storage.write_json(context.folder / MIXTURE_NAME, summary)
    return {"tokens": summary["tokens"], "steps": steps, "feasible": mixture.feasible, "achieved": summary["achieved"]}


def segment_of(
    mixture: Mixture, channels: list[Channel], config: MixtureConfig, seed: int, shape: tuple[int, int, int]
) -> Segment:
    """The one segment of a run of `shape` (steps, sequences a step, sequence length)."""
    steps, batch, length = shape
    block = rounding.block_size(steps * batch, config.block_sequences, mixture.shares)
    counts = rounded(mixture.shares, block, channels, config)
    names = sorted(counts)
    windows = {channel.name: channel.available // length for channel in channels}
    return Segment(
        first_step=1,
        last_step=steps,
        seed=seed,
        sequence_length=length,
        sequences=batch,
        block=block,
        counts={name: counts[name] for name in names},
        offsets=dict.fromkeys(names, 0),
        windows={name: windows[name] for name in names},
    )


def rounded(shares: dict[str, float], total: int, channels: list[Channel], config: MixtureConfig) -> dict[str, int]:
    """Shares as whole counts that add up to `total` and keep to the domains' caps."""
    caps = [
        rounding.Cap(frozenset(c.name for c, inside in zip(channels, row.row, strict=True) if inside), row.bound)
        for row in domain_caps(channels, config.max_domain_share)
    ]
    return rounding.within_caps(rounding.whole(shares, total), shares, caps, {c.name: c.lang for c in channels})


def batching(tokens: int, batch_tokens: int, sequence_length: int) -> tuple[int, int]:
    """Sequences a step (the nearest whole number, at least one) and steps (so that `tokens` are reached)."""
    batch = max(1, (2 * batch_tokens + sequence_length) // (2 * sequence_length))
    return batch, max(1, -(-int(tokens) // (batch * sequence_length)))


def sources(pack: Path, sequence_length: int, packing: laid.Packing = laid.CUT) -> list[Channel]:
    """The packed channels, each with the tokens its rows (whole windows, where they are cut) give an epoch.

    Raises HeadwaterError damaged_file, or empty_corpus when no channel fills one window.
    """
    value = storage.read_json(pack)
    try:
        found = {name: (int(c["tokens"]), c) for name, c in value["channels"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HeadwaterError("damaged_file", f"not what pack writes: {error}", where=str(pack)) from error
    channels = [
        labelled(name, packing.rows(name, tokens, sequence_length) * sequence_length, labels)
        for name, (tokens, labels) in found.items()
    ]
    if not any(channel.available for channel in channels):
        largest = max((tokens for tokens, _ in found.values()), default=0)
        raise HeadwaterError(
            "empty_corpus",
            f"no channel fills one sequence of {sequence_length + 1} tokens; the largest holds {largest}",
            where=str(pack),
            mend="add documents, or lower train.sequence_length",
        )
    return channels


def _relaxed_steps(
    context: stage.Context, mixture: Mixture, config: MixtureConfig, steps: int, step_tokens: int
) -> int:
    """Steps of the relaxed mixture, said aloud; an error unless the run allows it."""
    if not (config.relax or context.limit) or not any(mixture.shares.values()):
        raise infeasible(mixture)
    _each(context.report.say, "  mix: cannot hold: ", mixture.conflicts)
    context.report.say(f"  mix: relaxed. To hold it: {mixture.relaxation}")
    fewer = max(1, int(mixture.budget * (1 + 1e-9)) // step_tokens)
    if fewer < steps:
        context.report.say(
            f"  mix: {fewer * step_tokens} tokens in {fewer} steps, not {steps * step_tokens} in {steps}"
        )
    return min(steps, fewer)


def _each(say: Callable[[str], None], before: str, sentences: list[str]) -> None:
    for sentence in sentences:
        say(before + sentence)


def infeasible(mixture: Mixture) -> HeadwaterError:
    """The error that names the conflicts and the ways out."""
    return HeadwaterError(
        "mixture_infeasible",
        "no mixture satisfies every constraint: " + "; ".join(mixture.conflicts),
        where="mixture",
        mend=f"{mixture.relaxation} (or mixture.relax: true to take the nearest there is)",
    )


def describe(mixture: Mixture, channels: list[Channel], config: MixtureConfig, drawn: dict[str, int]) -> dict[str, Any]:
    """What mixture.json and `headwater mix --json` say. `drawn`: tokens by channel, repetitions counted."""
    total = sum(drawn.values()) or 1
    named = {
        channel.name: {
            "asked": _asked(channel, channels, config, total),
            "available_tokens": channel.available,
            "tokens": drawn.get(channel.name, 0),
            "epochs": round(drawn.get(channel.name, 0) / channel.available, 4) if channel.available else 0.0,
            "share": round(drawn.get(channel.name, 0) / total, 6),
            "natural_share": round(mixture.natural[channel.name], 6),
            "lang": channel.lang,
            "kind": channel.kind,
            "domain": channel.domain,
        }
        for channel in sorted(channels, key=lambda c: c.name)
    }
    return {
        "schema": SCHEMA,
        "feasible": mixture.feasible,
        "tokens": sum(drawn.values()),
        "channels": named,
        "conflicts": mixture.conflicts,
        "relaxation": mixture.relaxation,
        "relaxed": not mixture.feasible,
        "notes": mixture.notes,
        "asked": {family: _ratio(getattr(config, family)) for family in ("lang", "kind")},
        "achieved": {family: _achieved(named, family) for family in ("lang", "kind", "domain")},
    }


def _asked(channel: Channel, channels: list[Channel], config: MixtureConfig, total: int) -> int | None:
    """Tokens asked of a channel: known where it is its language's only one, and null where a group is asked for."""
    alone = [c for c in channels if c.lang == channel.lang and c.available]
    if not config.lang.get(channel.lang) or [c.name for c in alone] != [channel.name]:
        return None
    return round(_ratio(config.lang)[channel.lang] * total)


def _ratio(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: round(weight / total, 6) for name, weight in sorted(weights.items())} if total else {}


def _achieved(channels: dict[str, dict[str, Any]], family: str) -> dict[str, float]:
    tokens: dict[str, int] = {}
    for channel in channels.values():
        tokens[channel[family]] = tokens.get(channel[family], 0) + channel["tokens"]
    total = sum(tokens.values()) or 1
    return {name: round(count / total, 6) for name, count in sorted(tokens.items())}
