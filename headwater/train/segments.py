"""The run's own schedule: the mixture's, kept as it was for every step already taken.

In: the schedule of the `mix` stage and the one a checkpoint recorded. Out: `schedule.jsonl` in the
run folder, to which a changed mixture or a longer run appends segments; nothing drawn is drawn anew.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.batches import schedule as schedules
from headwater.batches import takedown
from headwater.errors import HeadwaterError
from headwater.train.derive import Plan

Rows = list[dict[str, Any]]


def of_mix(path: Path) -> Rows:
    """Rows of the mix stage's schedule, checked. Raises HeadwaterError damaged_file or unknown_name."""
    return [segment.row() for segment in schedules.read(path).segments]


def num_steps(rows: Rows) -> int:
    return max(int(row["last_step"]) for row in rows)


def extended(rows: Rows, mix_rows: Rows, step: int) -> Rows:
    """`rows` up to `step`, then what the new mixture says of the steps after it."""
    now = schedules.Schedule([schedules.parse(row, "the run's schedule") for row in rows])
    out = [segment.row() for segment in now.segments if segment.first_step <= step]
    for row in mix_rows:
        segment = schedules.parse(row, "the mixture's schedule")
        if segment.last_step <= step:
            continue
        start = max(segment.first_step, step + 1)
        so_far = schedules.Schedule([schedules.parse(r, "the run's schedule") for r in out])
        out.append(replace(schedules.continued(so_far, start, segment), last_step=segment.last_step).row())
    return out


def without_taken_down(rows: Rows, folder: Path, pack: str, step: int) -> Rows:
    """`rows`, in which every step after `step` leaves out the documents that the run's takedown.json names.

    `pack`: the contents of the packed corpus; a takedown of another corpus is none of this one, which was packed
    without those documents. Raises HeadwaterError damaged_file.
    """
    masked = takedown.of_run(folder, pack)
    now = schedules.Schedule([schedules.parse(row, "the run's schedule") for row in rows])
    later = [segment for segment in now.segments if segment.last_step > step]
    if not masked or all(takedown.within(masked, segment.masked) for segment in later):
        return rows
    changed = [replace(segment, masked=takedown.together(segment.masked, masked)) for segment in later]
    return extended(rows, [segment.row() for segment in changed], step)


def check_fits(rows: Rows, plan: Plan, where: str) -> None:
    """Every step has the batch the plan counts on. Raises HeadwaterError data."""
    schedule = schedules.Schedule([schedules.parse(row, where) for row in rows])
    grows = accumulate((steps for steps, _ in plan.ramp), initial=1)
    for step in sorted({*grows, *(segment.first_step for segment in schedule.segments)}):
        if step > schedule.num_steps:
            continue
        segment, asked = schedule.segments[schedule.segment_at(step)], plan.steps.sequences_at(step)
        if segment.sequences != asked or segment.sequence_length != plan.sequence_length:
            raise HeadwaterError(
                "data",
                f"the schedule has {segment.sequences} sequences of {segment.sequence_length} in step {step}, "
                f"the recipe {asked} of {plan.sequence_length}",
                where=where,
                mend="run the `mix` stage again with this recipe",
            )


def write(path: Path, rows: Rows) -> None:
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for row in rows]
    storage.write_text(path, "".join(lines))
