"""The whole chain killed at random moments, then given the same command again, equals an uninterrupted one.

Every stage's content, every batch, every loss, the last weights and the scores are compared. In all
20 kills by SIGKILL, SIGTERM and SIGINT; the quick suite runs none of it, `make test-slow` all.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from tests.corpora import write_recipe
from tests.faults import chains

WORKSPACES, KILLS_EACH = 4, 5
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
EXPECTED_EXIT = {signal.SIGKILL: -9, signal.SIGTERM: 75, signal.SIGINT: 130}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The recipe, the outcome of an uninterrupted run, and how long it took."""
    folder = tmp_path_factory.mktemp("kill")
    recipe = write_recipe(folder / "corpus")
    began = time.monotonic()
    done = chains.run(recipe, folder / "reference")
    assert done.returncode == 0, done.stderr
    return recipe, chains.outcome(folder / "reference"), time.monotonic() - began


@pytest.mark.parametrize("number", range(WORKSPACES))
def test_killed_at_random_moments_ends_the_same(reference, tmp_path, number):
    recipe, expected, seconds = reference
    rng = random.Random(number)
    kills, workspace = 0, tmp_path / "0"
    while kills < KILLS_EACH:
        killed = _kill_once(recipe, workspace, SIGNALS[kills], rng.uniform(0, 0.7 * seconds))
        kills += killed
        if not killed:  # it finished first: compare, and go on in a workspace of its own
            assert chains.outcome(workspace) == expected
            workspace = tmp_path / str(int(workspace.name) + 1)
    done = chains.run(recipe, workspace)
    assert done.returncode == 0, done.stderr
    assert chains.outcome(workspace) == expected


def _kill_once(recipe, workspace, kind, after_s):
    """Start the chain and signal it after a while; False when it had finished by then."""
    errors = workspace.with_suffix(".stderr")
    process = chains.start(recipe, workspace, errors)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(kind)
        process.wait(timeout=chains.CHAIN_TIMEOUT_S)
    said = errors.read_text()
    assert "Traceback" not in said, said
    assert process.returncode in (0, EXPECTED_EXIT[kind]), said
    return process.returncode != 0
