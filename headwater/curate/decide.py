"""The stage `curate`: judge, drop copies, and say why.

In: `annotations/NAME.parquet`, and what the stages `recall` and `quality` chose; no text.
Out: `verdicts/NAME.parquet`, row for row, and `report.json`.
Steps: judge every shard by the rules and note the digests of what they kept (map) → find the first
of each digest (partition, reduce) → write the verdicts (map) → add up the report.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import annotate, judge
from headwater.curate.chosen import STAGES, Chosen, beside
from headwater.curate.config import CurateConfig
from headwater.curate.dedup import exact
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "verdicts"
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("kept", pa.bool_()),
        ("reason", pa.string()),  # empty where kept
        ("value", pa.float64()),  # what broke the rule; null where kept or a copy
        ("duplicate_of", pa.string()),
        ("lang", pa.string()),
        ("kind", pa.string()),
        ("domain", pa.string()),
        ("channel", pa.string()),
        ("text_bytes", pa.int64()),
        ("cluster", pa.string()),  # documents that must stay on one side of a split
    ]
)
EXAMPLES = 3
EXAMPLE_CHARS = 80
TOP_REASONS = 3
_HERE = "headwater.curate.decide"


def run(context: Context) -> dict[str, Any]:
    """Decide on every document. Raises HeadwaterError empty_corpus when none is kept."""
    config: CurateConfig = context.config
    paths = shards(context.input("annotate") / annotate.FOLDER)
    rows = [pq.read_metadata(path).num_rows for path in paths]
    partitions = exact.num_partitions(sum(rows)) if config.exact_dedup else 0
    chosen = _chosen(context)
    fields = {"config": config, "partitions": partitions, "chosen": chosen}
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": count, **fields}
        for path, count in zip(paths, rows, strict=True)
    ]
    phases.run(context, "judge", tasks, f"{_HERE}:judge_shard", "documents")
    names = [path.name for path in paths]
    reductions = [{"key": f"{number:05d}", "partition": number, "shards": names} for number in range(partitions)]
    phases.run(context, "duplicates", reductions, f"{_HERE}:find_duplicates", "partitions")
    verdicts = [task | {"number": number} for number, task in enumerate(tasks)]
    results = phases.run(context, "verdicts", verdicts, f"{_HERE}:write_verdicts", "documents")
    report = add_up([result["report"] for result in results])
    storage.write_json(context.folder / "report.json", report)
    if not report["kept"]:
        raise _nothing_kept(report)
    return {"counts": {name: report[name] for name in ("in", "kept", "rejected")}}


def _chosen(context: Context) -> Chosen:
    folders = {name: str(context.input(name)) for name in STAGES if name in context.stage.inputs}
    if "recall" not in folders:
        return Chosen(folders=folders)
    settings = context.recipe.recall
    domain = document.label(settings.domain, "")
    return Chosen(folders=folders, domain=domain, keep_others=settings.keep_others)


def judge_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Judge one shard by the rules; note reason and value, and the keys of what is kept."""
    folder, shard = Path(task["folder"]), Path(task["shard"])
    annotations = beside(pq.read_table(shard), shard.name, task["chosen"])
    reason, value = judge.judge(annotations, task["config"])
    files = [f"{phases.WORK}/judged/{shard.name}"]
    judged = pa.record_batch({"reason": reason, "value": value})
    document.write_parquet(folder / files[0], [judged], judged.schema)
    if task["partitions"]:
        files.append(_keys(shard.name))
        table = annotations.select(["digest", "id"]).append_column(
            "row", pa.array(range(annotations.num_rows), pa.int64())
        )
        kept = table.filter(pc.equal(reason, "")).select(exact.KEYS_SCHEMA.names)
        exact.write_keys(folder / files[1], kept, task["partitions"])
    return {"files": files}


def find_duplicates(task: dict[str, Any]) -> dict[str, Any]:
    """Find the copies in one partition of the digests, over all shards."""
    folder, name = Path(task["folder"]), _duplicates(task["partition"])
    keys_files = [folder / _keys(shard) for shard in task["shards"]]
    return {"files": [name], "rows": exact.reduce_partition(keys_files, task["partition"], folder / name)}


def write_verdicts(task: dict[str, Any]) -> dict[str, Any]:
    """Join rules and copies into the verdicts of one shard, and count them."""
    folder, shard = Path(task["folder"]), Path(task["shard"])
    columns = ["id", "lang", "kind", "domain", "text_bytes", "digest"]
    rows = beside(pq.read_table(shard, columns=columns), shard.name, task["chosen"]).select(columns).to_pydict()
    judged = pq.read_table(folder / phases.WORK / "judged" / shard.name).to_pydict()
    duplicates_files = [folder / _duplicates(number) for number in range(task["partitions"])]
    duplicates = exact.duplicates_of_shard(duplicates_files, task["number"])
    reasons = judged["reason"]
    for row in duplicates:
        reasons[row] = exact.REASON
    rows["cluster"] = rows.pop("digest")
    rows["channel"] = [
        document.channel(*labels) for labels in zip(rows["lang"], rows["kind"], rows["domain"], strict=True)
    ]
    rows |= {"reason": reasons, "value": judged["value"], "kept": [not reason for reason in reasons]}
    rows["duplicate_of"] = [duplicates.get(row, "") for row in range(len(reasons))]
    name = f"{FOLDER}/{shard.name}"
    verdicts = pa.record_batch([pa.array(rows[field.name], field.type) for field in SCHEMA], schema=SCHEMA)
    document.write_parquet(folder / name, [verdicts], SCHEMA)
    return {"files": [name], "report": _count(rows)}


def _count(rows: dict[str, list[Any]]) -> dict[str, Any]:
    """The report of one shard."""
    report: dict[str, Any] = {"in": len(rows["id"]), "kept": sum(rows["kept"])}
    report["rejected"] = dict(Counter(reason for reason in rows["reason"] if reason))
    for group, column in (("by_lang", "lang"), ("by_channel", "channel")):
        figures: dict[str, dict[str, int]] = {}
        for label, kept, size in zip(rows[column], rows["kept"], rows["text_bytes"], strict=True):
            entry = figures.setdefault(label, {"in": 0, "kept": 0, "kept_bytes": 0})
            entry["in"] += 1
            entry["kept"] += kept
            entry["kept_bytes"] += size * kept
        report[group] = figures
    examples: dict[str, list[str]] = {}
    for name, reason in zip(rows["id"], rows["reason"], strict=True):
        if reason and len(examples.setdefault(reason, [])) < EXAMPLES:
            examples[reason].append(name[:EXAMPLE_CHARS])
    return report | {"examples": examples}


def add_up(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """One report of several, in document order."""
    total: dict[str, Any] = {"in": 0, "kept": 0, "rejected": {}, "by_lang": {}, "by_channel": {}, "examples": {}}
    for report in reports:
        total["in"] += report["in"]
        total["kept"] += report["kept"]
        for reason, count in report["rejected"].items():
            total["rejected"][reason] = total["rejected"].get(reason, 0) + count
            total["examples"][reason] = (total["examples"].get(reason, []) + report["examples"][reason])[:EXAMPLES]
        for group in ("by_lang", "by_channel"):
            for label, figures in report[group].items():
                sums = total[group].setdefault(label, dict.fromkeys(figures, 0))
                for name, value in figures.items():
                    sums[name] += value
    return total


def _nothing_kept(report: dict[str, Any]) -> HeadwaterError:
    top = Counter(report["rejected"]).most_common(TOP_REASONS)
    why = ", ".join(f"{reason} ({count})" for reason, count in top)
    if not report["in"]:
        return HeadwaterError("empty_corpus", "there are no documents to curate", mend="check the recipe's sources")
    return HeadwaterError(
        "empty_corpus",
        f"all {report['in']} documents were rejected; most by {why}",
        mend="relax that rule's threshold, set `curate.preset: none`, or give the source `kind: specific`",
    )


def _keys(shard: str) -> str:
    return f"{phases.WORK}/keys/{shard}"


def _duplicates(partition: int) -> str:
    return f"{phases.WORK}/duplicates/{partition:05d}.parquet"
