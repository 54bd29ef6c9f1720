"""The READMEs are true: their commands run, the two say the same, and what they point to is there.

A ```sh block follows a mark: `<!-- test: quick -->` (run here; a note in brackets may follow), `<!-- test: slow -->`
(run with the slow tests) or `<!-- test: none (why) -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.main import COMMANDS
from tests.curate.endpoint_server import Reply, Server, completion, serving, user_text

REPOSITORY = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh.md")
MODEL_PORT = 8643
LESSON = (
    "Cut an apple into four equal parts. Each part is one quarter of the whole, and four quarters make it whole again."
    " If you eat one of them, three are left, so three quarters remain on the plate. Two quarters cover exactly as much"
    " as a half does, which is why both names stand for the same amount. Try it with paper: fold a sheet twice,"
    " open it, colour two of the fields, and compare them with a neighbour's half."
)
_BLOCK = re.compile(r"(?:<!-- test: (quick|slow|none \([^)]+\))(?: \([^)]+\))? -->\n)?```sh\n(.*?)```", re.DOTALL)
_CJK = re.compile(r"[\u4e00-\u9fff]")


def blocks(name: str) -> list[tuple[str, str]]:
    """(mark, commands) of every sh block of a file; an unmarked block has the mark ''."""
    return _BLOCK.findall((REPOSITORY / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place that looks like the repository, in which the commands may write."""
    place = tmp_path_factory.mktemp("readme")
    for name in ("README.md", "README.zh.md", "docs", "headwater", "recipes"):
        (place / name).symlink_to(REPOSITORY / name)
    return place


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Server]:
    """The language model that the README speaks to: it teaches on request, and judges what it is shown."""

    def answer(request: dict[str, Any]) -> Reply:
        asked = user_text(request)
        if '"Score"' in asked:
            return completion("Score: 4")
        return completion(f"About this request: {asked[:80]}\n\n{LESSON}")

    with serving(answer, MODEL_PORT) as server:
        yield server


def run_block(commands: str, folder: Path) -> None:
    """Run a block line by line, as a reader would paste it."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHON": sys.executable}
    shell = 'headwater() { "$PYTHON" -m headwater "$@"; }\nset -e\n' + commands
    done = subprocess.run(
        ["bash", "-c", shell],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, f"{commands}\nleft with {done.returncode}:\n{done.stdout}\n{done.stderr}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(len([mark for mark, _ in blocks("README.md") if mark == "quick"])))
@pytest.mark.usefixtures("endpoint")
def test_quick_commands_run(number: int, folder: Path) -> None:
    quick = [commands for mark, commands in blocks("README.md") if mark == "quick"]
    run_block(quick[number], folder)


@pytest.mark.parametrize("name", READMES)
def test_every_block_says_whether_it_is_tested(name: str) -> None:
    assert blocks(name)
    assert all(mark for mark, _ in blocks(name))


def test_both_languages_show_the_same_commands() -> None:
    assert blocks("README.md") == blocks("README.zh.md")


def test_both_languages_have_the_same_sections() -> None:
    counts = []
    for name in READMES:
        text = re.sub(r"```.*?```", "", (REPOSITORY / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        counts.append((text.count("\n## "), text.count("\n|"), len(re.findall(r"\]\(", text))))
    assert counts[0] == counts[1]
    assert _CJK.search((REPOSITORY / "README.zh.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_in_the_table_and_no_other(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z]+`(?:[,、] ?`[a-z]+`)*) \| `headwater", text, re.MULTILINE)
    assert {command for row in rows for command in re.findall(r"`([a-z]+)`", row)} == set(COMMANDS)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "recipes/README.md", "docs/demo.md"])
def test_links_lead_somewhere(name: str) -> None:
    path = REPOSITORY / name
    targets = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [t for t in targets if not (path.parent / t).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_recipe_in_the_readme_loads(name: str, tmp_path: Path) -> None:
    from headwater.recipe.load import load

    text = (REPOSITORY / name).read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    assert load(str(tmp_path / "recipe.yaml"), []).recipe.name == "my-model"
