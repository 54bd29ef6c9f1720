"""The JSON Schema of recipes, made from the dataclasses, so that an editor can complete and check."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from headwater.recipe import bounds
from headwater.recipe.compose import SECTIONS, SOURCES, Recipe, section_type, source_type

NUMBER_PATTERN = r"^[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*(k|K|M|B|T|Ki|Mi|Gi)?$"


def recipe_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a whole recipe."""
    properties: dict[str, Any] = {}
    hints = {"seed": int, "workers": int, "engine": Literal["local", "ray"]}
    for field in dataclasses.fields(Recipe):
        if field.name in SECTIONS:
            entry = of_type(section_type(field.name))
        elif field.name == "sources":
            choices = [_only(name, of_type(source_type(name))) for name in SOURCES]
            entry = {"type": "array", "items": {"oneOf": choices}}
        else:
            entry = of_type(hints.get(field.name, str))
            entry["default"] = field.default
        properties[field.name] = entry | {"description": field.metadata.get("help", "")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "headwater recipe",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _only(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": False}


def of_type(kind: Any) -> dict[str, Any]:
    """JSON Schema of one of the types a recipe may hold."""
    origin = get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _of_section(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [of_type(k) for k in get_args(kind)]}
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin is tuple:
        return {"type": "array", "items": of_type(get_args(kind)[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": of_type(get_args(kind)[1])}
    if kind in (int, float):
        word = "integer" if kind is int else "number"
        return {"anyOf": [{"type": word}, {"type": "string", "pattern": NUMBER_PATTERN}]}
    words: dict[Any, Any] = {bool: "boolean", str: ["string", "number"], type(None): "null"}
    return {"type": words[kind]} if kind in words else {}


def _bounded(entry: dict[str, Any], field: dataclasses.Field[Any]) -> dict[str, Any]:
    """A number's schema with the least and the most that it may be."""
    known = bounds.of(field)
    if known is None:
        return entry
    least, most = (int(bound) if bound.is_integer() else bound for bound in known)
    return entry | {
        "anyOf": [
            one | ({"minimum": least, "maximum": most} if one.get("type") in ("integer", "number") else {})
            for one in entry.get("anyOf", [])
        ]
    }


def _of_section(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    properties, required = {}, []
    for field in dataclasses.fields(kind):
        entry = _bounded(of_type(hints[field.name]), field)
        words = [field.metadata.get("help", ""), f"(in {field.metadata['unit']})" if field.metadata.get("unit") else ""]
        entry["description"] = " ".join(word for word in words if word)
        if field.default is not dataclasses.MISSING:
            entry["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
            if dataclasses.is_dataclass(field.default):
                entry["default"] = dataclasses.asdict(field.default)  # type: ignore[arg-type]
        elif field.default_factory is dataclasses.MISSING:
            required.append(field.name)
        properties[field.name] = entry
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})
