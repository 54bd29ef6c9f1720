"""A run from Python: `headwater.Run("runs/demo")`.

In: a run folder, or the name of a run under `./runs`. Out: its metrics and events, the documents
behind any step, the steps behind any document, and any batch.
The run folder links to the store: `acquire`, `curate`, `split`, `tokenizer`, `pack`, `mix`.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater import storage
from headwater.batches import laid
from headwater.batches import schedule as schedules
from headwater.batches.schedule import Schedule
from headwater.errors import HeadwaterError
from headwater.monitor.metrics import EVENTS, METRICS
from headwater.monitor.trace import Tracer

TEXT_STAGES = ("spans", "clean")  # that change text; the last in the chain first
# What each stage says of a document, in tables that are row-aligned with the documents: a name for it, its folder.
DECIDED = {
    "edits": "clean/edits",
    "recall": "recall/recalled",
    "quality": "quality/scores",
    "annotations": "annotate/annotations",
    "hits": "decontaminate/hits",
    "verdict": "curate/verdicts",
    "split": "split/split",
}

STARTS = ("https://", "http://", "https://www.", "http://www.")

if TYPE_CHECKING:
    from headwater.batches.reader import Batch, BatchReader


class Run:
    """What a run read, did and made.

    Raises HeadwaterError unknown_name when there is no such run, or the part asked for is not made yet.
    """

    def __init__(self, path: Path | str) -> None:
        given = Path(path)
        self.folder = given if given.is_dir() else Path("runs") / given
        if not self.folder.is_dir():
            raise HeadwaterError("unknown_name", "no such run", where=str(path), mend=_known(self.folder.parent))

    def part(self, stage: str) -> Path:
        """The folder of a finished stage."""
        folder = self.folder / stage
        if not folder.is_dir():
            raise HeadwaterError(
                "unknown_name",
                f"this run has no finished {stage!r}",
                where=str(self.folder),
                mend="run the recipe further",
            )
        return folder

    def metrics(self) -> list[dict[str, Any]]:
        """The training row of each step, in order; of a step done again, the latest attempt."""
        found: dict[int, dict[str, Any]] = {}
        for row in self._rows(METRICS):
            if "probe" not in row and row.get("attempt", 0) >= found.get(row["step"], row).get("attempt", 0):
                found[row["step"]] = row
        return [found[step] for step in sorted(found)]

    def probes(self) -> list[dict[str, Any]]:
        """Rows that hold held-out perplexities, in the order they were written."""
        return [row for row in self._rows(METRICS) if "probe" in row]

    def events(self) -> list[dict[str, Any]]:
        """Checkpoints, resumes and everything else that happened, in the order it did."""
        return self._rows(EVENTS)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = []
        for number, row in enumerate(storage.read_rows(self.folder / name), 1):
            numbers = (row.get("step"), row.get("attempt", 0)) if isinstance(row, dict) else (None, None)
            if not all(isinstance(n, int) and not isinstance(n, bool) for n in numbers):
                raise HeadwaterError("damaged_file", "a row without a step", where=f"{self.folder / name}:{number}")
            rows.append(row)
        return rows

    @cached_property
    def schedule(self) -> Schedule:
        """The run's own schedule where training has begun, else the mixture's."""
        own = self.folder / schedules.NAME
        return schedules.read(own if own.is_file() else self.part("mix") / schedules.NAME)

    @property
    def channels(self) -> tuple[str, ...]:
        return self.schedule.channels

    @cached_property
    def packing(self) -> laid.Packing:
        """How documents lie in the rows of a batch, as the mixture was made for it."""
        told = storage.read_json(self.part("mix") / "mixture.json")
        cut = not isinstance(told, dict) or told.get("packing", "cut") == "cut"
        return laid.CUT if cut else laid.read(self.part("rows"))

    @cached_property
    def tracer(self) -> Tracer:
        return Tracer(self.part("pack"), self.schedule, self.packing)

    @cached_property
    def reader(self) -> BatchReader:
        from headwater.batches.reader import BatchReader

        own = self.folder / schedules.NAME
        return BatchReader(self.part("pack"), own if own.is_file() else self.part("mix") / schedules.NAME, self.packing)

    def batch(self, step: int) -> Batch:
        """The tokens step `step` trains on. Raises HeadwaterError arguments outside the run."""
        return self.reader.batch(self._in_run(step))

    def documents(self, step: int) -> list[dict[str, Any]]:
        """The documents in step `step`'s batch: id, url, channel, row, offset, tokens, warc_file, warc_offset."""
        return self.tracer.documents(self._in_run(step))

    def steps(self, *, doc: str = "", url: str = "") -> list[int]:
        """The steps that read a document, by id or by URL; empty when it was packed and never drawn."""
        return self.tracer.steps(self.places(doc=doc, url=url))

    def places(self, *, doc: str = "", url: str = "") -> list[dict[str, Any]]:
        """Where a document lies in the packed tokens. Raises HeadwaterError unknown_name when it does not."""
        if bool(doc) == bool(url):
            raise HeadwaterError("arguments", "name a document by its id or by its URL, one of the two")
        found = self.tracer.places("document_id" if doc else "url", doc or url)
        if not found:
            near = self._near(url) if url else ""
            raise HeadwaterError(
                "unknown_name",
                f"no packed document has this {'id' if doc else 'URL'}",
                where=doc or url,
                mend=f"did you mean {near}?" if near else "it may be held out or rejected: `headwater show ID` tells",
            )
        return found

    def _near(self, url: str) -> str:
        """A packed URL that is this one written otherwise; empty where there is none."""
        whole = url.strip() if "://" in url else f"https://{url.strip()}"
        bare = whole.partition("#")[0].partition("?")[0]
        hosts = [re.sub("^https?://(www[.])?", start, bare) for start in STARTS]
        slashed = [name for host in hosts for name in (host, host.removesuffix("/"), f"{host.removesuffix('/')}/")]
        return next((name for name in [whole, *slashed] if self.tracer.has("url", name)), "")

    def _in_run(self, step: int) -> int:
        if not 1 <= step <= self.schedule.num_steps:
            raise HeadwaterError("arguments", f"step {step} is outside this run's 1 to {self.schedule.num_steps}")
        return step

    def document(self, id_: str) -> dict[str, Any]:
        """A document with its text, as it was acquired. Raises HeadwaterError unknown_name."""
        return _place_of(self.part("acquire") / "documents", id_)[2]

    def story(self, id_: str) -> dict[str, Any]:
        """A document with everything decided about it.

        Keys, each where its stage ran: document (as it is trained on; `text_before` where that was changed), edits,
        recall, quality, annotations, hits (with the questions' names), verdict, split, packed, steps.
        """
        shard, index, found = _place_of(self.part("acquire") / "documents", id_)
        told: dict[str, Any] = {"document": found}
        if changed := next((name for name in TEXT_STAGES if (self.folder / name / "documents" / shard).is_file()), ""):
            now = _row(self.folder / changed / "documents" / shard, index)
            if now["text"] != found["text"]:
                told |= {"document": now, "text_before": found["text"]}
        for name, folder in DECIDED.items():
            table = self.folder / folder / shard
            if table.is_file():
                told[name] = _row(table, index)
        if told.get("hits"):
            told["hits"]["hits"] = [hit | {"named": self._question(hit["question"])} for hit in told["hits"]["hits"]]
        if told.get("split", {}).get("part") == "train" and (self.folder / "pack").is_dir():
            told["packed"] = self.tracer.places("document_id", id_)
            scheduled = (self.folder / schedules.NAME).is_file() or (self.folder / "mix").is_dir()
            told["steps"] = self.tracer.steps(told["packed"]) if scheduled else []
        return told

    def _question(self, number: int) -> str:
        """The set, row and field of a question of an evaluation set."""
        row = _row(self.folder / "decontaminate" / "questions.parquet", number)
        return ":".join(str(row[name]) for name in ("set", "row", "field") if name in row)


def _known(runs: Path) -> str:
    names = sorted(p.name for p in runs.glob("*") if p.is_dir()) if runs.is_dir() else []
    return f"runs here: {', '.join(names[:20])}" if names else "give the path of a folder under runs/"


def _place_of(folder: Path, id_: str) -> tuple[str, int, dict[str, Any]]:
    """Shard, row and values of a document in a folder of documents."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for path in sorted(folder.glob("*.parquet")):
        try:
            with pq.ParquetFile(path) as table:
                start = 0
                for group in range(table.num_row_groups):
                    ids = table.read_row_group(group, columns=["id"])["id"]
                    place = pc.index(ids, id_).as_py()
                    if place >= 0:
                        return path.name, start + place, _row(path, start + place)
                    start += len(ids)
        except (OSError, pa.ArrowException, KeyError) as error:
            raise HeadwaterError("damaged_file", f"not a readable table: {error}", where=str(path)) from error
    raise HeadwaterError("unknown_name", "no document has this id", where=id_)


def _row(path: Path, index: int) -> dict[str, Any]:
    """One row of a table. Raises HeadwaterError damaged_file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            for group in range(table.num_row_groups):
                rows = table.metadata.row_group(group).num_rows
                if index < rows:
                    row = table.read_row_group(group).slice(index, 1).to_pylist()[0]
                    return row | ({"meta": dict(row["meta"])} if "meta" in row else {})
                index -= rows
    except (OSError, pa.ArrowException) as error:
        raise HeadwaterError("damaged_file", f"not a readable table: {error}", where=str(path)) from error
    raise HeadwaterError("damaged_file", "has fewer rows than the documents", where=str(path))
