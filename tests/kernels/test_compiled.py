"""Compiled kernels: kept under a key of their sources, safe to compile from several processes and threads at once."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from headwater.kernels import compiled

CODE = (
    "from headwater.curate import linear; f = linear.features(['a b', '河流'], linear.LinearConfig());"
    "print(linear.fit(f, [1, 0], linear.LinearConfig(), seed=1).score(f).tolist())"
)


@pytest.mark.slow
def test_processes_that_compile_at_once_agree(tmp_path):
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", CODE], env=environment, stdout=subprocess.PIPE) for _ in range(2)
    ]
    told = {process.communicate(timeout=100)[0] for process in started}
    assert len(told) == 1 and [process.returncode for process in started] == [0, 0]
    (folder,) = (tmp_path / "headwater").iterdir()
    assert folder.name.startswith("kernels-") and folder.stat().st_mode & 0o077 == 0
    assert list(folder.rglob("*.nbc"))


@pytest.mark.slow
def test_without_a_cache_folder_it_works_all_the_same(tmp_path):
    (tmp_path / "file").write_text("")
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "file")}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr.decode()


def test_warm_runs_once_whatever_the_threads():
    calls = []
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: compiled.warm("test", lambda: calls.append(1)), range(20)))
    assert calls == [1]


def test_frozen_views_do_not_copy():
    array = np.arange(4)
    view = compiled.frozen(array, np.int64)
    assert np.shares_memory(array, view) and not view.flags.writeable and array.flags.writeable


def test_calls_below_with_room_stay_in_one_block_of_frames():
    assert compiled.with_room(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        compiled.with_room(lambda: 1 // 0)
    assert compiled.with_room.__code__.co_stacksize == compiled.FRAME_SLOTS
