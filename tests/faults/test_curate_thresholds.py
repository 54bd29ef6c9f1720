"""A changed threshold reads no text: the stages before `curate` are reused, with their texts wiped out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater import storage
from headwater.cli.main import main
from tests.corpora import write_recipe

TEXT_STAGES = ("acquire", "clean")  # that hold documents
FIRST = ("curate.gopher.min_words=200", "gopher.num_words")
CHANGES = [
    ("curate.chinese.max_punctuation=0.01", "chinese.punctuation"),
    ("curate.dedup.min_similarity=0.2", ""),
    ("curate.dedup.url=false", ""),
    ("curate.exact_dedup=false", ""),
    ("curate.minimal.max_repeated=0.01", ""),
]


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recipe that ran until `curate`, and its workspace, where no text can be read any more."""
    folder = tmp_path_factory.mktemp("thresholds")
    recipe = write_recipe(folder / "corpus", num_documents=8)
    assert run(recipe, folder, "curate") == 0
    for stage in TEXT_STAGES:
        texts = sorted((folder / "runs" / "tiny" / stage / "documents").glob("*.parquet"))
        assert texts
        for path in texts:
            path.write_bytes(bytes(path.stat().st_size))
    return recipe, folder


def run(recipe: Path, workspace: Path, until: str, *more: str) -> int:
    one = ("--set", "workers=1")
    return main(["run", str(recipe), "--workspace", str(workspace), "--until", until, "--json", "--quiet", *one, *more])


def events(workspace: Path) -> list[tuple[str, str]]:
    """(event, stage) of everything in the run's ledger."""
    return [(row["event"], row["stage"]) for row in storage.read_rows(workspace / "runs" / "tiny" / "ledger.jsonl")]


@pytest.mark.parametrize(
    ("change", "reason"), [FIRST, *(pytest.param(*one, marks=pytest.mark.slow) for one in CHANGES)]
)
def test_a_changed_threshold_reads_no_text(run_once, change: str, reason: str, capsys) -> None:
    recipe, workspace = run_once
    before = len(events(workspace))
    assert run(recipe, workspace, "split", "--set", change) == 0, capsys.readouterr().err
    came = events(workspace)[before:]
    assert [stage for event, stage in came if event == "done"] in (
        ["curate"],
        ["curate", "split"],
    )  # what is equal is not made again
    reused = [stage for event, stage in came if event == "reuse"]
    assert {*TEXT_STAGES, "annotate", "fingerprint"} <= set(reused)
    report = json.loads((workspace / "runs" / "tiny" / "curate" / "report.json").read_text("utf-8"))
    assert report["in"] == report["kept"] + sum(report["rejected"].values())
    assert not reason or report["rejected"][reason]


@pytest.mark.slow
def test_a_changed_repair_does_read_text(run_once, capsys) -> None:
    recipe, workspace = run_once
    assert run(recipe, workspace, "curate", "--set", "clean.encoding.nfc=false") == 3  # and says which file is damaged
    assert "documents" in capsys.readouterr().err


@pytest.mark.slow
def test_the_same_command_again_runs_nothing(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "corpus", num_documents=6)
    assert run(recipe, tmp_path, "split") == 0
    before = len(events(tmp_path))
    assert run(recipe, tmp_path, "split") == 0
    assert {event for event, _ in events(tmp_path)[before:]} == {"reuse"}
