"""`headwater takedown`: what it lists, what it says of runs and their models, and what becomes of packs and batches."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

import headwater
from headwater import storage
from headwater.batches import takedown as of_runs
from headwater.batches.reader import BatchReader
from headwater.chain import fields
from headwater.cli import weights
from headwater.cli.main import main
from headwater.document import takedown
from headwater.document.takedown import Entry, Takedown
from headwater.errors import HeadwaterError
from headwater.model.checkpoint import sealed
from headwater.monitor import takedown as taking
from headwater.pack import build
from headwater.pack.config import PackConfig
from headwater.pipeline.stage import Stage
from headwater.train import segments
from tests.monitor.traced import make_run
from tests.pack.made import context_of

RECIPE = SimpleNamespace(pack=PackConfig(), seed=0)
DONE = 12  # steps that the made run has trained


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("origin"))


@pytest.fixture
def workspace(origin, tmp_path):
    """A workspace with a run that has trained some steps and kept checkpoints, and a fork of it."""
    shutil.copytree(origin[0].parents[1], tmp_path, dirs_exist_ok=True, symlinks=True)
    for name, steps, checkpoints in (("tiny", range(1, DONE + 1), (2, 6, DONE)), ("child", range(7, 9), (8,))):
        folder = tmp_path / "runs" / name
        if name != "tiny":
            shutil.copytree(tmp_path / "runs/tiny", folder, symlinks=True)
        rows = [json.dumps({"step": step, "attempt": 1, "loss": 3.0}) + "\n" for step in steps]
        (folder / "metrics.jsonl").write_text("".join(rows))
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)
        for step in checkpoints:
            (folder / "checkpoints" / f"step-{step:08d}").mkdir(parents=True)
    fork = {"step": 6, "attempt": 1, "kind": "fork", "checkpoint": "tiny/step-00000006"}
    (tmp_path / "runs/child/events.jsonl").write_text(json.dumps(fork) + "\n")
    (tmp_path / "runs/child/exports.jsonl").write_text('{"step": 8, "to": "hf", "folder": "/x"}\n')
    return tmp_path


def called(capsys, *arguments):
    capsys.readouterr()
    code = main([*map(str, arguments), "--json", "--quiet"])
    return code, json.loads(capsys.readouterr().out)


def read_by(run, steps):
    """Documents by the steps that hold them, by looking at every one."""
    held: dict[str, set[int]] = {}
    for step in steps:
        for part in run.documents(step):
            held.setdefault(part["id"], set()).add(step)
    return held


def test_steps_and_models_that_saw_a_document(workspace, capsys):
    run = headwater.Run(workspace / "runs/tiny")
    held = read_by(run, range(1, DONE + 1))
    id_ = next(name for name, steps in sorted(held.items()) if 2 < min(steps) <= 6)
    code, value = called(capsys, "takedown", workspace / "runs/tiny", "--doc", id_, "--reason", "asked")
    told = value["runs"]["tiny"]
    assert code == 0 and value["added"] == 1 and told["documents"] == 1 and told["shown"][0]["document_id"] == id_
    assert told["steps"] == sorted(held[id_]) and told["checkpoints"] == [6, DONE]
    child = value["runs"]["child"]
    assert child["checkpoints"] == [8] and child["exports"][0]["folder"] == "/x"
    assert child["steps"] == [step for step in run.steps(doc=id_) if step in (7, 8)]
    (row,) = takedown.read(workspace / takedown.NAME)
    assert row.key == ("doc", id_) and row.reason == "asked" and len(row.date) == 10
    again = called(capsys, "takedown", workspace / "runs/tiny", "--doc", id_)[1]
    assert again["added"] == 0 and again["runs"] == value["runs"]


def test_a_document_read_later_leaves_earlier_models_alone(workspace, capsys):
    run = headwater.Run(workspace / "runs/tiny")
    held = read_by(run, range(1, run.schedule.num_steps + 1))
    late = next(name for name, steps in sorted(held.items()) if 6 < min(steps) <= DONE)
    told = called(capsys, "takedown", workspace / "runs/tiny", "--url", url_of(run, late))[1]["runs"]
    assert told["tiny"]["checkpoints"] == [DONE]
    assert told["child"]["checkpoints"] == ([8] if held[late] & {7, 8} else [])


def url_of(run, id_):
    return run.places(doc=id_)[0]["url"]


def test_nothing_changes_on_trial(workspace, capsys):
    code, value = called(capsys, "takedown", workspace / "runs/tiny", "--domain", "example.org", "--dry-run")
    assert code == 0 and value["dry_run"] and value["runs"]["tiny"]["documents"] > 20
    assert not (workspace / takedown.NAME).exists() and not (workspace / "runs/tiny/takedown.json").exists()


@pytest.mark.parametrize(
    ("arguments", "failure"),
    [
        ([], "arguments"),
        (["--doc", "no-such"], "unknown_name"),
        (["--url", "https://example.org/none"], "unknown_name"),
        (["--domain", "a b"], "arguments"),
        (["--url", "https://*"], "arguments"),
        (["--list", "nowhere"], "unreadable_input"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(workspace, capsys, arguments, failure):
    code, value = called(capsys, "takedown", workspace / "runs/tiny", *arguments)
    assert value["error"] == failure and code in (2, 3)
    assert not (workspace / takedown.NAME).exists()


def test_a_list_keeps_what_no_run_has_packed(workspace, capsys):
    (workspace / "list").write_text("https://example.org/none\nd0-0000\nhttps://example.org/en/*\n")
    code, value = called(capsys, "takedown", workspace / "runs/tiny", "--list", workspace / "list")
    assert code == 0 and value["added"] == 3 and value["not_packed"] == ["https://example.org/none"]
    assert called(capsys, "takedown", workspace / "runs/tiny", "--doc", "no-such", "--unseen")[1]["added"] == 1
    assert len(takedown.read(workspace / takedown.NAME)) == 4


def test_batches_to_come_hold_none_of_it_and_a_trace_says_so(workspace):
    run = headwater.Run(workspace / "runs/tiny")
    before = BatchReader(run.part("pack"), run.part("mix") / "schedule.jsonl")
    gone = run.documents(9)[0]["id"]
    taken = Takedown([Entry(kind="doc", value=gone), Entry(kind="prefix", value="https://example.org/code/")])
    taking.apply(run, taken)
    rows = segments.of_mix(run.part("mix") / "schedule.jsonl")
    segments.write(run.folder / "schedule.jsonl", segments.without_taken_down(rows, run.folder, "", 5))
    after = headwater.Run(run.folder)
    ids = [one["document_id"] for one in taking.told(taking.effect(run, taken), 1000)]
    assert gone in ids and len(ids) > 5
    for step in range(1, run.schedule.num_steps + 1):
        batch, parts = after.batch(step), after.documents(step)
        if step <= 5:
            assert np.array_equal(batch.tokens_BT1, before.batch(step).tokens_BT1) and batch.scored_BT1 is None
        for part in parts:
            hidden = step > 5 and part["id"] in ids
            assert part.get("masked", False) == hidden
            place = (part["row"], slice(part["offset"], part["offset"] + part["tokens"]))
            expected = after.tracer.tokens(part)[1]
            if hidden:
                assert (batch.tokens_BT1[place] == 0).all() or not batch.scored_BT1[place].any()
                assert len(set(batch.tokens_BT1[place].tolist())) == 1
            else:
                assert batch.tokens_BT1[place].tolist() == expected
                assert batch.scored_BT1 is None or batch.scored_BT1[place].all()
    for id_ in ids:
        assert after.steps(doc=id_) == [step for step in run.steps(doc=id_) if step <= 5]
    kept = next(part["id"] for part in run.documents(9) if part["id"] not in ids)
    assert max(after.steps(doc=kept)) > 5


def test_a_later_pack_leaves_them_out_and_counts_them(workspace):
    takedown.append(
        workspace / takedown.NAME, [Entry(kind="doc", value="d0-0000"), Entry(kind="domain", value="no.example")]
    )
    taking.apply(headwater.Run(workspace / "runs/tiny"), Takedown([]))
    found = fields.of_pack(RECIPE, workspace / "runs/tiny")
    assert found == {}  # it has trained with a corpus packed before the list was there
    found = fields.of_pack(RECIPE, workspace / "runs/new")
    assert found["takedown"]["entries"] == 2
    context = context_of(workspace / "store", "later")
    stage = Stage(name="pack", version=1, function="", fields=found)
    context = SimpleNamespace(
        **{**context.__dict__, "stage": stage, "run_folder": workspace / "runs/new", "config": None}
    )
    context.input, context.documents = context.inputs.get, lambda: context.inputs["acquire"] / "documents"
    figures = build.run(context)
    assert figures["counts"]["rejected"] == {"takedown": 1}
    storage.point(workspace / "runs/new/pack", workspace / "store/later")
    storage.point(workspace / "runs/new/mix", workspace / "store/mix")
    new = headwater.Run(workspace / "runs/new")
    with pytest.raises(HeadwaterError, match="no packed document"):
        new.places(doc="d0-0000")
    assert new.places(doc="d0-0001")


def test_a_run_that_trained_keeps_to_the_entries_it_was_packed_with(workspace, monkeypatch):
    path = workspace / takedown.NAME
    takedown.append(path, [Entry(kind="doc", value="a")])
    then = fields.of_pack(RECIPE, workspace / "runs/new")
    takedown.append(path, [Entry(kind="doc", value="b")])
    assert fields.of_pack(RECIPE, workspace / "runs/new")["takedown"]["entries"] == 2
    monkeypatch.setattr("headwater.pipeline.manifest.read", lambda folder: SimpleNamespace(fields=then))
    assert fields.of_pack(RECIPE, workspace / "runs/tiny") == then
    assert fields.of_pack(RECIPE, None) == {}


def test_a_takedown_is_tied_to_its_pack(workspace):
    run = headwater.Run(workspace / "runs/tiny")
    taking.apply(run, Takedown([Entry(kind="doc", value="d0-0001")]))
    assert of_runs.of_run(run.folder, "") and not of_runs.of_run(run.folder, "another")
    taking.apply(run, Takedown([]))
    assert of_runs.of_run(run.folder, "") == {}


def test_a_checkpoint_of_steps_done_again_is_named_by_its_own_schedule(workspace):
    run = headwater.Run(workspace / "runs/tiny")
    rows = segments.of_mix(run.part("mix") / "schedule.jsonl")
    held = read_by(run, range(1, run.schedule.num_steps + 1))
    late = next(name for name, steps in sorted(held.items()) if 6 < min(steps) <= DONE)
    taken = Takedown([Entry(kind="doc", value=late)])
    taking.apply(run, taken)
    segments.write(run.folder / "schedule.jsonl", segments.without_taken_down(rows, run.folder, "", 6))
    storage.write_json(run.folder / f"checkpoints/step-{DONE:08d}/state.json", {"step": DONE, "schedule": rows})
    storage.write_text(run.folder / "checkpoints/step-00000006/state.json", "{")
    found = taking.effect(headwater.Run(run.folder), taken)
    assert found.steps == [step for step in sorted(held[late]) if step <= DONE]
    assert taking.models([found])["tiny"]["checkpoints"] == [DONE]


def test_an_export_is_noted_in_its_run(tmp_path):
    checkpoint = tmp_path / "runs/demo/checkpoints/step-00000003"
    checkpoint.mkdir(parents=True)
    storage.write_json(checkpoint / "state.json", sealed(checkpoint, {"step": 3}, {}))
    weights._recorded(checkpoint, "hf", tmp_path / "out")
    weights._recorded(tmp_path / "elsewhere", "hf", tmp_path / "out")
    (row,) = storage.read_rows(tmp_path / "runs/demo" / taking.EXPORTS)
    assert (row["step"], row["to"], row["folder"]) == (3, "hf", str(tmp_path / "out"))
