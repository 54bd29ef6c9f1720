"""The card of a data set, in English and then Chinese: what is in it, where from, and what is not, in figures.

In: the stages that made a corpus, and the figures of its export. Out: Markdown with front matter. Names of sources,
licences and reasons may be anyone's: each is escaped and cut short.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from headwater import storage
from headwater.curate.export import frontmatter
from headwater.curate.export.corpus import ENVIRONMENT, RECIPE, Corpus
from headwater.curate.export.words import WORDS

MAX_ROWS = 100  # of a table; the rest is added up
SHOWN_CHARS = 80
DEDUP, CAPS, CONTAMINATED = ("dedup",), ("cap",), ("contaminated", "decontaminate", "contamination")
_MARKS = re.compile(r"[\\`*\[\]|]|(?<!\w)_|_(?!\w)")


def card(found: Corpus, figures: dict[str, Any]) -> str:
    """The whole text: one file, since a reader of the folder takes any other for a document."""
    front = frontmatter.front_matter(found.run.name, figures)
    bodies = [_body(found, figures, say) for say in WORDS.values()]
    return "\n".join([front, f"# {shown(found.run.name)}\n", *bodies])


def _body(found: Corpus, figures: dict[str, Any], say: dict[str, Any]) -> str:
    parts = [
        f"{say['top']}\n",
        f"{say['about'].format(documents=figures['documents'])}\n",
        *_section(say["splits"], _table(say["splits_head"], figures["parts"].items())),
        *_section(say["load"], say["load_text"]),
        *_section(say["languages"], _table(say["languages_head"], _largest(figures["languages"], say))),
        *_section(say["channels"], say["channels_text"], _channels(found, figures, say)),
        *_section(say["sources"], _sources(figures, say), _synthetic(figures, say)),
        *_section(say["licences"], say["licences_text"], _licenses(figures, say)),
        *_section(say["funnel"], say["funnel_text"], _funnel(found, say)),
        *_section(say["reasons"], _reasons(found, say)),
        *_section(say["copies"], _of_groups(found, DEDUP + CAPS, say)),
        *_section(say["contamination"], _contamination(found, say)),
        *_section(say["personal"], *_personal(found, say)),
        *_section(say["removal"], say["removal_text"], _left_out(figures, say)),
        *_section(say["made"], _made(found, say)),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def shown(value: Any) -> str:
    """Anyone's text as it may stand in a table cell: one line, short, nothing in it that Markdown or HTML reads."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)[: 4 * SHOWN_CHARS]).split())
    text = text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\g<0>", text).replace("://", ":&#47;&#47;").replace("www.", "www&#46;")


def _section(title: str, *bodies: str) -> list[str]:
    return [f"## {title}\n", *(f"{body}\n" for body in bodies if body)] if any(bodies) else []


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) if len(lines) > 2 else ""


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else shown(value)


def _largest(counts: dict[str, int], say: dict[str, Any], none: str = "–") -> list[tuple[str, int]]:
    """The commonest first; what does not fit is one row."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(name or none, count) for name, count in ordered[:MAX_ROWS]]
    rest = ordered[MAX_ROWS:]
    return rows + ([(say["others"].format(n=len(rest)), sum(count for _, count in rest))] if rest else [])


def _channels(found: Corpus, figures: dict[str, Any], say: dict[str, Any]) -> str:
    path = found.run / "split" / "split.json"
    sizes = storage.read_json(path).get("channels", {}) if path.is_file() else {}
    rows = []
    for name, count in _largest(figures["channels"], say):
        parts = sizes.get(name, {})
        total = sum(int(parts.get(part, {}).get("bytes", 0)) for part in ("train", "heldout"))
        rows.append((name, count, f"{total / 1e6:,.2f}" if parts else "–"))
    return _table(say["channels_head"], rows)


def _sources(figures: dict[str, Any], say: dict[str, Any]) -> str:
    ordered = sorted(figures["sources"].items(), key=lambda item: (-item[1]["documents"], item[0]))
    rows: list[tuple[Any, ...]] = []
    for name, entry in ordered[:MAX_ROWS]:
        named = [f"{one or say['unknown']} {count:,}" for one, count in entry["licenses"].most_common(3)]
        days = " – ".join(dict.fromkeys(entry["days"]))
        rows.append((name or "–", entry["documents"], "; ".join(named), days or "–"))
    if rest := ordered[MAX_ROWS:]:
        rows.append((say["others"].format(n=len(rest)), sum(entry["documents"] for _, entry in rest), "–", "–"))
    return _table(say["sources_head"], rows)


def _synthetic(figures: dict[str, Any], say: dict[str, Any]) -> str:
    return say["synthetic"].format(n=figures["synthetic"]) if figures["synthetic"] else ""


def _licenses(figures: dict[str, Any], say: dict[str, Any]) -> str:
    return _table(say["licences_head"], _largest(figures["licenses"], say, none=say["unknown"]))


def _funnel(found: Corpus, say: dict[str, Any]) -> str:
    """Documents into and out of each stage, in the order they ran."""
    captured = [name for name in found.stages if "." in name]
    rows = []
    for name in [*captured, *(name for name in found.stages if "." not in name)]:
        counts = found.stages[name].figures.get("counts") or {}
        if counts:
            rows.append((name, counts.get("in", 0), sum(counts.get("rejected", {}).values()), counts.get("kept", 0)))
    return _table(say["funnel_head"], rows)


def _rejected(found: Corpus) -> Counter[str]:
    """Documents rejected by reason, by every stage, with what was never asked for."""
    total: Counter[str] = Counter()
    for made in found.stages.values():
        total.update((made.figures.get("counts") or {}).get("rejected", {}))
    return total


def _reasons(found: Corpus, say: dict[str, Any]) -> str:
    refused: Counter[str] = Counter()
    for made in found.stages.values():
        told = made.figures.get("refused")
        refused.update({f"{say['refused']}: {name}": n for name, n in told.items()} if isinstance(told, dict) else {})
    return _table(say["reasons_head"], _largest(dict(_rejected(found) + refused), say))


def _of_groups(found: Corpus, groups: tuple[str, ...], say: dict[str, Any]) -> str:
    counts = {reason: n for reason, n in _rejected(found).items() if reason.split(".")[0] in groups}
    return _table(say["reasons_head"], _largest(counts, say)) or say["none"]


def _contamination(found: Corpus, say: dict[str, Any]) -> str:
    if "decontaminate" not in found.stages:
        return say["not_searched"]
    names = ", ".join(shown(name) for name in found.stages["decontaminate"].figures.get("sets") or {})
    told = say["searched"].format(sets=names or "–")
    return f"{told}\n\n{_of_groups(found, CONTAMINATED, say)}"


def _personal(found: Corpus, say: dict[str, Any]) -> list[str]:
    """What is done with personal data, as the stage that does it was told, and how often it was."""
    made = found.stages.get("clean")
    policy = _inner(made.fields, "pii") if made else None
    if not made or not isinstance(policy, dict):
        return [say["no_policy"]]
    found_counts = {name: n for name, n in _numbers(made.figures) if name.startswith("pii_") and n}
    rows = [(name, value) for name, value in sorted(policy.items()) if isinstance(value, str)]
    return [say["policy"], _table(say["policy_head"], rows), _table(say["found_head"], sorted(found_counts.items()))]


def _inner(value: Any, key: str) -> Any:
    """The value of a key, wherever it stands."""
    if not isinstance(value, dict):
        return None
    if key in value:
        return value[key]
    return next((found for one in value.values() if (found := _inner(one, key)) is not None), None)


def _numbers(value: Any) -> list[tuple[str, int]]:
    if not isinstance(value, dict):
        return []
    own = [(str(key), one) for key, one in value.items() if isinstance(one, int)]
    return own + [pair for one in value.values() for pair in _numbers(one)]


def _left_out(figures: dict[str, Any], say: dict[str, Any]) -> str:
    return say["left_out"].format(n=figures["left_out"]) if figures["left_out"] else ""


def _made(found: Corpus, say: dict[str, Any]) -> str:
    recipe, environment = found.run / RECIPE, found.run / ENVIRONMENT
    known = storage.read_json(environment) if environment.is_file() else {}
    rows = [("headwater", known.get("headwater", "–") if isinstance(known, dict) else "–")]
    if recipe.is_file():
        rows.append((f"{RECIPE} (SHA-256)", storage.file_digest(recipe)[:16]))
    rows += [(name, made.digest[:16]) for name, made in found.stages.items()]
    return _table(say["made_head"], rows)
