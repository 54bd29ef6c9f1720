"""The page of agreement with datatrove: tables of verdicts, and every disagreement with its values.

In: what both said of every document. Out: Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.runner import versions

if TYPE_CHECKING:
    from benchmarks.agreement import Found

EXAMPLES = 3  # of each kind of disagreement


def page(found: Found, every: int) -> str:
    """The whole page."""
    return "\n".join(
        [*_head(found, every), *_sets(found), *_reasons(found), *_disagreements(found), *_presets(found), ""]
    )


def _head(found: Found, every: int) -> list[str]:
    installed = versions()
    share = 100 * (1 - found.other_words / max(found.words, 1))
    return [
        "# Agreement with datatrove on English web pages",
        "",
        "Made by `python -m benchmarks.agreement`; do not edit. Every document of `corpus-en` "
        + ("" if every == 1 else f"(one in {every}) ")
        + f"is taken as a general web page: {len(found.ids):,} documents, {found.size_bytes / 1e6:.1f} MB of text, "
        f"datatrove {installed['datatrove']}. Each filter judges the document as it is, alone.",
        "",
        f"**Words.** Of {found.words:,} words that spaCy's blank English pipeline cuts, we cut {found.other_words:,} "
        f"otherwise, in {found.other_documents:,} documents ({share:.4f} % the same). The one known difference: spaCy "
        "looks for known spellings such as `:)` across a single blank too, and what it finds there keeps another "
        "spelling beside it from being found.",
        "",
    ]


def _sets(found: Found) -> list[str]:
    lines = [
        "## Verdicts",
        "",
        "| rule set | documents | both keep | both reject | only datatrove rejects | only we reject | agreement |",
        "|---|---|---|---|---|---|---|",
    ]
    everything = {
        "theirs": [any(row) for row in zip(*found.theirs.values(), strict=True)],
        "ours": [any(row) for row in zip(*found.ours.values(), strict=True)],
    }
    for name in (*found.ours, "all together"):
        theirs = list(map(bool, found.theirs[name])) if name in found.theirs else everything["theirs"]
        ours = list(map(bool, found.ours[name])) if name in found.ours else everything["ours"]
        pairs = list(zip(theirs, ours, strict=True))
        cells = [pairs.count((a, b)) for a, b in ((False, False), (True, True), (True, False), (False, True))]
        same = 100 * (cells[0] + cells[1]) / max(len(pairs), 1)
        lines.append(f"| {name} | {len(pairs)} | {' | '.join(map(str, cells))} | {same:.2f} % |")
    return [*lines, ""]


def _reasons(found: Found) -> list[str]:
    """Which rule each named first, rule class by rule class."""
    lines = ["## Rules that rejected first", "", "| datatrove's | ours | documents |", "|---|---|---|"]
    counted: dict[tuple[str, str], int] = {}
    for name in found.ours:
        for theirs, ours in zip(found.theirs[name], found.ours[name], strict=True):
            if theirs or ours:
                key = (f"{name}: {theirs or 'kept'}", ours.partition("=")[0] or "kept")
                counted[key] = counted.get(key, 0) + 1
    lines += [
        f"| {a} | {b} | {count} |" for (a, b), count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    ]
    note = "Within a set the rules stand in another order than datatrove's, so the first one named may differ where a "
    return [*lines, "", note + "document breaks several.", ""]


def _disagreements(found: Found) -> list[str]:
    lines = ["## Disagreements", ""]
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for name in found.ours:
        for place, (theirs, ours) in enumerate(zip(found.theirs[name], found.ours[name], strict=True)):
            if bool(theirs) != bool(ours):
                kind = (name, theirs or "kept", ours.partition("=")[0] or "kept")
                kinds.setdefault(kind, []).append(f"`{found.ids[place][:80]}` {ours.partition('=')[2]}".strip())
    for (name, theirs, ours), rows in sorted(kinds.items()):
        lines.append(f"- {name}: datatrove {theirs}, we {ours}: {len(rows)} ({'; '.join(rows[:EXAMPLES])})")
    same, compared = found.c4_first
    share = 100 * same / max(compared, 1)
    order = (
        f"Order matters in datatrove: its C4 filter hands on the lines it kept. FineWeb's filter says of that cut text "
        f"what it says of the whole document in {same} of the {compared} documents that pass C4 ({share:.1f} %). Ours "
        "cuts no text while judging, so every rule set sees the document that is kept."
    )
    return [*(lines if kinds else [*lines, "None."]), "", order, ""]


def _presets(found: Found) -> list[str]:
    total = len(found.ids)
    lines = ["## What technical English loses", ""]
    lines += [
        f"The published thresholds keep {found.kept['web']} of {total} documents of this corpus (documentation, "
        "proposals, textbooks): datatrove's words are signs too, so that text about code has too few words with a "
        f"letter. `curate.preset: technical` keeps {found.kept['technical']}. A chosen corpus (kind `specific` or "
        "`instruct`, or a domain of its own) is judged by the minimal rules alone under either.",
        "",
        "| statistic | 1 % | 5 % | half | 95 % | 99 % |",
        "|---|---|---|---|---|---|",
    ]
    for name, values in found.values.items():
        low, five, half, ninety_five, high = (float(_at(values, share)) for share in (1, 5, 50, 95, 99))
        lines.append(f"| {name} | {low:.4g} | {five:.4g} | {half:.4g} | {ninety_five:.4g} | {high:.4g} |")
    return lines


def _at(values: object, share: int) -> float:
    import numpy as np

    return float(np.percentile(np.asarray(values), share))
