"""Corpora with near-copies of known kinds, and the stages that find them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from headwater.curate import annotate, decide, fingerprint
from headwater.curate.config import CurateConfig
from headwater.curate.dedup.config import DedupConfig
from headwater.pipeline.engine.local import LocalEngine
from tests import corpora
from tests.curate import workspace

LANGS = ("zh", "en", "code")


def original(lang: str, number: int) -> dict[str, Any]:
    """A document of a language, by number; no two are alike."""
    rng = random.Random(f"{lang}-{number}")
    text = " ".join(corpora.english(rng) for _ in range(2)) if lang == "en" else corpora.MAKERS[lang](rng)
    if lang == "zh":
        text = "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(300)) + "。"
    elif lang == "code":
        text = "\n".join(
            f"def f{rng.random()}(a):\n    return a + {rng.random()}".replace("0.", "x") for _ in range(12)
        )
    return {"id": f"{lang}-{number}", "text": text, "lang": lang}


def near_copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    """A copy with a little added at the end and one small change inside."""
    text, cut = row["text"], len(row["text"]) * (number % 7 + 1) // 9
    extra = f"第{number}版。" if row["lang"] == "zh" else f" version {number}"
    return row | {"id": f"{row['id']}-near{number}", "text": text[:cut] + " " + text[cut:] + extra}


def mixed(originals: int = 8, copies: int = 2) -> list[dict[str, Any]]:
    """Originals of every language, each followed much later by near-copies and an exact one."""
    rows = [original(lang, number) for number in range(originals) for lang in LANGS]
    found = list(rows)
    for number in range(copies):
        found += [near_copy(row, number) for row in rows[:: number + 2]]
    found += [row | {"id": f"{row['id']}-exact", "text": row["text"] + "\n"} for row in rows[::3]]
    return found


def in_shards(rows: list[dict[str, Any]], size: int) -> list[list[dict[str, Any]]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]


def curate(
    root: Path, shards: list[list[dict[str, Any]]], dedup: DedupConfig | None = None, workers: int = 1, **settings: Any
) -> dict[str, dict[str, Any]]:
    """The verdicts by id, in document order, after annotate, fingerprint and curate below `root`."""
    config = CurateConfig(preset="none", dedup=dedup or DedupConfig(), **settings)
    documents = workspace.write_documents(root / "acquire", shards)
    engine = LocalEngine(workers)
    try:
        given = {"acquire": documents}
        annotate.run(workspace.context("annotate", root / "annotate", given, config, engine=engine))
        given |= {"annotate": root / "annotate"}
        fingerprint.run(workspace.context("fingerprint", root / "fingerprint", given, config.dedup, engine=engine))
        decide_only(root, config, engine)
    finally:
        engine.close()
    return verdicts(root)


def decide_only(root: Path, config: CurateConfig, engine: Any = None, name: str = "curate") -> dict[str, Any]:
    given = {"annotate": root / "annotate", "fingerprint": root / "fingerprint"}
    return decide.run(workspace.context(name, root / name, given, config, engine=engine))


def verdicts(root: Path, name: str = "curate") -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in workspace.rows(root / name / "verdicts")}
