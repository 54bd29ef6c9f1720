"""A recipe as a tree that remembers where each value was written.

In: YAML text, presets, and `--set a.b=c` flags. Out: a Node tree; later sources win key by key.
Only plain YAML is taken: maps, lists and scalars, no tags, bounded in size and depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

MAX_RECIPE_BYTES = 1 << 20
MAX_NODES = 50_000
MAX_DEPTH = 40
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Node:
    """A value and its place. `value` is a dict of Nodes, a list of Nodes, or a scalar."""

    value: Any
    where: str  # "recipe.yaml:12:5" or "--set train.tokens"
    origin: str = "file"  # file, preset or --set


@dataclass(frozen=True)
class Problem:
    """One mistake: `where`, the path of the key, and the message."""

    where: str
    path: str
    message: str

    def __str__(self) -> str:
        subject = f"{self.path}: " if self.path else ""
        return f"{self.where}: {subject}{self.message}"


def parse(text: str, name: str, problems: list[Problem], origin: str = "file") -> Node:
    """The tree of a YAML text; problems (syntax, duplicate keys, forbidden forms) are appended."""
    empty = Node({}, f"{name}:1:1", origin)
    if len(text) > MAX_RECIPE_BYTES:
        problems.append(Problem(f"{name}:1:1", "", f"larger than {MAX_RECIPE_BYTES} bytes; this is not a recipe"))
        return empty
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
        problems.append(Problem(place, "", f"not valid YAML: {error.problem or error.context}"))
        return empty
    except (YAMLError, ValueError, RecursionError) as error:
        problems.append(Problem(f"{name}:1:1", "", f"not valid YAML: {str(error).splitlines()[0]}"))
        return empty
    if root is None:
        return empty
    return _Converter(name, problems, origin).convert(root, 0)


class _Converter:
    """Turns ruamel's nodes into ours, counting them so that alias bombs stay small."""

    def __init__(self, name: str, problems: list[Problem], origin: str) -> None:
        self.name, self.problems, self.origin, self.count = name, problems, origin, 0

    def convert(self, node: Any, depth: int) -> Node:
        mark = node.start_mark
        where = f"{self.name}:{mark.line + 1}:{mark.column + 1}"
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            if self.count != MAX_NODES + 2:
                self.problems.append(Problem(where, "", "too many or too deeply nested values for a recipe"))
                self.count = MAX_NODES + 1
            return Node(None, where, self.origin)
        kind = type(node).__name__
        if kind == "MappingNode":
            return Node(self._mapping(node, depth), where, self.origin)
        if kind == "SequenceNode":
            items = [] if self.count > MAX_NODES else [self.convert(item, depth + 1) for item in node.value]
            return Node(items, where, self.origin)
        return Node(self._scalar(node, where), where, self.origin)

    def _mapping(self, node: Any, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key_node, value_node in node.value:
            if self.count > MAX_NODES:
                break
            place = f"{self.name}:{key_node.start_mark.line + 1}:{key_node.start_mark.column + 1}"
            key = str(key_node.value) if type(key_node).__name__ == "ScalarNode" else ""
            if not key:
                self.problems.append(Problem(place, "", "a key must be a plain word"))
                continue
            if key in found:
                self.problems.append(Problem(place, key, "is given twice"))
            value = self.convert(value_node, depth + 1)
            # a mistake about a key points at the key, one about a value too: they share a line
            found[key] = Node(value.value, place, value.origin)
        return found

    def _scalar(self, node: Any, where: str) -> Any:
        text, tag = node.value, str(node.tag or "").removeprefix(_TAG)
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag == "int":
            return _integer(text)
        if tag == "float":
            return _float(text)
        if tag not in ("str", "timestamp", ""):
            self.problems.append(Problem(where, "", f"the YAML tag {node.tag} is not allowed in a recipe"))
        return text


def _integer(text: str) -> Any:
    try:
        return int(text.replace("_", ""), 0)
    except ValueError:
        return text


def _float(text: str) -> Any:
    try:
        return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


def merge(below: Node, above: Node) -> Node:
    """`above` over `below`: maps are merged key by key, everything else is replaced."""
    if not (isinstance(below.value, dict) and isinstance(above.value, dict)):
        return above
    merged = dict(below.value)
    for key, node in above.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return Node(merged, above.where, above.origin)


def override(tree: Node, assignment: str, problems: list[Problem]) -> Node:
    """The tree with one `a.b=c` applied; list items go by index, the value is read as YAML."""
    path, equals, text = assignment.partition("=")
    where = f"--set {path.strip()}"
    if not equals or not path.strip():
        problems.append(Problem(f"--set {assignment}", "", "expected key.subkey=value"))
        return tree
    value = parse(text, where, problems, "--set") if text.strip() else Node("", where, "--set")
    return _assign(tree, path.strip().split("."), _placed(value, where), where, problems)


def _placed(node: Node, where: str) -> Node:
    if isinstance(node.value, dict):
        return Node({k: _placed(v, where) for k, v in node.value.items()}, where, "--set")
    if isinstance(node.value, list):
        return Node([_placed(v, where) for v in node.value], where, "--set")
    return Node(node.value, where, "--set")


def _assign(tree: Node, path: list[str], value: Node, where: str, problems: list[Problem]) -> Node:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(tree.value, list):
        if not head.isdigit() or int(head) > len(tree.value):
            problems.append(Problem(where, "", f"{head!r} is not an item of a list of {len(tree.value)}"))
            return tree
        items = list(tree.value)
        index = int(head)
        below = items[index] if index < len(items) else Node({}, where, "--set")
        items[index : index + 1] = [_assign(below, rest, value, where, problems)]
        return Node(items, tree.where, tree.origin)
    mapping = dict(tree.value) if isinstance(tree.value, dict) else {}
    missing: Any = [] if rest and rest[0].isdigit() else {}
    mapping[head] = _assign(mapping.get(head, Node(missing, where, "--set")), rest, value, where, problems)
    return Node(mapping, tree.where, tree.origin)


def finite(value: float) -> bool:
    return math.isfinite(value)


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every scalar with its dotted path."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from leaves(child, f"{path}.{key}" if path else key)
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from leaves(child, f"{path}.{index}")
    else:
        yield path, node
