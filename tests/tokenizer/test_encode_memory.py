"""Encoding a long stream of words never seen before takes no more memory than a short one."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import json, random, sys
from headwater.tokenizer.encode import Encoder
folder, megabytes = sys.argv[1], int(sys.argv[2])
encoder, rng = Encoder.load(folder), random.Random(1)
print(encoder._backend.name)
def peak():
    lines = open("/proc/self/status").read().split("\\n")
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
def text():
    return "".join(f" {rng.getrandbits(40):x}q{chr(97 + rng.randrange(26)) * 9}" for _ in range(2_000))
done, marks = 0, []
while done < megabytes * 1_000_000:
    texts = [text() for _ in range(20)]
    ids, _ = encoder.encode_batch(texts)
    done += sum(map(len, texts))
    marks.append(peak())
print(marks[len(marks) // 2], marks[-1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak of memory from /proc")
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("name", "megabytes"), [("headwater", 400), ("gpt2", 600)])
def test_memory_stays_flat_over_a_stream_of_new_words(tmp_path, name, megabytes):
    from headwater.tokenizer.train import save
    from tests.tokenizer.test_native import learned

    save(tmp_path, learned("bbpe", name))
    given = [sys.executable, "-c", CODE, str(tmp_path), str(megabytes)]
    done = subprocess.run(given, capture_output=True, text=True, check=True, timeout=1_100)
    half, end = map(int, done.stdout.split()[1:])
    assert end < half * 1.05 + 20_000, done.stdout  # KiB
