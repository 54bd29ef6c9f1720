"""`headwater tokenizer curve`: compression against vocabulary size from one learning, what the embedding costs a model
at each size, and where it is no longer worth it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError

MOST_SIZES = 64
DRAWN_POINTS = 200
TRAINING_BYTES = 16  # of memory a parameter: fp32 weight, gradient and Adam's two moments


def curve(
    inputs: list[str] = typer.Argument(..., metavar="IN...", help="files, folders, globs or URLs of documents"),
    sizes: str = typer.Option("8k,16k,32k,64k,128k", "--sizes", help="vocabulary sizes to tell of"),
    model: str = typer.Option("llama-1b", "--model", help="the preset that pays for the embedding"),
    sequence_length: int = typer.Option(2048, "--sequence-length", help="tokens a sequence, for attention's cost"),
    kind: str = typer.Option("bbpe", "--type", help="bbpe (bytes) or bpe (the alphabet of the largest size)"),
    pretokenizer: str = typer.Option("headwater", "--pretokenizer", help="headwater, gpt2, cl100k, llama3 or qwen2"),
    digits: str = typer.Option("auto", "--digits", help="single, triple, none, or auto"),
    reserve: int = typer.Option(256, "--reserve", help="unused special tokens, which every size holds"),
    memory: str = typer.Option("1B", "--memory", help="bytes that counting and learning may take"),
    sample_bytes: str = typer.Option("200M", "--sample-bytes", help="text to learn from; more is sampled"),
    output: Path | None = typer.Option(None, "-o", "--output", help="a folder for curve.svg and curve.json"),
) -> Outcome:
    """Compression by channel against vocabulary size, with the embedding's cost; names the knee.

    Example: headwater tokenizer curve kept/*.parquet --sizes 8k,16k,32k,64k --model llama-300m -o curve
    """
    from headwater.cli.pack import labelled
    from headwater.cli.tokenizer import configured, whole

    wanted = asked_sizes(sizes)
    given = {"type": kind, "pretokenizer": pretokenizer, "digits": digits, "reserve": reserve}
    config = configured(
        given
        | {"vocab_size": wanted[0], "memory": whole(memory, "--memory")}
        | {"sample_bytes": whole(sample_bytes, "--sample-bytes")},
        names={"vocab-size": "sizes"},
    )
    check_model(model, sequence_length)
    problems: list[Counter[str]] = []

    def read() -> Any:
        problems.append(Counter())
        return labelled(inputs, problems[-1])

    value = measured(read, config, wanted, model, sequence_length, reporter()) | {"rejected": dict(problems[0])}
    if output is not None:
        written(output, value)
        value["output"] = str(output)
    value.pop("drawn")
    return Outcome(value=value, text=text(value))


def asked_sizes(text: str) -> list[int]:
    """`8k,16k` as sizes in order. Raises HeadwaterError arguments."""
    from headwater.cli.tokenizer import whole

    found = sorted({whole(part.strip(), "--sizes") for part in text.split(",") if part.strip()})
    if not found or len(found) > MOST_SIZES:
        raise HeadwaterError("arguments", f"--sizes {text[:80]}: expected 1 to {MOST_SIZES} sizes, as in 8k,16k,32k")
    return found


def check_model(preset: str, sequence_length: int) -> None:
    """Raise HeadwaterError arguments for a preset or length that cannot be."""
    from headwater.model.config import ModelSection

    wrong = [message for _, message in ModelSection(preset=preset).check()]
    if not 1 <= sequence_length <= 1 << 24:
        wrong.append(f"--sequence-length {sequence_length} must be from 1 to {1 << 24}")
    if wrong:
        raise HeadwaterError("arguments", "; ".join(wrong), mend="`headwater tokenizer curve --help` lists the options")


def measured(read: Any, config: Any, sizes: list[int], model: str, sequence_length: int, report: Any) -> dict[str, Any]:
    """One learning up to the largest size, and everything that is read off it.

    Raises HeadwaterError arguments where the smallest size, or empty_corpus where the text, is too small.
    """
    from dataclasses import replace

    from headwater.tokenizer import curve as curves
    from headwater.tokenizer import train

    learned, found = train.curves(read, replace(config, vocab_size=sizes[-1]), report)
    most = int(learned.sizes()[-1])
    if most < sizes[-1]:
        report.say(f"  the corpus fills {most} of {sizes[-1]} tokens; the curve ends there")
    kept = sorted({min(size, most) for size in sizes if size >= learned.num_fixed} or {most})
    if small := [size for size in sizes if size < kept[0]]:
        report.say(
            f"  {', '.join(map(str, small))}: below the {learned.num_fixed} tokens that no merge makes; left out"
        )
    total = curves.together(list(found.values()))
    costs = _costs(model, sequence_length, kept[0])
    return {
        "vocab_size": most,
        "model": model,
        "sequence_length": sequence_length,
        "sizes": [_at(size, total, costs, model, sequence_length) for size in kept],
        "channels": {
            name: {str(size): _round(one.bytes_per_token(size)) for size in kept} for name, one in found.items()
        },
        "knee": knees(total, kept[0], kept[-1], model, sequence_length),
        "drawn": found | {"all": total},
    }


def knees(total: Any, low: int, high: int, model: str, sequence_length: int) -> dict[str, Any]:
    """Both knees of a curve between two sizes."""
    from headwater.tokenizer import knee

    found = knee.find(total, _costs(model, sequence_length, low), low, high)
    return {
        "least_compute": {"vocab_size": found.least_compute, "at_end": found.at_end},
        "bend": {"vocab_size": found.bend},
    }


def _costs(model: str, sequence_length: int, vocab_size: int) -> Any:
    from headwater.tokenizer.knee import Costs

    config = _resolved(model, vocab_size, sequence_length)
    from headwater.model import flops

    parts = flops.forward_flops_per_token(config, sequence_length)
    return Costs(body=parts["attention"] + parts["mlp"], entry=parts["head"] / vocab_size)


def _resolved(model: str, vocab_size: int, sequence_length: int) -> Any:
    from headwater.model.config import ModelSection, resolve

    longest = max(2048, sequence_length)
    return resolve(ModelSection(preset=model, max_positions=longest), vocab_size, sequence_length)


def _at(size: int, total: Any, costs: Any, model: str, sequence_length: int) -> dict[str, Any]:
    """What a size gives and costs."""
    from headwater.model import flops

    counted = flops.parameters(_resolved(model, size, sequence_length))
    vocabulary = counted.embedding + counted.head
    compression = total.bytes_per_token(size)
    return {
        "vocab_size": size,
        "bytes_per_token": _round(compression),
        "embedding_parameters": vocabulary,
        "embedding_share": _round(vocabulary / counted.total),
        "embedding_bytes": 2 * vocabulary,
        "training_bytes": TRAINING_BYTES * vocabulary,
        "head_flops_per_token": costs.entry * size,
        "head_flops_per_byte": costs.entry * size / compression,
        "flops_per_byte": float(costs.per_byte(size, compression)),
    }


def _round(value: float) -> float:
    return round(value, 4)


def written(folder: Path, value: dict[str, Any]) -> None:
    """Write curve.json and curve.svg."""
    from headwater import storage

    storage.write_json(folder / "curve.json", {key: part for key, part in value.items() if key != "drawn"})
    storage.write_text(folder / "curve.svg", drawing(value))


def drawing(value: dict[str, Any]) -> str:
    """The curves of every channel, and both knees as upright lines."""
    import numpy as np

    from headwater.monitor.report import standalone
    from headwater.monitor.report.chart import Series

    first, last = value["sizes"][0]["vocab_size"], value["sizes"][-1]["vocab_size"]
    series, lowest, highest = [], np.inf, 0.0
    for name, one in value["drawn"].items():
        inside = np.unique([one.place(size) for size in np.linspace(first, last, DRAWN_POINTS).astype(int)])
        y = one.size_bytes / one.tokens[inside]
        series.append(Series(name=name, x=one.sizes[inside].astype(float), y=y))
        lowest, highest = min(lowest, y.min(initial=np.inf)), max(highest, y.max(initial=0.0))
    upright = np.array([lowest, highest])
    for name, label in (("bend", "the bend"), ("least_compute", f"least compute ({value['model']})")):
        size = value["knee"][name]["vocab_size"]
        series.append(Series(name=f"{label}: {size:,} tokens", x=np.full(2, float(size)), y=upright))
    return standalone.lines(
        series, title="Compression by vocabulary size", x_label="tokens in the vocabulary", y_label="bytes a token"
    )


def text(value: dict[str, Any]) -> str:
    """Three tables' worth in two: compression by channel, then the cost by size, and the knees in words."""
    sizes = value["sizes"]
    rows = [
        [name, *(f"{one[str(entry['vocab_size'])]:.2f}" for entry in sizes)] for name, one in value["channels"].items()
    ]
    rows.append(["all", *(f"{entry['bytes_per_token']:.2f}" for entry in sizes)])
    header = ["bytes/token", *(str(entry["vocab_size"]) for entry in sizes)]
    costs = [
        [
            str(entry["vocab_size"]),
            f"{entry['embedding_parameters'] / 1e6:.1f}M",
            f"{entry['embedding_share']:.1%}",
            f"{entry['embedding_bytes'] / 1e6:.0f} MB",
            f"{entry['training_bytes'] / 1e6:.0f} MB",
            f"{entry['head_flops_per_byte'] / 1e6:.2f}M",
            f"{entry['flops_per_byte'] / 1e6:.2f}M",
        ]
        for entry in sizes
    ]
    columns = ["tokens", "embedding", "of model", "in bf16", "in training", "head FLOPs/byte", "FLOPs/byte"]
    return "\n".join([table(rows, header), "", table(costs, columns), "", *knees_told(value)])


def knees_told(value: dict[str, Any]) -> list[str]:
    """Both knees, a sentence each."""
    least, bend = value["knee"]["least_compute"], value["knee"]["bend"]
    more = "; it still falls there, so look at larger sizes" if least["at_end"] else ""
    return [
        f"knee: {least['vocab_size']} tokens cost {value['model']} the least compute a byte{more}",
        f"bend: {bend['vocab_size']} tokens, furthest above the line from the first size to the last (Kneedle)",
    ]
