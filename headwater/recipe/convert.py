"""From a Node tree to frozen dataclasses, every mistake collected with its place.

In: a Node and a type (a dataclass, or one of the types of decision 001). Out: the value.
"""

from __future__ import annotations

import dataclasses
import math
import types
from difflib import get_close_matches
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from headwater.recipe import bounds
from headwater.recipe.spelling import number
from headwater.recipe.tree import Node, Problem

LARGEST = 2**63 - 1  # of any number: what 8 bytes hold
FAILED = object()


def convert(node: Node, kind: Any, path: str, problems: list[Problem]) -> Any:
    """The node's value as `kind`, or FAILED with at least one problem appended."""
    origin = get_origin(kind)
    if kind is Any:
        return plain(node)
    if dataclasses.is_dataclass(kind):
        return _section(node, kind, path, problems)
    if origin in (Union, types.UnionType):
        return _union(node, get_args(kind), path, problems)
    if origin is Literal:
        return _literal(node, get_args(kind), path, problems)
    if origin is tuple:
        return _list(node, get_args(kind)[0], path, problems)
    if origin is dict:
        return _map(node, get_args(kind)[1], path, problems)
    return _scalar(node, kind, path, problems)


def plain(node: Node) -> Any:
    """The tree without its places."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def _fail(node: Node, path: str, message: str, problems: list[Problem]) -> Any:
    problems.append(Problem(node.where, path, message))
    return FAILED


def unknown_key(node: Node, path: str, key: str, known: list[str], problems: list[Problem]) -> None:
    near = get_close_matches(key, known, 1, 0.6)
    hint = f"did you mean {near[0]!r}?" if near else "known keys: " + ", ".join(known)
    problems.append(Problem(node.where, f"{path}.{key}" if path else key, f"unknown key; {hint}"))


def _section(node: Node, kind: Any, path: str, problems: list[Problem]) -> Any:
    if node.value is None:
        node = Node({}, node.where, node.origin)
    if not isinstance(node.value, dict):
        return _fail(node, path, f"expected a map of keys, got {_describe(node)}", problems)
    hints = get_type_hints(kind)
    known = {f.name: f for f in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    wrong: set[str] = set()
    for key, child in node.value.items():
        if key not in known:
            unknown_key(child, path, key, list(known), problems)
            wrong.add(key)
            continue
        value = convert(child, hints[key], f"{path}.{key}" if path else key, problems)
        if value is FAILED:
            wrong.add(key)
        else:
            values[key] = value
    for name, field in known.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in values:
            if name not in wrong:
                problems.append(Problem(node.where, path, f"the key {name!r} is missing"))
            return FAILED
    # what could be read is checked also where something else could not, so that all mistakes are told at once
    section = kind(**values)
    if _self_check(section, node, path, wrong, problems) or wrong:
        return FAILED
    return section.settled(_named(node)) if hasattr(section, "settled") else section


def _named(node: Node, before: str = "") -> frozenset[str]:
    """Every key that a map gives, with those below it as `a.b`."""
    found: set[str] = set()
    for key, child in node.value.items() if isinstance(node.value, dict) else ():
        found |= {before + key, *_named(child, f"{before}{key}.")}
    return frozenset(found)


def _self_check(section: Any, node: Node, path: str, wrong: set[str], problems: list[Problem]) -> bool:
    """Ask the section what its types cannot say; whether it found anything beside the fields `wrong` already."""
    asked = bounds.problems(section)
    found = [(inner, message) for inner, message in asked if inner.split(".")[0] not in wrong]
    for inner, message in found:
        place = node
        for part in inner.split("."):
            child = place.value.get(part) if isinstance(place.value, dict) else None
            place = child if child is not None else place
        dotted = ".".join(part for part in (path, inner) if part)
        problems.append(Problem(place.where, dotted, message))
    return bool(found)


def _union(node: Node, kinds: tuple[Any, ...], path: str, problems: list[Problem]) -> Any:
    if node.value is None and type(None) in kinds:
        return None
    choices = [k for k in kinds if k is not type(None)]
    best: list[Problem] = []
    for kind in choices:
        trial: list[Problem] = []
        value = convert(node, kind, path, trial)
        if value is not FAILED:
            return value
        fits = isinstance(node.value, dict) == (get_origin(kind) is dict or dataclasses.is_dataclass(kind))
        if not best or fits:
            best = trial
    problems += best
    return FAILED


def _literal(node: Node, allowed: tuple[Any, ...], path: str, problems: list[Problem]) -> Any:
    if node.value in allowed and not isinstance(node.value, dict | list):
        return node.value
    names = [str(a) for a in allowed if a != ""]
    near = get_close_matches(str(node.value), names, 1)
    known = ", ".join(names) + (" or ''" if "" in allowed else "")
    hint = (f"did you mean {near[0]!r}? " if near else "") + f"known are {known}"
    return _fail(node, path, f"{_describe(node)} is not allowed; {hint}", problems)


def _list(node: Node, kind: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(node.value, list):
        return _fail(node, path, f"expected a list like [a, b], got {_describe(node)}", problems)
    items = [convert(child, kind, f"{path}.{i}", problems) for i, child in enumerate(node.value)]
    return FAILED if FAILED in items else tuple(items)


def _map(node: Node, kind: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(node.value, dict):
        return _fail(node, path, f"expected a map like {{a: 1}}, got {_describe(node)}", problems)
    items = {key: convert(child, kind, f"{path}.{key}", problems) for key, child in node.value.items()}
    return FAILED if any(v is FAILED for v in items.values()) else items


def _scalar(node: Node, kind: Any, path: str, problems: list[Problem]) -> Any:
    value = node.value
    if kind is str:
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return _fail(node, path, f"expected text, got {_describe(node)}", problems)
    if kind is bool:
        return (
            value
            if isinstance(value, bool)
            else _fail(node, path, f"expected true or false, got {_describe(node)}", problems)
        )
    if isinstance(value, str):
        value = number(value)
    if isinstance(value, int | float) and LARGEST < abs(value) < math.inf:
        return _fail(node, path, f"no number of a recipe is as large as {_describe(node)}", problems)
    if value is None or isinstance(value, bool | dict | list) or not math.isfinite(value):
        wanted = "a whole number such as 400, 32k or 16Ki" if kind is int else "a number such as 0.1 or 3e-4"
        return _fail(node, path, f"expected {wanted}, got {_describe(node)}", problems)
    if kind is int:
        if float(value) != int(value):
            return _fail(node, path, f"expected a whole number, got {value}", problems)
        return int(value)
    return float(value)


def _describe(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a map"
    if isinstance(node.value, list):
        return "a list"
    return "nothing" if node.value is None else repr(node.value)[:80]
