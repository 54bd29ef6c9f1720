"""What `headwater classify train` does: examples in, a model's folder out.

In: paths of examples and settings. Out: the folder that `folder.save` writes, and the report.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from headwater import document, storage
from headwater.curate import linear
from headwater.curate.quality import examples, folder, train
from headwater.curate.quality.config import TrainingConfig


def train_from_files(
    positive: list[str], negative: list[str], output: Path, config: TrainingConfig, seed: int
) -> dict[str, Any]:
    """Train on two sets of files; the report. Raises HeadwaterError empty_corpus or arguments."""
    settings = linear.LinearConfig()
    found = examples.from_two(positive, negative, settings.max_chars, config.max_documents)
    return _trained(found, {"positive": positive, "negative": negative}, output, config, settings, seed)


def train_from_labels(
    labels: list[str], documents: list[str], output: Path, config: TrainingConfig, seed: int, scale: float
) -> dict[str, Any]:
    """Train on documents with labels; the report. Raises HeadwaterError empty_corpus or arguments."""
    settings = linear.LinearConfig()
    found = examples.from_labels(labels, documents, settings.max_chars, config.max_documents, scale)
    return _trained(found, {"labels": labels, "documents": documents}, output, config, settings, seed)


def _trained(
    found: examples.Examples,
    paths: dict[str, list[str]],
    output: Path,
    config: TrainingConfig,
    settings: linear.LinearConfig,
    seed: int,
) -> dict[str, Any]:
    model, report = train.train(found, config, settings, seed)
    inputs = {
        f"{role}: {Path(name).name}": storage.file_digest(name) if "://" not in name else ""
        for role, names in paths.items()
        for name in document.expand(names)
    }
    trained_on = {"inputs": inputs, "training": asdict(config), "seed": seed, "counts": report["examples"]}
    folder.save(output, model, report, trained_on)
    return report
