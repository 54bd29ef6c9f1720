"""One table maps every listed failure to its exit code; a walk over the sources finds no other name."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest

from headwater.errors import FAILURES, HeadwaterError

SOURCE = Path(__file__).parent.parent / "headwater"


def _raised_names():
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "HeadwaterError"
            )
            if called and node.args and isinstance(node.args[0], ast.Constant):
                yield path.relative_to(SOURCE).as_posix(), node.args[0].value


def test_every_raised_failure_is_in_the_table():
    unknown = [(path, name) for path, name in _raised_names() if name not in FAILURES]
    assert not unknown


def test_exit_codes_are_the_documented_ones():
    assert {code for code, _ in FAILURES.values()} == {2, 3, 4, 5, 75, 130}


@pytest.mark.parametrize("failure", sorted(FAILURES))
def test_each_failure_reaches_the_shell_as_its_exit_code(failure, monkeypatch, capsys):
    from headwater.cli import main, run

    def fails(*_args, **_kwargs):
        raise HeadwaterError(failure, "what happened", where="place", mend="do this")

    monkeypatch.setattr(run, "_run", fails)
    assert main.main(["run", "x.yaml"]) == FAILURES[failure][0]
    shown = capsys.readouterr().err
    assert "place: what happened" in shown and "do this" in shown and "Traceback" not in shown


def test_an_error_crosses_process_boundaries_whole():
    error = pickle.loads(pickle.dumps(HeadwaterError("data", "m", where="w", mend="x")))
    assert (error.failure, error.message, error.where, error.mend) == ("data", "m", "w", "x")


def test_an_unlisted_failure_is_our_bug():
    with pytest.raises(KeyError):
        HeadwaterError("made_up", "no")


def test_sigterm_is_taken_for_no_bad_page(monkeypatch, capsys):
    """A handler of `except Exception` between the signal and the command line must not swallow it."""
    import os
    import signal

    from headwater.acquire import extract
    from headwater.cli import main, run

    def terminated(*_args):
        os.kill(os.getpid(), signal.SIGTERM)

    def work(*_args):
        monkeypatch.setattr(extract, "main_body", terminated)
        extract.extract(b"<p>text</p>", "http://example.org/")

    monkeypatch.setattr(run, "_run", work)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main.main(["run", "x.yaml"]) == 75
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "goes on from here" in capsys.readouterr().err


def test_ctrl_c_inside_exec_still_leaves_with_130():
    """Python remembers a KeyboardInterrupt that went through exec() and would end itself by the signal."""
    import subprocess
    import sys

    code = (
        "from headwater.cli import main, run\n"
        "def work(*_):\n    exec('raise KeyboardInterrupt')\n"
        "run._run = work\n"
        "import sys; sys.argv = ['headwater', 'run', 'x.yaml']; main.script()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 130 and "goes on from here" in done.stderr
