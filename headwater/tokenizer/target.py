"""Compression control: the weights of languages, and the size, by which a vocabulary compresses each as asked.

In: the words of each language, counted once, and a TokenizerConfig with targets or `balance`. Out: Found: the
vocabulary, its weights and what was achieved, round by round.

Each language is first learned from alone: that gives its ceiling and a guess of the weights (target_model). Then comes
a round: the counts are added up by weight, a vocabulary is learned, its curve read for each language; and the weights
are corrected by what came out. No text is read again.

- All languages have targets, the size is fixed: the same share of each target is reached, 1 or more.
- Some have none: the targets are met, and the others share what is left of the vocabulary.
- The size is to be found (`max_vocab_size`): the smallest vocabulary that meets all; the others weigh as in the corpus.
- `balance`: each target is the language's ceiling, what it reaches with this size for itself alone; all reach the same
  share of it. Languages of less than LEAST_SHARE of the bytes are left as they are: so little text has no ceiling.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from headwater.errors import HeadwaterError
from headwater.tokenizer import curve, learn, target_model, words
from headwater.tokenizer.config import NUM_BYTES, TokenizerConfig, special_tokens
from headwater.tokenizer.curve import Curve
from headwater.tokenizer.target_model import Alone

ROUNDS = 6
NEAR = 0.003  # of a target: no further round
AIM = 1.001  # of a target that is to be met and no more
MET = 0.005  # below a target by no more than this share: it is met
SIZE_NEAR = 0.01  # of a size, between the languages' own needs: no further round
ALONE_FACTOR = 4  # how much larger than asked the vocabularies alone are, to say which size would do
LEAST_SHARE = 0.005  # of all bytes, of a language that is balanced
MOST_SIZE = 1_000_000
MOST_WEIGHT = 10_000.0  # of the heaviest language to the lightest
LEARNING_BYTES_A_BYTE = 48  # of memory, for each byte of the distinct words that are learned from
OTHERS = "*"  # the languages without a target, together


@dataclass(frozen=True, kw_only=True)
class Found:
    """`config`: with the weights and the size found, without targets, so that learning by it gives this vocabulary.

    `targets`: `{lang: {"asked", "achieved", "unit", "weight"}}`; `rounds`: the same figures, a round each.
    """

    vocabulary: learn.Vocabulary
    config: TokenizerConfig
    targets: dict[str, dict[str, Any]]
    rounds: list[dict[str, Any]]


def is_asked(config: TokenizerConfig) -> bool:
    return bool(config.target_compression or config.target_characters or config.balance)


def search(
    counted: Mapping[str, words.Words], config: TokenizerConfig, report: Any, barred: Collection[bytes] = ()
) -> Found:
    """The vocabulary that meets the targets. Raises HeadwaterError arguments where this size, or data where no size
    that the text supports, reaches them."""
    unknown = sorted({*config.target_compression, *config.target_characters} - set(counted))
    if unknown:
        known = ", ".join(counted)
        raise HeadwaterError("arguments", f"no text in {', '.join(unknown)}", mend=f"languages here: {known}")
    return _Search(counted, config, report, barred).run()


class _Search:
    """One search: what was counted, the goals, and the best round so far."""

    def __init__(self, counted: Mapping[str, words.Words], config: TokenizerConfig, report: Any, barred: Any) -> None:
        self.counted, self.config, self.report, self.barred = counted, config, report, barred
        self.is_sized = bool(config.max_vocab_size)
        self.most = config.max_vocab_size or config.vocab_size
        self.base = len(special_tokens(config.reserve)) + NUM_BYTES
        self.bytes = {lang: _bytes(found) for lang, found in counted.items()}
        targeted = self._targeted()
        self.others = sorted(set(counted) - set(targeted))
        self.alone = {lang: self._learn_alone([lang]) for lang in targeted}
        self.goals = self._goals(targeted)
        if self.others and not self.is_sized:
            self.alone[OTHERS] = self._learn_alone(self.others)
        self.rounds: list[dict[str, Any]] = []

    def run(self) -> Found:
        self._check_alone()
        weights = self._first_weights()
        best, best_score = None, -math.inf
        for number in range(ROUNDS):
            learned, found = self._round(weights)
            size = self._size(found)
            score, spread = self._judged(found, size)
            self._say(number, found, size)
            if score > best_score:
                best, best_score = (learned, found, size, weights), score
            if spread < (SIZE_NEAR if self.is_sized else NEAR):
                break
            weights = self._corrected(weights, found, size)
        assert best is not None
        return self._finished(*best)

    # What is asked

    def _targeted(self) -> list[str]:
        config = self.config
        if not config.balance:
            return sorted({*config.target_compression, *config.target_characters})
        total = sum(self.bytes.values())
        return [lang for lang, size in self.bytes.items() if size >= LEAST_SHARE * total]

    def _goals(self, targeted: list[str]) -> dict[str, float]:
        """Bytes a token."""
        if self.config.balance:
            return {lang: self.alone[lang].curve.bytes_per_token(self.most) for lang in targeted}
        goals = dict(self.config.target_compression)
        for lang, characters in self.config.target_characters.items():
            goals[lang] = characters * self._bytes_a_character(lang)
        return goals

    def _bytes_a_character(self, lang: str) -> float:
        found = self.alone[lang].curve
        return found.size_bytes / found.characters

    # Learning

    def _learned(self, found: words.Words, vocab_size: int) -> learn.Vocabulary:
        kept, _ = words.commonest(found, self.config.memory // LEARNING_BYTES_A_BYTE)
        return learn.vocabulary(kept, replace(self.config, vocab_size=vocab_size), self.barred)

    def _learn_alone(self, langs: list[str]) -> Alone:
        found = words.merged([self.counted[lang] for lang in langs], _table_bytes(self.counted, langs))
        factor = 1 if self.config.balance or self.is_sized else ALONE_FACTOR
        wanted = min(MOST_SIZE, factor * self.most)
        learned = self._learned(found, wanted)
        full = int(learned.sizes()[-1]) < wanted
        return Alone(curve=curve.of(learned, found), base=self.base, full=full)

    def _round(self, weights: Mapping[str, float]) -> tuple[learn.Vocabulary, dict[str, Curve]]:
        counts = train_weights(self.bytes, weights)
        parts = [
            found._replace(counts=found.counts // words.SCALE * counts[lang]) for lang, found in self.counted.items()
        ]
        joined = words.merged(parts, _table_bytes(self.counted, list(self.counted)))
        learned = self._learned(joined, self.most)
        return learned, {lang: curve.of(learned, found) for lang, found in self.counted.items()}

    # Judging

    def _size(self, found: Mapping[str, Curve]) -> int:
        """The size that is taken of a round's vocabulary."""
        if not self.is_sized:
            return self.most
        sizes = [found[lang].size_for(goal) for lang, goal in self.goals.items()]
        return max((size or self.most for size in sizes), default=self.most)

    def _shares(self, found: Mapping[str, Curve], size: int) -> dict[str, float]:
        """What was achieved of each goal."""
        return {lang: found[lang].bytes_per_token(size) / goal for lang, goal in self.goals.items()}

    def _judged(self, found: Mapping[str, Curve], size: int) -> tuple[float, float]:
        """(how good a round is, how far the languages are apart)."""
        shares = self._shares(found, size)
        least = min(shares.values())
        if self.is_sized:
            sizes = [found[lang].size_for(goal) or 2 * self.most for lang, goal in self.goals.items()]
            return (-size if least >= 1 - MET else -2.0 * self.most), 1 - min(sizes) / max(sizes)
        if self.others:
            far = max(abs(share - min(AIM, max(shares.values()))) for share in shares.values())
            return -far, far
        return least, max(shares.values()) / least - 1

    # Weights, each the factor by which a language's counts are multiplied

    def _first_weights(self) -> dict[str, float]:
        wanted = self._wanted(self.most - self.base)
        weights = {name: 1.0 / self.alone[name].saved(entries) for name, entries in wanted.items()}
        return self._spread(weights)

    def _spread(self, weights: dict[str, float]) -> dict[str, float]:
        """A weight for each language, from those of the targeted ones and of the others together."""
        rest = weights.pop(OTHERS, None)
        if rest is None:  # as in the corpus beside the others: the targeted ones together keep their bytes
            total = sum(self.bytes[lang] for lang in weights)
            rest = sum(weights[lang] * self.bytes[lang] for lang in weights) / total
        weights |= dict.fromkeys(self.others, rest)
        least = max(weights.values()) / MOST_WEIGHT
        return {lang: max(least, weight) for lang, weight in weights.items()}

    def _wanted(self, entries: float) -> dict[str, float]:
        """How many entries each language should have of so many."""
        if self.is_sized:
            return target_model.needed(self.alone, self.goals)
        share = target_model.affordable(self.alone, self.goals, entries)
        if OTHERS not in self.alone:
            return target_model.needed(self.alone, self.goals, share)
        wanted = target_model.needed(self.alone, self.goals, min(AIM, share))
        return wanted | {OTHERS: max(0.0, entries - sum(wanted.values()))}

    def _corrected(self, weights: dict[str, float], found: Mapping[str, Curve], size: int) -> dict[str, float]:
        """The weights changed by what one more entry would save where a language is and where it should be."""
        reached = {lang: self.alone[lang].entries(found[lang].bytes_per_token(size)) for lang in self.goals}
        if OTHERS in self.alone:
            together = curve.together([found[lang] for lang in self.others])
            reached[OTHERS] = self.alone[OTHERS].entries(together.bytes_per_token(size))
        reached = {name: min(entries, float(MOST_SIZE)) for name, entries in reached.items()}
        wanted = self._wanted(sum(reached.values()))
        changed = {name: alone.saved(reached[name]) / alone.saved(wanted[name]) for name, alone in self.alone.items()}
        rest = {OTHERS: weights[self.others[0]]} if OTHERS in self.alone else {}
        return self._spread({name: (weights | rest)[name] * factor for name, factor in changed.items()})

    # Telling

    def _figures(self, found: Mapping[str, Curve], size: int) -> dict[str, dict[str, Any]]:
        figures: dict[str, dict[str, Any]] = {}
        for lang, goal in self.goals.items():
            unit, scale = "bytes a token", 1.0
            if lang in self.config.target_characters:
                unit, scale = "characters a token", self._bytes_a_character(lang)
            achieved = found[lang].bytes_per_token(size) / scale
            figures[lang] = {"asked": round(goal / scale, 4), "achieved": round(achieved, 4), "unit": unit}
            if self.config.balance:
                figures[lang] = {"ceiling" if key == "asked" else key: value for key, value in figures[lang].items()}
        return figures

    def _say(self, number: int, found: Mapping[str, Curve], size: int) -> None:
        figures = self._figures(found, size)
        self.rounds.append({"vocab_size": size, "languages": figures})
        told = ", ".join(_told(lang, one) for lang, one in figures.items())
        self.report.say(f"  round {number + 1}: {told} at {size} tokens")

    def _check_alone(self) -> None:
        """Raise HeadwaterError for a target that a language does not reach even alone."""
        if self.config.balance:
            return
        for lang, goal in self.goals.items():
            alone = self.alone[lang]
            size = alone.curve.size_for(goal)
            if size is None and alone.full:
                raise HeadwaterError(
                    "data",
                    f"no vocabulary learned from this text reaches {goal:.3g} bytes a token in {lang}: with every "
                    f"merge that it supports ({int(alone.curve.sizes[-1])} tokens for {lang} alone) it has "
                    f"{alone.curve.ceiling:.3g}",
                    mend="ask for less, or give more text",
                )
            if size is None or size > self.most:
                would = f"more than {int(alone.curve.sizes[-1])}" if size is None else str(size)
                raise HeadwaterError(
                    "arguments",
                    f"{self.most} tokens cannot reach {goal:.3g} bytes a token in {lang}: for {lang} alone they give "
                    f"{alone.curve.bytes_per_token(self.most):.3g}, and {would} would be needed",
                    mend="ask for less, or give a larger vocabulary",
                )

    def _finished(
        self, learned: learn.Vocabulary, found: dict[str, Curve], size: int, weights: Mapping[str, float]
    ) -> Found:
        shares = self._shares(found, size)
        if not self.config.balance and min(shares.values()) < 1 - MET:
            raise self._unreachable(found, size)
        given = learn_shares(self.bytes, weights)
        config = replace(
            self.config,
            vocab_size=size,
            weights=given,
            target_compression={},
            target_characters={},
            balance=False,
            max_vocab_size=0,
        )
        total = sum(given.values())
        targets = {
            lang: figures | {"weight": round(given[lang] / total, 6)}
            for lang, figures in self._figures(found, size).items()
        }
        return Found(
            vocabulary=learned.cut(size)._replace(config=config), config=config, targets=targets, rounds=self.rounds
        )

    def _unreachable(self, found: Mapping[str, Curve], size: int) -> HeadwaterError:
        told = ", ".join(_told(lang, one) for lang, one in self._figures(found, size).items())
        reached = sum(self.alone[lang].entries(found[lang].bytes_per_token(size)) for lang in self.goals)
        wanted = sum(target_model.needed(self.alone, self.goals).values())
        would = self.base + (size - self.base) * wanted / max(1.0, reached)
        return HeadwaterError(
            "arguments",
            f"{size} tokens do not reach every target; the nearest is {told}",
            mend=f"ask for less, or give about {math.ceil(would / 100) * 100} tokens (--vocab-size auto finds out)",
        )


def learn_shares(size_bytes: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Factors of counts as shares of what is learned from, which is how a recipe gives weights."""
    raw = {lang: weight * size_bytes[lang] for lang, weight in weights.items()}
    total = sum(raw.values())
    return {lang: float(f"{value / total:.6g}") for lang, value in raw.items()}


def train_weights(size_bytes: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, int]:
    """Factors of counts as learning takes them: as if they came from a recipe."""
    from headwater.tokenizer.train import learn_weights

    whole = {lang: round(size) for lang, size in size_bytes.items()}
    return dict.fromkeys(whole, 0) | learn_weights(whole, learn_shares(size_bytes, weights))


def _bytes(found: words.Words) -> float:
    import numpy as np

    return int((np.diff(found.starts) * found.counts).sum()) / words.SCALE


def _table_bytes(counted: Mapping[str, words.Words], langs: list[str]) -> int:
    """Room for the distinct words of some languages in one table."""
    return 8 * sum(len(counted[lang].text) for lang in langs) + 60 * sum(len(counted[lang].counts) for lang in langs)


def _told(lang: str, figures: Mapping[str, Any]) -> str:
    against = figures.get("asked", figures.get("ceiling"))
    word = "of its ceiling" if "ceiling" in figures else "asked"
    unit = figures["unit"].replace(" a ", "/")
    if "ceiling" in figures:
        return f"{lang} {figures['achieved']:.3f} {unit}, {figures['achieved'] / against:.1%} {word}"
    return f"{lang} {figures['achieved']:.3f} {unit} ({against:.3f} {word})"
