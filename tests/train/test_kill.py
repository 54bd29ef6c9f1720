"""kill -9 of a training process at random moments, then the same command again."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.model.checkpoint import verify
from headwater.train import checkpoint
from tests.train.test_resume import rows_of, weights_of

PROGRAM = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.train import tiny
from headwater.train import stage
stage.run(tiny.world(Path(sys.argv[1]), sys.argv[2], precision=sys.argv[3], checkpoint_every_steps=1, tokens=60 * 8 * 16))
"""
STEPS = 60


def started(root: Path, run: str, precision: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(root), run, precision], env=environment)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_kill_9_loses_only_the_step_in_hand(tmp_path, precision):
    assert started(tmp_path, "whole", precision).wait() == 0
    rng = random.Random(precision)
    kills, folder = 0, tmp_path / "runs/cut"
    while True:
        process = started(tmp_path, "cut", precision)
        while process.poll() is None and not (folder / "events.jsonl").exists():
            time.sleep(0.01)
        mark = len(checkpoint.folders(folder / "checkpoints"))
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and mark == 0:
            mark = len(checkpoint.folders(folder / "checkpoints"))
        time.sleep(rng.uniform(0, 3.5))
        if process.poll() is not None:
            assert process.returncode == 0
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        for kept in checkpoint.folders(folder / "checkpoints"):
            verify(kept)  # whatever is there under its name is whole
    assert weights_of(tmp_path, "cut", STEPS) == weights_of(tmp_path, "whole", STEPS)
    assert rows_of(tmp_path, "cut") == rows_of(tmp_path, "whole")
    assert not list((folder / "checkpoints").glob(".tmp-*"))
    print(f"{kills} kills")
