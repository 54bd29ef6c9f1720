"""`headwater curate` and a run of the cleaning stages, killed at random moments and begun again.

The same command after any number of kills ends with the bytes of an uninterrupted one, also in the index that later
crawls are compared with; Ctrl-C says so and leaves 130; a second command on one folder is refused.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import corpora
from tests.faults import chains, curated

KILLS = 10
DOCUMENTS = 400  # of each language
SETTINGS = {"curate": {"dedup": {"semantic": True, "span_words": 20}, "diversity": {"max_per_host": 300}}}


def command(folder: Path, output: Path) -> list[str]:
    inputs = [str(path) for path in sorted(folder.glob("*.jsonl"))]
    options = ["--recipe", str(folder / "recipe.yaml"), "--index", str(output.with_suffix(".index"))]
    return [sys.executable, "-m", "headwater", "curate", *inputs, "-o", str(output), "--workers", "2", *options]


def start(arguments: list[str], errors: Path) -> subprocess.Popen[bytes]:
    with open(errors, "wb") as handle:
        return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=handle, env=chains.environment())


def public(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but a lock, and what says which folder's command an index has a part from."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", "owner")
    }


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], dict[str, bytes], float]:
    """A folder of inputs, what an uninterrupted command makes of them, and how long it takes."""
    folder = tmp_path_factory.mktemp("curate")
    for lang in corpora.MAKERS:
        corpora.write_jsonl(folder / f"{lang}.jsonl", lang, DOCUMENTS)
    source = {"files": {"paths": [str(folder / "en.jsonl")]}}
    (folder / "recipe.yaml").write_text(json.dumps({"name": "x", "sources": [source], **SETTINGS}))
    for number in range(2):  # kernels are compiled by the first
        began = time.monotonic()
        done = subprocess.run(
            command(folder, folder / str(number)), capture_output=True, text=True, env=chains.environment(), timeout=300
        )
        assert done.returncode == 0, done.stderr
    seconds = time.monotonic() - began
    assert curated.accounted(folder / "1")["rejected"]["dedup.exact"] > 0
    assert public(folder / "0") == public(folder / "1") and public(folder / "0.index") == public(folder / "1.index")
    return folder, public(folder / "1"), public(folder / "1.index"), seconds


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_random_moments_ends_the_same(reference, tmp_path: Path) -> None:
    folder, expected, expected_index, seconds = reference
    rng, kills, number = random.Random(16), 0, 0
    while kills < KILLS:
        output = tmp_path / str(number)
        process = start(command(folder, output), tmp_path / "stderr")
        try:
            process.wait(timeout=rng.uniform(0.3, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=60)
            kills += 1
        assert "Traceback" not in (tmp_path / "stderr").read_text()
        assert process.returncode in (0, -signal.SIGKILL), (tmp_path / "stderr").read_text()
        if process.returncode == 0:
            assert public(output) == expected and public(output.with_suffix(".index")) == expected_index
            number += 1
    for left in range(number + 1):
        output = tmp_path / str(left)
        done = subprocess.run(command(folder, output), capture_output=True, env=chains.environment(), timeout=300)
        assert done.returncode == 0, done.stderr
        assert public(output) == expected and public(output.with_suffix(".index")) == expected_index


@pytest.mark.slow
def test_the_index_knows_every_document_once(reference, tmp_path: Path) -> None:
    folder, _, _, _ = reference
    rows = [{"id": f"more{i}", "text": corpora.english(random.Random(-i)), "lang": "en"} for i in range(1, 50)]
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first = [folder / f"{lang}.jsonl" for lang in corpora.MAKERS]
    index = ("--index", str(tmp_path / "index"))
    _, one, _ = curated.curate(first, tmp_path / "1", *index)
    _, two, _ = curated.curate([*first, tmp_path / "more.jsonl"], tmp_path / "2", *index)
    names = [row["id"] for number in (1, 2) for row in curated.rows(tmp_path / str(number) / "kept", ["id"])]
    assert len(names) == len(set(names)) and two["kept"] > 0
    code, value, _ = curated.curate([tmp_path / "more.jsonl", *first], tmp_path / "3", *index)
    assert code == 3 and "knows these documents already" in value["mend"]
    _, again, _ = curated.curate(first, tmp_path / "1", *index)
    assert again == one


@pytest.mark.slow
def test_a_run_of_the_cleaning_stages_killed_at_random_moments(reference, tmp_path: Path) -> None:
    recipe = corpora.write_recipe(tmp_path / "corpus", num_documents=100, **SETTINGS)
    until = ("--until", "split")
    began = time.monotonic()
    assert chains.run(recipe, tmp_path / "reference", *until).returncode == 0
    seconds, kills, number = time.monotonic() - began, 0, 0
    expected, rng = contents(tmp_path / "reference"), random.Random(61)
    while kills < KILLS:
        workspace = tmp_path / str(number)
        process = start(chains.command(recipe, workspace, *until), tmp_path / "stderr")
        try:
            process.wait(timeout=rng.uniform(0.2, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=60)
            kills += 1
            continue
        assert process.returncode == 0, (tmp_path / "stderr").read_text()
        assert contents(workspace) == expected
        number += 1
    assert chains.run(recipe, tmp_path / str(number), *until).returncode == 0
    assert contents(tmp_path / str(number)) == expected


def contents(workspace: Path) -> dict[str, str]:
    """The digest of what every stage made."""
    links = sorted(path for path in (workspace / "runs" / "tiny").iterdir() if path.is_symlink())
    return {link.name: json.loads((link / "manifest.json").read_text("utf-8"))["content"] for link in links}


@pytest.mark.slow
def test_ctrl_c_says_how_to_go_on(reference, tmp_path: Path) -> None:
    folder, expected, _, seconds = reference
    output = tmp_path / "out"
    process = start(command(folder, output), tmp_path / "stderr")
    give_up = time.monotonic() + 60
    while not (output / ".curate" / "read.json").exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    said = (tmp_path / "stderr").read_text()
    assert "interrupted" in said and "goes on from here" in said and "Traceback" not in said
    assert not (output / "report.json").exists()
    done = subprocess.run(command(folder, output), capture_output=True, env=chains.environment(), timeout=300)
    assert done.returncode == 0 and public(output) == expected


@pytest.mark.slow
def test_a_second_command_on_one_folder_is_refused(tmp_path: Path) -> None:
    path = corpora.write_jsonl(tmp_path / "en.jsonl", "en", 3)
    output = tmp_path / "out"
    process = start(command(tmp_path, output)[:-4], tmp_path / "stderr")
    try:
        give_up = time.monotonic() + 60
        while not (output / ".curate").exists() and time.monotonic() < give_up:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        code, value, _ = curated.curate(path, output)
        assert code == 5 and value["error"] == "in_use" and "another `headwater curate`" in value["message"]
    finally:
        process.send_signal(signal.SIGCONT)
    assert process.wait(timeout=100) == 0, (tmp_path / "stderr").read_text()
    assert curated.accounted(output)["kept"] == 3
