"""The recipes that come with the project load, and their schema is the code's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.recipe.load import load
from headwater.recipe.schema import recipe_schema

RECIPES = Path(__file__).resolve().parent.parent / "recipes"


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.name)
def test_recipe_loads(path: Path) -> None:
    recipe = load(str(path), []).recipe
    assert recipe.name == path.stem
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=recipe.schema.json")


def test_schema_file_is_what_the_code_says() -> None:
    """Made anew by: headwater schema > recipes/recipe.schema.json"""
    written = json.loads((RECIPES / "recipe.schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(recipe_schema()))
