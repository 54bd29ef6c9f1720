"""Runs that share a store and an index: each is compared with what the others added, and adds its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli.main import main
from headwater.curate.dedup import index
from tests.curate.dedup import corpus


@pytest.fixture
def recipe(tmp_path):
    rows = [corpus.original(lang, number) for number in range(3) for lang in corpus.LANGS]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    path = tmp_path / "recipe.yaml"
    path.write_text(f"sources:\n  - files: {{paths: [{tmp_path}/a.jsonl]}}\ncurate: {{preset: none}}\n", "utf-8")
    return path


def curated(recipe: Path, name: str, folder: Path) -> tuple[int, dict[str, int], str]:
    """Exit code of a run up to its verdicts, the report of its curation, and the store's name for it."""
    options = [f"name={name}", "workers=1", f"curate.dedup.index={folder}"]
    sets = [part for option in options for part in ("--set", option)]
    code = main(["run", str(recipe), "--until", "curate", *sets, "--workspace", str(recipe.parent), "--quiet"])
    made = recipe.parent / "runs" / name / "curate"
    return code, json.loads((made / "report.json").read_text()) if made.exists() else {}, made.resolve().name


def test_no_run_takes_the_verdicts_that_another_was_given_before_the_index_grew(recipe, tmp_path):
    folder = tmp_path / "index"
    code, report, entry = curated(recipe, "a", folder)
    assert code == 0 and report["kept"] == 9
    assert curated(recipe, "a", folder) == (0, report, entry), "its own documents are no copies to it"
    assert curated(recipe, "b", folder)[0] == 3, "all of its documents are known from the other run"
    assert curated(recipe, "a", folder) == (0, report, entry)
    assert len(index.fingerprint(str(folder))) == 1


def test_a_run_adds_to_the_index_that_it_names(recipe, tmp_path):
    for name in ("a", "b"):
        code, report, _ = curated(recipe, name, tmp_path / f"index-{name}")
        assert code == 0 and report["kept"] == 9
        assert len(index.fingerprint(str(tmp_path / f"index-{name}"))) == 1
