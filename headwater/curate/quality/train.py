"""Training a quality classifier, and measuring it on documents that it has not seen.

In: Examples. Out: a linear model of all of them, and a report. Steps: weigh the examples → hold parts of them out,
fit on the rest and score what was held out → measure these scores, in all and by language → fit on everything.
Parts are held out twice: documents by themselves, and whole sites, whose manner the model then has not seen.
Within a language both classes weigh the same, so that neither their sizes nor the language itself tell them apart.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np

from headwater.curate import linear
from headwater.curate.quality import measures
from headwater.curate.quality.config import TrainingConfig
from headwater.curate.quality.examples import Examples
from headwater.errors import HeadwaterError

LENGTH_TELLS = 0.8  # an AUC of length alone from which the report warns
WORDS_TELL_LITTLE = 0.6
SITES_TELL = 0.15  # by how much the AUC may fall on sites that were held out whole


def train(
    examples: Examples, config: TrainingConfig, settings: linear.LinearConfig, seed: int
) -> tuple[linear.LinearModel, dict[str, Any]]:
    """Fit and measure. Raises HeadwaterError empty_corpus when one of the classes has no example."""
    truth = examples.targets >= config.positive_from
    counts = {"positive": int(truth.sum()), "negative": int((~truth).sum())}
    if missing := [name for name, count in counts.items() if not count]:
        raise HeadwaterError(
            "empty_corpus",
            f"no {missing[0]} example is left (left out: {examples.left_out or 'none'})",
            mend="give examples of both classes, with texts that are not the same",
        )
    weights = balanced(truth, examples.langs, config.max_weight)
    found = linear.features(examples.texts, settings)
    held_out = {}
    documents = parts_of(examples.digests, seed, config.folds)
    if len(examples) > config.fold_documents:
        documents[documents > 0] = -1
    sites = site_parts(examples.sites, truth, seed, config.folds)
    for name, part in (("held_out", documents), ("held_out_sites", sites)):
        which, scores = held_out_scores(found, examples, weights, part, config, settings, seed)
        held_out[name] = evaluate(examples, truth, scores, weights, np.flatnonzero(which))
    model = linear.fit(found, examples.targets, settings, seed=seed, sample_weight=weights)
    report: dict[str, Any] = {
        "examples": {**counts, "by_lang": _by_language(truth, examples.langs), "left_out": examples.left_out},
        **held_out,
    }
    report["warnings"] = warnings(report)
    return model, measures.rounded(report)


def balanced(truth: np.ndarray, langs: list[str], most: float) -> np.ndarray:
    """A weight a row: in each language that has both classes they weigh the same; the mean weight is 1 before capping.

    A language with one class alone shares the weights of the classes in all.
    """
    weights = np.empty(len(truth), np.float64)
    names = np.array(langs, dtype=object)
    for lang in sorted(set(langs)):
        rows = names == lang
        of = truth if len(set(truth[rows])) < 2 else truth[rows]
        for value in (True, False):
            weights[rows & (truth == value)] = len(of) / (2 * max(1, int((of == value).sum())))
    return np.minimum(weights, most).astype(np.float32)


def held_out_scores(
    found: Any,
    examples: Examples,
    weights: np.ndarray,
    part: np.ndarray,
    config: TrainingConfig,
    settings: linear.LinearConfig,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """(which rows were held out, the score of each). `part`: what each row is held out with, -1 for never."""
    which, scores = np.zeros(len(examples), bool), np.zeros(len(examples), np.float32)
    for number in range(int(part.max(initial=-1)) + 1):
        held, rest = np.flatnonzero(part == number), np.flatnonzero(part != number)
        if not len(held) or len({bool(t >= config.positive_from) for t in examples.targets[rest]}) < 2:
            continue
        model = linear.fit(found.take(rest), examples.targets[rest], settings, seed=seed, sample_weight=weights[rest])
        scores[held], which[held] = model.score(found.take(held)), True
    return which, scores


def parts_of(keys: list[str], seed: int, folds: int) -> np.ndarray:
    """The part of each key, a text's digest or a site: a hash with the seed, so equal for equal keys."""
    hashes = {key: hashlib.blake2b(f"{seed} {key}".encode("utf-8", "replace"), digest_size=8) for key in set(keys)}
    return np.array([int.from_bytes(hashes[key].digest()) % folds for key in keys], np.int64)


def site_parts(sites: list[str], truth: np.ndarray, seed: int, folds: int) -> np.ndarray:
    """The part of each row's site: the sites of each class, in the order of a hash, are dealt to the parts in turn."""
    rows_of: dict[str, list[int]] = {}
    for row, site in enumerate(sites):
        rows_of.setdefault(site, []).append(row)
    order = sorted(rows_of, key=lambda site: hashlib.blake2b(f"{seed} {site}".encode("utf-8", "replace")).digest())
    dealt: Counter[bool] = Counter()
    parts = np.empty(len(sites), np.int64)
    for site in order:
        mostly_good = bool(truth[rows_of[site]].mean() >= 0.5)
        parts[rows_of[site]] = dealt[mostly_good] % folds
        dealt[mostly_good] += 1
    return parts


def evaluate(
    examples: Examples, truth: np.ndarray, scores: np.ndarray, weights: np.ndarray, rows: np.ndarray
) -> dict[str, Any]:
    """The measures of held-out rows, in all and by language."""
    if not len(rows):
        return {"all": None, "by_lang": {}, "calibration": None}
    langs = np.array(examples.langs, dtype=object)
    lengths = np.log1p(examples.lengths)

    def measured(chosen: np.ndarray) -> dict[str, Any]:
        return measures.measure(truth[chosen], scores[chosen], lengths[chosen])

    by_lang = {lang: measured(rows[langs[rows] == lang]) for lang in sorted(set(langs[rows]))}
    calibration = measures.calibration(truth[rows], scores[rows], weights[rows].astype(np.float64))
    return {"all": measured(rows), "by_lang": by_lang, "calibration": calibration}


def warnings(report: dict[str, Any]) -> list[str]:
    """What a reader of the figures should know."""
    told = []
    for lang, counts in report["examples"]["by_lang"].items():
        if not (counts["positive"] and counts["negative"]):
            only = "positive" if counts["positive"] else "negative"
            told.append(f"{lang} has only {only} examples: the language itself tells its class")
    figures = report["held_out"]["all"]
    if figures is None:
        return [*told, "too few examples to hold any out: nothing was measured"]
    seen, unseen = figures["auc"] or 0, (report["held_out_sites"]["all"] or {}).get("auc")
    if unseen is not None and seen - unseen > SITES_TELL:
        told.append(
            f"on sites that were held out whole the AUC is {unseen:.2f}, not {seen:.2f}: what was learned is partly how"
            " these sites write; give examples from more sites"
        )
    length = figures["length"]
    if (length["auc_of_length_alone"] or 0) >= LENGTH_TELLS:
        told.append(f"length alone tells the classes apart (AUC {length['auc_of_length_alone']:.2f})")
        if (length["auc_at_equal_length"] or 1) < WORDS_TELL_LITTLE:
            told.append("among documents of like length the scores tell little: give examples of like length")
    return told


def _by_language(truth: np.ndarray, langs: list[str]) -> dict[str, dict[str, int]]:
    pairs = Counter(zip(langs, truth.tolist(), strict=True))
    return {lang: {"positive": pairs[lang, True], "negative": pairs[lang, False]} for lang in sorted(set(langs))}
