"""Curates the real corpora and writes the page of what was kept of them, with histograms and examples.

In: corpora of any languages in DATA. Out: `funnel.md` and an SVG a rule set beside it. Each corpus is curated three
times by the chain itself: as it is labelled (chosen corpora, judged by the minimal rules); as if every document were a
general web page, which is the hard case, as all rules of its language judge it; and so with the thresholds for
technical text, for which no text is read again. The same corpora make the same page.

    python -m benchmarks.funnel --data ../shared/data -o docs/cleaning
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks import funnel_page
from headwater import document
from headwater.monitor import report
from headwater.monitor.report.gather import Facts, gather
from headwater.monitor.report.tally import Amount, Tally

ROOT = Path(__file__).parents[1]
CORPORA = {"corpus-zh": "zh", "corpus-en": "en", "corpus-code": "code", "domain-math": "en"}
# What a recipe would call them: (kind, domain); others are chosen corpora of the general domain.
LABELLED = {
    ("corpus-zh", "web_docs"): ("general", "general"),
    ("corpus-en", "web_docs"): ("general", "general"),
    ("corpus-zh", "poetry"): ("specific", "poetry"),
    ("domain-math", "math"): ("specific", "math"),
    ("domain-math", "math_word_problems"): ("specific", "math"),
}
CASES = {"labelled": "technical", "web": "web", "technical": "technical"}  # name: preset


def classes(data: Path) -> list[tuple[str, str]]:
    """(corpus, domain of its rows), the largest first within each corpus."""
    found = []
    for corpus in CORPORA:
        path = data / f"{corpus}.jsonl.zst"
        domains: Counter[str] = Counter()
        for batch in document.read(path) if path.exists() else ():
            domains.update(batch.column("domain").to_pylist())
        found += [(corpus, domain) for domain, _ in domains.most_common()]
    return found


def write_recipe(path: Path, data: Path, case: str, found: list[tuple[str, str]]) -> Path:
    """A recipe with a source for each class, named for it."""
    sources = []
    for corpus, domain in found:
        kind, label = (
            LABELLED.get((corpus, domain), ("specific", "general")) if case == "labelled" else ("general",) * 2
        )
        labels = {"lang": CORPORA[corpus], "kind": kind, "domain": label, "source": f"{corpus}/{domain}"}
        chosen = {"paths": [str(data / f"{corpus}.jsonl.zst")], "where": {"domain": [domain]}}
        sources.append({"files": chosen | labels})
    sets = sorted(str(one) for one in (data / "eval").glob("*.jsonl.zst"))
    curation = {"preset": CASES[case], "decontaminate": {"sets": sets}}
    recipe = {"name": case, "seed": 7, "sources": sources, "curate": curation}
    path.write_text(json.dumps(recipe, indent=1), "utf-8")
    return path


def curate(recipe: Path, workspace: Path, limit: int) -> Path:
    """Run the chain until the split; the run's folder, with a report in it."""
    command = [sys.executable, "-m", "headwater", "run", str(recipe), "--until", "split", "--workspace", str(workspace)]
    subprocess.run([*command, *(["--limit", str(limit)] if limit else [])], cwd=ROOT, check=True)
    run = next(path for path in (workspace / "runs").iterdir() if path.name.split("-limit")[0] == recipe.stem)
    report.write(run, stages_of(run))
    return run


def stages_of(run: Path) -> dict[str, Path]:
    return {link.name: link.resolve() for link in run.iterdir() if link.is_symlink()}


def by_class(run: Path) -> Tally:
    """What became of each class."""
    cells: dict[tuple[str, str], Amount] = {}
    for table in tables(run):
        groups = table.group_by(["source", "reason"]).aggregate([("text_bytes", "count"), ("text_bytes", "sum")])
        for row in groups.to_pylist():
            key = (row["source"], row["reason"])
            cells[key] = cells.get(key, Amount()) + Amount(row["text_bytes_count"], row["text_bytes_sum"])
    return Tally(cells=cells)


def tables(run: Path) -> Iterator[Any]:
    """Verdicts with the class of each row, a table a shard."""
    for path in sorted((run / "curate" / "verdicts").glob("*.parquet")):
        verdicts = pq.read_table(path, columns=["id", "reason", "value", "text_bytes"])
        source = pq.read_table(run / "annotate" / "annotations" / path.name, columns=["source"])["source"]
        yield verdicts.append_column("source", source)


def examples(run: Path, per_reason: int = 2) -> dict[tuple[str, str], list[tuple[str, float | None]]]:
    """(class, reason) → (id, value) of the rejected documents with the lowest ids."""
    found: dict[tuple[str, str], list[tuple[str, float | None]]] = {}
    for table in tables(run):
        for row in table.to_pylist():
            if row["reason"]:
                rows = found.setdefault((row["source"], row["reason"]), [])
                rows.append((row["id"], row["value"]))
                if len(rows) > 64:
                    rows[:] = sorted(rows)[:per_reason]
    return {key: sorted(rows, key=lambda row: row[0])[:per_reason] for key, rows in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "cleaning")
    parser.add_argument("--limit", type=int, default=0, help="documents a source, for a trial; 0: all")
    parser.add_argument("--keep", type=Path, help="keep the runs, with their report pages, in this folder")
    given = parser.parse_args()
    found = classes(given.data.resolve())
    if not found:
        print("skipped: needs the corpora in --data DIR")
        return 0
    workspace = given.keep or Path(tempfile.mkdtemp())
    workspace.mkdir(parents=True, exist_ok=True)
    try:
        cases: dict[str, tuple[Facts, Tally, Any]] = {}
        for case in CASES:
            recipe = write_recipe(workspace / f"{case}.yaml", given.data.resolve(), case, found)
            run = curate(recipe, workspace, given.limit)
            cases[case] = (gather(run, stages_of(run)), by_class(run), examples(run))
        given.output.mkdir(parents=True, exist_ok=True)
        print(funnel_page.write(given.output, cases))
    finally:
        if not given.keep:
            shutil.rmtree(workspace, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
