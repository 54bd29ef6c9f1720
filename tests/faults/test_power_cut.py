"""500 states that a power cut may leave: the same command again ends as if nothing had happened."""

from __future__ import annotations

import io
import json
import random

import pytest

from headwater import storage
from headwater.pipeline import ledger, manifest, runner
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.workspace import Workspace
from tests.faults.power import PowerLayer, crash_state
from tests.pipeline.test_runner import chain

SLICE, STATES = 50, 500


@pytest.fixture(autouse=True)
def toy_log(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))


def run_chain(root):
    run = runner.Run(
        place=Workspace(root),
        name="a",
        seed=0,
        recipe=None,
        report=Reporter(out=io.StringIO()),
        engine=lambda: LocalEngine(1),
    )
    runner.execute(run, chain())
    return run


@pytest.mark.parametrize("wanted", [SLICE, pytest.param(STATES, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_a_chain_survives_every_power_cut(tmp_path, wanted):
    """Crash states are taken after every disk operation; each is continued and compared."""
    rng = random.Random(0)
    operations, states = [0], []

    def count(_layer):
        operations[0] += 1

    with storage.layer(PowerLayer(tmp_path / "counted", count)):
        expected = run_chain(tmp_path / "counted")
    contents = {name: done.manifest.content for name, done in expected.finished.items()}
    chance = wanted / operations[0]

    def crash(layer):
        for _ in range(int(chance) + (rng.random() < chance % 1)):
            target = tmp_path / "states" / str(len(states))
            crash_state(layer, target, rng)
            states.append(target)

    with storage.layer(PowerLayer(tmp_path / "cut", crash)):
        run_chain(tmp_path / "cut")
    for state in states:
        again = run_chain(state)
        assert {name: done.manifest.content for name, done in again.finished.items()} == contents, state
        for done in again.finished.values():
            manifest.check_digests(done.folder, done.manifest)
        assert json.loads((again.folder / "score.json").read_text()) == 30
        assert list(ledger.rows(again.folder))
    assert len(states) >= 0.8 * wanted
    print(f"{len(states)} crash states, all continued to the same end")
