"""Compression control: the weights of languages, and the size, by which a vocabulary compresses each as asked.

In: the words of each language, counted once, and a TokenizerConfig with targets or `balance`. Out: Found: the
vocabulary, its weights and what was achieved, round by round.

Each language is first learned from alone: that gives its ceiling and a guess of the weights (`target_model`). Then
comes a round: the counts are added up by weight, a vocabulary is learned, its curve read for each language; and the
weights are corrected by what came out. No text is read again.

- All languages have targets, the size is fixed: the same share of each target is reached, 1 or more.
- Some have none: the targets are met, and the others share what is left of the vocabulary.
- The size is to be found (`max_vocab_size`): the smallest vocabulary that meets all; the others weigh as in the corpus.
- `balance`: each target is the language's ceiling, what it reaches with this size for itself alone; all reach the same
  share of it. Languages of less than LEAST_SHARE of the bytes weigh as in the corpus: so little text has no ceiling.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from headwater.tokenizer import curve, learn, target_goals, target_model, words
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.curve import Curve
from headwater.tokenizer.target_corpus import Corpus

ROUNDS, DAMPED = 8, 4  # at most; and those after which the weights move by half of what is thought right
NEAR = 0.003  # of a target, or of one another: no further round
AIM = 1.001  # of a target that is to be met and no more
MET = 0.001  # below a target by no more than this share, it is met
SIZE_NEAR = 0.01  # of a size, between the languages' own needs: no further round
ALONE_FACTOR = 4  # how much larger than asked the vocabularies alone are, to say which size would do
MOST_SIZE = 1_000_000
MOST_WEIGHT = 10_000.0  # of the heaviest language to the lightest
OTHERS = "*"  # the languages without a target, together


@dataclass(frozen=True, kw_only=True)
class Found:
    """`config`: with the weights and the size found, without targets, so that learning by it gives this vocabulary.

    `targets`: `{lang: {"asked" (or "ceiling"), "achieved", "unit", "weight"}}`; `rounds`: the same figures by round.
    """

    vocabulary: learn.Vocabulary
    config: TokenizerConfig
    targets: dict[str, dict[str, Any]]
    rounds: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Round:
    """What some weights gave. `score`: the higher the better; `spread`: how far the languages are from each other."""

    weights: dict[str, float]
    vocabulary: learn.Vocabulary
    curves: dict[str, Curve]
    vocab_size: int
    is_met: bool
    score: float
    spread: float


def is_asked(config: TokenizerConfig) -> bool:
    """Whether weights are to be searched for."""
    return bool(config.target_compression or config.target_characters or config.balance)


def search(
    counted: Mapping[str, words.Words], config: TokenizerConfig, report: Any, barred: Collection[bytes] = ()
) -> Found:
    """The vocabulary that meets the targets. Raises HeadwaterError arguments where this size, or data where no size
    that the text supports, reaches them."""
    return _Search(Corpus(counted, config, barred), config, report).run()


class _Search:
    """One search: the corpus, the goals, each language alone, and the rounds so far."""

    def __init__(self, corpus: Corpus, config: TokenizerConfig, report: Any) -> None:
        self.corpus, self.config, self.report = corpus, config, report
        self.is_sized = bool(config.max_vocab_size)
        self.most = config.max_vocab_size or config.vocab_size
        targeted = target_goals.targeted(config, corpus.size_bytes)
        self.others = [lang for lang in corpus.size_bytes if lang not in targeted]
        size = self.most if config.balance or self.is_sized else min(MOST_SIZE, ALONE_FACTOR * self.most)
        self.alone = {lang: corpus.alone([lang], size) for lang in targeted}
        self.goals = target_goals.of(config, self.alone, self.most)
        # the others are held to what is left over only where something can be left over
        self.is_rest = bool(self.others) and not self.is_sized and not config.balance
        if self.is_rest:
            self.alone[OTHERS] = corpus.alone(self.others, size)
        self.rounds: list[dict[str, Any]] = []
        if corpus.left_out:
            report.say(f"  the search looks at the commonest words, {1 - corpus.left_out:.2%} of the text (memory)")

    def run(self) -> Found:
        if not self.config.balance:
            target_goals.check_alone(self.goals, self.alone, self.most)
        best = current = self._round(self._first_weights())
        near = SIZE_NEAR if self.is_sized else NEAR
        while len(self.rounds) < ROUNDS and not (current.spread < near and current.is_met):
            if current.spread < near and not self.is_rest:
                break  # as even as can be, and not enough
            last, current = current, self._round(self._corrected(current))
            best = max(best, current, key=lambda one: one.score)
            if current.score == last.score:
                break  # nothing moves any more: tokens of equal counts come and go together
        if self.is_rest and not best.is_met:
            best = self._raised(best)
        return self._finished(best)

    def _round(self, weights: dict[str, float]) -> Round:
        vocabulary, curves = self.corpus.together(weights, self.most)
        wanted = self.goals.wanted
        sizes = [curves[lang].size_for(goal) or 2 * self.most for lang, goal in wanted.items()]
        size = min(self.most, max(sizes)) if self.is_sized else min(self.most, int(vocabulary.sizes()[-1]))
        shares = self.goals.shares(curves, size).values()
        is_met = self.config.balance or min(shares) >= 1 - MET
        if self.is_sized:
            score, spread = -float(max(sizes)), 1 - min(sizes) / max(sizes)
        elif self.is_rest:
            spread = max(abs(share - min(AIM, max(shares))) for share in shares)
            score = is_met - spread
        else:
            score, spread = min(shares), max(shares) / min(shares) - 1
        figures = self.goals.figures(curves, size)
        self.rounds.append({"vocab_size": size, "languages": figures})
        self.report.say(f"  round {len(self.rounds)}: {self.goals.told(figures)} at {size} tokens")
        return Round(
            weights=weights,
            vocabulary=vocabulary,
            curves=curves,
            vocab_size=size,
            is_met=is_met,
            score=score,
            spread=spread,
        )

    def _raised(self, best: Round) -> Round:
        """Where corrections circle about the targets without meeting them: the targeted languages heavier all alike,
        until they are met, and then as little heavier as is enough."""
        start, low, high, factor = best.weights, 1.0, 0.0, 1.5
        for _ in range(ROUNDS):
            raised = {lang: start[lang] * factor for lang in self.goals.wanted}
            current = self._round(start | raised)
            low, high = (low, factor) if current.is_met else (factor, high)
            best = max(best, current, key=lambda one: (one.is_met, one.score))
            if best.is_met and best.spread < NEAR:
                break
            factor = (low * high) ** 0.5 if high else 4 * low
        return best

    def _first_weights(self) -> dict[str, float]:
        wanted = self._wanted(self.most - self.corpus.base)
        return self._spread({name: 1.0 / self.alone[name].saved(entries) for name, entries in wanted.items()})

    def _wanted(self, entries: float) -> dict[str, float]:
        """How many entries each language should have of so many."""
        if self.is_sized:
            return target_model.needed(self.alone, self.goals.wanted)
        share = target_model.affordable(self.alone, self.goals.wanted, entries)
        if not self.is_rest:
            return target_model.needed(self.alone, self.goals.wanted, share)
        wanted = target_model.needed(self.alone, self.goals.wanted, min(AIM, share))
        return wanted | {OTHERS: max(0.0, entries - sum(wanted.values()))}

    def _corrected(self, last: Round) -> dict[str, float]:
        """The weights changed by what one more entry would save where a language is and where it should be."""
        found = {name: last.curves[name] for name in self.goals.wanted}
        weights = {name: last.weights[name] for name in found}
        if self.is_rest:
            found[OTHERS] = curve.together([last.curves[lang] for lang in self.others])
            weights[OTHERS] = last.weights[self.others[0]]
        reached = {
            name: min(float(MOST_SIZE), self.alone[name].entries(one.bytes_per_token(last.vocab_size)))
            for name, one in found.items()
        }
        wanted = self._wanted(sum(reached.values()))
        power = 0.5 if len(self.rounds) > DAMPED else 1.0
        for name, one in self.alone.items():
            weights[name] *= (one.saved(reached[name]) / one.saved(wanted[name])) ** power
        return self._spread(weights)

    def _spread(self, weights: dict[str, float]) -> dict[str, float]:
        """A weight for each language, from those of the targeted ones and of the others together."""
        rest = weights.pop(OTHERS, None)
        if rest is None:  # as in the corpus: the targeted ones together keep their bytes beside the others
            size_bytes = self.corpus.size_bytes
            rest = sum(weights[lang] * size_bytes[lang] for lang in weights) / sum(size_bytes[lang] for lang in weights)
        weights |= dict.fromkeys(self.others, rest)
        least = max(weights.values()) / MOST_WEIGHT
        return {lang: max(least, weight) for lang, weight in weights.items()}

    def _finished(self, best: Round) -> Found:
        figures = self.goals.figures(best.curves, best.vocab_size)
        if not best.is_met:
            reached = sum(
                self.alone[lang].entries(best.curves[lang].bytes_per_token(best.vocab_size)) for lang in figures
            )
            wanted = sum(target_model.needed(self.alone, self.goals.wanted).values())
            would = self.corpus.base + (best.vocab_size - self.corpus.base) * wanted / max(1.0, reached)
            raise target_goals.unreachable(self.goals.told(figures), best.vocab_size, would)
        shares = self.corpus.shares(best.weights)
        plain: dict[str, Any] = {"target_compression": {}, "target_characters": {}, "balance": False}
        size = best.vocab_size if self.is_sized else self.most
        config = replace(self.config, vocab_size=size, weights=shares, max_vocab_size=0, **plain)
        targets = {lang: one | {"weight": shares[lang]} for lang, one in figures.items()}
        vocabulary = best.vocabulary.cut(size)._replace(config=config)
        return Found(vocabulary=vocabulary, config=config, targets=targets, rounds=self.rounds)
