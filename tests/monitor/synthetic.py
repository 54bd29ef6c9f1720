"""A run folder made of rules, with every file a report reads, its text chosen by the test."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document, storage

CHANNELS = ("zh-general", "zh-specific", "en-general", "en-specific", "en-specific-math", "code-specific")
SHARES = (0.2, 0.2, 0.25, 0.05, 0.1, 0.2)
TEXT = {
    "zh": "清晨,薄雾笼罩着山谷。老师把一封旧信放在窗台上,说起三十年前修水渠的故事。\n"
    "学生们安静地听着,窗外的雨渐渐停了。",
    "en": "The mill stood by the river for two hundred years before anyone wrote its story down.\n\nIts "
    "owner kept a ledger of every sack of grain, and from it we know the price of bread in a year of frost.",
    "code": "def gather(rows):\n    found = {}\n    for row in rows:\n"
    "        found.setdefault(row.key, []).append(row)\n    return found\n",
}
REJECTED = {
    "gopher.num_words": ("Home | About | Contact", 4.0),
    "chinese.short_lines": ("首页\n登录\n注册\n下载", 1.0),
    "c4.curly_bracket": ("function go() { return 1; }", 1.0),
    "dedup.exact": (TEXT["en"], None),
    "dedup.minhash": (TEXT["en"] + " So they say.", 0.93),
    "decontaminate.ngram": ("Q: " + TEXT["en"], 0.8),
}
VERDICTS = pa.schema(
    [
        ("id", pa.string()),
        ("kept", pa.bool_()),
        ("reason", pa.string()),
        ("value", pa.float64()),
        ("duplicate_of", pa.string()),
        ("channel", pa.string()),
        ("text_bytes", pa.int64()),
    ]
)


def make(root: Path, say: Callable[[str], str] = lambda text: text, steps: int = 600) -> tuple[Path, dict[str, Path]]:
    """(run folder, {stage: folder}); `say` may replace every text that comes from outside."""
    with storage.layer(Unsynced()):
        return _make(root, say, steps)


class Unsynced(storage.Layer):
    """Leaves out the waits for the disk."""

    def fsync(self, handle: Any) -> None:
        handle.flush()

    def fsync_folder(self, path: Path) -> None:
        del path


def _make(root: Path, say: Callable[[str], str], steps: int) -> tuple[Path, dict[str, Path]]:
    run_folder = root / "runs" / "demo"
    names = ("crawl.0", "acquire", "clean", "annotate", "curate", "split", "tokenizer", "pack", "mix")
    stages = {name: root / "store" / f"{name.split('.')[0]}-1234abcd" for name in names}
    for name, folder in stages.items():
        storage.write_json(folder / "manifest.json", {"stage": name, "figures": {}})
    _data(stages, say)
    _mixture(stages)
    _training(run_folder, steps, say)
    _evaluation(run_folder, say)
    _about(run_folder, say)
    return run_folder, {**stages, "train": run_folder, "evaluate": run_folder}


def _data(stages: dict[str, Path], say: Callable[[str], str]) -> None:
    refused = {"robots.forbidden": 31, "private_address": 2}
    crawl = {"fetched": 431, "kept": 400, "rejected": {"fetch.not_html": 24, "fetch.status_404": 7}, "refused": refused}
    storage.write_json(stages["crawl.0"] / "report.json", crawl)
    counts = {"in": 2_412, "kept": 2_391, "rejected": {"extract.no_text": 9, "input.invalid_json": 12}}
    storage.write_json(stages["acquire"] / "manifest.json", {"stage": "acquire", "figures": {"counts": counts}})
    edit = {"id": say("doc-2"), "before": say("caf\u00c3\u00a9 au lait"), "after": say("café au lait")}
    edits = {"in": 2_391, "edited": 400, "bytes_before": 9_100_000, "bytes_after": 9_000_000}
    edits |= {"edits": {"mojibake": {"edits": 410, "documents": 400}}, "examples": {"mojibake": [edit]}}
    storage.write_json(stages["clean"] / "edits.json", edits)
    rows, verdicts = [], []
    for index, channel in enumerate(CHANNELS * 2):
        url = say(f"https://{channel}.example/{index}")
        row = {"id": f"doc-{index}", "text": say(TEXT[channel[:2] if channel[:2] != "co" else "code"]), "url": url}
        rows.append(row | {"title": say(f"Page {index} 第 {index} 页"), "source": say("example")})
        verdicts.append({"id": f"doc-{index}", "kept": True, "reason": "", "channel": channel})
    for index, (reason, (text, value)) in enumerate(REJECTED.items()):
        rows.append(
            {"id": f"bad-{index}", "text": say(text), "url": say(f"http://spam.example/{index}"), "title": say("")}
        )
        original = "doc-2" if reason.startswith("dedup.") else ""
        verdict = {"id": f"bad-{index}", "kept": False, "reason": reason, "value": value, "duplicate_of": original}
        verdicts.append(verdict | {"channel": "zh-general" if reason.startswith("chinese") else "en-general"})
    for row, verdict in zip(rows, verdicts, strict=True):
        verdict["text_bytes"] = len(row["text"].encode("utf-8", "replace"))
    document.write_parquet(stages["clean"] / "documents" / "000-00000-00000.parquet", [document.batch(rows)])
    table = pa.RecordBatch.from_pylist(verdicts, schema=VERDICTS)
    document.write_parquet(stages["curate"] / "verdicts" / "000-00000-00000.parquet", [table], VERDICTS)
    rejected = {"gopher.num_words": 120, "chinese.short_lines": 61, "c4.curly_bracket": 18, "dedup.exact": 44}
    _found_by_curation(stages["curate"], say)
    storage.write_json(stages["curate"] / "report.json", {"in": 2_391, "kept": 2_148, "rejected": rejected})
    split = {name: {"documents": {"train": 340, "heldout": 18}} for name in CHANNELS}
    storage.write_json(stages["split"] / "split.json", {"channels": split})


def _found_by_curation(curate: Path, say: Callable[[str], str]) -> None:
    """Histograms, what is nearest to the limits, and the questions of tests that were found."""
    words = {"column": "gopher_num_words", "low": 50.0, "high": 1000.0, "rows": 14, "missing": 0}
    words |= {"edges": [0.0, 25.0, 50.0, 200.0, math.nextafter(1000.0, 2000.0), 4000.0], "counts": [1, 2, 7, 3, 1]}
    brackets = {"column": "c4_curly", "low": None, "high": 0.0, "edges": [0.0, 5e-324, 1.0, 2.0], "counts": [9, 0, 2]}
    sizes = {
        "column": "text_bytes",
        "low": None,
        "high": None,
        "edges": [1.0, 10.0, 100.0, 1000.0],
        "counts": [1, 5, 3],
    }
    near = {"low": 50.0, "high": 1000.0, "inside": [{"id": "doc-2", "value": 51.0}]}
    near |= {"outside": [{"id": "bad-0", "value": 49.0}]}
    found = {"gopher.num_words": words, "c4.curly_bracket": brackets, "text_bytes": sizes}
    storage.write_json(curate / "statistics.json", {"histograms": found, "nearest": {"gopher.num_words": near}})
    example = {"document": "bad-5", "share": 0.8, "begin": 3, "end": 40}
    question = {"set": say("gsm8k"), "row": 7, "id": say("7"), "field": say("question"), "text": say(TEXT["en"])}
    question |= {"short": False, "share": 0.8, "documents": 1, "examples": [example]}
    sets = {say("gsm8k"): {"rows": 653, "texts": 653, "searched": 640, "contaminated": 1, "documents": 1}}
    report = {"thresholds": {"max_share": 0.5, "max_short_share": 0.9}, "sets": sets, "questions": [question]}
    report["documents"] = {"searched": 18, "with_hits": 1, "contaminated": 1}
    storage.write_json(curate / "contamination.json", report)
    figures = {"documents": 9, "chars": 900, "vendi": 7.5, "compression_ratio": 2.1, "self_repetition": None}
    top = {"host": say("a.example"), "documents": 9, "bytes": 900, "share": 0.6}
    hosts = {"documents": 18, "without_host": 0, "hosts": 3, "effective_hosts": 2.5, "gini": 0.3, "top": [top]}
    sample = {"en": {"before": figures, "after": {**figures, "vendi": 7.9}}}
    storage.write_json(curate / "diversity.json", {"sample": sample, "hosts": {"before": hosts, "after": hosts}})


def _mixture(stages: dict[str, Path]) -> None:
    tokens = {name: round(5_000_000 * share) for name, share in zip(CHANNELS, SHARES, strict=True)}
    entry = {"bytes_per_token": 3.61, "chars_per_token": 2.4}
    channels: dict[str, Any] = {name: entry | {"tokens": n} for name, n in tokens.items()}
    storage.write_json(stages["tokenizer"] / "report.json", {"vocab_size": 8192, "channels": channels})
    packed = {"channels": {name: {"tokens": n // 2, "documents": 340} for name, n in tokens.items()}}
    storage.write_json(stages["pack"] / "pack.json", packed)
    mixed = {
        name: {"asked": None, "available_tokens": n // 2, "tokens": n, "epochs": 2.0, "share": n / 5e6}
        for name, n in tokens.items()
    }
    storage.write_json(stages["mix"] / "mixture.json", {"feasible": True, "channels": mixed, "relaxation": ""})


def _training(run_folder: Path, steps: int, say: Callable[[str], str]) -> None:
    rng = random.Random(5)
    rows = []
    for step in range(1, steps + 1):
        loss = 3.4 + 5.6 * math.exp(-step / (steps / 7)) + rng.gauss(0, 0.08)
        losses = {name: loss + rng.gauss(0, 0.25) + 0.35 * (i - 2) for i, name in enumerate(CHANNELS)}
        lr = 3e-3 * min(1.0, step / 40, (steps - step) / (0.1 * steps))
        row = {"step": step, "attempt": 1, "tokens": step * 8192, "loss": loss, "loss_by_channel": losses, "lr": lr}
        rows.append(row | {"grad_norm": 0.8 + rng.random(), "tokens_per_s": 21_000 + rng.gauss(0, 900)})
    rows[steps // 2]["loss"] = 11.5
    write_rows(run_folder / "metrics.jsonl", rows)
    spike = {"step": steps // 2 + 1, "kind": "spike", "documents": [{"id": "doc-1", "url": say("https://a.example/1")}]}
    saved = [{"step": step, "kind": "checkpoint"} for step in range(100, steps + 1, 100)]
    write_rows(run_folder / "events.jsonl", [{"step": 0, "kind": "start"}, spike, *saved])
    checkpoint = run_folder / "checkpoints" / f"step-{steps:08d}"
    storage.write_json(
        checkpoint / "model.json", {"preset": "llama-1m", "num_layers": 4, "hidden_size": 128, "vocab_size": 8192}
    )
    header = json.dumps({"a": {"dtype": "F32", "shape": [8192, 128], "data_offsets": [0, 4]}}).encode()
    storage.write_bytes(checkpoint / "model.safetensors", struct.pack("<Q", len(header)) + header)


def _evaluation(run_folder: Path, say: Callable[[str], str]) -> None:
    score = {"ppl": 41.2, "low": 36.5, "high": 46.4, "n": 200, "bits_per_byte": 1.71}
    channels = {
        name: {k: v * (1 + i / 5) if k != "n" else v for k, v in score.items()} for i, name in enumerate(CHANNELS)
    }
    channels["code-specific"] = {"ppl": None, "low": None, "high": None, "n": 0, "bits_per_byte": None}
    tasks = {"perplexity": {"metric": "perplexity", "value": 52.0, "stderr": 1.2, "n": 1000}}
    storage.write_json(run_folder / "eval" / "perplexity.json", {"step": 600, "tasks": tasks, "channels": channels})
    rows = [
        {
            "channel": f"{lang}-general",
            "id": f"doc-{lang}",
            "url": say(f"https://{lang}.example/"),
            "prompt": say(text[:40]),
            "continuation": say(text[40:55] * 3),
            "sampled": say(text[60:90]),
            "reference": say(text[40:]),
        }
        for lang, text in TEXT.items()
    ]
    storage.write_json(run_folder / "eval" / "continuations.json", {"step": 600, "continuations": rows})


def _about(run_folder: Path, say: Callable[[str], str]) -> None:
    seconds = {
        "crawl.0": 14.2,
        "acquire": 8.8,
        "annotate": 21.0,
        "curate": 1.1,
        "split": 0.6,
        "tokenizer": 9.5,
        "train": 244.0,
    }
    write_rows(
        run_folder / "ledger.jsonl",
        [{"at": "2026-01-01T00:00:00Z", "event": "done", "stage": name, "seconds": s} for name, s in seconds.items()]
        + [{"at": "2026-01-01T00:05:00Z", "event": "reuse", "stage": "pack"}],
    )
    recipe = {
        "name": "demo",
        "seed": 7,
        "sources": [{"crawl": {"seeds": [say("https://a.example/")]}}],
        "mixture": {
            "lang": {"zh": 4, "en": 4, "code": 2},
            "kind": {"general": 1, "specific": 1},
            "max_domain_share": 0.15,
        },
    }
    storage.write_text(run_folder / "recipe.resolved.yaml", json.dumps(recipe, ensure_ascii=False, indent=1))
    packages = {"numpy": "2.1", "pyarrow": "20.0", "torch": "2.13.0", "ray": None}
    about = {"headwater": "0.1.0", "python": "3.11.2", "cores": 2, "memory_bytes": 8 << 30, "packages": packages}
    storage.write_json(run_folder / "environment.json", about | {"system": say("Linux")})


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    storage.write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
