"""What a command writes is not read by it, and nothing else is written over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from headwater.curate import apart, inputs
from headwater.errors import HeadwaterError
from headwater.pipeline import workspace
from tests.curate.test_commands import command, rows
from tests.curate.workspace import CHINESE, ENGLISH


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A person's folder with a file, and beside it a folder that a command writes."""
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"id": f"r{n}", "text": text}) for n, text in enumerate((ENGLISH, CHINESE))]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "out" / "kept").mkdir(parents=True)
    shutil.copy(tmp_path / "in.jsonl", tmp_path / "out" / "kept" / "a.jsonl")
    shutil.copy(tmp_path / "in.jsonl", tmp_path / "out" / "mine.jsonl")
    return tmp_path


OWN = ("kept", "report.json")


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (["."], ["in.jsonl"]),
        (["*.jsonl"], ["in.jsonl"]),
        (["*/*.jsonl", "in.jsonl"], ["in.jsonl"]),
        (["out/*.jsonl"], ["out/mine.jsonl"]),
        (["out/*/*.jsonl", "out/mine.jsonl"], ["out/mine.jsonl"]),
        (["in.jsonl"], ["in.jsonl"]),
    ],
)
def test_what_lies_in_the_output_is_read_only_where_a_name_points_at_it(folder, names, read):
    said = []
    for root in ("", f"{folder}/"):
        given = [root + name for name in names]
        found = inputs.wanted(given, said.append, (apart.Written(folder=folder / "out", names=OWN),))
        assert sorted({item.location for item in found}) == [root + name for name in read]
    assert bool(said) == (names != ["in.jsonl"] and names != ["*.jsonl"] and names != ["out/*.jsonl"])


@pytest.mark.parametrize("name", ["out", "./out/", "link", "out/kept", "out/kept/a.jsonl", "out/kept/*.jsonl"])
def test_an_input_that_would_be_written_over_is_refused(folder, name):
    (folder / "link").symlink_to(folder / "out")
    with pytest.raises(HeadwaterError, match=r"output folder itself|is replaced") as caught:
        apart.check_inputs([name], (apart.Written(folder=folder / "out", names=OWN),))
    assert caught.value.failure == "arguments" and caught.value.mend


@pytest.mark.parametrize("name", [".", "*", "in.jsonl", "out/mine.jsonl", "out/keptsake", "hf://out/kept"])
def test_other_inputs_are_not(folder, name):
    apart.check_inputs([name], (apart.Written(folder=folder / "out", names=OWN),))


def test_a_folder_that_holds_its_own_output_is_curated_twice_alike(tmp_path, folder, capsys, monkeypatch):
    shutil.rmtree(folder / "out")
    told = [command(capsys, "curate", ".", "-o", "out", "--index", "seen")[1] for _ in range(2)]
    assert told[0] == told[1] and told[0]["in"] == told[0]["kept"] == 2
    assert command(capsys, "curate", ".", "-o", ".")[0] == 2

    real = shutil.rmtree

    def killed(path, **more):
        if Path(path).name != ".curate":
            return real(path, **more)
        real(path / "acquire")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inputs.shutil, "rmtree", killed)
        assert command(capsys, "curate", ".", "-o", "out", "--index", "seen")[0] == 130
    assert command(capsys, "curate", ".", "-o", "out", "--index", "seen")[1] == told[0]
    assert sorted(row["id"] for row in rows(folder / "out" / "kept")) == ["r0", "r1"]
    (folder / "in.jsonl").write_text("")
    assert command(capsys, "curate", "in.jsonl", "-o", "out")[0] == 3
    assert len(rows(folder / "out" / "kept")) == 2, "nothing was read: what was made before stays"


def test_only_an_index_is_taken_for_one(tmp_path):
    def refused(named):
        with pytest.raises(HeadwaterError) as caught:
            apart.check_index(named)
        assert caught.value.mend
        return caught.value.failure

    apart.check_index(tmp_path / "not there")
    apart.check_index(tmp_path)
    (tmp_path / "segments").mkdir()
    (tmp_path / "lock").touch()
    apart.check_index(tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    assert refused(tmp_path) == refused(tmp_path / "thesis.txt") == "arguments"
    good = {"schema": 1, "parameters": {}, "segments": [{"name": "a-b", "corpus": "c"}]}
    (tmp_path / "index.json").write_text(json.dumps(good))
    apart.check_index(tmp_path)
    for bad in ("{", "[]", "{}", '{"schema": 1}', json.dumps(good | {"segments": [1]})):
        (tmp_path / "index.json").write_text(bad)
        assert refused(tmp_path) in ("damaged_file", "foreign_version")
    for name in ("../a", "..", "", 5):
        (tmp_path / "index.json").write_text(json.dumps(good | {"segments": [{"name": name, "corpus": "c"}]}))
        assert refused(tmp_path) == "damaged_file"


def test_a_busy_folder_is_named(folder, capsys):
    with workspace.locked(folder / "out", ""):
        shutil.rmtree(folder / "out" / "kept")
        code, told = command(capsys, "curate", "in.jsonl", "-o", "out")
    assert (code, told["error"], told["where"]) == (5, "in_use", "out")
    lock = folder / "lock"
    with workspace.locked(lock, ""), pytest.raises(HeadwaterError) as caught, workspace.locked(lock, "busy"):
        pytest.fail("held twice")
    assert caught.value.where == str(folder)
