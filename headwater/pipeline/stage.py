"""What a stage is, and what its function is given.

A stage is a function from (finished input folders, its own configuration, the seed) to a folder of
files. In: a Context. Out: a dict of figures for the manifest, `{"counts": {"in": …}}` among them
where documents flow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from headwater.pipeline.progress import Reporter

TEXT_STAGES = (
    "spans",
    "clean",
    "acquire",
)  # that write `documents/`, row for row the same; the last in the chain first


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of the chain.

    `fields` holds every value that can change the result and nothing else (no names, workers or
    engine); together with the contents of the inputs and `version` it makes the digest.
    """

    name: str
    version: int
    function: str  # "module:function", imported when the stage runs
    config: Any = None  # the recipe section the function works by, validated
    fields: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    place: str = "store"  # "store": shared by every run; "run": lives in the run folder


class Engine(Protocol):
    """Runs one function over many tasks, somewhere."""

    def run(
        self, function: str, tasks: Sequence[dict[str, Any]], on_done: Callable[[int, dict[str, Any]], None]
    ) -> None:
        """Call `module:function` with each task; `on_done(index, result)` in any order."""

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a stage function is given.

    `folder` is where it writes: a work folder that keeps finished files when the stage is cut short,
    so that the same stage goes on from them. `inputs` maps stage names to their finished folders.
    """

    stage: Stage
    folder: Path
    inputs: dict[str, Path]
    seed: int
    engine: Engine
    report: Reporter
    limit: int | None = None
    run_folder: Path | None = None
    recipe: Any = None
    input_digests: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Any:
        return self.stage.config

    def input(self, name: str) -> Path:
        return self.inputs[name]

    def documents(self) -> Path:
        """The document shards that this stage reads text from: as the last stage that changed any left them."""
        name = next(name for name in TEXT_STAGES if name in self.inputs)
        return self.inputs[name] / "documents"


def shards(folder: Path) -> list[Path]:
    """The Parquet shards of a documents, annotations or verdicts folder, in document order."""
    return sorted(folder.glob("*.parquet"))
