"""Training a language model on anyone's labelled text: `python -m headwater.curate.langid.train --data FILES -o MODEL`.

In: documents of any format that `headwater` reads, with `text` and `lang` (`code` for source code; without `code` rows
code is not told apart). Out: one model file, and on stdout what it got right of a tenth of the sentences, which a hash
holds back and training never sees. Steps: texts by language and script → for each script that several languages write,
draws balanced by language → n-grams, weights, int8 → code against prose.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from headwater import document
from headwater.curate import languages
from headwater.curate.langid import code_fit, fit, model
from headwater.curate.langid.han_kinds import han_kinds
from headwater.kernels import code_shape, scripts

HELD_OUT = 10  # one text in so many, by its hash
LONGEST = 600  # bytes of an example of a language
MIN_TEXTS = 50  # of a language in a script, to be learned there
MIN_SHARE = 0.25  # of the texts in the language's main script: words of another script make no language of that script
CROPS = 0.3  # share of examples cut to a few words
ENOUGH = 150  # texts of a source from which on it counts fully
ROWS = {"Latn": 49_000, "Cyrl": 10_000, "Arab": 3_200, "Deva": 3_200}
OTHER_ROWS = 100
NOISE = "und"
EAST = ("Hani", "Kana")  # told apart by characters, not by n-grams
EAST_LANGUAGES = ("ja", "zh")  # letters of other scripts in them are names and code
Held = tuple[str, str, str]  # text, language, source
Texts = dict[tuple[str, int], dict[str, list[str]]]  # (language, script): source: texts
Groups = dict[str, list[str]]


def held_out(text: str, fold: int = 0) -> bool:
    """Whether training must not see a text, whatever file it is in."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4], "big") % HELD_OUT == fold


def read(files: Sequence[str], known: set[str], fold: int) -> tuple[Texts, list[Held], Groups, Groups]:
    """(texts to learn from, held-out texts, code by source, prose by language and source)."""
    texts: Texts = defaultdict(lambda: defaultdict(list))
    held: list[Held] = []
    code: Groups = defaultdict(list)
    prose: Groups = defaultdict(list)
    for name in files:
        for batch in document.read([name]):
            for row in batch.select(["text", "lang", "source"]).to_pylist():
                text, language = row["text"] or "", languages.normalise(row["lang"] or "")
                source = row["source"] or Path(name).name.split(".")[0]
                if language == "code":
                    code[source].append(text[: code_fit.KEPT_BYTES])
                    continue
                if not text or not language or (known and language not in known):
                    continue
                if held_out(text, fold):
                    held.append((text, language, source))
                    continue
                prose[f"{language} {source}"].append(text[: code_fit.KEPT_BYTES])
                texts[language, fit.main_script(text)][source].append(text[:20_000])
    return texts, held, code, prose


def classes_of(texts: Texts) -> dict[str, list[str]]:
    """The languages of each script: those with a good share of their texts in it."""
    totals = {key: sum(len(rows) for rows in found.values()) for key, found in texts.items()}
    most = Counter[str]()
    for (language, _), count in totals.items():
        most[language] = max(most[language], count)
    found: dict[str, list[str]] = defaultdict(list)
    for (language, script), count in sorted(totals.items()):
        name = scripts.NAMES[script]
        if (
            name
            and name not in EAST
            and language not in EAST_LANGUAGES
            and count >= max(MIN_TEXTS, MIN_SHARE * most[language])
        ):
            found[name].append(language)
    return found


def draw(texts: Texts, script: int, names: list[str], per: int, weights: dict[str, float], seed: int) -> Iterator[Any]:
    """(text, number of its language): as many of each language, from its sources by their weights."""
    for number, language in enumerate(names):
        rng = random.Random(f"{seed} {language} {script}")
        if language == NOISE:
            yield from ((noise(rng), number) for _ in range(per // 3))
            continue
        found = texts[language, script]
        names_of = sorted(found)
        shares = [weights.get(name, 1.0) * min(1.0, len(found[name]) / ENOUGH) for name in names_of]
        for _ in range(per):
            source = rng.choices(names_of, shares)[0] if sum(shares) else rng.choice(names_of)
            yield example(rng.choice(found[source]), rng), number


def example(text: str, rng: random.Random) -> str:
    """A stretch of a text that is no longer than a few sentences; some are only a few words."""
    if len(text) > LONGEST:
        at = rng.randrange(len(text) - LONGEST)
        text = text[at : at + LONGEST].split(" ", 1)[-1]
    if rng.random() < CROPS:
        words = text.split()
        size = rng.randint(2, 7)
        at = rng.randrange(max(len(words) - size, 1))
        text = " ".join(words[at : at + size])
    return text


def noise(rng: random.Random) -> str:
    """What is no language: hashes, random letters, base64, consonants."""
    alphabet = rng.choice(
        [
            "abcdef0123456789",
            "abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "bcdfghjklmnpqrstvwxz",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef",
        ]
    )
    words = ["".join(rng.choices(alphabet, k=rng.choice([2, 4, 8, 16, 32]))) for _ in range(rng.randint(1, 12))]
    return " ".join(words)


def train_script(texts: Texts, name: str, names: list[str], held: list[Held], options: Any) -> fit.Fitted:
    """The weights of one script."""
    script = scripts.NUMBER[name]
    pairs = list(draw(texts, script, names, options.per_language, options.weights, options.seed))
    rows = fit.rows_of([text for text, _ in pairs], script)
    labels = np.array([number for _, number in pairs], np.int64)
    slots, weights, biases = fit.fit(rows, labels, len(names), ROWS.get(name, OTHER_ROWS), options.seed)
    rng = random.Random(options.seed)
    checked = [
        (text, names.index(language)) for text, language, _ in held if language in names and len(text) <= LONGEST
    ]
    checked = [pair for pair in checked if fit.main_script(pair[0]) == script]
    checked += [(" ".join(text.split()[: rng.randint(2, 6)]), number) for text, number in checked]
    held_rows = fit.rows_of([text for text, _ in checked], script)
    return fit.packed(slots, weights, biases, held_rows, np.array([number for _, number in checked], np.int64))


def train_code(code: Groups, prose: Groups, options: Any) -> tuple[np.ndarray, tuple[float, float, float]]:
    """What tells code from prose, the mean of several draws; without code to learn from, nothing is code."""
    if not code:
        return np.zeros(1 << code_shape.BITS, np.float32), (-60.0, 0.0, 0.0)
    fitted = [_code_draw(code, prose, options.code_examples, options.seed + draw) for draw in range(options.code_draws)]
    weights = np.stack([weights for weights, _ in fitted]).mean(0)
    bias, factor, by_length = np.mean([numbers for _, numbers in fitted], 0).tolist()
    return weights, (bias, factor, by_length)


def _code_draw(code: Groups, prose: Groups, count: int, seed: int) -> tuple[np.ndarray, tuple[float, float, float]]:
    rng = random.Random(seed)
    sources, languages_of = [code[name] for name in sorted(code)], [prose[name] for name in sorted(prose)]
    # As many long texts as short ones: sentences outnumber them, and long ones are what holds code.
    short = [[text for text in texts if len(text) < LONGEST] for texts in languages_of]
    long = [[text for text in texts if len(text) > 2 * LONGEST] for texts in languages_of]
    short, long = [texts for texts in short if texts], [texts for texts in long if texts]
    positives = code_fit.examples(sources, short, True, count, rng)
    negatives = code_fit.examples(languages_of, sources, False, count, rng)
    negatives += code_fit.examples(long, sources, False, count, rng)
    negatives += [noise(rng) for _ in range(count // 4)]
    return code_fit.fit(positives, negatives, seed)


def train_languages(texts: Texts, held: list[Held], options: Any) -> model.LangidModel:
    """The languages of every script, with no code told from prose yet."""
    by_script = classes_of(texts)
    if by_script.get("Latn"):
        by_script["Latn"] = sorted([*by_script["Latn"], NOISE])
    fitted = {}
    for name, names in sorted(by_script.items()):
        if len(names) > 1:
            fitted[name] = train_script(texts, name, names, held, options)
    pairs = {(language, name) for name, names in by_script.items() for language in names}
    written = {name for _, name in pairs}
    pairs |= {(language, name) for name, language in languages.OF_SCRIPT.items() if name not in written}
    classes = sorted(pairs, key=lambda item: (item[1], item[0]))
    biases = np.zeros(len(classes), np.float32)
    for name, found in fitted.items():
        first = min(at for at, (_, script) in enumerate(classes) if script == name)
        biases[first : first + len(found.biases)] = found.biases
    code_weights, code_bias = train_code({}, {}, options)
    return model.LangidModel(
        classes=classes,
        slots={name: found.slots for name, found in fitted.items()},
        weights={name: found.weights for name, found in fitted.items()},
        scales={name: found.scale for name, found in fitted.items()},
        heats={name: found.heat for name, found in fitted.items()},
        biases=biases,
        code_weights=code_weights,
        code_bias=code_bias,
        han_kinds=han_kinds(),
        about={"languages": len({language for language, _ in classes} - {NOISE}), "seed": options.seed},
    )


def train(options: Any) -> tuple[model.LangidModel, list[Held]]:
    """A model, and the held-out texts."""
    kept = model.load(options.keep) if options.keep else None
    known = options.known or {language for language, _ in (kept.classes if kept else ())}
    texts, held, code, prose = read(options.data, known, options.fold)
    made = kept or train_languages(texts, held, options)
    biases = made.biases.copy()
    for name, prior in options.priors.items():
        biases[made.classes.index(tuple(name.split("-", 1)))] += prior
    code_weights, code_bias = train_code(code, prose, options)
    return replace(made, biases=biases, code_weights=code_weights, code_bias=code_bias), held


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m headwater.curate.langid.train", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data", nargs="+", required=True, help="labelled text: rows of text, lang and, if any, source"
    )
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--keep", type=Path, help="a model whose languages stay as they are: only code is learned anew")
    parser.add_argument("--languages", default="", help="comma-separated; default: all that the data names")
    parser.add_argument("--weights", default="", help="how much sources count: name=0.5,name=2; default 1 each")
    parser.add_argument("--priors", default="", help="added to a language's bias in a script: sr-Latn=-0.4,hr-Latn=0.1")
    parser.add_argument("--per-language", type=int, default=6000, help="examples drawn of each language")
    parser.add_argument("--code-examples", type=int, default=12_000)
    parser.add_argument(
        "--code-draws", type=int, default=1, help="how many times they are drawn anew, weights averaged"
    )
    parser.add_argument("--fold", type=int, default=0, help="which tenth is held back, 0 to 9; -1: none")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    options.known = set(filter(None, options.languages.split(",")))
    options.weights = {
        name: float(value) for name, _, value in (x.partition("=") for x in options.weights.split(",") if x)
    }
    options.priors = {
        name: float(value) for name, _, value in (x.partition("=") for x in options.priors.split(",") if x)
    }
    made, held = train(options)
    made.save(options.output)
    print(
        json.dumps(
            {"output": str(options.output), "bytes": options.output.stat().st_size, "held_out": score(made, held)}
        )
    )


def score(made: model.LangidModel, held: list[Held]) -> dict[str, Any]:
    """Macro accuracy on held-out texts, source by source."""
    import pyarrow as pa

    found = made.answers(pa.array([text for text, _, _ in held], pa.large_string()))
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for number, (_, language, source) in zip(found.classes.tolist(), held, strict=True):
        right[source][language].append(number >= 0 and made.classes[number][0] == language)
    return {
        source: {
            "texts": sum(map(len, of.values())),
            "macro_accuracy": round(float(np.mean([np.mean(x) for x in of.values()])), 4),
        }
        for source, of in sorted(right.items())
    }


if __name__ == "__main__":
    main()
