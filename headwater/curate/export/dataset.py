"""The curated corpus of a run as a data set: Parquet in the layout of the Hugging Face hub, and its card.

In: a run that is curated. Out: `data/train-00000-of-0000N.parquet`, `data/heldout-…`, `README.md` and
`headwater.manifest` (JSON: what it was made from, and a digest of every file). Steps: plan where shards end, from the
sizes that the split holds → write the shards that are not there yet → count what was written → write the card. An
export that is cut short goes on when the same command is given; what is finished is never written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate.export import card, corpus, tally
from headwater.curate.export.corpus import Corpus
from headwater.errors import HeadwaterError
from headwater.pipeline import manifest
from headwater.pipeline.progress import Reporter
from headwater.pipeline.workspace import locked

PARTS = ("train", "heldout")
SHARD_BYTES = 512 << 20  # of text, before it is compressed
STATE, RECORD, CARD = ".export.json", "headwater.manifest", "README.md"
LeftOut = Callable[[str], bool]


def export_dataset(
    run: Path,
    output: Path,
    report: Reporter,
    *,
    left_out: LeftOut | None = None,
    left_out_key: str = "",
    shard_bytes: int = SHARD_BYTES,
) -> dict[str, Any]:
    """Write the data set; its figures. `left_out`: whether a URL's owner opted out; `left_out_key`: by which lists.

    Raises HeadwaterError unknown_name (not curated yet), arguments (another thing lies there), damaged_file, in_use.
    """
    output = output.absolute()  # `.` has a name then
    found = corpus.find(run.resolve())
    wanted = {"of": found.key(), "shard_bytes": shard_bytes, "left_out": left_out_key, "schema": 1}
    with locked(output.with_name(f".{output.name}.lock"), "another export writes this folder"):
        done = _finished(output, wanted)
        if done is not None:
            return done
        storage.sweep(output)
        storage.write_json(output / STATE, wanted)
        plans = plan(found.splits, shard_bytes)
        names: list[str] = []
        for part in PARTS:
            with report.bar(f"export {part}", sum(plans[part]), "documents") as bar:
                names += _write_part(found, part, plans[part], output, left_out, bar.advance)
        figures = tally.of_files(output, names)
        figures["left_out"] = sum(map(sum, plans.values())) - figures["documents"]
        storage.write_text(output / CARD, card.card(found, figures))
        value = _record(found, output, figures, wanted)
        storage.write_json(output / RECORD, value)
        (output / STATE).unlink(missing_ok=True)
        return value


def plan(splits: list[Path], shard_bytes: int) -> dict[str, list[int]]:
    """Documents in each shard of each part: a shard ends with the document that fills it."""
    plans: dict[str, list[int]] = {part: [] for part in PARTS}
    sizes = dict.fromkeys(PARTS, shard_bytes)  # full, so that the first document begins a shard
    for path in splits:
        rows = pq.read_table(path, columns=["part", "text_bytes"])
        for part, size in zip(rows["part"].to_pylist(), rows["text_bytes"].to_pylist(), strict=True):
            if part not in plans:
                continue
            if sizes[part] >= shard_bytes:
                plans[part].append(0)
                sizes[part] = 0
            plans[part][-1] += 1
            sizes[part] += size or 0
    return plans


def _finished(output: Path, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """The figures of an export that is there already; None where there is none, or a half of this one.

    Raises HeadwaterError arguments where something else lies there, or damaged_file.
    """
    if not output.exists():
        return None
    there = {path.name for path in output.iterdir()} if output.is_dir() else {""}
    if RECORD in there:
        value = storage.read_json(output / RECORD)
        if isinstance(value, dict) and value.get("made_from") == wanted:
            for name, entry in value.get("files", {}).items():
                if not (output / name).is_file() or (output / name).stat().st_size != entry["size"]:
                    mend = f"remove {output} and export again"
                    raise HeadwaterError("damaged_file", "is not what was exported", where=name, mend=mend)
            return value
    elif not there or (STATE in there and storage.read_json(output / STATE) == wanted):
        return None
    raise HeadwaterError(
        "arguments", "holds something else already", where=str(output), mend="name a new folder, or empty this one"
    )


def _write_part(
    found: Corpus, part: str, counts: list[int], output: Path, left_out: LeftOut | None, advance: Callable[[int], None]
) -> list[str]:
    """Write the shards of a part; their names. Those that lie there are whole, and are passed over."""
    names = [f"data/{part}-{number:05d}-of-{len(counts):05d}.parquet" for number in range(len(counts))]
    if all((output / name).is_file() for name in names):
        return names

    def told(pieces: Iterator[tuple[int, pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
        for _, piece in pieces:
            advance(piece.num_rows)
            yield _without(piece, left_out)

    for number, pieces in groupby(_cut(corpus.batches(found, part), counts), key=lambda piece: piece[0]):
        path = output / names[number]
        if path.is_file():
            for _ in pieces:
                continue
        else:
            document.write_parquet(path, told(pieces), corpus.SCHEMA)
    return names


def _cut(batches: Iterator[pa.RecordBatch], counts: list[int]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(shard, rows): batches cut where shards end."""
    number, left = 0, counts[0] if counts else 0
    for batch in batches:
        while batch.num_rows:
            yield number, batch.slice(0, left)
            taken = min(left, batch.num_rows)
            batch, left = batch.slice(taken), left - taken
            if not left and number + 1 < len(counts):
                number, left = number + 1, counts[number + 1]


def _without(batch: pa.RecordBatch, left_out: LeftOut | None) -> pa.RecordBatch:
    """Rows whose owner did not opt out."""
    if left_out is None:
        return batch
    keep = [not url or not left_out(url) for url in batch.column("url").to_pylist()]
    return batch if all(keep) else batch.filter(pa.array(keep, pa.bool_()))


def _record(found: Corpus, output: Path, figures: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    files = manifest.describe_files(output)
    files.pop(RECORD, None)
    counts = {name: figures[name] for name in ("documents", "parts", "channels", "languages", "licenses", "left_out")}
    stages = {name: made.digest for name, made in sorted(found.stages.items())}
    return {"run": found.run.name, "made_from": wanted, "stages": stages, **counts, "files": files}
