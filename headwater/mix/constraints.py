"""What a mixture must satisfy, as rows of numbers over what each phase draws from each channel.

In: channels (labels and available tokens) and spans of a run, each with its settings.
Out: a Problem: cells (a span, a channel it may draw from) and Constraint rows over them, each with its
family, so that a conflict can be told in words.
Numbers are shares of the whole budget: x ≥ 0 a cell, Σ x of a span = its fraction of the run.
Dimensions: X cells, S spans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np

from headwater.mix.config import GENERAL_DOMAIN, RATIOS, MixtureConfig


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel, the tokens one epoch of it gives, and what share of them each source holds."""

    name: str
    lang: str
    kind: str
    domain: str
    available: int
    sources: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of the run (`fraction` of its tokens) with one mixture. `place` is where a recipe says it."""

    config: MixtureConfig
    fraction: float = 1.0
    place: str = "mixture"
    when: str = ""  # for people; empty where the span is the whole run


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """`row · x = bound`, or `≤` where `equal` is False (a minimum has both negative)."""

    family: str  # lang, kind, domain, share, source, epochs
    name: str  # the setting: lang.zh
    span: int  # -1: the whole run
    row: np.ndarray
    bound: float
    equal: bool


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A mixture to be solved. `budget` is in tokens."""

    channels: tuple[Channel, ...]
    spans: tuple[Span, ...]
    budget: float
    max_epochs: float

    @cached_property
    def cells(self) -> list[tuple[int, Channel]]:
        """What may be drawn: a span's number and a channel."""
        numbered = enumerate(self.spans)
        return [(s, c) for s, span in numbered for c in self.channels if c.available > 0 and not why_not(c, span)]

    @cached_property
    def totals_SX(self) -> np.ndarray:
        """Which cells a span has."""
        return np.array([[float(s == span) for s, _ in self.cells] for span in range(len(self.spans))])

    @cached_property
    def fractions_S(self) -> np.ndarray:
        return np.array([span.fraction for span in self.spans])

    @cached_property
    def targets_X(self) -> np.ndarray:
        """The natural shares of each span, weighed by quality."""
        weighed = np.array([c.available * quality(c, self.spans[s].config.quality) for s, c in self.cells])
        totals = self.totals_SX @ weighed
        return weighed / np.array([totals[s] / self.spans[s].fraction for s, _ in self.cells])

    @cached_property
    def most_X(self) -> np.ndarray:
        """Tokens that each cell's channel can give in the whole run."""
        return np.array([self.max_epochs * c.available for _, c in self.cells])

    @cached_property
    def constraints(self) -> list[Constraint]:
        """Every constraint but the spans' totals and x ≥ 0."""
        found = [one for span in range(len(self.spans)) for one in _of_span(self, span)]
        for channel in self.channels:
            row = np.array([float(c is channel) for _, c in self.cells])
            if row.any():
                most = self.max_epochs * channel.available / self.budget
                found.append(Constraint(family="epochs", name=channel.name, span=-1, row=row, bound=most, equal=False))
        return found


Rows = tuple[np.ndarray, np.ndarray]


def rows(problem: Problem, constraints: Sequence[Constraint]) -> tuple[Rows, Rows]:
    """A and b of A x = b (the spans' totals, then the ratios), G and h of G x ≤ h."""
    ratios, limits = [one for one in constraints if one.equal], [one for one in constraints if not one.equal]
    A = np.vstack([problem.totals_SX, *(one.row for one in ratios)])
    b = np.concatenate([problem.fractions_S, [one.bound for one in ratios]])
    G = np.array([one.row for one in limits]).reshape(-1, len(problem.cells))
    return (A, b), (G, np.array([one.bound for one in limits]))


def labelled(name: str, available: int, labels: dict[str, Any] | None = None) -> Channel:
    """A Channel from its name (`lang-kind` or `lang-kind-domain`) or from labels that say it.

    `labels["sources"]` are tokens by source; sources with an empty name are left out.
    """
    parts = [*name.split("-", 2), "", ""][:3]
    found = labels or {}
    tokens = {source: int(count) for source, count in (found.get("sources") or {}).items()}
    total = sum(tokens.values())
    return Channel(
        name=name,
        lang=found.get("lang") or parts[0] or "und",
        kind=found.get("kind") or parts[1] or "general",
        domain=found.get("domain") or parts[2] or GENERAL_DOMAIN,
        available=available,
        sources={source: count / total for source, count in sorted(tokens.items()) if count > 0 and source},
    )


def pose(channels: Sequence[Channel], spans: Sequence[Span], budget: float) -> Problem:
    """The problem of a run; channels in the order of their names, whatever order they come in."""
    ordered = tuple(sorted(channels, key=lambda c: c.name))
    return Problem(channels=ordered, spans=tuple(spans), budget=budget, max_epochs=spans[0].config.max_epochs)


def quality(channel: Channel, weights: Mapping[str, float]) -> float:
    """The weight of a channel: of its name and labels, times the mean over its sources."""
    factor = 1.0
    for label in dict.fromkeys((channel.name, channel.lang, channel.kind, channel.domain)):
        factor *= weights.get(label, 1.0)
    return factor * (1.0 + sum(share * (weights.get(s, 1.0) - 1.0) for s, share in channel.sources.items()))


def why_not(channel: Channel, span: Span) -> str:
    """Why a span may not draw from a channel; empty where it may."""
    config = span.config
    if config.lang and not config.lang.get(channel.lang):
        return f"{span.place}.lang lists no {channel.lang}"
    if config.kind and not config.kind.get(channel.kind):
        return f"{span.place}.kind lists no {channel.kind}"
    return "" if quality(channel, config.quality) > 0 else f"{span.place}.quality gives it no weight"


def notes(problem: Problem) -> list[str]:
    """A sentence on each channel that is not drawn from, and on each cap of a domain that is not there."""
    found = []
    for channel in problem.channels:
        reasons = [why_not(channel, span) for span in problem.spans]
        if channel.available <= 0:
            found.append(f"{channel.name} is too small to fill one sequence: not drawn from")
        elif all(reasons):
            found.append(f"{channel.name}: {channel.available} tokens are not used: {reasons[0]}")
    domains = sorted({c.domain for c in problem.channels})
    for span in problem.spans:
        caps = span.config.max_domain_share
        for domain in sorted(set(caps) - set(domains)) if isinstance(caps, dict) else ():
            found.append(
                f"{span.place}.max_domain_share.{domain}: the corpus holds no such domain{near(domain, domains)}"
            )
    return list(dict.fromkeys(found))


def near(name: str, known: Sequence[str]) -> str:
    """A hint at the name that was meant."""
    close = get_close_matches(name, known, 1, 0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def _of_span(problem: Problem, number: int) -> list[Constraint]:
    span = problem.spans[number]
    mine = [channel if s == number else None for s, channel in problem.cells]
    found = []

    def add(family: str, name: str, values: list[float], share: float, sign: float = 0.0) -> None:
        if sign > 0 and not any(values):
            return  # nothing that it could hold down
        row = np.array([value * (sign or 1.0) for value in values])
        bound = share * span.fraction * (sign or 1.0)
        found.append(Constraint(family=family, name=name, span=number, row=row, bound=bound, equal=not sign))

    for family in RATIOS:
        weights: dict[str, float] = getattr(span.config, family)
        for label, weight in sorted(weights.items()):
            if weight > 0:
                inside = [float(c is not None and getattr(c, family) == label) for c in mine]
                add(family, f"{family}.{label}", inside, weight / sum(weights.values()))
    for name, cap, domains in capped(span.config, problem.channels):
        if cap < 1.0:
            add("domain", name, [float(c is not None and c.domain in domains) for c in mine], cap, 1.0)
    for setting, sign in (("min_share", -1.0), ("max_share", 1.0), ("min_source", -1.0), ("max_source", 1.0)):
        family = setting.partition("_")[2]
        for label, share in sorted(getattr(span.config, setting).items()):
            if (share > 0) if sign < 0 else (share < 1):
                parts = [0.0 if c is None else _part(c, family, label) for c in mine]
                add(family, f"{setting}.{label}", parts, share, sign)
    return found


def _part(channel: Channel, family: str, label: str) -> float:
    """What part of a channel a limit on a channel or a source counts."""
    return channel.sources.get(label, 0.0) if family == "source" else float(channel.name == label)


def capped(config: MixtureConfig, channels: Sequence[Channel]) -> list[tuple[str, float, set[str]]]:
    """Each cap on domains: its setting, the share and the domains it holds. A bare one holds all but `general`."""
    caps = config.max_domain_share
    if isinstance(caps, dict):
        return [(f"max_domain_share.{domain}", cap, {domain}) for domain, cap in sorted(caps.items())]
    return [("max_domain_share", caps, {c.domain for c in channels} - {GENERAL_DOMAIN})]
