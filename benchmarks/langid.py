"""Language identification, measured: ours beside lingua on text that ours has not seen.

In: `../shared/data/langid` (the tenth that training never sees) and the paragraphs of the Debian Handbook in its
languages, neither of them trained on. Out: `docs/cleaning/language-id.md` and `benchmarks/results/langid.json`.

    python -m benchmarks.langid [--no-peer]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import runner
from demo import debian
from headwater.curate import langid, languages
from headwater.curate.langid import model, train

ROOT = Path(__file__).parent.parent
SENTENCES = ROOT.parent / "shared" / "data" / "langid" / "sentences.jsonl.zst"
PAGE, SOURCES = ROOT / "docs" / "cleaning" / "language-id.md", ROOT / "docs" / "cleaning" / "language-id-sources.md"
HANDBOOK = debian.Package(name="debian-handbook", folders={"usr/share/doc/debian-handbook/html": "handbook"})
MOST_A_LANGUAGE = 100  # paragraphs of the Handbook
MIN_PARAGRAPH_CHARS = 80
ENGLISH_SHARE = 0.5  # of runs of four words that the English Handbook has: such a paragraph was not translated
Rows = list[tuple[str, str]]  # (text, language)


def sentences() -> Rows:
    import zstandard

    with zstandard.open(SENTENCES, "rt", encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle]
    return [(row["text"], row["lang"]) for row in rows if train.held_out(row["text"])]


def handbook() -> Rows:
    """Paragraphs of every language, without those that are still English; empty where the package cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        kept = ROOT / "demo-run" / "packages"
        cache = kept if any(kept.glob(f"{HANDBOOK.name}_*.deb")) else Path(folder) / "packages"
        if not debian.available() or not debian.bring((HANDBOOK,), cache, Path(folder), print):
            return []
        pages = {path.name: paragraphs(path) for path in sorted((Path(folder) / "handbook").iterdir())}
    english = {run for text in pages["en-US"] for run in runs(text)}
    found: Rows = []
    for name, texts in pages.items():
        if name != "en-US":
            texts = [text for text in texts if np.mean([run in english for run in runs(text)]) < ENGLISH_SHARE]
        random.Random(name).shuffle(texts)
        found += [(text, languages.normalise(name)) for text in texts[:MOST_A_LANGUAGE]]
    return found


def paragraphs(folder: Path) -> list[str]:
    import lxml.html

    found: dict[str, None] = {}
    for path in sorted(folder.glob("*.html")):
        for element in lxml.html.parse(str(path)).xpath('//p|//div[@class="para"]'):
            text = " ".join(element.text_content().split())
            if len(text) >= MIN_PARAGRAPH_CHARS:
                found[text] = None
    return list(found)


def runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[at : at + 4]) for at in range(max(len(words) - 3, 1))]


def ours(texts: Sequence[str]) -> list[str]:
    return langid.identify(list(texts)).langs


def lingua() -> Callable[[Sequence[str]], list[str]]:
    """The peer with all its languages, in its accurate mode."""
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

    def answers(texts: Sequence[str]) -> list[str]:
        found = [detector.detect_language_of(text) for text in texts]
        return [language.iso_code_639_1.name.lower() if language else "und" for language in found]

    return answers


def macro(rows: Rows, answers: list[str]) -> float:
    right: dict[str, list[bool]] = defaultdict(list)
    for (_, language), answer in zip(rows, answers, strict=True):
        right[language].append(answer == language)
    return float(np.mean([np.mean(found) for found in right.values()]))


def micro(rows: Rows, answers: list[str]) -> float:
    return float(np.mean([answer == language for (_, language), answer in zip(rows, answers, strict=True)]))


def by_language(rows: Rows, answers: list[str], peer: list[str] | None) -> list[list[str]]:
    truth = [language for _, language in rows]
    table = []
    for language in sorted(set(truth)):
        got = [answer for answer, true in zip(answers, truth, strict=True) if true == language]
        said = sum(answer == language for answer in answers)
        right = sum(answer == language for answer in got)
        wrong = Counter(answer for answer in got if answer != language).most_common(1)
        row = [language, str(len(got)), f"{right / max(said, 1):.3f}", f"{right / len(got):.3f}"]
        if peer is not None:
            row.append(
                f"{np.mean([a == language for a, true in zip(peer, truth, strict=True) if true == language]):.3f}"
            )
        table.append([*row, f"{wrong[0][0]} ({wrong[0][1]})" if wrong else ""])
    return table


def by_length(rows: Rows) -> list[list[str]]:
    """Accuracy of the first words of each sentence, and what the answers above the threshold are worth."""
    table = []
    for words in (1, 2, 4, 8, 16):
        cut = [(" ".join(text.split()[:words]), language) for text, language in rows if len(text.split()) >= words]
        found = langid.identify([text for text, _ in cut])
        right = np.array([lang == language for lang, (_, language) in zip(found.langs, cut, strict=True)])
        said = np.array([lang != "und" for lang in found.langs])
        table.append(
            [str(words), str(len(cut)), f"{right.mean():.3f}", f"{1 - said.mean():.3f}", f"{right[said].mean():.3f}"]
        )
    return table


def reliability(rows: Rows) -> list[list[str]]:
    texts = [text for text, _ in rows] + [" ".join(text.split()[:4]) for text, _ in rows]
    found = langid.identify(texts, langid.LangidConfig(min_score=0))
    right = np.array([lang == language for lang, (_, language) in zip(found.langs, rows * 2, strict=True)])
    table = []
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)):
        inside = (found.scores >= low) & (found.scores < high)
        if inside.any():
            score, share = found.scores[inside].mean(), right[inside].mean()
            table.append([f"{low}–{min(high, 1)}", str(inside.sum()), f"{score:.3f}", f"{share:.3f}"])
    return table


def speed(rows: Rows) -> dict[str, float]:
    """Megabytes of text a second of one core's time: sentences alone, and joined to pages of twenty."""
    texts = [text for text, _ in rows]
    pages = ["\n".join(texts[at : at + 20]) for at in range(0, len(texts), 20)]
    size = sum(len(text.encode()) for text in texts) / 1e6
    figures = {}
    for name, column in (("sentences", pa.array(texts * 8)), ("pages", pa.array(pages * 8))):
        langid.identify(column.slice(0, 1))
        start = time.process_time()
        langid.identify(column)
        figures[name] = round(8 * size / (time.process_time() - start), 2)
    return figures


def markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(sets: dict[str, Any], rows: Rows, figures: dict[str, float]) -> str:
    size = model.SHIPPED.stat().st_size
    known = sorted({language for language, _ in model.shipped().classes} - {"und"})
    parts = [
        "# Language identification", "Made by `python -m benchmarks.langid`.",
        f"The shipped model knows {len(known)} languages ({' '.join(known)}) and source code, in {size / 1e6:.2f} MB; "
        f"{figures['sentences']} MB/s a core on sentences, {figures['pages']} MB/s on pages of 2 kB (CPU time). Of a "
        "text longer than 5 kB ten pieces of 512 bytes are read, spread evenly, so longer ones take no longer.",
        "## Accuracy",
        markdown(
            [
                "text, none of it trained on", "texts", "languages",
                "macro accuracy", "lingua", "share of texts right", "lingua",
            ],
            [
                [
                    name, str(of["n"]), str(of["languages"]), f"{of['ours']:.4f}", told(of["peer"]),
                    f"{of['micro']:.4f}", told(of["peer_micro"]),
                ]
                for name, of in sets.items()
            ],
        ),
        "Macro accuracy is the mean over languages, however few texts one has. An answer below the threshold (`und`) "
        "and `code` count as wrong.", "## By number of words",
        markdown(["first words of a sentence", "n", "right", "`und`", "right of the others"], by_length(rows)),
        "## What a score is worth", "Whole sentences and their first four words, no threshold.",
        markdown(["score", "n", "mean score", "right"], reliability(rows)),
    ]  # fmt: skip
    for name, of in sets.items():
        head = [
            "language",
            "n",
            "precision",
            "recall",
            *(["lingua's recall"] if of["peer"] else []),
            "mostly taken for",
        ]
        parts += [f"## {name[0].upper()}{name[1:]}, by language", markdown(head, of["table"])]
    return "\n\n".join([*parts, SOURCES.read_text("utf-8") if SOURCES.exists() else ""]).rstrip() + "\n"


def told(accuracy: float) -> str:
    return f"{accuracy:.4f}" if accuracy else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--no-peer", action="store_true")
    peer = None if parser.parse_args().no_peer else lingua()
    sets: dict[str, Any] = {}
    for name, rows in (("held-out sentences", sentences()), ("the Handbook's paragraphs", handbook())):
        if rows:
            texts = [text for text, _ in rows]
            answers, other = ours(texts), peer(texts) if peer else None
            sets[name] = {
                "n": len(rows), "languages": len({language for _, language in rows}), "ours": macro(rows, answers),
                "peer": macro(rows, other) if other else 0.0, "micro": micro(rows, answers),
                "peer_micro": micro(rows, other) if other else 0.0, "table": by_language(rows, answers, other),
            }  # fmt: skip
    rows, figures = sentences(), speed(sentences())
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(sets, rows, figures), "utf-8")
    first = sets["held-out sentences"]
    mine: dict[str, Any] = {name: {kind: round(of[kind], 4) for kind in ("ours", "micro")} for name, of in sets.items()}
    theirs = {name: {kind: round(of[kind], 4) for kind in ("peer", "peer_micro")} for name, of in sets.items()}
    mine["mb_per_s"] = figures
    runner.save("langid", mine, theirs, first["ours"] / first["peer"] if first["peer"] else 0.0)


if __name__ == "__main__":
    main()
