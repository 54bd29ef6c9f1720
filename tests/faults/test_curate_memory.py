"""The memory of `headwater curate` is bounded by the size of a shard, not by the input's or its number of rows."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests import corpora
from tests.curate.test_hostile_texts import TEXTS
from tests.faults import chains

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
MAX_BYTES = 1_500_000_000  # of one process, whatever the corpus
MAX_LONG_BYTES = 3_000_000_000  # of one process, with one document of LONG_BYTES
LONG_BYTES = 50_000_000


# A process begins with the most memory that the one which started it ever had, so a small one stands between.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


def peak_bytes(inputs: Path, output: Path) -> int:
    """The most memory the command took, in this many bytes, with one process."""
    command = [sys.executable, "-m", "headwater", "curate", str(inputs), "-o", str(output), "--workers", "1", "--quiet"]
    measured = [sys.executable, "-c", MEASURE, *command]
    done = subprocess.run(measured, env=chains.environment(), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return int(done.stderr.split()[-1]) * (1 if sys.platform == "darwin" else 1024)


def write_corpus(path: Path, size_bytes: int) -> Path:
    rng = random.Random(5)
    pool = [make(rng) for make in corpora.MAKERS.values() for _ in range(300)]
    with open(path, "w", encoding="utf-8") as out:
        number = 0
        while out.tell() < size_bytes:
            text = "\n".join(rng.sample(pool, 2)) + f"\n{rng.random()}"
            row = {"id": str(number), "text": text, "url": f"https://h{number % 997}.example/{number}"}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            number += 1
    return path


def test_a_larger_corpus_takes_no_more_memory(tmp_path: Path) -> None:
    small, large = (
        peak_bytes(write_corpus(tmp_path / "in.jsonl", size), tmp_path / "out") for size in (10**8, 4 * 10**8)
    )
    print(f"100 MB: {small / 1e6:.0f} MB, 400 MB: {large / 1e6:.0f} MB")
    assert large < min(MAX_BYTES, 1.5 * small)


def test_half_a_million_tiny_documents(tmp_path: Path) -> None:
    with open(tmp_path / "in.jsonl", "w", encoding="utf-8") as out:
        for number in range(500_000):
            out.write(f'{{"text": "line {number} of text that is small {number * 7919}", "kind": "specific"}}\n')
    peak = peak_bytes(tmp_path / "in.jsonl", tmp_path / "out")
    print(f"{peak / 1e6:.0f} MB")
    assert peak < MAX_BYTES


@pytest.mark.parametrize(
    "name", ["equal lines", "equal short lines", "at signs", "mojibake", "distinct lines", "hangul jamo"]
)
def test_one_document_of_fifty_megabytes(name: str, tmp_path: Path) -> None:
    text = TEXTS[name](LONG_BYTES).encode()[:LONG_BYTES].decode("utf-8", "ignore")
    (tmp_path / "in.txt").write_text(text, "utf-8", newline="")
    peak = peak_bytes(tmp_path / "in.txt", tmp_path / "out")
    print(f"{name}: {peak / 1e6:.0f} MB")
    assert peak < MAX_LONG_BYTES
