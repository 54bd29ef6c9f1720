"""The Makefile and its setup script: what they offer, and what they say when something is missing."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
APT_LINE = "apt-get install -y python3-venv make"
TOOLS = (
    "bash",
    "cat",
    "chmod",
    "cksum",
    "cp",
    "cut",
    "dirname",
    "du",
    "env",
    "id",
    "rm",
    "sh",
    "mkdir",
    "date",
    "sed",
    "tee",
    "tail",
    "mktemp",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files setup looks at, without a .venv."""
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "README.md", "scripts", ".ci"):
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / "checkout" / name)
        else:
            (tmp_path / "checkout").mkdir(exist_ok=True)
            shutil.copy(source, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


def bare_path(tmp_path: Path, **programs: str) -> str:
    """A PATH with the basic tools and the given scripts, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (folder / tool).symlink_to(found)
    for name, body in programs.items():
        script = folder / name
        script.write_text(f"#!{shutil.which('bash')}\n{body}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def setup(checkout: Path, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("bash") or "bash", "scripts/setup.sh"],
        cwd=checkout,
        env={"PATH": path, "HOME": str(checkout), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_python_the_one_line_is_named(checkout: Path, tmp_path: Path) -> None:
    done = setup(checkout, bare_path(tmp_path))
    assert done.returncode == 5
    assert APT_LINE in done.stderr


def test_without_venv_the_one_line_is_named(checkout: Path, tmp_path: Path) -> None:
    lacking = f'case "$*" in *ensurepip*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac'
    done = setup(checkout, bare_path(tmp_path, python3=lacking))
    assert done.returncode == 5
    assert "venv" in done.stderr and APT_LINE in done.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("given", [{}, {"PYTHON": "python3"}])
def test_an_old_python_is_refused(checkout: Path, tmp_path: Path, given: dict[str, str]) -> None:
    old = 'case "$*" in *version_info*) exit 1 ;; --version) echo "Python 3.9.2" ;; esac'
    done = setup(checkout, bare_path(tmp_path, python3=old), **given)
    assert done.returncode == 5
    assert "Python 3.9.2 is too old" in done.stderr and "3.11" in done.stderr


def test_a_wrong_python_is_named(checkout: Path, tmp_path: Path) -> None:
    done = setup(checkout, bare_path(tmp_path), PYTHON="no-such-python")
    assert done.returncode == 5
    assert "no-such-python" in done.stderr


FAKE_VENV_PYTHON = """#!/bin/sh
case "$*" in *"-m pip install"*)
  echo "PIP $*" >&2
  printf '#!/bin/sh\\necho 0.1.0\\n' > .venv/bin/headwater
  chmod 755 .venv/bin/headwater ;;
esac
"""


def fake_python3(folder: Path) -> str:
    """A python3 whose venv holds a pip that installs nothing but says what it was asked for."""
    (folder / "fake").write_text(FAKE_VENV_PYTHON)
    return f"""
case "$*" in
  *"-m venv"*) mkdir -p .venv/bin && cp {folder}/fake .venv/bin/python && chmod 755 .venv/bin/python ;;
  *) exec {sys.executable} "$@" ;;
esac"""


def test_setup_is_done_once_and_again_when_the_files_change(checkout: Path, tmp_path: Path) -> None:
    path = bare_path(tmp_path, python3=fake_python3(tmp_path))
    first = setup(checkout, path)
    assert first.returncode == 0, first.stderr
    assert "--constraint constraints.txt" in first.stderr and ".[train,ray,interop,fast,megatron,test]" in first.stderr
    again = setup(checkout, path)
    assert (again.returncode, again.stderr) == (0, "")
    more = setup(checkout, path, EXTRAS="train,bench")
    assert ".[train,bench]" in more.stderr
    with open(checkout / "constraints.txt", "a") as handle:
        handle.write("# changed\n")
    assert "PIP" in setup(checkout, path).stderr


def test_make_alone_lists_the_targets() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    listed = subprocess.run([make], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=True).stdout
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE)) - {"help"}
    assert [target for target in targets if f"make {target}" not in listed and f" {target}" not in listed] == []


def test_make_test_is_what_the_build_machine_runs() -> None:
    script = REPOSITORY / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert "step test\n" in text or "step test " in text
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=10)


@pytest.mark.parametrize(("until", "outcome"), [("0", "1 skipped"), ("99999999999", "1 passed")])
def test_no_slow_test_starts_after_its_time(tmp_path: Path, until: str, outcome: str) -> None:
    (tmp_path / "test_one.py").write_text("def test_one() -> None:\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.budget", "-c", "/dev/null", str(tmp_path / "test_one.py")],
        cwd=REPOSITORY,
        env={**os.environ, "HEADWATER_TEST_UNTIL": until},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
