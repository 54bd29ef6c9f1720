"""The runner: digests, reuse, resume, counts, and what a person is told."""

from __future__ import annotations

import io
import json

import pytest

from headwater.errors import HeadwaterError
from headwater.pipeline import manifest, runner
from headwater.pipeline.engine.local import MOST_A_CORE, LocalEngine, available_cores
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Stage
from headwater.pipeline.workspace import Workspace, locked, unused_entries


def chain(count=5, version=1, seed=0):
    return [
        Stage(
            name="squares",
            version=version,
            function="tests.pipeline.toy:squares",
            config=count,
            fields={"count": count},
        ),
        Stage(name="total", version=1, function="tests.pipeline.toy:total", fields={"seed": seed}, inputs=("squares",)),
        Stage(name="score", version=1, function="tests.pipeline.toy:in_run", inputs=("total",), place="run"),
    ]


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A function that runs a chain and gives the run and the tasks that were really done."""
    log = tmp_path / "log"
    monkeypatch.setenv("TOY_LOG", str(log))

    def go(stages, name="a", workers=1, root=tmp_path / "w"):
        log.write_text("")
        engine = LocalEngine(workers)
        run = runner.Run(
            place=Workspace(root),
            name=name,
            seed=0,
            recipe=None,
            report=Reporter(out=io.StringIO()),
            engine=lambda: engine,
        )
        try:
            runner.execute(run, stages)
        finally:
            engine.close()
        return run, log.read_text().split()

    go.log = log
    return go


def test_a_chain_runs_and_the_same_chain_again_does_nothing(toy):
    run, done = toy(chain())
    assert done == ["n0", "n1", "n2", "n3", "n4"]
    assert json.loads((run.folder / "score.json").read_text()) == 30
    again, done = toy(chain())
    assert done == []
    events = [json.loads(line)["event"] for line in (again.folder / "ledger.jsonl").read_text().splitlines()]
    assert events[-3:] == ["reuse"] * 3


def test_another_run_shares_the_store(toy):
    toy(chain())
    run, done = toy(chain(), name="b")
    assert done == [] and (run.folder / "total").resolve().exists()


def test_a_changed_field_or_version_runs_again_and_keeps_the_old(toy):
    first, _ = toy(chain(5))
    second, done = toy(chain(6))
    assert len(done) == 6
    assert first.finished["squares"].folder != second.finished["squares"].folder
    assert first.finished["squares"].folder.exists()
    _, done = toy(chain(6, version=2))
    assert len(done) == 6


def test_equal_contents_from_a_new_version_are_equal_inputs(toy):
    first, _ = toy(chain(5))
    second, _ = toy(chain(5, version=2))
    assert first.finished["total"].folder == second.finished["total"].folder


def test_a_stage_cut_short_goes_on_from_its_finished_tasks(toy, monkeypatch):
    monkeypatch.setenv("TOY_FAIL", "1")
    with pytest.raises(HeadwaterError, match="three is not wanted"):
        toy(chain())
    assert toy.log.read_text().split() == ["n0", "n1", "n2", "n3"]
    monkeypatch.delenv("TOY_FAIL")
    run, done = toy(chain())
    assert done == ["n3", "n4"]
    assert not list(run.finished["squares"].folder.glob(".tasks"))


def test_a_worker_that_dies_has_its_task_done_by_another(toy, tmp_path, monkeypatch):
    die = tmp_path / "die"
    die.touch()
    monkeypatch.setenv("TOY_DIE", str(die))
    run, _ = toy(chain(), workers=2)
    assert not die.exists() and json.loads((run.folder / "score.json").read_text()) == 30


def test_the_result_does_not_depend_on_the_workers(toy, tmp_path):
    one, _ = toy(chain(), workers=1, root=tmp_path / "one")
    two, _ = toy(chain(), workers=2, root=tmp_path / "two")
    assert one.finished["squares"].manifest.content == two.finished["squares"].manifest.content


def test_a_lost_document_stops_the_run(toy):
    with pytest.raises(HeadwaterError) as caught:
        toy([Stage(name="bad", version=1, function="tests.pipeline.toy:loses_one")])
    assert caught.value.failure == "counts_differ"
    assert "3 documents in, but 1 kept and 1 rejected" in str(caught.value)


def test_a_damaged_store_entry_is_an_error_with_a_mend(toy):
    run, _ = toy(chain())
    (run.finished["squares"].folder / "n1.json").write_text("")
    with pytest.raises(HeadwaterError) as caught:
        toy(chain())
    assert caught.value.failure == "damaged_file" and "n1.json" in caught.value.where and "remove" in caught.value.mend


def test_every_flipped_byte_is_found_by_the_full_check(toy):
    run, _ = toy(chain())
    done = run.finished["squares"]
    assert manifest.check_digests(done.folder, done.manifest) == 5
    path = done.folder / "n4.json"
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    with pytest.raises(HeadwaterError, match="does not match its digest"):
        manifest.check_digests(done.folder, done.manifest)


def test_a_plan_says_what_and_why(toy):
    run, _ = toy(chain(5))
    run.finished.clear()
    steps = runner.plan(run, chain(6))
    assert [(s.action, s.reason) for s in steps] == [
        ("run", "count: 5 → 6"),
        ("later", "waits for squares"),
        ("later", "waits for total"),
    ]


def test_unused_entries_are_those_no_run_links_to(toy):
    toy(chain(5))
    run, _ = toy(chain(6))
    unused = unused_entries(run.place)
    assert len(unused) == 2 and run.finished["squares"].folder not in unused


def test_two_processes_do_not_work_on_one_run(toy):
    run, _ = toy(chain())
    with locked(run.folder / ".lock", "busy"), pytest.raises(HeadwaterError) as caught:
        toy(chain())
    assert caught.value.failure == "in_use"


def test_more_workers_than_a_machine_can_use_are_not_started():
    cores = available_cores()
    assert LocalEngine(999_999).workers == MOST_A_CORE * cores and LocalEngine(3).workers == 3
    assert LocalEngine().workers == cores
