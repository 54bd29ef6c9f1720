"""Decontamination measured: questions planted in real documents and found again, and clean corpora left alone.

Recall: questions of the evaluation sets, whole and changed in eight ways, in the middle of documents of the corpora.
Precision: the corpora as they are against all sets. Beside ours, what shares any run of 10 or 13 words (20 characters)
with a question, as DeepSeekMath and GPT-3 have it. Writes docs/cleaning/decontamination.md.

    python -m benchmarks.decontaminate [--data ../shared/data] [--questions 200] [--page FILE]
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.decontaminate_page import write_page
from headwater import document
from headwater.curate.decontaminate import index, questions, sets
from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.kernels import arrow, fold
from headwater.kernels.matches import Hits, match
from headwater.kernels.tokens import tokens

# a set: (the field that asks, the corpus whose documents its questions are planted in)
PLANTED = {
    "gsm8k": ("question", "domain-math"),
    "bbh": ("input", "corpus-en"),
    "blimp": ("sentence_good", "corpus-en"),
    "humaneval": ("prompt", "corpus-code"),
    "cmmlu": ("Question", "corpus-zh"),
    "fewclue_ocnli": ("sentence1", "corpus-zh"),
    "fewclue_csl": ("abst", "corpus-zh"),
}
CORPORA = ("corpus-en", "corpus-zh", "corpus-code", "domain-math", "instruct")
SEEDS = ((4, 6), (5, 8), (8, 13), (10, 16))  # words, characters
SHARES = (0.3, 0.4, 0.5, 0.6, 0.7)
EDITED = 0.08  # of the words
WRAP = 30
MOST_EXAMPLES = 12  # a corpus


class Case(NamedTuple):
    set: str
    form: str
    text: str


def forms(text: str, rng: random.Random) -> dict[str, str]:
    """A question as it may be met: {form: text}."""
    words = list(text) if _is_chinese(text) else text.split(" ")
    joint = "" if _is_chinese(text) else " "
    half = len(words) // 2
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    return {
        "verbatim": text,
        "re-cased": "".join(c for c in text.upper() if c.isalnum() or c.isspace()),
        "re-wrapped": "\n".join("> " + text[at : at + WRAP] for at in range(0, len(text), WRAP))
        if _is_chinese(text)
        else _wrapped(text),
        "full-width": text.translate(wide),
        "traditional": _traditional().convert(text),
        "zero-width": "\u200b".join(text),
        "edited": joint.join(_edited(words, rng)),
        "first half": joint.join(words[:half]),
        "second half": joint.join(words[half:]),
    }


@cache
def _traditional() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")


def _is_chinese(text: str) -> bool:
    return sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text) / 4


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join("> " + line for line in textwrap.wrap(text, WRAP)) or text


def _edited(words: list[str], rng: random.Random) -> list[str]:
    """One word in twelve, and one at least, replaced, left out or doubled."""
    out = list(words)
    for place in rng.sample(range(len(out)), max(1, round(EDITED * len(out)))):
        out[place] = rng.choice(["", out[place] * 2, rng.choice(words)])
    return out


def texts_of(data: Path, corpus: str) -> pa.Array:
    return pa.concat_arrays([batch.column("text") for batch in document.read(data / f"{corpus}.jsonl.zst")])


def planted(data: Path, number: int) -> tuple[list[Case], list[str]]:
    """Cases, and for each the document with the question in its middle."""
    rng = random.Random(7)
    hosts = {corpus: texts_of(data, corpus) for corpus in {corpus for _, corpus in PLANTED.values()}}
    cases, documents = [], []
    for name, (field, corpus) in PLANTED.items():
        rows = [row.row[field] for row in sets.read([str(data / "eval" / f"{name}.jsonl.zst")], Counter())]
        for text in rng.sample(rows, min(number, len(rows))):
            for form, changed in forms(text, rng).items():
                host = hosts[corpus][rng.randrange(len(hosts[corpus]))].as_py()[:4000]
                middle = host.rfind(" ", 0, len(host) // 2) if corpus != "corpus-zh" else len(host) // 2
                documents.append(f"{host[: middle + 1]}\n{changed}\n{host[middle + 1 :]}")
                cases.append(Case(name, form, changed))
    return cases, documents


class Searched(NamedTuple):
    index: Any
    table: pa.Table
    config: DecontaminateConfig
    fold: np.ndarray

    def hits(self, texts: pa.Array) -> Hits:
        return match(*arrow.text_buffers(texts), self.fold, self.index, index.limits(self.config))


def searched(data: Path, config: DecontaminateConfig) -> tuple[Searched, dict[str, Any]]:
    folded = fold.table()
    table, found, figures = questions.gather(sets.read([str(data / "eval")], Counter()), config, folded)
    return Searched(index.build(found, table["short"].to_numpy(), config), table, config, folded), figures


def flagged(hits: Hits, max_share: float, max_short: float) -> np.ndarray:
    """Documents that hold too much of a question."""
    return (hits.shares_of[:, 0] > max_share) | (hits.shares_of[:, 1] > max_short)


def any_run(data: Path, words: int, chars: int) -> Any:
    """A function that says which texts share a run of so many words or characters with any field of the sets."""
    folded = fold.table()
    config = DecontaminateConfig(seed_words=words, seed_chars=chars)
    table, found, _ = questions.gather(sets.read([str(data / "eval")], Counter()), config, folded)
    known = np.unique(index.build(found, table["short"].to_numpy(), config).runs)

    def find(texts: pa.Array) -> np.ndarray:
        out = np.zeros(len(texts), bool)
        for start in range(0, len(texts), 500):
            own = tokens(*arrow.text_buffers(texts.slice(start, 500)), folded)
            runs, items, _, _ = index.runs_of(own, config)
            nearest = known[np.minimum(np.searchsorted(known, runs), len(known) - 1)]
            out[start + items[nearest == runs]] = True
        return out

    return find


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--page", type=Path, default=Path("docs/cleaning/decontamination.md"))
    options = parser.parse_args()
    cases, documents = planted(options.data, options.questions)
    texts = pa.array(documents, pa.large_string())
    corpora = {corpus: texts_of(options.data, corpus) for corpus in CORPORA}
    config = DecontaminateConfig()
    ours, figures = searched(options.data, config)
    hits = ours.hits(texts)
    result = {
        "figures": figures,
        "config": config,
        "recall": recall(cases, flagged(hits, config.max_share, config.max_short_share)),
        "clean": clean(ours, corpora),
        "shares": shares(cases, hits, ours, corpora),
        "seeds": [seed_row(options.data, words, chars, cases, texts, corpora) for words, chars in SEEDS],
        "peers": [peer_row(options.data, words, chars, cases, texts, corpora) for words, chars in ((10, 16), (13, 20))],
    }
    write_page(options.page, result, options.questions)


def recall(cases: list[Case], found: np.ndarray) -> dict[str, dict[str, float]]:
    """Share of the planted questions found, by set and form."""
    sums: dict[str, dict[str, list[int]]] = {}
    for case, hit in zip(cases, found.tolist(), strict=True):
        entry = sums.setdefault(case.set, {}).setdefault(case.form, [0, 0])
        entry[0] += hit
        entry[1] += 1
    return {name: {form: found / asked for form, (found, asked) in row.items()} for name, row in sums.items()}


def clean(ours: Searched, corpora: dict[str, pa.Array]) -> list[dict[str, Any]]:
    """What is found in corpora that nothing was planted in, and how fast."""
    rows = []
    for name, texts in corpora.items():
        size = sum(len(chunk) for chunk in [texts.buffers()[2]]) / 1e6
        started = time.perf_counter()
        hits = ours.hits(texts)
        seconds = time.perf_counter() - started
        found = flagged(hits, ours.config.max_share, ours.config.max_short_share)
        rows.append({"corpus": name, "documents": len(texts), "size": size, "speed": size / seconds}
                    | {"flagged": int(found.sum()), "examples": examples(ours, texts, hits)})  # fmt: skip
    return rows


def examples(ours: Searched, texts: pa.Array, hits: Hits) -> list[tuple[Any, ...]]:
    """The largest shares over the thresholds: share, set, id, question, what the text says there."""
    offsets, _ = arrow.text_buffers(texts)
    short = ours.table["short"].to_numpy()[hits.items]
    least = np.where(short, ours.config.max_short_share, ours.config.max_share)
    over = np.flatnonzero(hits.shares > least)
    found = []
    for at in over[np.argsort(-hits.shares[over], kind="stable")][:MOST_EXAMPLES].tolist():
        row, question = int(hits.rows[at]), ours.table.slice(int(hits.items[at]), 1).to_pylist()[0]
        begin = int(hits.begins[at] - offsets[row])
        span = texts[row].as_py().encode()[begin : begin + 400].decode("utf-8", "replace")
        found.append((float(hits.shares[at]), question["set"], question["id"], question["text"], span))
    return found


def shares(cases: list[Case], hits: Hits, ours: Searched, corpora: dict[str, pa.Array]) -> list[dict[str, Any]]:
    """Recall and clean documents flagged, by threshold."""
    own = {name: ours.hits(texts) for name, texts in corpora.items()}
    short = ours.config.max_short_share
    return [
        {"share": share, "forms": by_form(cases, flagged(hits, share, short))}
        | {"flagged": sum(int(flagged(found, share, short).sum()) for found in own.values())}
        for share in SHARES
    ]


def by_form(cases: list[Case], found: np.ndarray) -> dict[str, float]:
    totals: dict[str, list[int]] = {}
    for case, hit in zip(cases, found.tolist(), strict=True):
        totals.setdefault(case.form, []).append(hit)
    return {form: sum(hits) / len(hits) for form, hits in totals.items()}


def seed_row(
    data: Path, words: int, chars: int, cases: list[Case], texts: pa.Array, corpora: dict[str, pa.Array]
) -> dict[str, Any]:
    ours, _ = searched(data, DecontaminateConfig(seed_words=words, seed_chars=chars))
    rows = clean(ours, corpora)
    found = flagged(ours.hits(texts), ours.config.max_share, ours.config.max_short_share)
    size, seconds = sum(row["size"] for row in rows), sum(row["size"] / row["speed"] for row in rows)
    return {"words": words, "chars": chars, "forms": by_form(cases, found), "speed": size / seconds}  | {
        "flagged": sum(row["flagged"] for row in rows)
    }  # fmt: skip


def peer_row(
    data: Path, words: int, chars: int, cases: list[Case], texts: pa.Array, corpora: dict[str, pa.Array]
) -> dict[str, Any]:
    find = any_run(data, words, chars)
    count = sum(int(find(corpus).sum()) for corpus in corpora.values())
    return {"words": words, "chars": chars, "forms": by_form(cases, find(texts)), "flagged": count}


if __name__ == "__main__":
    main()
