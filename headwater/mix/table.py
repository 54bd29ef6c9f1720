"""What a mixture asked for, what there is, what is drawn: the content of mixture.json and `headwater mix --json`.

In: a Mixture and the tokens drawn by channel, in all and a part of the run. Out: one JSON-able value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headwater.batches.schedule import SCHEMA
from headwater.mix.config import RATIOS, MixtureConfig
from headwater.mix.constraints import Channel
from headwater.mix.solve import Mixture

Drawn = dict[str, int]


def describe(mixture: Mixture, drawn: Sequence[Drawn]) -> dict[str, Any]:
    """`drawn`: tokens by channel of each span, repetitions counted."""
    problem = mixture.problem
    totals = {c.name: sum(part.get(c.name, 0) for part in drawn) for c in problem.channels}
    configs = [span.config for span in problem.spans]
    channels = {
        channel.name: {
            "asked": _asked(channel, problem.channels, configs, drawn),
            "available_tokens": channel.available,
            **_given(channel, totals),
            "natural_share": round(mixture.natural[channel.name], 6),
            "lang": channel.lang,
            "kind": channel.kind,
            "domain": channel.domain,
        }
        for channel in problem.channels
    }
    return {
        "schema": SCHEMA,
        "feasible": mixture.feasible,
        "tokens": sum(totals.values()),
        "channels": channels,
        "conflicts": mixture.conflicts,
        "relaxation": mixture.relaxation,
        "relaxations": [way.text for way in mixture.ways],
        "relaxed": not mixture.feasible,
        "notes": mixture.notes,
        **_groups(problem.channels, configs[0], totals),
        "sources": _by_source(problem.channels, totals),
        "phases": [_phase(mixture, number, part) for number, part in enumerate(drawn)] if len(configs) > 1 else [],
    }


def _phase(mixture: Mixture, number: int, drawn: Drawn) -> dict[str, Any]:
    span = mixture.problem.spans[number]
    channels = mixture.problem.channels
    return {
        "place": span.place,
        "when": span.when,
        "tokens": sum(drawn.values()),
        "channels": {c.name: _given(c, drawn) for c in channels},
        **_groups(channels, span.config, drawn),
    }


def _given(channel: Channel, drawn: Drawn) -> dict[str, Any]:
    tokens = drawn.get(channel.name, 0)
    return {
        "tokens": tokens,
        "epochs": round(tokens / channel.available, 4) if channel.available else 0.0,
        "share": round(tokens / (sum(drawn.values()) or 1), 6),
    }


def _groups(channels: Sequence[Channel], config: MixtureConfig, drawn: Drawn) -> dict[str, Any]:
    """Ratios asked, and achieved in the tokens drawn."""
    total = sum(drawn.values()) or 1
    achieved: dict[str, dict[str, float]] = {}
    for family in (*RATIOS, "domain"):
        tokens: dict[str, int] = {}
        for channel in channels:
            label = getattr(channel, family)
            tokens[label] = tokens.get(label, 0) + drawn.get(channel.name, 0)
        achieved[family] = {label: round(count / total, 6) for label, count in sorted(tokens.items())}
    return {"asked": {family: _ratio(getattr(config, family)) for family in RATIOS}, "achieved": achieved}


def _by_source(channels: Sequence[Channel], drawn: Drawn) -> dict[str, float]:
    """Shares by source, as far as the channels know their sources."""
    total = sum(drawn.values()) or 1
    found: dict[str, float] = {}
    for channel in channels:
        for source, share in channel.sources.items():
            found[source] = found.get(source, 0.0) + share * drawn.get(channel.name, 0) / total
    return {source: round(share, 6) for source, share in sorted(found.items())}


def _asked(
    channel: Channel, channels: Sequence[Channel], configs: Sequence[MixtureConfig], drawn: Sequence[Drawn]
) -> int | None:
    """Tokens asked of a channel: known where it is its language's only one, and null where a group is asked for."""
    alone = [c for c in channels if c.lang == channel.lang and c.available]
    if [c.name for c in alone] != [channel.name] or not all(config.lang for config in configs):
        return None
    wanted = zip(configs, drawn, strict=True)
    tokens = sum(_ratio(config.lang).get(channel.lang, 0.0) * sum(part.values()) for config, part in wanted)
    return round(tokens) or None


def _ratio(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: round(weight / total, 6) for name, weight in sorted(weights.items())} if total else {}
