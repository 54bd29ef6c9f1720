"""Every step of dedup, in its order: what each leaves is all that the next one sees, the first or the longest.

In: the judgements by the rules, and the annotations and fingerprints. Out: Found, the files that say which documents
are dropped, why, and what is one cluster.

    url → exact → minhash → semantic → settle → caps → (index)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from headwater.curate.config import CurateConfig
from headwater.curate.dedup import capped, firsts, index, index_add, longest, minhash, semantic, settle
from headwater.curate.dedup.plan import Plan, regions_of
from headwater.pipeline import phases
from headwater.pipeline.stage import Context


@dataclass(frozen=True, kw_only=True)
class Found:
    """`drops`: the files of each step that ran. `known`: the segments of the index that came before."""

    drops: dict[str, list[str]] = field(default_factory=dict)
    known: list[index.Segment] = field(default_factory=list)

    @property
    def copies(self) -> list[str]:
        """The settled drops of all steps that name a survivor."""
        return [settle.SETTLED] if any(step not in capped.STEPS for step in self.drops) else []

    @property
    def caps(self) -> list[str]:
        return [name for step in capped.STEPS for name in self.drops.get(step, [])]


def plan_of(context: Context, annotations: list[Path]) -> Plan:
    """How this corpus lies. The stage's config is a CurateConfig."""
    starts = [0]
    for path in annotations:
        starts.append(starts[-1] + pq.read_metadata(path).num_rows)
    return Plan(
        config=context.config.dedup,
        folder=context.folder,
        annotations=context.input("annotate") / "annotations",
        fingerprints=context.input("fingerprint") if "fingerprint" in context.inputs else None,
        names=tuple(path.name for path in annotations),
        starts=tuple(starts),
        regions=regions_of(len(annotations)),
        workers=getattr(context.engine, "workers", 1),
    )


def run(context: Context, plan: Plan, corpus: str) -> Found:
    """Find every copy. `corpus`: the digest of all documents' ids and texts.

    Where an index is named, what another output added to it is a copy, be it of the very same documents.
    """
    config: CurateConfig = context.config
    signed = plan.fingerprints is not None
    known = _known(context, plan, corpus)
    longest.run(context, plan)
    drops: dict[str, list[str]] = {}
    edges: list[str] = []

    def before() -> list[str]:
        return [name for files in drops.values() for name in files]

    for step, wanted in (("url", config.dedup.url), ("exact", config.exact_dedup)):
        if wanted:
            drops[step] = firsts.run(context, plan, step, before(), known)
    if config.dedup.minhash and signed:
        drops["minhash"], edges = minhash.run(context, plan, before(), known)
    if config.dedup.semantic and signed:
        drops["semantic"] = semantic.run(context, plan, before())
    if drops:
        settle.run(context, plan, before(), edges, known)
    settled = [settle.SETTLED] if drops else []
    drops |= capped.run(context, plan, settled, bool(drops))
    return Found(drops=drops, known=known)


def add_to_index(context: Context, plan: Plan, corpus: str, found: Found) -> None:
    """Add what is new to the index, where the settings name one."""
    if plan.config.index:
        owner = index.owner_of(context, corpus)
        ran = list(found.drops)
        index_add.run(context, plan, (corpus, owner), ran, [*found.copies, *found.caps], context.config.exact_dedup)


def _known(context: Context, plan: Plan, corpus: str) -> list[index.Segment]:
    """The segments of the index, each file checked."""
    if not plan.config.index:
        return []
    owner = index.owner_of(context, corpus)
    known = index.segments(Path(plan.config.index), plan.config, context.config.exact_dedup, owner)
    tasks = [
        {"key": f"{segment.folder.name}.{number}", "path": str(segment.folder / name), "entry": entry}
        for segment in known
        for number, (name, entry) in enumerate(segment.files.items())
    ]
    phases.run(context, "index.check", tasks, "headwater.curate.dedup.index:check_file", "files")
    return known
