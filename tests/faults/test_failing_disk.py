"""The n-th disk operation of a chain fails, for every n: said with exit code 5, and the same command again goes on."""

from __future__ import annotations

import errno
import io
import json
import os

import pytest

from headwater import chain, storage
from headwater.errors import HeadwaterError
from headwater.pipeline import runner
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.workspace import Workspace
from headwater.recipe.load import load
from tests.corpora import write_recipe
from tests.faults.failing import FailingLayer
from tests.pipeline.test_runner import chain as toy_chain


def run(root, stages, recipe=None):
    made = runner.Run(
        place=Workspace(root),
        name="a",
        seed=7,
        recipe=recipe,
        report=Reporter(out=io.StringIO()),
        engine=lambda: LocalEngine(1),
    )
    runner.execute(made, stages)
    return {name: done.manifest.content for name, done in made.finished.items()}


def every_failure(tmp_path, stages, recipe, codes, most=10**9):
    """Fail operation 1, 2, … until a run is clean, or `most` of them, evenly spread; failures and runs."""
    counting = FailingLayer(0, 0)
    with storage.layer(counting):
        expected = run(tmp_path / "expected", stages, recipe)
    failures = runs = 0
    for n in range(1, counting.operations + 1, -(-counting.operations // most)):
        runs += 1
        root = tmp_path / str(n)
        code = codes[n % len(codes)]
        try:
            with storage.layer(FailingLayer(n, code)):
                run(root, stages, recipe)
        except HeadwaterError as error:
            assert error.exit_code == 5, error
            failures += 1
        assert run(root, stages, recipe) == expected, n
    return failures, runs


@pytest.mark.timeout(300)
def test_every_operation_of_a_small_chain(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))
    failures, runs = every_failure(tmp_path, toy_chain(3), None, [errno.ENOSPC, errno.EIO])
    assert failures >= 0.9 * runs
    print(f"{failures} failures in {runs} runs, each said and mended")


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_operations_of_the_data_stages(tmp_path):
    """Sixty of them, evenly spread; HEADWATER_FAULTS=all takes every one."""
    recipe = load(write_recipe(tmp_path / "c", 12, tokenizer={"vocab_size": 300, "reserve": 2})).recipe
    stages = [s for s in chain.stages(recipe) if s.place == "store" and s.name != "mix"]
    most = 10**9 if os.environ.get("HEADWATER_FAULTS") == "all" else 60
    failures, runs = every_failure(tmp_path, stages, recipe, [errno.ENOSPC, errno.EIO], most)
    assert failures >= 0.9 * runs
    print(f"{failures} failures in {runs} runs, each said and mended")


@pytest.mark.slow
def test_a_full_disk_for_real(tmp_path):
    """A file system of one megabyte, where this machine lets us mount one."""
    import subprocess
    import sys

    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]).returncode:
        pytest.skip("needs root and mount")
    recipe = write_recipe(tmp_path / "c")
    try:
        command = [sys.executable, "-m", "headwater", "run", str(recipe), "--workspace", str(place), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    finally:
        subprocess.run(["umount", str(place)], check=True)
    assert done.returncode == 5 and json.loads(done.stdout)["error"] == "disk_full", done.stderr
    assert "headwater clean" in done.stderr and "Traceback" not in done.stderr
