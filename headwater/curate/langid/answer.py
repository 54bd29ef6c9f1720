"""Answers: what the model says of a column of texts, made a language, a score and a script by the thresholds.

In: texts, and what their rows say. Out: `Identified`. The model is ours, or a user's own of either kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headwater.curate import languages
from headwater.curate.langid import CODE, READ_CHARS, UNKNOWN, close_calls, paths
from headwater.curate.langid.config import LangidConfig

if TYPE_CHECKING:
    from headwater.curate.langid.fasttext import FastText
    from headwater.curate.langid.model import LangidModel

BATCH_ROWS = 8192
EVERY_SCRIPT = ("sr", "az", "kk", "mn", "pa", "uz", "bs", "tg", "ku", "code")  # no script of theirs is a wrong one
CHINESE = "zh"
MOST_TYPED = 30  # words of five letters: no longer text is a line typed at a machine


@dataclass(frozen=True, kw_only=True)
class Identified:
    """A language, a score (NaN where the row's own language stands) and a script ("" for the usual) a text."""

    langs: list[str]
    scores: np.ndarray
    scripts: list[str]


def identify(texts: pa.Array | Sequence[str], config: LangidConfig | None = None) -> Identified:
    """The language of each text, `und` where the score is below the least believed."""
    config = config or LangidConfig()
    found, _ = _answers(_column(texts), config)
    believed = found.scores >= config.min_score
    langs = [lang if sure else UNKNOWN for lang, sure in zip(found.langs, believed, strict=True)]
    scripts = [script if sure else "" for script, sure in zip(found.scripts, believed, strict=True)]
    return Identified(langs=langs, scores=found.scores, scripts=scripts)


def identify_one(text: str) -> tuple[str, float]:
    """The likeliest language of one text and its score, however low."""
    found, _ = _answers(_column([text[:READ_CHARS]]), LangidConfig())
    return found.langs[0], float(found.scores[0])


def resolve(
    texts: pa.Array | Sequence[str],
    given: Sequence[str],
    config: LangidConfig,
    urls: Sequence[str | None] | None = None,
) -> Identified:
    """The given language where the text is in its script or in none surely, else the identified one.

    An address that names a file of source code, or one of prose, makes a close call of code or prose.
    A text that is in the script of its given language is not identified at all: its letters are counted.
    """
    from headwater.curate.langid.model import shipped

    column = _column(texts)
    tags = [languages.normalise(name or "") for name in given]
    letters, hans = shipped().letters(column)
    shares = _in_script(letters, tags)
    stands = [bool(tag) and share >= config.min_script_share for tag, share in zip(tags, shares, strict=True)]
    langs, scores = list(tags), np.full(len(tags), np.nan)
    scripts = [_chinese(more) if tag == CHINESE else "" for tag, more in zip(tags, hans, strict=True)]
    asked = [row for row, tag in enumerate(tags) if not stands[row] or tag in EVERY_SCRIPT and tag != CODE]
    told = paths.code_logits([urls[row] for row in asked]) if urls is not None else None
    found, _ = _answers(column.take(pa.array(asked, pa.int64())), config, told)
    for row, lang, score, script in zip(asked, found.langs, found.scores, found.scripts, strict=True):
        if tags[row] and (stands[row] or score < config.min_override):
            scripts[row] = script if lang == tags[row] else ""
        else:
            believed = score >= config.min_score
            langs[row], scripts[row], scores[row] = lang if believed else UNKNOWN, script if believed else "", score
    return Identified(langs=langs, scores=scores, scripts=scripts)


def model_digest(config: LangidConfig) -> str:
    """A digest of the model that `config` names: what was identified by another one is not the same."""
    import hashlib

    from headwater.curate.langid.model import SHIPPED

    path = Path(config.model) if config.model else SHIPPED
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def _column(texts: pa.Array | Sequence[str]) -> pa.Array:
    from headwater.kernels.arrow import text_array

    if isinstance(texts, pa.ChunkedArray):
        return texts.combine_chunks()
    return texts if isinstance(texts, pa.Array) else text_array([text or "" for text in texts])


def _answers(texts: pa.Array, config: LangidConfig, told: np.ndarray | None = None) -> tuple[Identified, np.ndarray]:
    """The likeliest language of each text, however low its score, and its letters by script [n, scripts].

    `told` is added to the logit of a text's being code.
    """
    from headwater.curate.langid import fasttext
    from headwater.curate.langid.model import shipped

    chosen = shipped()
    if config.model:
        path = Path(config.model)
        user = _loaded(str(path), path.stat().st_mtime_ns if path.exists() else 0)
        if isinstance(user, fasttext.FastText):
            return _by_fasttext(user, chosen, texts)
        chosen = user
    told = np.zeros(len(texts)) if told is None else told
    firsts = range(0, len(texts), BATCH_ROWS)
    parts = [_by_model(chosen, texts.slice(at, BATCH_ROWS), config, told[at : at + BATCH_ROWS]) for at in firsts]
    joined = Identified(
        langs=[lang for part, _ in parts for lang in part.langs],
        scores=np.concatenate([np.empty(0), *(part.scores for part, _ in parts)]),
        scripts=[script for part, _ in parts for script in part.scripts],
    )
    return joined, np.concatenate([np.empty((0, len(letter_scripts()))), *(letters for _, letters in parts)])


def letter_scripts() -> tuple[str, ...]:
    """The scripts that letters are counted by."""
    from headwater.kernels.scripts import NAMES

    return NAMES


@lru_cache(maxsize=2)
def _loaded(path: str, changed_ns: int) -> LangidModel | FastText:
    """A user's model; read again when the file has changed."""
    from headwater.curate.langid import fasttext, model

    del changed_ns
    return fasttext.load(Path(path)) if fasttext.is_fasttext(Path(path)) else model.load(Path(path))


def _by_fasttext(chosen: FastText, ours: LangidModel, texts: pa.Array) -> tuple[Identified, np.ndarray]:
    """fastText says a language of anything; a text without letters is `und` here as well."""
    found, scores = chosen.answers(texts)
    letters = ours.answers(texts).letters
    some = letters.sum(1) > 0
    langs = [lang if any_ else UNKNOWN for (lang, _), any_ in zip(found, some, strict=True)]
    scripts = [script for _, script in found]
    return Identified(langs=langs, scores=np.where(some, scores, 0.0), scripts=scripts), letters


def _by_model(
    chosen: LangidModel, texts: pa.Array, config: LangidConfig, told: np.ndarray
) -> tuple[Identified, np.ndarray]:
    several = _several(chosen)
    part = chosen.answers(texts)
    chances = close_calls.settled(texts, paths.tipped(part.code, told), config.min_code)
    code = (chances >= config.min_code) & (part.words > 0)
    scores = np.where(code, chances, part.shares * (1 - chances))
    langs, scripts = [], []
    for row, at in enumerate(part.classes.tolist()):
        language, script = (CODE, "") if code[row] else chosen.classes[at] if at >= 0 else (UNKNOWN, "")
        unsure = not code[row] and scores[row] < close_calls.TYPED_SCORE and part.words[row] <= MOST_TYPED
        if language == UNKNOWN or unsure and close_calls.is_typed(texts[row].as_py() or ""):
            language, script, scores[row] = UNKNOWN, "", 0.0
        langs.append(language)
        scripts.append(_chinese(part.hans[row]) if language == CHINESE else script if language in several else "")
    return Identified(langs=langs, scores=np.round(scores, 4), scripts=scripts), part.letters


def _chinese(more: float) -> str:
    """Hans or Hant by how many more characters only the one has; empty where there are as many of both."""
    return "Hans" if more > 0 else "Hant" if more < 0 else ""


def _several(chosen: LangidModel) -> set[str]:
    """Languages that the model knows in more than one script."""
    count = Counter(language for language, _ in chosen.classes)
    return {language for language in count if count[language] > 1}


def _in_script(letters: np.ndarray, tags: Sequence[str]) -> np.ndarray:
    """How much of each text is in a script of its given language, weighed as words; 1 for none given or no letters."""
    from headwater.kernels.languages import HAN_PER_WORD, LETTERS_PER_WORD
    from headwater.kernels.scripts import NUMBER

    weights = np.full(letters.shape[1], 1 / LETTERS_PER_WORD)
    weights[[NUMBER["Hani"], NUMBER["Kana"]]] = 1 / HAN_PER_WORD
    words = letters * weights
    totals = words.sum(1)
    shares = np.ones(len(tags))
    known = {tag: [NUMBER[name] for name in scripts_of(tag)] for tag in set(tags)}
    for row, tag in enumerate(tags):
        if totals[row] > 0 and known[tag]:
            shares[row] = words[row, known[tag]].sum() / totals[row]
    return shares


def scripts_of(tag: str) -> tuple[str, ...]:
    """The scripts that a language is written in; empty for any, or unknown here."""
    from headwater.curate.langid.model import shipped

    if not tag or tag in EVERY_SCRIPT:
        return ()
    own = {"ja": ("Hani", "Kana"), "ko": ("Hang", "Hani")}.get(tag)
    return own or tuple(sorted(script for language, script in shipped().classes if language == tag))
