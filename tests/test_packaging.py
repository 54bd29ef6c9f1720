"""What is installed is what the code imports: no more in the core, and every version pinned."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Names under which packages are imported, where they differ from their own.
IMPORTED_AS = {"ruamel-yaml": "ruamel", "lxml-html-clean": "lxml_html_clean"}
# Needed by a package of ours, not by our code: see the comments in pyproject.toml.
INDIRECT = {"lxml-html-clean"}


def names(requirements: list[str]) -> set[str]:
    found = {
        re.split(r"[\[<>=!~; ]", r, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-") for r in requirements
    }
    return found - {"headwater"}


def imported() -> dict[str, set[str]]:
    """Third-party packages that the code imports, each with the files that do."""
    found: dict[str, set[str]] = {}
    for path in sorted((REPOSITORY / "headwater").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules = [node.module]
            for module in modules:
                top = module.split(".")[0]
                if top not in sys.stdlib_module_names and top != "headwater":
                    found.setdefault(top, set()).add(path.relative_to(REPOSITORY).as_posix())
    return found


def test_every_import_is_a_declared_dependency() -> None:
    extras = PROJECT["optional-dependencies"]
    declared = names(PROJECT["dependencies"]) | {n for extra in extras.values() for n in names(extra)}
    known = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in declared}
    assert {top: files for top, files in imported().items() if top not in known} == {}


def test_the_core_asks_for_nothing_it_does_not_import() -> None:
    used = set(imported())
    core = names(PROJECT["dependencies"]) - INDIRECT
    assert {name for name in core if IMPORTED_AS.get(name, name.replace("-", "_")) not in used} == set()


def test_the_core_has_no_torch() -> None:
    assert not names(PROJECT["dependencies"]) & {"torch", "transformers", "ray", "safetensors"}


def test_constraints_pin_what_setup_installs() -> None:
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line)] == []
    pinned = names(pins)
    extras = PROJECT["optional-dependencies"]
    installed = ("train", "ray", "interop", "fast", "megatron", "test")
    wanted = names(PROJECT["dependencies"]).union(*(names(extras[e]) for e in installed))
    assert wanted - pinned == set()


def test_versions_agree() -> None:
    import headwater

    assert headwater.__version__ == PROJECT["version"]
