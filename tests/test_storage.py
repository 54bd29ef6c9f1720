"""storage.py: whole or not at all, whatever fails."""

from __future__ import annotations

import errno
import os

import pytest

from headwater import storage
from headwater.errors import HeadwaterError
from tests.faults.failing import FailingLayer


def test_a_block_that_fails_leaves_the_old_file_and_no_temporary(tmp_path):
    path = tmp_path / "a.json"
    storage.write_json(path, {"a": 1})
    with pytest.raises(RuntimeError), storage.open_atomic(path) as handle:
        handle.write(b"half")
        raise RuntimeError
    assert storage.read_json(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_every_operation_that_fails_is_said_and_leaves_old_or_new(tmp_path, code):
    path = tmp_path / "a.json"
    storage.write_json(path, {"old": 1})
    for n in range(1, 100):
        layer = FailingLayer(n, code)
        try:
            with storage.layer(layer):
                storage.write_json(path, {"new": n})
        except HeadwaterError as error:
            assert error.exit_code == 5 and error.where == str(path)
            assert storage.read_json(path) in ({"old": 1}, {"new": n})
            assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
        else:
            assert n > 4
            return
    pytest.fail("no run was clean")


def test_an_append_log_cuts_a_torn_line_and_goes_on(tmp_path):
    path = tmp_path / "log.jsonl"
    with storage.AppendLog(path) as log:
        log.append({"step": 1, "text": "中文"})
    with open(path, "ab") as handle:
        handle.write(b'{"step": 2, "te')
    assert [row["step"] for row in storage.read_rows(path)] == [1]
    with storage.AppendLog(path) as log:
        log.append({"step": 3})
    assert [row["step"] for row in storage.read_rows(path)] == [1, 3]


def test_a_log_of_one_torn_line_starts_anew(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"st')
    with storage.AppendLog(path) as log:
        log.append({"step": 1})
    assert path.read_bytes() == b'{"step":1}\n'


def test_damage_inside_a_log_is_an_error(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\nrot\n{"a":2}\n')
    with pytest.raises(HeadwaterError) as caught:
        list(storage.read_rows(path))
    assert caught.value.where == f"{path}:2"


def test_sweep_removes_only_temporaries(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / f"{storage.TEMPORARY_PREFIX}1-x").write_text("half")
    (tmp_path / "deep" / "whole").write_text("whole")
    assert storage.sweep(tmp_path) == 1
    assert (tmp_path / "deep" / "whole").exists()


def test_a_link_is_replaced_in_one_step(tmp_path):
    for name in ("one", "two"):
        (tmp_path / "store" / name).mkdir(parents=True)
        storage.point(tmp_path / "runs" / "a", tmp_path / "store" / name)
    assert (tmp_path / "runs" / "a").resolve().name == "two"
    assert not os.path.isabs(os.readlink(tmp_path / "runs" / "a"))


def test_opening_what_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(HeadwaterError) as caught:
        storage.open_input(tmp_path / "nothing.jsonl")
    assert caught.value.exit_code == 3 and "nothing.jsonl" in str(caught.value)
