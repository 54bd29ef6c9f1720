"""The whole line on small corpora: it runs, resumes, explains itself, and refuses what it must."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from headwater.cli.main import main
from headwater.pipeline import ledger
from headwater.pipeline.workspace import Workspace, locked
from tests.corpora import write_jsonl, write_recipe
from tests.faults import chains


def run(capsys, *arguments):
    """Exit code, JSON object and stderr of one command in this process."""
    code = main(["run", *map(str, arguments), "--json"])
    shown = capsys.readouterr()
    return code, json.loads(shown.out.splitlines()[-1]), shown.err


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run: its recipe and its workspace."""
    folder = tmp_path_factory.mktemp("chain")
    recipe = write_recipe(folder / "corpus")
    assert main(["run", str(recipe), "--workspace", str(folder / "w"), "--quiet"]) == 0
    return recipe, folder / "w"


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished workspace that a test may spoil."""
    recipe, workspace = finished
    shutil.copytree(workspace, tmp_path / "w", symlinks=True)
    return recipe, tmp_path / "w"


def test_every_station_leaves_what_the_house_says(finished):
    _, workspace = finished
    folder = workspace / "runs" / "tiny"
    for name in (
        "recipe.resolved.yaml",
        "environment.json",
        "ledger.jsonl",
        "metrics.jsonl",
        "events.jsonl",
        "report.html",
    ):
        assert (folder / name).stat().st_size > 0, name
    for stage in ("acquire", "annotate", "curate", "split", "tokenizer", "pack", "mix"):
        manifest = json.loads((folder / stage / "manifest.json").read_text())
        assert (folder / stage).resolve().name == f"{stage}-{manifest['digest'][:8]}"
        counts = manifest["figures"].get("counts")
        if counts:
            assert counts["in"] == counts["kept"] + sum(counts["rejected"].values())
    assert sorted(p.name for p in (folder / "pack").iterdir() if p.suffix == ".bin")
    assert list((folder / "checkpoints").glob("step-*/model.safetensors"))


def test_duplicates_are_found_and_named(finished):
    _, workspace = finished
    counts = json.loads((workspace / "runs/tiny/curate/manifest.json").read_text())["figures"]["counts"]
    assert counts["rejected"]["dedup.exact"] == 5 * 6  # every tenth of sixty, in five corpora


def test_the_mixture_is_the_one_asked_for(finished):
    _, workspace = finished
    mixture = json.loads((workspace / "runs/tiny/mix/mixture.json").read_text())
    lang = mixture["achieved"]["lang"]
    assert lang["zh"] == pytest.approx(0.4, abs=0.01) and lang["code"] == pytest.approx(0.2, abs=0.01)
    assert mixture["achieved"]["kind"]["general"] == pytest.approx(0.5, abs=0.01)
    assert mixture["achieved"]["domain"].get("math", 0) <= 0.151


def test_the_same_command_again_does_nothing(copied, capsys):
    recipe, workspace = copied
    code, value, errors = run(capsys, recipe, "--workspace", workspace)
    assert code == 0 and "running" not in errors.replace("report: running", "")
    events = [row["event"] for row in ledger.rows(Path(value["folder"]))]
    assert events.count("start") <= 15


def test_a_dry_run_prints_the_plan_and_changes_nothing(finished, capsys, tmp_path):
    recipe, workspace = finished
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path / "new", "--dry-run")
    assert code == 0 and not (tmp_path / "new").exists()
    assert [s["action"] for s in value["stages"]] == ["run"] + ["later"] * 12
    assert value["derived"]["parameters"] > 0 and value["derived"]["steps"] == 40
    code, value, _ = run(capsys, recipe, "--workspace", workspace, "--dry-run", "--set", "curate.gopher.min_words=5")
    actions = {s["stage"]: (s["action"], s["reason"]) for s in value["stages"]}
    assert actions["annotate"][0] == "reuse", "a changed threshold reads no text"
    assert actions["curate"] == ("run", "gopher.min_words: 50 → 5")


def test_until_and_from(finished, capsys, tmp_path):
    recipe, _ = finished
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path, "--until", "curate")
    assert code == 0 and list(value["stages"]) == [
        "acquire", "clean", "annotate", "fingerprint", "diversity", "curate",
    ]  # fmt: skip
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path, "--from", "tokenizer")
    assert code == 2 and "split" in value["message"]
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path, "--until", "curat")
    assert code == 2 and "curate" in value["mend"]


def test_limit_is_a_run_of_its_own(finished, capsys, tmp_path):
    recipe, _ = finished
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path, "--limit", 20)
    assert code == 0 and value["run"] == "tiny-limit20"
    counts = json.loads((tmp_path / "runs/tiny-limit20/acquire/manifest.json").read_text())["figures"]["counts"]
    assert counts["kept"] == 100


def test_an_empty_corpus_is_a_data_error(tmp_path, capsys):
    (tmp_path / "empty.jsonl").write_text("\n\n")
    recipe = write_recipe(tmp_path / "c")
    sources = f"sources=[{{files: {{paths: [{tmp_path}/empty.jsonl]}}}}]"
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path, "--set", sources)
    assert (code, value["error"]) == (3, "empty_corpus")


def test_a_missing_corpus_is_said_before_any_work(tmp_path, capsys):
    recipe = write_recipe(tmp_path / "c")
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path / "w", "--set", "sources.0.files.paths=[none.jsonl]")
    assert (code, value["error"]) == (2, "unknown_name") and "none.jsonl" in value["where"]
    assert not (tmp_path / "w").exists()


def test_a_corpus_smaller_than_the_mixture_needs_is_refused_with_the_way_out(tmp_path, capsys):
    recipe = write_recipe(tmp_path / "c")
    code, value, _ = run(capsys, recipe, "--workspace", tmp_path, "--set", "train.tokens=50M")
    assert (code, value["error"]) == (2, "mixture_infeasible")
    assert "max_epochs" in value["message"] + value["mend"]


def test_a_changed_model_is_another_run(copied, capsys):
    recipe, workspace = copied
    code, value, _ = run(capsys, recipe, "--workspace", workspace, "--set", "model.num_layers=3")
    assert (code, value["error"]) == (2, "recipe_changed")
    assert "num_layers" in value["message"] and "name" in value["mend"]
    code, _, _ = run(capsys, recipe, "--workspace", workspace, "--set", "model.num_layers=3", "--set", "name=other")
    assert code == 0


def test_a_run_in_use_is_left_as_it_is(copied, capsys):
    recipe, workspace = copied
    folder = workspace / "runs" / "tiny"
    before = (folder / "recipe.resolved.yaml").read_bytes()
    with locked(folder / ".lock", "busy"):
        code, value, _ = run(capsys, recipe, "--workspace", workspace, "--set", "train.tokens=30000")
    assert (code, value["error"]) == (5, "in_use")
    assert (folder / "recipe.resolved.yaml").read_bytes() == before


def test_changed_data_is_another_run(copied, capsys, tmp_path):
    recipe, workspace = copied
    more = write_jsonl(tmp_path / "more.jsonl", "en", 30, seed=9)
    change = f"sources.1.files.paths=[{more}]"
    code, value, _ = run(capsys, recipe, "--workspace", workspace, "--set", change)
    assert (code, value["error"]) == (2, "recipe_changed")


def test_longer_training_continues(copied, capsys):
    recipe, workspace = copied
    before = (workspace / "runs/tiny/metrics.jsonl").read_text()
    code, _, _ = run(capsys, recipe, "--workspace", workspace, "--set", "train.tokens=30000")
    assert code == 0
    rows = [json.loads(line) for line in (workspace / "runs/tiny/metrics.jsonl").read_text().splitlines()]
    assert (workspace / "runs/tiny/metrics.jsonl").read_text().startswith(before)
    assert max(row["step"] for row in rows) == 59 or max(row["step"] for row in rows) == 58


def test_a_checkpoint_cut_short_is_noticed_and_the_one_before_used(copied, capsys):
    recipe, workspace = copied
    checkpoints = sorted((workspace / "runs/tiny/checkpoints").glob("step-*"))
    data = (checkpoints[-1] / "model.safetensors").read_bytes()
    (checkpoints[-1] / "model.safetensors").write_bytes(data[: len(data) // 2])
    expected = [json.loads(line) for line in (workspace / "runs/tiny/metrics.jsonl").read_text().splitlines()]
    code, _, errors = run(capsys, recipe, "--workspace", workspace)
    assert code == 0 and checkpoints[-1].name in errors
    rows = [json.loads(line) for line in (workspace / "runs/tiny/metrics.jsonl").read_text().splitlines()]
    last = {row["step"]: row.get("loss") for row in rows if "loss" in row}
    assert last == {row["step"]: row["loss"] for row in expected if "loss" in row}
    for path in (workspace / "runs/tiny/checkpoints").glob("step-*/model.safetensors"):
        path.write_bytes(b"")
    code, value, _ = run(capsys, recipe, "--workspace", workspace)
    assert (code, value["error"]) == (3, "damaged_checkpoint")


def test_a_wrong_recipe_names_every_mistake(finished, tmp_path, capsys):
    recipe, _ = finished
    code, value, errors = run(capsys, recipe, "--set", "train.lerning_rate=1", "--set", "sed=1")
    assert code == 2 and "did you mean 'learning_rate'?" in errors and "did you mean 'seed'?" in errors


def test_verify_finds_every_flipped_bit(copied, capsys):
    recipe, workspace = copied
    folder = str(workspace / "runs" / "tiny")
    assert main(["verify", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["damaged"] == []
    victim = next((workspace / "runs/tiny/pack").resolve().glob("*.bin"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 4
    victim.write_bytes(data)
    assert main(["verify", folder, "--json"]) == 3
    assert victim.name in json.loads(capsys.readouterr().out)["damaged"][0]


def test_clean_keeps_what_runs_use(copied, capsys):
    recipe, workspace = copied
    assert main(["clean", "--workspace", str(workspace), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == []
    shutil.rmtree(workspace / "runs" / "tiny")
    assert main(["clean", "--workspace", str(workspace), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["removed"]) == 10
    assert not list((workspace / "store").glob("[a-z]*"))


def test_clean_waits_for_runs_and_says_so(copied, capsys):
    _, workspace = copied
    with locked(Workspace(workspace).store_lock, "", shared=True):
        assert main(["clean", "--workspace", str(workspace), "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["error"] == "in_use"


def test_a_refused_recipe_leaves_the_run_s_own_on_record(copied, capsys):
    recipe, workspace = copied
    before = (workspace / "runs/tiny/recipe.resolved.yaml").read_bytes()
    code, _, _ = run(capsys, recipe, "--workspace", workspace, "--set", "model.num_layers=3")
    assert code == 2 and (workspace / "runs/tiny/recipe.resolved.yaml").read_bytes() == before


def test_a_fork_is_checked_before_any_work(copied, capsys):
    recipe, workspace = copied
    for fork, part in (("junk", "RUN@STEP"), ("nope@5", "tiny"), ("tiny@4444", "its checkpoints")):
        code, value, _ = run(capsys, recipe, "--workspace", workspace, "--fork", fork, "--set", "name=other")
        assert code == 2 and part in value["message"] + value["mend"]
    assert not (workspace / "runs" / "other").exists()
    code, value, _ = run(capsys, recipe, "--workspace", workspace, "--fork", "tiny@40", "--set", "train.tokens=30000")
    assert code == 2 and "of its own" in value["message"]
    arguments = (
        recipe,
        "--workspace",
        workspace,
        "--fork",
        "tiny@40",
        "--set",
        "name=other",
        "--set",
        "train.tokens=30000",
    )
    for _ in range(2):  # the same command again goes on, and finds nothing to do
        code, value, _ = run(capsys, *arguments)
        assert code == 0, value


def test_from_after_until_is_refused(finished, capsys):
    recipe, workspace = finished
    code, value, _ = run(capsys, recipe, "--workspace", workspace, "--from", "split", "--until", "curate", "--dry-run")
    assert code == 2 and "nothing would run" in value["message"]


def test_ctrl_c_says_what_to_do(finished, tmp_path):
    """A real SIGINT to a real process, in the data stages."""
    recipe, _ = finished
    errors = tmp_path / "stderr"
    process = chains.start(recipe, tmp_path / "w", errors)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert "the same command goes on from here" in errors.read_text()
