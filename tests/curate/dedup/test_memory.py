"""Dedup within a budget of a tenth of the corpus: the process grows by no more, and finds the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def measured(documents, memory):
    command = [sys.executable, "-m", "benchmarks.dedup_memory", "--documents", str(documents), "--memory", str(memory)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=True)
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read from /proc")
def test_a_tenth_of_the_corpus_is_enough():
    tight, ample = measured(120_000, 28_000_000), measured(120_000, 2_000_000_000)
    assert tight["memory_budget"] * 10 <= tight["text_bytes"]
    assert tight["memory_grown"] <= tight["memory_budget"]
    assert tight["report"]["dedup.minhash"] > 12_000 and tight["report"]["dedup.exact"] > 11_000
    assert tight["verdicts"] == ample["verdicts"]
