"""`headwater trace` over a packed corpus of a million documents and more, beside the same trace without its lookup.

In: nothing (tokens, ids and URLs are made here; a trace's cost does not depend on what they say). Out: seconds of the
whole command and of the call from Python, for a step, an id and a URL; the medians beside the floor of 0.5 s.
The peer is what Parquet alone can do: the table read by row group, its columns searched from one end to the other.

    python -m benchmarks.trace [--documents 1200000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import runner
from headwater import document, storage
from headwater.batches.segment import Segment
from headwater.document import lookup
from headwater.monitor.run import Run
from headwater.pack import indexed
from headwater.pack.config import ROW_GROUP_DOCUMENTS
from headwater.pack.pieces import DOCS_SCHEMA

FLOOR_S = 0.5
CHANNELS = {"zh-general": 0.4, "en-general": 0.4, "code-specific": 0.2}
MEAN_TOKENS, LENGTH, SEQUENCES, VOCAB = 120, 1024, 256, 32_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1_200_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-trace-") as folder:
        run = Path(folder) / "runs" / "made"
        write_s = make(run, given.documents)
        ours = measured(run, given.rounds)
        for path in (run / "pack").glob(f"*{lookup.SUFFIX}"):
            path.unlink()
        peer = measured(run, max(1, given.rounds // 2))
    slowest = max(ours[f"command {ask}"] for ask in asks(given.documents))
    ratio = statistics.mean(peer[f"command {ask}"] for ask in asks(given.documents)) / slowest
    extra = {"documents": given.documents, "floor_s": FLOOR_S, "slowest_s": slowest, "lookup_documents_per_s": write_s}
    runner.save("trace", ours, peer, ratio, **extra)


def asks(documents: int) -> dict[str, list[str]]:
    """What is asked, as the command takes it."""
    one = documents // 7
    return {
        "step": ["--step", "77"],
        "step with text": ["--step", "77", "--text"],
        "id": ["--doc", id_of("en-general", one)],
        "url": ["--url", url_of("en-general", one)],
    }


def id_of(channel: str, number: int) -> str:
    return f"{channel[:2]}{number * 2_654_435_761 % (1 << 48):012x}"


def url_of(channel: str, number: int) -> str:
    return f"https://www.site-{number % 5003}.example/{channel}/articles/{number:09d}.html"


def make(run: Path, documents: int) -> int:
    """A run's packed corpus, tokenizer and schedule; documents a second that the lookup is written at."""
    rng, pack, spent, windows = np.random.default_rng(7), run / "pack", 0.0, {}
    for name, share in CHANNELS.items():
        lengths = np.maximum(2, rng.exponential(MEAN_TOKENS, int(documents * share))).astype(np.int32)
        tokens = rng.integers(0, VOCAB, int(lengths.sum()), dtype=np.uint16)
        storage.write_bytes(pack / f"{name}.bin", tokens.tobytes())
        indexed.write_idx(pack / f"{name}.idx", np.dtype(np.uint16), len(lengths), lambda kept=lengths: iter([kept]))
        document.write_parquet(pack / f"{name}.docs.parquet", table(name, lengths), DOCS_SCHEMA)
        began = time.perf_counter()
        lookup.write(pack / f"{name}{lookup.SUFFIX}", pack / f"{name}.docs.parquet")
        spent += time.perf_counter() - began
        windows[name] = (len(tokens) - 1) // LENGTH
    storage.write_json(pack / "pack.json", {"eod_id": 0})
    segment = Segment(
        first_step=1,
        last_step=max(100, sum(windows.values()) * 2 // SEQUENCES),  # two epochs
        seed=7,
        sequence_length=LENGTH,
        sequences=SEQUENCES,
        block=1000,
        counts={"zh-general": 400, "en-general": 400, "code-specific": 200},
        offsets=dict.fromkeys(CHANNELS, 0),
        windows=windows,
    )
    storage.write_text(run / "mix" / "schedule.jsonl", json.dumps(segment.row()) + "\n")
    storage.write_json(run / "mix" / "mixture.json", {"packing": "cut"})
    storage.write_bytes(run / "tokenizer" / "tokenizer.json", tokenizer())
    return round(documents / spent)


def table(channel: str, lengths: np.ndarray) -> Iterator[pa.RecordBatch]:
    starts = np.concatenate([[0], np.cumsum(lengths[:-1], dtype=np.int64)])
    for first in range(0, len(lengths), ROW_GROUP_DOCUMENTS):
        rows = range(first, min(first + ROW_GROUP_DOCUMENTS, len(lengths)))
        columns: dict[str, Any] = {
            "document_id": [id_of(channel, row) for row in rows],
            "url": [url_of(channel, row) for row in rows],
            "token_offset": starts[rows.start : rows.stop],
            "length": lengths[rows.start : rows.stop],
            "warc_file": [f"crawl-{row // 20_000:05d}.warc.gz" for row in rows],
            "warc_offset": [row % 20_000 * 8192 for row in rows],
            "fim": [""] * len(rows),
            "fim_begin": [-1] * len(rows),
            "fim_end": [-1] * len(rows),
        }
        arrays = [pa.array(columns.get(f.name, [channel] * len(rows)), f.type) for f in DOCS_SCHEMA]
        yield pa.RecordBatch.from_arrays(arrays, schema=DOCS_SCHEMA)


def tokenizer() -> bytes:
    """A vocabulary of VOCAB tokens of six letters."""
    from tokenizers import Tokenizer, decoders, models

    vocab = {"<|endoftext|>": 0} | {f"t{number:05d}": number for number in range(1, VOCAB)}
    made = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<|endoftext|>"])
    return made.to_str().encode()


def measured(run: Path, rounds: int) -> dict[str, float]:
    """Median seconds of every ask: of a command by the clock and on the processor, and of a call by the clock."""
    documents = sum(Run(run).tracer.table(channel).indexed.num_sequences for channel in CHANNELS)
    found = {}
    for name, arguments in asks(documents).items():
        command = [sys.executable, "-m", "headwater", "trace", str(run), *arguments, "--json"]
        found[f"command {name}"] = median(lambda asked=command: told(asked), rounds)
        found[f"processor {name}"] = median(lambda asked=command: told(asked), rounds, spent_by_children)
        if name != "step with text":
            found[f"call {name}"] = median(lambda asked=arguments: called(run, *asked), rounds)
    return found


def told(command: list[str]) -> None:
    value = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert value.get("documents") or value["steps"]


def called(run: Path, option: str, value: str) -> None:
    opened = Run(run)
    found = opened.documents(int(value)) if option == "--step" else opened.steps(**{option[2:]: value})
    assert found


def spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median(act: Callable[[], None], rounds: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Median seconds of `rounds` calls after a first one, which brings the files into the system's cache."""
    times = []
    for _ in range(rounds + 1):
        began = clock()
        act()
        times.append(clock() - began)
    return round(statistics.median(times[1:]), 4)


if __name__ == "__main__":
    main()
