"""kill -9 of a training process at random moments, then the same command again."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.model.checkpoint import folders, verify
from headwater.monitor import metrics
from tests.train.test_resume import rows_of, weights_of

PROGRAM = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.train import tiny
from headwater.train import stage
settings = {"precision": sys.argv[3], "checkpoint_every_steps": 1, "tokens": 60 * 8 * 16}
stage.run(tiny.world(Path(sys.argv[1]), sys.argv[2], **settings))
"""
STEPS = 60
KILLS = 6


def started(root: Path, run: str, precision: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", PROGRAM, str(root), run, precision]
    return subprocess.Popen(command, env=environment)


def wait_for_training(process: subprocess.Popen[bytes], folder: Path, attempt: int) -> None:
    """Until the process trains: its attempt is in the log. (It may also end first.)"""
    while process.poll() is None and metrics.attempts(folder) < attempt:
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_kill_9_loses_only_the_step_in_hand(tmp_path, precision):
    assert started(tmp_path, "whole", precision).wait() == 0
    rng = random.Random(precision)
    folder = tmp_path / "runs/cut"
    for attempt in range(1, KILLS + 1):
        process = started(tmp_path, "cut", precision)
        wait_for_training(process, folder, attempt)
        time.sleep(rng.uniform(0, 0.4))
        process.kill()
        process.wait()
        for kept in folders(folder / "checkpoints"):
            verify(kept)  # whatever is there under its name is whole
    assert started(tmp_path, "cut", precision).wait() == 0
    assert weights_of(tmp_path, "cut", STEPS) == weights_of(tmp_path, "whole", STEPS)
    assert rows_of(tmp_path, "cut") == rows_of(tmp_path, "whole")
    assert not list((folder / "checkpoints").glob(".tmp-*"))
