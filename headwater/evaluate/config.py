"""The recipe's `evaluate:` section: which scores, on how much held-out text.

In: values from the recipe. Out: a checked EvaluateConfig. TASKS maps a task's name to the function
that scores it; a new evaluation is one file and one line here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

# name: "module:function", called with (decoder, encoder, {channel: windows}, config)
TASKS: dict[str, str] = {
    "perplexity": "headwater.evaluate.perplexity:score",
}


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig:
    """What is measured once training has ended."""

    tasks: tuple[str, ...] = field(default=("perplexity",), metadata={"help": "evaluations to run, by name"})
    probe_samples: int = field(
        default=200, metadata={"help": "held-out windows scored a channel, at most", "unit": "windows"}
    )
    batch: int = field(
        default=8, metadata={"help": "windows scored at once; changes speed, never a score", "unit": "windows"}
    )
    continuations: int = field(
        default=3, metadata={"help": "held-out documents a channel that the model continues", "unit": "documents"}
    )
    continuation_tokens: int = field(
        default=64, metadata={"help": "length of a continuation, and at most of its prompt", "unit": "tokens"}
    )

    def check(self) -> list[tuple[str, str]]:
        """What the types cannot say: (field, message)."""
        problems = []
        for index, task in enumerate(self.tasks):
            if task not in TASKS:
                problems.append((f"tasks.{index}", unknown_task(task)))
        if len(set(self.tasks)) < len(self.tasks):
            problems.append(("tasks", "a task is named twice"))
        for name, least in (("probe_samples", 1), ("batch", 1), ("continuations", 0), ("continuation_tokens", 1)):
            if getattr(self, name) < least:
                problems.append((name, f"must be at least {least}"))
        return problems


def unknown_task(name: str) -> str:
    """One sentence that names the nearest task, or all of them."""
    near = get_close_matches(name, TASKS, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(TASKS)}"
    return f"unknown task {name!r}; {hint}"
