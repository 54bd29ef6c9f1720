"""The house's import rules, read off docs/architecture.md's table and held here."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "headwater"
ANY = None
# room: the rooms it may import, beside `errors` and itself
ALLOWED: dict[str, set[str] | None] = {
    "errors": set(),
    "storage": set(),
    "document": {"storage"},
    "recipe": {"storage"},
    "pipeline": {"recipe", "storage", "document"},
    "chain": ANY,
    "cli": ANY,
    "acquire": {"document", "pipeline", "storage"},
    "curate": {"document", "pipeline", "storage", "kernels"},
    "kernels": set(),
    "tokenizer": {"kernels", "document", "pipeline", "storage"},
    "pack": {"tokenizer", "document", "pipeline", "storage", "kernels"},
    "mix": {"pipeline", "storage", "batches"},
    "batches": {"storage"},
    "model": set(),
    "train": {"model", "batches", "monitor.metrics", "storage"},
    "monitor": {"batches", "document", "storage"},
    "generate": {"model", "tokenizer.encode", "storage"},
    "evaluate": {
        "generate",
        "model",
        "tokenizer.encode",
        "document",
        "storage",
        "pipeline.selection",
        "monitor.metrics",
    },
    "labs": ANY,
    "interop": {"model", "tokenizer.encode", "storage"},
}
NO_TORCH = (
    "acquire",
    "curate",
    "tokenizer",
    "pack",
    "mix",
    "batches",
    "monitor",
    "pipeline",
    "recipe",
    "document",
    "storage",
)
# what a stage function is given, and how it says what it does: the standard library only
STAGE_TYPES = ("pipeline.stage", "pipeline.progress")
LIGHT_AT_IMPORT = ("model", "train", "batches")  # torch, numpy and the standard library only
LIGHT = {"torch", "numpy", "headwater", *sys.stdlib_module_names}


def files(*rooms: str):
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if not rooms or room in rooms:
            yield room, path


def imported(path: Path, top_only: bool = False):
    """(line, dotted module) of each import; `from a import b` gives a.b too, in case b is a module."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_rooms_import_only_what_the_house_allows():
    wrong = []
    for room, path in files():
        allowed = ALLOWED.get(room)
        stage_types = STAGE_TYPES if room in ("train", "evaluate", "monitor") else ()
        if room == "__init__" or room == "__main__" or allowed is ANY:
            continue
        for line, name in imported(path):
            if not name.startswith("headwater."):
                continue
            inner = name.removeprefix("headwater.")
            target = inner.split(".")[0]
            if target in (room, "errors"):
                continue
            if not any(inner == rule or inner.startswith(f"{rule}.") for rule in (*allowed, *stage_types)):
                wrong.append(f"{path.relative_to(SOURCE)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_every_room_has_a_rule():
    rooms = {room for room, _ in files()} - {"__init__", "__main__"}
    assert rooms <= set(ALLOWED)


def test_data_rooms_never_import_torch():
    wrong = [f"{p}:{line}" for _, p in files(*NO_TORCH) for line, name in imported(p) if name.split(".")[0] == "torch"]
    assert not wrong


def test_training_rooms_are_light_at_import():
    wrong = [
        f"{p.relative_to(SOURCE)}:{line} imports {name}"
        for _, p in files(*LIGHT_AT_IMPORT)
        for line, name in imported(p, top_only=True)
        if name.split(".")[0] not in LIGHT
    ]
    assert not wrong


@pytest.mark.parametrize("module", ["torch", "pyarrow", "numpy", "trafilatura", "aiohttp", "tokenizers"])
def test_help_and_recipes_import_nothing_heavy(module):
    code = (
        "import sys; from headwater.cli.main import main; main(['--help']); import headwater;"
        "from headwater.recipe.schema import recipe_schema; recipe_schema();"
        f"sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, timeout=60).returncode == 0
