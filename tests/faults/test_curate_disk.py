"""The n-th disk operation of `headwater curate` fails: said with exit code 5, and the same command again goes on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from headwater import storage
from tests import corpora
from tests.faults import curated
from tests.faults.failing import FailingLayer

QUICK = 3  # of the operations, evenly spread


def every_failure(folder: Path, most: int) -> None:
    inputs = [corpora.write_jsonl(folder / f"{lang}.jsonl", lang, 10) for lang in corpora.MAKERS]
    counting = FailingLayer(0, 0)
    with storage.layer(counting):
        assert curated.curate(inputs, folder / "expected", "--index", str(folder / "expected.index"))[0] == 0
    expected = curated.rows(folder / "expected" / "kept"), curated.rows(folder / "expected" / "rejected")
    failures = runs = 0
    for n in range(1, counting.operations + 1, -(-counting.operations // most)):
        runs += 1
        output = folder / str(n)
        index = ("--index", f"{output}.index")
        with storage.layer(FailingLayer(n, (errno.ENOSPC, errno.EIO)[n % 2])):
            code, value, complained = curated.curate(inputs, output, *index)
        assert code in (0, 5) and "Traceback" not in complained, f"{n}: {complained[-3000:]}"
        failures += code == 5
        assert code == 0 or value["message"]
        code, _, complained = curated.curate(inputs, output, *index)
        assert code == 0, f"{n}: {complained}"
        curated.accounted(output)
        assert (curated.rows(output / "kept"), curated.rows(output / "rejected")) == expected, n
    assert failures >= 0.8 * runs
    print(f"{failures} failures in {runs} runs, each said and mended")


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def test_some_operations_of_curate(tmp_path: Path) -> None:
    every_failure(tmp_path, QUICK)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_operations_of_curate(tmp_path: Path) -> None:
    every_failure(tmp_path, 60)
