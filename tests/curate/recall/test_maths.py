"""The maths hidden in the general corpora is found from a seed of 500: the recipe, on real text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli.main import main

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not (DATA / "domain-math.jsonl.zst").exists(), reason="needs the real corpora of ../shared/data")
def test_the_recipe_finds_the_maths(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    arguments = ["run", "recipes/domain-maths.yaml", "--until", "recall", "--workspace", str(tmp_path), "--quiet"]
    assert main(arguments) == 0
    (rounds,) = (tmp_path / "store").glob("recall-*/rounds.json")
    lines = json.loads(rounds.read_text())
    assert len(lines) >= 2 and lines[-1]["seed"] > 500
    assert lines[-1]["precision"] >= 0.9 and lines[-1]["recall"] >= 0.9
