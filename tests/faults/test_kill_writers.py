"""Every writer killed by SIGKILL at random moments: what is on the disk is whole, old or new.

The child process is forked from a warm parent, so that a thousand kills a writer take seconds.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from headwater import document, storage
from headwater.pipeline import manifest

SLICE, KILLS = 40, 1000


def write_shard(folder, version):
    rows = [{"text": f"第 {version} 版 {i} {'x' * 200}", "id": str(version)} for i in range(200)]
    document.write_parquet(folder / "shard.parquet", [document.batch(rows)])


def check_shard(folder):
    rows = [row for b in document.read_parquet(folder / "shard.parquet") for row in b.to_pylist()]
    assert len(rows) == 200 and len({row["id"] for row in rows}) == 1
    return int(rows[0]["id"])


def write_manifest(folder, version):
    files = {f"f{i}": {"size": version, "sha256": "0"} for i in range(500)}
    made = manifest.Manifest(
        stage="s",
        version=version,
        digest="d",
        content=manifest.content_digest(files),
        inputs={},
        fields={},
        figures={},
        files=files,
    )
    manifest.write(folder, made)


def check_manifest(folder):
    found = manifest.read(folder)
    assert found.content == manifest.content_digest(found.files) and len(found.files) == 500
    return found.version


def write_log(folder, version):
    with storage.AppendLog(folder / "log.jsonl") as log:
        log.append({"version": version, "text": "中文" * 200})


def check_log(folder):
    rows = list(storage.read_rows(folder / "log.jsonl"))
    assert [row["version"] for row in rows] == list(range(rows[0]["version"], rows[0]["version"] + len(rows)))
    return rows[-1]["version"]


def write_jsonl(folder, version):
    rows = [{"text": f"{version} {i} {'y' * 300}", "id": str(version)} for i in range(200)]
    document.write_jsonl(folder / "out.jsonl.zst", [document.batch(rows)])


def check_jsonl(folder):
    rows = [row for b in document.read(folder / "out.jsonl.zst") for row in b.to_pylist()]
    assert len(rows) == 200
    return int(rows[0]["id"])


WRITERS = {
    "shard": (write_shard, check_shard),
    "manifest": (write_manifest, check_manifest),
    "log": (write_log, check_log),
    "jsonl": (write_jsonl, check_jsonl),
}


def kill_once(write, folder, first, after_s):
    """Fork a child that writes version after version from `first` on, and kill it."""
    child = os.fork()
    if child == 0:
        try:
            version = first
            while True:
                write(folder, version)
                version += 1
        finally:
            os._exit(1)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the child ended by itself"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kills", [SLICE, pytest.param(KILLS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", WRITERS)
def test_a_killed_writer_loses_only_the_work_in_hand(tmp_path, name, kills):
    write, check = WRITERS[name]
    rng = random.Random(name)
    aside = tmp_path / "aside"
    aside.mkdir()
    write(aside, 0)
    started = time.perf_counter()
    write(tmp_path, 0)
    longest_s = max(0.015, 4 * (time.perf_counter() - started))  # so that some versions end on a busy machine too
    last = 0
    for _ in range(kills):
        kill_once(write, tmp_path, last + 1, rng.uniform(0, longest_s))
        version = check(tmp_path)
        assert version >= last, "a finished version was lost"
        last = version
    assert last > 0
    print(f"{name}: {kills} kills, {last} versions written whole, {storage.sweep(tmp_path)} temporaries swept")
    write(tmp_path, last + 1)
    assert check(tmp_path) == last + 1
