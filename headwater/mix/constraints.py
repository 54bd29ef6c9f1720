"""What a mixture must satisfy, as rows of numbers over the channels' shares.

In: channels (labels and available tokens), MixtureConfig and a budget of tokens.
Out: Constraint rows, each with its family, so that a conflict can be told in words.
Shares are of the budget: x ≥ 0 a channel, Σ x = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.mix.config import GENERAL_DOMAIN, MixtureConfig


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel and the tokens one epoch of it gives."""

    name: str
    lang: str
    kind: str
    domain: str
    available: int


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """`row · x = bound`, or `≤` where `equal` is False. `name` is the place in the recipe."""

    family: str  # lang, kind, domain, epochs, share
    name: str
    row: np.ndarray
    bound: float
    equal: bool


def labelled(name: str, available: int, labels: dict[str, Any] | None = None) -> Channel:
    """A Channel from its name (`lang-kind` or `lang-kind-domain`) or from labels that say it."""
    parts = [*name.split("-", 2), "", ""][:3]
    found = labels or {}
    return Channel(
        name=name,
        lang=found.get("lang") or parts[0] or "und",
        kind=found.get("kind") or parts[1] or "general",
        domain=found.get("domain") or parts[2] or GENERAL_DOMAIN,
        available=available,
    )


def allowed(channels: list[Channel], config: MixtureConfig) -> tuple[list[Channel], list[str]]:
    """The channels that may be drawn from, by name, and a sentence on each that may not."""
    kept, notes = [], []
    for channel in sorted(channels, key=lambda c: c.name):
        lang_out = config.lang and not config.lang.get(channel.lang)
        kind_out = config.kind and not config.kind.get(channel.kind)
        if channel.available <= 0:
            notes.append(f"{channel.name} is too small to fill one sequence: not drawn from")
        elif lang_out or kind_out:
            place = f"mixture.lang lists no {channel.lang}" if lang_out else f"mixture.kind lists no {channel.kind}"
            notes.append(f"{channel.name}: {channel.available} tokens are not used: {place}")
        else:
            kept.append(channel)
    if isinstance(config.max_domain_share, dict):
        missing = sorted(set(config.max_domain_share) - {c.domain for c in channels})
        notes += [f"mixture.max_domain_share.{domain}: the corpus holds no such domain" for domain in missing]
    return kept, notes


def build(channels: list[Channel], config: MixtureConfig, budget: float) -> list[Constraint]:
    """Every constraint but Σ x = 1 and x ≥ 0."""
    found = [*_ratios("lang", channels, config.lang), *_ratios("kind", channels, config.kind)]
    found += domain_caps(channels, config.max_domain_share)
    for place, channel in enumerate(channels):
        row = np.zeros(len(channels))
        row[place] = 1.0
        most = config.max_epochs * channel.available / budget
        found.append(Constraint(family="epochs", name=channel.name, row=row, bound=most, equal=False))
        if config.max_share.get(channel.name, 1.0) < 1.0:
            name, bound = f"max_share.{channel.name}", config.max_share[channel.name]
            found.append(Constraint(family="share", name=name, row=row, bound=bound, equal=False))
    for wanted, least in sorted(config.min_share.items()):
        row = np.array([-1.0 if channel.name == wanted else 0.0 for channel in channels])
        if least > 0:
            found.append(Constraint(family="share", name=f"min_share.{wanted}", row=row, bound=-least, equal=False))
    return found


def _ratios(family: str, channels: list[Channel], weights: dict[str, float]) -> list[Constraint]:
    total = sum(weights.values())
    return [
        Constraint(
            family=family,
            name=f"{family}.{label}",
            row=np.array([1.0 if getattr(channel, family) == label else 0.0 for channel in channels]),
            bound=weight / total,
            equal=True,
        )
        for label, weight in sorted(weights.items())
        if weight > 0
    ]


def domain_caps(channels: list[Channel], caps: float | dict[str, float]) -> list[Constraint]:
    """One row a cap: a bare one holds every domain but `general` together."""
    named = caps if isinstance(caps, dict) else {"": caps}
    found = []
    for domain, cap in sorted(named.items()):
        inside = [c.domain == domain if domain else c.domain != GENERAL_DOMAIN for c in channels]
        if cap < 1.0 and any(inside):
            name = f"max_domain_share.{domain}" if domain else "max_domain_share"
            row = np.array(inside, dtype=float)
            found.append(Constraint(family="domain", name=name, row=row, bound=cap, equal=False))
    return found
