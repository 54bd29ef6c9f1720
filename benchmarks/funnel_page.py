"""The page of what was kept of the real corpora.

In: a curated run a case, read back as the report reads it. Out: `funnel.md`, with an SVG of histograms a rule set.
Of any document only its id, a value and a few words are shown: the corpora are not ours to copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import funnel_more
from benchmarks.funnel_notes import NOTES
from benchmarks.funnel_sheet import sheet
from headwater import storage
from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import bytes_, count, figure, is_number, percent, visible
from headwater.monitor.report.parts.examples import near
from headwater.monitor.report.parts.statistics import histograms
from headwater.monitor.report.reasons import explain
from headwater.monitor.report.samples import texts_of
from headwater.monitor.report.tally import PHASES, Tally

EXCERPT_CHARS = 72
READ_CHARS = 4_000
TOP_REASONS = 3
NEAR_RULES = 40
WORDS = {
    "labelled": (
        "As they are labelled",
        "Chosen corpora are judged by the minimal rules; documentation is general, under the preset `technical`.",
    ),
    "web": (
        "As if found on the web",
        "Every document is a general web page of its address, and every rule of its language judges it. Nobody would "
        "curate a textbook so; it shows what each rule does to good text.",
    ),
    "technical": (
        "As if found on the web, under the preset `technical`",
        "The same documents and statistics: only the thresholds for English changed, so no text was read again.",
    ),
}
SHORT = {"labelled": "as labelled", "web": "as web pages", "technical": "as web pages under `technical`"}
PHASE_WORDS = {
    "chosen": "not chosen",
    "judged": "against a rule",
    "decontaminated": "test questions",
    "deduplicated": "copies",
    "capped": "over a cap",
}
Case = tuple[Facts, Tally, dict[tuple[str, str], list[tuple[str, float | None]]]]


def write(folder: Path, cases: dict[str, Case]) -> Path:
    """Write the page and its pictures; the page's path."""
    lines = [
        "# What is kept of real corpora",
        "",
        "Made by `python -m benchmarks.funnel --data ../shared/data -o docs/cleaning`, from the corpora as they are. "
        "A document is counted under the first rule that it breaks.",
    ]
    for case, (facts, classes, _) in cases.items():
        title, words = WORDS[case]
        lines += ["", f"## {title}", "", words, "", *_funnel(classes), "", *_totals(facts)]
    lines += ["", "## What each class lost, and why that is right", "", *_kept(cases)]
    lines += ["", "## Every statistic and its threshold", ""]
    lines += [
        "Documents as if found on the web. From left to right the value, upward the number of documents (logarithmic); "
        "dashed the threshold, with the share of the documents beyond it; orange is rejected.",
        "",
    ]
    lines += _pictures(folder, cases["web"][0])
    lines += ["", "## Just inside, just outside", "", *_near(cases["web"][0])]
    lines += ["", *funnel_more.lines(cases["labelled"][0], table)]
    path = folder / "funnel.md"
    storage.write_text(path, "\n".join(lines).rstrip() + "\n")
    return path


def _funnel(classes: Tally) -> list[str]:
    """The table of classes by phases."""
    phases = [phase for phase in PHASES if classes.total(phase=phase).documents]
    header = [
        "class",
        "documents",
        "text",
        *(PHASE_WORDS[phase] for phase in phases),
        "kept",
        "of documents",
        "of text",
    ]
    rows = []
    for name in sorted(classes.labels()):
        total, kept = classes.total(name), classes.kept(name)
        taken = [count(classes.total(name, phase).documents) for phase in phases]
        shares = [percent(kept.documents / (total.documents or 1)), percent(kept.size_bytes / (total.size_bytes or 1))]
        rows.append([name, count(total.documents), bytes_(total.size_bytes), *taken, count(kept.documents), *shares])
    return table(header, rows, numbers=range(1, len(header)))


def _totals(facts: Facts) -> list[str]:
    """By language as curation found it out."""
    languages = facts.verdicts.by_language()
    said = []
    for label in languages.labels():
        total, kept = languages.total(label), languages.kept(label)
        said.append(f"{label or 'none'} {count(kept.documents)} of {count(total.documents)}")
    return [f"By the language found: {', '.join(said)}."]


def _kept(cases: dict[str, Case]) -> list[str]:
    """A part a class: the share kept, what speaks for it, and the commonest reasons as web pages with examples."""
    facts, classes, examples = cases["web"]
    chosen = {
        (name, reason): examples.get((name, reason), [])
        for name in classes.labels()
        for reason, _ in classes.reasons(name)[:TOP_REASONS]
    }
    texts = texts_of(facts, {id_ for rows in chosen.values() for id_, _ in rows})
    lines: list[str] = []
    for name in sorted(classes.labels()):
        shares = [f"{SHORT[case]} {_share(of, name)}" for case, (_, of, _) in cases.items()]
        lines += [f"### {name}", "", f"Kept {', '.join(shares)} of the documents.", "", NOTES.get(name, ""), ""]
        rows = []
        for reason, amount in classes.reasons(name)[:TOP_REASONS]:
            for number, (id_, value) in enumerate(chosen[name, reason]):
                first = [f"`{reason}`", explain(reason)[0], count(amount.documents)] if not number else ["", "", ""]
                rows.append([*first, f"`{id_}`", figure(value), excerpt(texts.get(id_, {}).get("text", ""))])
        if rows:
            header = ["rule", "says", "documents", "example", "value", "begins"]
            lines += [*table(header, rows, numbers=(2, 4)), ""]
    return lines


def _share(classes: Tally, name: str) -> str:
    return percent(classes.kept(name).documents / (classes.total(name).documents or 1))


def _pictures(folder: Path, facts: Facts) -> list[str]:
    for old in folder.glob("funnel-*.svg"):
        old.unlink()
    sets: dict[str, list[Any]] = {}
    for one in histograms(facts.statistics):
        if "." in one.reason and one.spread > 1:
            sets.setdefault(one.reason.split(".")[0], []).append(one)
    lines = []
    for name, found in sets.items():
        title = f"{name}: {len(found)} statistics with their thresholds"
        storage.write_text(folder / f"funnel-{name}.svg", sheet(found, title))
        lines += [f"![{title}](funnel-{name}.svg)", ""]
    return lines


def _near(facts: Facts) -> list[str]:
    """A row a rule: the nearest document on each side."""
    nearest = dict(list(near(facts.statistics).items())[:NEAR_RULES])
    texts = texts_of(facts, {row["id"] for sides in nearest.values() for rows in sides.values() for row in rows})
    rows = []
    for reason, sides in nearest.items():
        entry = inner(facts.statistics, "nearest", reason)
        ends = [
            f"{sign} {figure(entry[end])}" for sign, end in (("≥", "low"), ("≤", "high")) if is_number(entry.get(end))
        ]
        cells = []
        for side in ("inside", "outside"):
            row = next(iter(sides[side]), None)
            text = excerpt(texts.get(row["id"], {}).get("text", ""), EXCERPT_CHARS // 2) if row else ""
            cells += [f"{figure(row['value'], 6)} `{row['id']}` {text}" if row else ""]
        rows.append([f"`{reason}`", ", ".join(ends), *cells])
    return table(["rule", "limit", "just inside", "just outside"], rows)


def excerpt(text: str, chars: int = EXCERPT_CHARS) -> str:
    """The first words of a text on one line, rules and banners left out, inert in a table of Markdown."""
    told = [line for line in text[:READ_CHARS].splitlines() if 2 * sum(map(str.isalnum, line)) > len(line.strip())]
    line = (
        " ".join(visible("\n".join(told) or text[: 8 * chars])[: 8 * chars].split()).replace("`", "'").replace("|", "¦")
    )
    return f"`{line[:chars]}{'…' if len(line) > chars else ''}`" if line else ""


def table(header: list[str], rows: list[list[str]], numbers: Any = ()) -> list[str]:
    marks = ["---:" if i in numbers else "---" for i in range(len(header))]
    return [f"| {' | '.join(cells)} |" for cells in (header, marks, *rows)]
