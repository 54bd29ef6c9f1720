"""A corpus small enough for a page: real documents of the shared corpora, packed by a vocabulary learned from them.

In: the folder of corpora. Out: a pack folder with seven channels, made once a process.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zstandard

from headwater.batches.steps import Ramp
from headwater.cli.main import main
from headwater.mix import stage as mixing
from headwater.mix.config import MixtureConfig
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage

LENGTH = 256
SEED = 7
# file, sources that a channel takes (all where there is none), its labels, and characters of it
CHANNELS: tuple[tuple[str, tuple[str, ...], dict[str, str], int], ...] = (
    ("corpus-zh", ("docs-cn", "JavaGuide"), {"lang": "zh", "kind": "general"}, 1_500_000),
    ("corpus-zh", ("d2l-zh",), {"lang": "zh", "kind": "specific"}, 700_000),
    ("corpus-zh", ("poetry",), {"lang": "zh", "kind": "specific", "domain": "poetry"}, 300_000),
    ("corpus-en", ("peps", "rfcs", "EIPs"), {"lang": "en", "kind": "general"}, 4_000_000),
    ("corpus-code", (), {"lang": "code", "kind": "specific"}, 1_500_000),
    ("domain-math", ("stacks", "HoTT"), {"lang": "en", "kind": "specific", "domain": "math"}, 1_500_000),
    ("instruct", (), {"kind": "instruct"}, 600_000),
)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with open(path, "rb") as handle:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(handle), encoding="utf-8"):
            yield json.loads(line)


def documents(data: Path) -> Iterator[dict[str, Any]]:
    """Documents of every channel until it has its characters."""
    for name, sources, labels, characters in CHANNELS:
        for row in rows(data / f"{name}.jsonl.zst"):
            if sources and not any(source in row["source"] for source in sources):
                continue
            text = row.get("text") or f"{row['prompt']}\n\n{row['response']}"
            lang = labels.get("lang") or row["lang"]
            yield {
                "id": row["id"],
                "text": text,
                "url": row.get("url", ""),
                "source": row["source"],
                **labels,
                "lang": lang,
            }
            characters -= len(text)
            if characters <= 0:
                break


@functools.cache
def packed(data: Path) -> Path:
    """The pack folder; removed when the process ends."""
    folder = Path(_held().name)
    with open(folder / "documents.jsonl", "w", encoding="utf-8") as out:
        for row in documents(data):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    given = [str(folder / "documents.jsonl")]
    for command in (
        ["tokenizer", "train", *given, "--vocab-size", "8192", "-o", str(folder / "tokenizer")],
        ["pack", *given, "--tokenizer", str(folder / "tokenizer"), "-o", str(folder / "pack")],
    ):
        with contextlib.redirect_stdout(io.StringIO()):
            code = main(["--quiet", *command])
        if code:
            raise SystemExit(code)
    return folder / "pack"


@functools.cache
def _held() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def mixed(pack: Path, folder: Path, config: MixtureConfig, tokens: int, ramp: Ramp | None = None) -> dict[str, Any]:
    """Run the stage `mix` on the packed corpus; mixture.json. Raises HeadwaterError as the stage does."""
    train = SimpleNamespace(
        tokens=tokens, batch_tokens=32 * LENGTH, sequence_length=LENGTH, batch_ramp=ramp or Ramp(), decay_share=0.1
    )
    context = Context(
        stage=Stage(name="mix", version=1, function="", config=config), folder=folder, inputs={"pack": pack}, seed=SEED,
        engine=None, report=Reporter(quiet=True), recipe=SimpleNamespace(train=train),  # type: ignore[arg-type]
    )  # fmt: skip
    mixing.run(context)
    value: dict[str, Any] = json.loads((folder / mixing.MIXTURE_NAME).read_text())
    return value


def table(header: list[str], body: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
