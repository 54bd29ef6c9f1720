"""What is asked of each language, in the unit it was asked in, beside what was achieved.

In: a TokenizerConfig with targets or `balance`, and each language's curve under a vocabulary of its own. Out: Goals in
bytes a token, figures for a report, and sentences for a person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.errors import HeadwaterError
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.curve import Curve
from headwater.tokenizer.target_model import Alone

LEAST_SHARE = 0.005  # of all bytes, of a language that is balanced


@dataclass(frozen=True, kw_only=True)
class Goals:
    """`wanted`: bytes a token; `characters`: bytes a character, of languages asked in characters; `balanced`: the
    goals are ceilings, to which all come equally near."""

    wanted: dict[str, float]
    characters: dict[str, float] = field(default_factory=dict)
    balanced: bool = False

    def shares(self, found: Mapping[str, Curve], vocab_size: int) -> dict[str, float]:
        """What was achieved of each goal."""
        return {lang: found[lang].bytes_per_token(vocab_size) / goal for lang, goal in self.wanted.items()}

    def figures(self, found: Mapping[str, Curve], vocab_size: int) -> dict[str, dict[str, Any]]:
        """`{lang: {"asked" (or "ceiling"), "achieved", "unit"}}`."""
        figures: dict[str, dict[str, Any]] = {}
        for lang, goal in self.wanted.items():
            scale = self.characters.get(lang, 1.0)
            figures[lang] = {
                "ceiling" if self.balanced else "asked": round(goal / scale, 4),
                "achieved": round(found[lang].bytes_per_token(vocab_size) / scale, 4),
                "unit": "characters a token" if lang in self.characters else "bytes a token",
            }
        return figures

    def told(self, figures: Mapping[str, Mapping[str, Any]]) -> str:
        """`zh 3.21 bytes/token (3.2 asked), …`."""
        parts = []
        for lang, one in figures.items():
            against = f"{one['achieved'] / one['ceiling']:.1%} of its ceiling" if self.balanced else None
            unit = one["unit"].replace(" a ", "/")
            parts.append(f"{lang} {one['achieved']:.3f} {unit} ({against or format(one['asked'], '.4g') + ' asked'})")
        return ", ".join(parts)


def targeted(config: TokenizerConfig, size_bytes: Mapping[str, int]) -> list[str]:
    """The languages that have a goal. Raises HeadwaterError arguments for one without text."""
    if config.balance:
        total = sum(size_bytes.values())
        return [lang for lang, size in size_bytes.items() if size >= LEAST_SHARE * total]
    named = {*config.target_compression, *config.target_characters}
    if unknown := sorted(named - set(size_bytes)):
        known = ", ".join(size_bytes)
        raise HeadwaterError("arguments", f"no text in {', '.join(unknown)}", mend=f"languages here: {known}")
    return sorted(named)


def of(config: TokenizerConfig, alone: Mapping[str, Alone], vocab_size: int) -> Goals:
    if config.balance:
        return Goals(wanted={lang: one.curve.bytes_per_token(vocab_size) for lang, one in alone.items()}, balanced=True)
    characters = {
        lang: alone[lang].curve.size_bytes / max(1.0, alone[lang].curve.characters) for lang in config.target_characters
    }
    in_bytes = {lang: value * characters[lang] for lang, value in config.target_characters.items()}
    return Goals(wanted=dict(sorted((config.target_compression | in_bytes).items())), characters=characters)


def check_alone(goals: Goals, alone: Mapping[str, Alone], vocab_size: int) -> None:
    """Raise HeadwaterError for a target that a language does not reach even with all of the vocabulary: data where no
    size would do, else arguments with the size that would."""
    for lang, goal in goals.wanted.items():
        one = alone[lang]
        size = one.curve.size_for(goal)
        last = int(one.curve.sizes[-1])
        if size is None and one.full:
            raise HeadwaterError(
                "data",
                f"no vocabulary learned from this text reaches {goal:.3g} bytes a token in {lang}: with every merge "
                f"that it supports ({last} tokens for {lang} alone) it has {one.curve.ceiling:.3g}",
                mend="ask for less, or give more text",
            )
        if size is None or size > vocab_size:
            would = f"more than {last}" if size is None else str(size)
            raise HeadwaterError(
                "arguments",
                f"{vocab_size} tokens cannot reach {goal:.3g} bytes a token in {lang}: for {lang} alone they give "
                f"{one.curve.bytes_per_token(vocab_size):.3g}, and {would} would be needed",
                mend="ask for less, or give a larger vocabulary",
            )


def unreachable(told: str, vocab_size: int, would: float) -> HeadwaterError:
    """The error where each target could be reached, but not all at once."""
    return HeadwaterError(
        "arguments",
        f"{vocab_size} tokens do not reach every target; the nearest is {told}",
        mend=f"ask for less, or give about {math.ceil(would / 100) * 100} tokens (--vocab-size auto finds out)",
    )
