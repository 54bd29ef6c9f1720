"""Near-duplicates against the truth, beside datatrove's MinHash at equal parameters; dedup by an index; memory.

In: real Chinese, English and code (../shared/data), of which pairs are made by edits of known kinds and strengths; the
truth is the exact Jaccard similarity of their shingles. Out: a page of tables.
Recall: of pairs in a bucket of similarity, how many lost their later document. Precision: of the dropped, how many are
at least as like the document that they are said to be a copy of as the threshold says, in truth.

    python -m benchmarks.dedup --page docs/cleaning/dedup.md [--data ../shared/data] [--pairs 120]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import dedup_memory, runner
from headwater import document
from tests.reference import minhash as reference

LANGS = ("zh", "en", "code")
MIN_CHARS, MAX_CHARS = 600, 6000
MAX_ALIKE = 0.3  # of an original's shingles in another
EDGES = (0.0, 0.3, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.01)
BOILERPLATE = {
    "zh": "首页 产品 关于我们 联系方式 版权所有 未经许可不得转载 登录 注册 ",
    "en": "Home Products About us Contact Sign in Register All rights reserved. ",
    "code": "# SPDX-License-Identifier: MIT\n# Copyright the authors of this file\nimport os\nimport sys\n",
}


def edited(text: str, lang: str, rng: random.Random) -> tuple[str, str]:
    """(kind of edit, the text after it), of a random strength."""
    kind = rng.choice(("drop", "insert", "truncate", "surround", "rename"))
    strength = rng.random() ** 2 * 0.4
    units = list(text) if lang == "zh" else text.split(" ")
    if kind == "truncate":
        return kind, (("" if lang == "zh" else " ").join(units[: max(20, int(len(units) * (1 - strength)))]))
    if kind == "surround":
        times = 1 + int(strength * len(text) / len(BOILERPLATE[lang]))
        extra = "".join(f"{BOILERPLATE[lang]}{number} " for number in range(times))
        return kind, extra + text + extra
    if kind == "rename":
        names = sorted({word for word in text.replace("(", " ").split() if word.isalpha()})
        if lang != "zh" and names:
            for name in rng.sample(names, max(1, int(len(names) * strength * 0.5))):
                text = text.replace(name, f"{name}Renamed")
            return kind, text
    changed = []
    for unit in units:
        if rng.random() >= strength * 0.25:
            changed.append(unit)
        elif kind != "drop":
            changed += [unit, rng.choice(units)] if kind == "insert" else [rng.choice(units)]
    return kind, ("" if lang == "zh" else " ").join(changed)


def labelled(data: Path, lang: str, pairs: int) -> list[tuple[str, str, str, float]]:
    """(kind, original, copy, exact Jaccard) of as many pairs."""
    rng, found = random.Random(lang), []
    seen: list[set[tuple[str, ...]]] = []
    for batch in document.read(data / f"corpus-{lang}.jsonl.zst"):
        for text in batch.column("text").to_pylist():
            if len(text) < MIN_CHARS or rng.random() < 0.3:
                continue
            original = text[:MAX_CHARS]
            shingles = set(reference.shingles(original, lang == "code", 5, 5))
            if any(len(shingles & other) > MAX_ALIKE * len(shingles) for other in seen):
                continue  # a copy that nobody made: its pair would not be the only one
            seen.append(shingles)
            kind, copy = edited(original, lang, rng)
            found.append((kind, original, copy, reference.jaccard(original, copy, lang == "code")))
            if len(found) == pairs:
                return found
    return found


def rows_of(pairs: list[tuple[str, str, str, float]], lang: str) -> list[dict[str, str]]:
    """All originals, then all copies."""
    first = [{"id": f"o{number}", "text": pair[1], "lang": lang} for number, pair in enumerate(pairs)]
    return first + [{"id": f"c{number}", "text": pair[2], "lang": lang} for number, pair in enumerate(pairs)]


def ours(rows: list[dict[str, str]], root: Path, **settings: Any) -> tuple[dict[str, str], float]:
    """(id → the document that it is a near-copy of, of those dropped; seconds)."""
    dedup_memory.write(root, [rows])
    started = time.perf_counter()
    dedup_memory.run(root, ("fingerprint", "curate"), 256_000_000, **settings)
    seconds = time.perf_counter() - started
    found = {}
    for path in sorted((root / "curate" / "verdicts").glob("*.parquet")):
        for batch in document.read_parquet(path, columns=["id", "duplicate_of"]):
            found.update({row["id"]: row["duplicate_of"] for row in batch.to_pylist() if row["duplicate_of"]})
    return found, seconds


def theirs(rows: list[dict[str, str]], root: Path, language: str) -> tuple[set[str], float]:
    """(ids that datatrove drops, seconds)."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.hashing import HashConfig
    from loguru import logger

    logger.remove()
    logger.disable("datatrove")
    (root / "in").mkdir(parents=True)
    with open(root / "in" / "rows.jsonl", "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8, hash_config=HashConfig(hash_fc="sha1"))
    reader = JsonlReader(str(root / "in"))
    signatures, buckets, removed, kept = (str(root / name) for name in ("signatures", "buckets", "removed", "kept"))
    steps: list[list[Any]] = [
        [reader, MinhashDedupSignature(signatures, config=config, language=language)],
        [MinhashDedupBuckets(signatures, buckets, config=config)],
        [MinhashDedupCluster(buckets, removed, config=config)],
        [reader, MinhashDedupFilter(removed), JsonlWriter(kept, compression=None)],
    ]
    started = time.perf_counter()
    for number, pipeline in enumerate(steps):
        tasks = 14 if number == 1 else 1
        logs = str(root / f"logs{number}")
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=logs, skip_completed=False).run()
    seconds = time.perf_counter() - started
    left = {json.loads(line)["id"] for path in Path(kept).glob("*.jsonl") for line in path.open(encoding="utf-8")}
    return {row["id"] for row in rows} - left, seconds


def buckets(pairs: list[tuple[str, str, str, float]]) -> Iterator[tuple[float, float, list[int]]]:
    """(from, to, pairs whose similarity lies there)."""
    for low, high in zip(EDGES[:-1], EDGES[1:], strict=True):
        inside = [number for number, pair in enumerate(pairs) if low <= pair[3] < high]
        if inside:
            yield low, high, inside


def expected(pairs: list[tuple[str, str, str, float]], inside: list[int]) -> float:
    """The share of pairs that 14 bands of 8 rows meet in, by their similarity."""
    return sum(1 - (1 - pairs[number][3] ** 8) ** 14 for number in inside) / len(inside)


def dropped_pairs(found: dict[str, str] | set[str], inside: list[int]) -> int:
    return sum(f"c{number}" in found or f"o{number}" in found for number in inside)


def measure(data: Path, lang: str, count: int, root: Path) -> dict[str, Any]:
    """All figures of one language."""
    pairs = labelled(data, lang, count)
    rows = rows_of(pairs, lang)
    verified, seconds = ours(rows, root / "verified")
    banded, _ = ours(rows, root / "banded", min_similarity=0.0)
    try:
        peer, peer_seconds = theirs(rows, root / "datatrove", "zh" if lang == "zh" else "en")
    except Exception as error:  # its tokenizer of a language may be an optional package
        print(f"datatrove could not read {lang}: {error}", file=sys.stderr)
        peer, peer_seconds = None, None
    text = {row["id"]: row["text"] for row in rows}
    similar = {
        name: reference.jaccard(text[name], text[first], lang == "code") for name, first in (banded | verified).items()
    }
    table = []
    for low, high, inside in buckets(pairs):
        shares = [dropped_pairs(found, inside) / len(inside) for found in (verified, banded)]
        other = None if peer is None else dropped_pairs(peer, inside) / len(inside)
        table.append((low, min(high, 1.0), len(inside), expected(pairs, inside), *shares, other))

    def precise(found: dict[str, str], least: float) -> float:
        return sum(similar[name] >= least for name in found) / max(1, len(found))

    strong = [number for number, pair in enumerate(pairs) if pair[3] >= 0.8]
    weak = [number for number, pair in enumerate(pairs) if pair[3] < 0.65]
    return {
        "lang": lang,
        "pairs": len(pairs),
        "table": table,
        "recall": [dropped_pairs(f, strong) / max(1, len(strong)) for f in (verified, banded)]
        + [None if peer is None else dropped_pairs(peer, strong) / max(1, len(strong))],
        "false": [dropped_pairs(f, weak) / max(1, len(weak)) for f in (verified, banded)]
        + [None if peer is None else dropped_pairs(peer, weak) / max(1, len(weak))],
        "precision": [precise(found, 0.65) for found in (verified, banded)],
        "seconds": [seconds, peer_seconds],
    }


def incremental(data: Path, root: Path, count: int) -> list[tuple[str, int, int]]:
    """(language, documents kept at once, documents on which two crawls through an index come to something else)."""
    found = []
    for lang in LANGS:
        rows = rows_of(labelled(data, lang, count), lang)
        random.Random(1).shuffle(rows)
        at_once, _ = ours(rows, root / lang / "once")
        half, folder = len(rows) // 2, str(root / lang / "index")
        parts = [ours(rows[:half], root / lang / "first", index=folder)[0]]
        parts.append(ours(rows[half:], root / lang / "second", index=folder)[0])
        both = parts[0] | parts[1]
        differ = sum((row["id"] in both) != (row["id"] in at_once) for row in rows)
        found.append((lang, len(rows) - len(at_once), differ))
    return found


def memory(documents: int, budget: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.dedup_memory", "--documents", str(documents), "--memory", str(budget)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f} %"


def page(results: list[dict[str, Any]], through_index: list[tuple[str, int, int]], runs: list[dict[str, Any]]) -> str:
    """The Markdown page."""
    lines = [
        "# Near-duplicates: measured",
        "",
        "Made by `python -m benchmarks.dedup --page docs/cleaning/dedup.md`; do not edit by hand. Pairs are real texts",
        "and edits of them (words or characters dropped, inserted, renamed, the end cut off, boilerplate put around);",
        "similarity is the exact Jaccard similarity of their shingles (5 words, or 5 characters where words are not",
        "spaced; source code with its signs). 14 bands of 8 rows throughout. *verified*: the default, signatures must",
        "agree to 0.7; *bands only*: `min_similarity: 0`; *expected*: what bands alone find by theory. Shingles of",
        "datatrove are 5 words that its tokenizer of the language finds: its Chinese ones are not those measured by.",
        "",
    ]
    for result in results:
        lines += [
            f"## {result['lang']}: {result['pairs']} pairs",
            "",
            "| similarity | pairs | expected | verified | bands only | datatrove |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for low, high, count, theory, *shares in result["table"]:
            cells = " | ".join(percent(share) for share in (theory, *shares))
            lines.append(f"| {low:.2f}–{high:.2f} | {count} | {cells} |")
        recall, false = (" | ".join(percent(value) for value in result[name]) for name in ("recall", "false"))
        lines += [
            f"| **recall, 0.8 and above** | | | {recall} |",
            f"| **dropped below 0.65** | | | {false} |",
            "",
            f"Of what was dropped, {percent(result['precision'][0])} (verified) and {percent(result['precision'][1])}"
            " (bands only) is in truth at least 0.65 like the document that it is said to copy.",
            "",
        ]
    lines += [
        "## Through an index",
        "",
        "The same documents in two crawls, the second against the index of the first.",
        "",
        "| language | kept at once | verdicts that differ |",
        "|---|---:|---:|",
        *(f"| {lang} | {kept} | {differ} |" for lang, kept, differ in through_index),
        "",
        "## Memory",
        "",
        "The stage `curate` on made English documents, every fifth a near-copy. Growth is that of the resident set",
        "above the loaded libraries and kernels. The verdicts are the same bytes in every row.",
        "",
        "| documents | text | budget | growth | verdicts |",
        "|---:|---:|---:|---:|---|",
    ]
    for run in runs:
        sizes = " | ".join(f"{run[name] / 1e6:.0f} MB" for name in ("text_bytes", "memory_budget", "memory_grown"))
        lines.append(f"| {run['documents']:,} | {sizes} | `{run['verdicts'][:12]}` |")
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--pairs", type=int, default=120, help="a language")
    parser.add_argument("--page", type=Path, help="write the tables here")
    parser.add_argument("--documents", type=int, default=40_000, help="of the memory test")
    given = parser.parse_args()
    if not (given.data / "corpus-zh.jsonl.zst").exists():
        print("skipped: needs corpus-*.jsonl.zst in --data DIR")
        return 0
    with tempfile.TemporaryDirectory() as name:
        ours(rows_of(labelled(given.data, "en", 5), "en"), Path(name) / "warm")  # compiles
        results = [measure(given.data, lang, given.pairs, Path(name) / lang) for lang in LANGS]
        through_index = incremental(given.data, Path(name) / "incremental", given.pairs)
    runs = [memory(given.documents, budget) for budget in (28_000_000, 2_000_000_000)]
    text = page(results, through_index, runs)
    if given.page:
        given.page.parent.mkdir(parents=True, exist_ok=True)
        given.page.write_text(text, "utf-8")
    mine, peer = (results[1]["seconds"][side] or 0.0 for side in (0, 1))
    runner.save(
        "dedup",
        {"seconds": round(mine, 2), "recall": round(results[1]["recall"][0], 4)},
        {"name": "datatrove", "seconds": round(peer, 2), "recall": results[1]["recall"][2]},
        peer / max(mine, 1e-9),
        languages={r["lang"]: {name: r[name] for name in ("recall", "false", "precision")} for r in results},
        index={lang: differ for lang, _, differ in through_index},
        memory=runs,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
