"""The stage `curate`: judge, drop copies, and say why.

In: `annotations/NAME.parquet`, `fingerprints/`, `hits/NAME.parquet` and what the stages `recall` and `quality` chose,
where these ran; no text. Out: `verdicts/NAME.parquet`, row for row, `report.json` and `statistics.json` (how every
statistic is spread, and the documents nearest to each threshold).
Steps: judge every shard by the rules (map) → find copies and what is over a cap, each step among what the ones before
left (`dedup.steps`) → write the verdicts (map) → add up the report → add what is new to the index.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import annotate, histograms, judge, nearest, totals
from headwater.curate.chosen import STAGES, Chosen, beside
from headwater.curate.clean import edits
from headwater.curate.config import CurateConfig
from headwater.curate.decontaminate import report as contamination
from headwater.curate.decontaminate import verdict as contaminated
from headwater.curate.dedup import copies, settle, steps
from headwater.curate.dedup.plan import REASONS, STEPS
from headwater.curate.diversity import report as diversity
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "verdicts"
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("kept", pa.bool_()),
        ("reason", pa.string()),  # empty where kept
        ("value", pa.float64()),  # what broke the rule, or how like the copy is; null where kept or the same
        ("duplicate_of", pa.string()),
        ("lang", pa.string()),
        ("kind", pa.string()),
        ("domain", pa.string()),
        ("channel", pa.string()),
        ("text_bytes", pa.int64()),
        ("cluster", pa.string()),  # documents that must stay on one side of a split
        ("injected", pa.bool_()),  # states a fact on purpose: trained on, never held out
    ]
)
_HERE = "headwater.curate.decide"


def run(context: Context) -> dict[str, Any]:
    """Decide on every document. Raises HeadwaterError empty_corpus when none is kept."""
    config: CurateConfig = context.config
    paths = shards(context.input("annotate") / annotate.FOLDER)
    plan = steps.plan_of(context, paths)
    fields = {"config": config, "chosen": _chosen(context), "plan": plan, "personal": []}
    for name, stage, folder in (("hits", "decontaminate", contaminated.FOLDER), ("edits", "clean", edits.FOLDER)):
        fields[name] = str(context.input(stage) / folder) if stage in context.inputs else ""
    if fields["edits"]:
        fields["personal"] = edits.rules(context.recipe.clean)
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": plan.starts[number + 1] - plan.starts[number], **fields}
        for number, path in enumerate(paths)
    ]
    judged = phases.run(context, "judge", tasks, f"{_HERE}:judge_shard", "documents")
    corpus = storage.value_digest([result["corpus"] for result in judged])
    found = steps.run(context, plan, corpus)
    verdicts = [task | {"number": number, "found": found} for number, task in enumerate(tasks)]
    results = phases.run(context, "verdicts", verdicts, f"{_HERE}:write_verdicts", "documents")
    report = totals.add_up(result["report"] for result in results)
    storage.write_json(context.folder / "report.json", report)
    storage.write_json(context.folder / "statistics.json", _statistics([result["statistics"] for result in judged]))
    _write_figures(context)
    if not report["kept"]:
        raise totals.nothing_kept(report, config.dedup.index)
    steps.add_to_index(context, plan, corpus, found)
    return {"counts": {name: report[name] for name in ("in", "kept", "rejected")}}


def _write_figures(context: Context) -> None:
    """What the thresholds make of the hits, and how varied the corpus was and is."""
    if "decontaminate" in context.inputs:
        hits = contamination.contamination(context.input("decontaminate"), context.config.decontaminate)
        storage.write_json(context.folder / "contamination.json", hits)
    if "diversity" in context.inputs:
        annotations = context.input("annotate") / annotate.FOLDER
        figures = diversity.diversity(context.input("diversity"), annotations, context.folder / FOLDER)
        storage.write_json(context.folder / "diversity.json", figures)


def _chosen(context: Context) -> Chosen:
    folders = {name: str(context.input(name)) for name in STAGES if name in context.stage.inputs}
    if "recall" not in folders:
        return Chosen(folders=folders)
    settings = context.recipe.recall
    domain = document.label(settings.domain, "")
    return Chosen(folders=folders, domain=domain, keep_others=settings.keep_others)


def judge_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Judge one shard by the rules: note reason and value, and how its statistics lie about the thresholds."""
    folder, shard, config = Path(task["folder"]), Path(task["shard"]), task["config"]
    annotations = beside(pq.read_table(shard), shard.name, task["chosen"])
    columns = judge.columns_of(annotations, config)
    sets = judge.rule_sets(columns, config)
    everyone = np.ones(annotations.num_rows, bool)
    if task["edits"] and task["personal"]:
        columns |= edits.columns(_beside(Path(task["edits"]) / shard.name, annotations))
        sets.insert(0, (everyone, task["personal"]))
    if task["hits"]:
        columns |= contaminated.columns(_beside(Path(task["hits"]) / shard.name, annotations))
        sets.append((everyone, contaminated.rules(config.decontaminate)))
    reason, value = judge.verdicts(columns, sets)
    name = copies.judged_file(shard.name)
    batch = pa.record_batch({"reason": reason, "value": value})
    document.write_parquet(folder / name, [batch], batch.schema)
    statistics = {"histograms": histograms.histogram(columns, sets), "nearest": nearest.nearest(columns, sets)}
    corpus = storage.value_digest([annotations["id"].to_pylist(), annotations["digest"].to_pylist()])
    return {"files": [name], "corpus": corpus, "statistics": statistics}


def _beside(path: Path, annotations: pa.Table) -> pa.Table:
    """A table that stands row for row beside the annotations. Raises HeadwaterError damaged_file."""
    table = pq.read_table(path)
    if table.num_rows != annotations.num_rows:
        raise HeadwaterError("damaged_file", "has other rows than the documents", where=str(path))
    return table


def _statistics(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One statistics.json of the statistics of all shards."""
    return {
        "histograms": histograms.merge(part["histograms"] for part in parts),
        "nearest": nearest.merge(part["nearest"] for part in parts),
    }


def write_verdicts(task: dict[str, Any]) -> dict[str, Any]:
    """Join rules, copies and caps into the verdicts of one shard, and count them."""
    folder, shard, plan, number = Path(task["folder"]), Path(task["shard"]), task["plan"], task["number"]
    found: steps.Found = task["found"]
    columns = ["id", "lang", "kind", "domain", "text_bytes", "digest", "injected"]
    table = beside(pq.read_table(shard, columns=columns), shard.name, task["chosen"]).select(columns)
    rows: dict[str, list[Any]] = table.to_pydict()
    judged = pq.read_table(folder / copies.judged_file(shard.name)).to_pydict()
    rows |= {"reason": judged["reason"], "value": judged["value"], "duplicate_of": [""] * len(rows["id"])}
    drops = copies.of_shard(plan, folder, [*found.copies, *found.caps], number)
    for row, step, value in zip(drops["order"].tolist(), drops["step"].tolist(), drops["value"].tolist(), strict=True):
        rows["reason"][row], rows["value"][row] = REASONS[STEPS[step]], None if np.isnan(value) else value
    for indexed in (False, True):
        some = drops[(drops["survivor"] >= 0) & (drops["indexed"] == indexed)]
        names = settle.named(plan, folder, some["survivor"], indexed, "id")
        for row, name in zip(some["order"].tolist(), names, strict=True):
            rows["duplicate_of"][row] = name
    rows["cluster"] = rows.pop("digest")
    if found.copies:
        roots = settle.roots_of_shard(plan, folder, number)
        moved = np.flatnonzero(roots != np.arange(plan.starts[number], plan.starts[number + 1]))
        labels = settle.named(plan, folder, roots[moved], False, "digest")
        for row, label in zip(moved.tolist(), labels, strict=True):
            rows["cluster"][row] = label
    channels = zip(rows["lang"], rows["kind"], rows["domain"], strict=True)
    rows["channel"] = [document.channel(*parts) for parts in channels]
    rows["kept"] = [not reason for reason in rows["reason"]]
    name = f"{FOLDER}/{shard.name}"
    verdicts = pa.record_batch([pa.array(rows[field.name], field.type) for field in SCHEMA], schema=SCHEMA)
    document.write_parquet(folder / name, [verdicts], SCHEMA)
    return {"files": [name], "report": totals.count(rows)}
