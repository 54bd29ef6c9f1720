"""Language identification: scripts first, then small words and rare letters.

In: a text. Out: a code (ISO 639-1, `code` for source code, `und`) and a score from 0 to 1.
A script that one language writes decides by its share of the text; languages that share a script
are told apart by their commonest words. The score is the share of evidence for the answer, so a
short or mixed text scores low.
"""

from __future__ import annotations

import functools
import re

import numpy as np

from headwater.curate import characters
from headwater.curate.langid.profiles import ARABIC_WORDS, CYRILLIC_WORDS, DEVANAGARI_WORDS, LATIN_WORDS, LETTERS

UNKNOWN = "und"
CODE = "code"
READ_CHARS = 20_000  # of each text
READ_LINES = 400
READ_LINE_CHARS = 300
CODE_LINE_SHARE = 0.72  # of lines that look like code, in source files (98 %) and hardly ever in prose (1 %)
MIN_CODE_LINES = 3
FULL_EVIDENCE = 0.25  # share of words that are small words of the language, in ordinary prose
HAN_PER_WORD = 1.6  # characters of a Chinese word, to weigh it against words of other scripts
KANA_SHARE = 0.08  # of Japanese among Han and kana
MAX_EAST_ASIAN_IN_CODE = 0.3  # lists of options in a Chinese manual look like code; no source file seen has 0.05
MIN_HAN_WORD_SHARE = 0.3  # Chinese technical prose is full of Latin names and code
# Scripts that one language writes; the others have word lists.
ONE_LANGUAGE = {
    "hangul": "ko", "greek": "el", "hebrew": "he", "thai": "th", "bengali": "bn", "gurmukhi": "pa", "gujarati": "gu",
    "tamil": "ta", "telugu": "te", "kannada": "kn", "malayalam": "ml", "sinhala": "si", "lao": "lo", "khmer": "km",
    "burmese": "my", "tibetan": "bo", "ethiopic": "am", "armenian": "hy", "georgian": "ka", "oriya": "or",
}  # fmt: skip
WORD_LISTS = {
    "latin": LATIN_WORDS,
    "cyrillic": CYRILLIC_WORDS,
    "arabic": ARABIC_WORDS,
    "devanagari": DEVANAGARI_WORDS,
}
SCRIPT_OF = {language: script for script, language in ONE_LANGUAGE.items()} | {
    "ru": "cyrillic",
    "uk": "cyrillic",
    "be": "cyrillic",
    "bg": "cyrillic",
    "mk": "cyrillic",
    "ar": "arabic",
    "fa": "arabic",
    "ur": "arabic",
    "hi": "devanagari",
    "mr": "devanagari",
}
_WEIGHT = {"han": 5 / HAN_PER_WORD, "kana": 5 / HAN_PER_WORD}  # letters of a spaced word that one character stands for
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0900-\u0dff][^\W\d_]*)*")
_BLOCK_COMMENT = re.compile(r'"{3}[\s\S]{0,4000}?"{3}|\'{3}[\s\S]{0,4000}?\'{3}|/\*[\s\S]{0,4000}?\*/')
_COMMENT_LINE = re.compile(r"^\s*(?://|\*|--|/\*|#(?!include|define|if|endif|else|!|\[))")
_CODE_LINE = re.compile(
    r"[;{}]|\w\(|=>|->|::|[=!]=|&&|\|\||[\w\])\"'],$|[({\[]$|\)\s*:\s*$|^\s*[)}\]]+[,;)]*$|^\s*[\w.\[\]\"']+\s*[-+*/|&:]?=\s*\S"
    r"|^\s*(?:#include|#define|#if|#endif|#else|#!|import\s+[\w.{*\"']|from\s+[\w.]+\s+import|class\s+\w|package\s+\w+$"
    r"|(?:const|let|var|pub|use|type|enum|struct|impl|export)\s+[\w{\[]|(?:return|elif|else|try|except|raise|assert)\b|@\w)"
)
_LATEX = re.compile(r"\\[A-Za-z]{2,}")


def identify_one(text: str) -> tuple[str, float]:
    """The language of one text, of which READ_CHARS are read, and its score."""
    text = text[:READ_CHARS]
    kinds = characters.counts(characters.code_points(text))
    code_share = code_line_share(text)
    if code_share >= CODE_LINE_SHARE and east_asian_share(kinds) < MAX_EAST_ASIAN_IN_CODE:
        return CODE, round(code_share, 4)
    words = [word.lower() for word in _WORD.findall(text)]
    script, share = main_script(kinds, len(words))
    if script in ("han", "kana"):
        return ("zh" if script == "han" else "ja"), round(share, 4)
    if script in ONE_LANGUAGE:
        return ONE_LANGUAGE[script], round(share, 4)
    if script not in WORD_LISTS:
        return UNKNOWN, 0.0
    language, evidence = by_words(words, script)
    return language, round(share * evidence, 4)


def east_asian_share(kinds: np.ndarray) -> float:
    """Han and kana among the letters of every script."""
    of = {name: int(kinds[characters.INDEX[name]]) for name in characters.SCRIPTS}
    return (of["han"] + of["kana"]) / (sum(of.values()) or 1)


def main_script(kinds: np.ndarray, num_words: int) -> tuple[str, float]:
    """The script that says most, and its share; `kana` stands for Japanese. Empty for no letters."""
    of = {name: int(kinds[characters.INDEX[name]]) for name in characters.SCRIPTS}
    east_asian = (of["han"] + of["kana"]) / HAN_PER_WORD
    spaced = {name: count for name, count in of.items() if name not in ("han", "kana") and count}
    letters = sum(spaced.values())
    # Words of the spaced scripts: runs of letters, less the runs that are Han or kana.
    weight = min(letters / 5, float(num_words)) if letters else 0.0
    total = east_asian + weight
    if not total:
        return "", 0.0
    if east_asian / total >= MIN_HAN_WORD_SHARE:
        japanese = of["kana"] / (of["han"] + of["kana"]) >= KANA_SHARE
        return ("kana" if japanese else "han"), min(1.0, 0.5 + east_asian / total / 2)
    script = max(spaced, key=lambda name: (spaced[name], name))
    return script, spaced[script] / letters * weight / total


def in_script(language: str, kinds: np.ndarray) -> float:
    """How much of a text's letters, weighed as words, is in the script of a language.

    1 for a text without letters, source code, and languages written in several scripts or unknown here.
    """
    scripts = {"zh": ("han",), "ja": ("han", "kana")}.get(language) or (SCRIPT_OF.get(language, ""),)
    if scripts == ("",):
        if language not in LATIN_WORDS or language in ("az", "bs", "hr"):
            return 1.0
        scripts = ("latin",)
    weights = {name: _WEIGHT.get(name, 1.0) * int(kinds[characters.INDEX[name]]) for name in characters.SCRIPTS}
    total = sum(weights.values())
    return sum(weights[name] for name in scripts) / total if total else 1.0


@functools.cache
def _word_table(script: str) -> dict[str, tuple[tuple[str, float], ...]]:
    """Word or letter → (language, weight) pairs; what several languages share weighs less in each."""
    found: dict[str, list[str]] = {}
    for language, words in WORD_LISTS[script].items():
        for word in set(words.split()):
            found.setdefault(word, []).append(language)
    return {word: tuple((lang, 1.0 / len(langs) ** 0.5) for lang in langs) for word, langs in found.items()}


def by_words(words: list[str], script: str) -> tuple[str, float]:
    """The language of a script whose small words and letters are commonest, and the evidence for it."""
    table = _word_table(script)
    known = WORD_LISTS[script]
    scores = dict.fromkeys(known, 0.0)
    for word in words:
        for language, weight in table.get(word, ()):
            scores[language] += weight
        for letter in _rare_letters(word):
            languages = LETTERS[letter].split()
            for language in languages:
                if language in scores:
                    scores[language] += 0.5 / len(languages) ** 0.5
    ranked = sorted(scores, key=lambda language: (-scores[language], language))
    best, second = scores[ranked[0]], scores[ranked[1]]
    if not best:
        return UNKNOWN, 0.0
    amount = min(1.0, best / max(len(words), 3) / FULL_EVIDENCE)
    return ranked[0], amount**0.5 * min(1.0, 0.4 + 1.2 * (best - second) / best)


def _rare_letters(word: str) -> set[str]:
    return set() if word.isascii() else LETTERS.keys() & set(word)


def code_line_share(text: str) -> float:
    """Share of lines, comments left out, that look like source code; 0 where there are fewer than 3."""
    bare = _BLOCK_COMMENT.sub("", text)
    lines = [
        line[:READ_LINE_CHARS]
        for line in bare.splitlines()[:READ_LINES]
        if line.strip() and not _COMMENT_LINE.match(line)
    ]
    if len(lines) < MIN_CODE_LINES:
        return 0.0
    return sum(bool(_CODE_LINE.search(line)) and not _LATEX.search(line) for line in lines) / len(lines)
