"""Loading a recipe: preset below, file above it, `--set` on top; every mistake reported at once.

In: a path (or `preset:NAME`) and `--set` assignments. Out: a Recipe and the origin of each value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError
from headwater.recipe import tree
from headwater.recipe.compose import Recipe, as_fields, build, source_kind

PRESETS = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Loaded:
    """A checked recipe, where it came from, and which values were not defaults."""

    recipe: Recipe
    path: str
    origins: dict[str, str] = field(default_factory=dict)  # dotted key -> "recipe.yaml:3:5" or "--set a.b"


def preset_names() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def load(path: str | Path, overrides: Iterable[str] = ()) -> Loaded:
    """Read, merge and check a recipe.

    Raises HeadwaterError recipe, whose message lists every mistake, one a line.
    """
    problems: list[tree.Problem] = []
    node = _read(str(path), problems)
    for assignment in overrides:
        node = tree.override(node, assignment, problems)
    node = _over_preset(node, problems)
    recipe = None if problems else build(node, problems)
    if problems or recipe is None:
        raise _refused(problems, str(path))
    return Loaded(recipe, str(path), {name: leaf.where for name, leaf in tree.leaves(node)})


def _read(path: str, problems: list[tree.Problem]) -> tree.Node:
    if path.startswith("preset:"):
        return tree.Node({"preset": tree.Node(path.removeprefix("preset:"), path)}, path)
    file = Path(path)
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise HeadwaterError("recipe", "is not UTF-8 text", where=path) from error
    except OSError as error:
        raise HeadwaterError(
            "unknown_name",
            f"cannot be read: {error.strerror}",
            where=path,
            mend="`headwater init DIR` writes a recipe to start from",
        ) from error
    return tree.parse(text, file.name, problems)


def _over_preset(node: tree.Node, problems: list[tree.Problem]) -> tree.Node:
    chosen = node.value.get("preset") if isinstance(node.value, dict) else None
    if chosen is None or not chosen.value:
        return node
    names = preset_names()
    if chosen.value not in names:
        problems.append(tree.Problem(chosen.where, "preset", f"no preset {chosen.value!r}; known: {', '.join(names)}"))
        return node
    text = (PRESETS / f"{chosen.value}.yaml").read_text("utf-8")
    return tree.merge(tree.parse(text, f"preset {chosen.value}", problems, "preset"), node)


def _refused(problems: list[tree.Problem], path: str) -> HeadwaterError:
    lines = list(dict.fromkeys(str(problem) for problem in problems))
    count = f"{len(lines)} mistakes" if len(lines) > 1 else "1 mistake"
    return HeadwaterError(
        "recipe", "\n".join([f"{count} in {path}", *lines]), mend="`headwater schema` lists every key"
    )


def resolved(loaded: Loaded) -> str:
    """The recipe with every default filled in, as YAML, the origin of each given value beside it."""
    import json

    lines: list[str] = ["# every value of this run; a comment says where a value was given, the rest are defaults"]

    def emit(value: Any, path: str, indent: int, lead: str) -> None:
        pad = "  " * indent
        if isinstance(value, dict) and value:
            if lead:
                lines.append(f"{pad}{lead}")
            for key, child in value.items():
                emit(child, f"{path}.{key}" if path else key, indent + bool(lead), f"{_key(key)}:")
        elif isinstance(value, list) and value and any(isinstance(v, dict | list) for v in value):
            lines.append(f"{pad}{lead}")
            for index, child in enumerate(value):
                emit(child, f"{path}.{index}", indent + 1, "-")
        else:
            origin = loaded.origins.get(path)
            lines.append(f"{pad}{lead} {json.dumps(value, ensure_ascii=False)}" + (f"  # {origin}" if origin else ""))

    value = as_fields(loaded.recipe)
    value["sources"] = [{source_kind(s): as_fields(s)} for s in loaded.recipe.sources]
    value["preset"] = ""  # its values stand here already
    emit(value, "", 0, "")
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    import json

    return key if key.replace("_", "").replace("-", "").isalnum() and not key[0].isdigit() else json.dumps(key)
