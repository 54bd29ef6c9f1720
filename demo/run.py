"""`make demo`: from two websites to a small, evaluated model, in one command.

In: `--size full|tiny`. Out: `demo-run/runs/demo/report.html`. Steps: bring pages, serve them on loopback, run
`headwater run recipes/demo.yaml` on them (its command line is printed), show the report. The same command again
goes on where it stopped, or finds everything done.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import sysconfig
import time
import webbrowser
from pathlib import Path

from demo import debian, pages, servers

REPOSITORY = Path(__file__).resolve().parent.parent
INTERRUPTED, PREEMPTED = 130, 75
FULL_CODE = ("*.py", "asyncio", "concurrent", "email", "http", "importlib", "json", "logging", "unittest", "urllib")
TINY_CODE = ("asyncio", "concurrent", "email", "http", "importlib", "json", "logging", "unittest", "urllib")
BOOK_SEEDS = (
    "handbook/zh-CN/index.html",
    "handbook/en-US/index.html",
    "reference/index.zh-cn.html",
    "reference/index.en.html",
)
HELP_SEEDS = tuple(
    f"office-help/{lang}/text/{part}/main0000.html"
    for lang in ("zh-CN", "en-US")
    for part in ("swriter", "scalc", "simpress", "sdraw", "smath")
)


def say(text: str = "") -> None:
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description="From websites to a small, evaluated model.")
    parser.add_argument("--size", choices=("full", "tiny"), default="full")
    parser.add_argument("--pages", choices=("auto", "own"), default="auto", help="own: this project's pages only")
    parser.add_argument("--workspace", type=Path, default=REPOSITORY / "demo-run")
    arguments = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(PREEMPTED))
    try:
        return demonstrate(arguments.size, arguments.pages, arguments.workspace)
    except KeyboardInterrupt:
        say("\ndemo: stopped; the same command goes on from here")
        return INTERRUPTED


def demonstrate(size: str, wanted_pages: str, workspace: Path) -> int:
    """Pages, servers, run, report; the exit code of the run."""
    started = time.monotonic()
    workspace.mkdir(parents=True, exist_ok=True)
    say(f"demo ({size}): everything it makes lies in {_short(workspace)}/; `make clean-demo` removes it")
    say("1. pages")
    site = workspace / "site"
    seeds = _debian_pages(size, workspace, site) if wanted_pages == "auto" else []
    name = "demo" if size == "full" else f"demo-{size}"
    settings = _own_settings() if not seeds else _debian_settings(size)
    if not seeds:
        seeds, name = _own_pages(site), f"{name}-own"
    say("2. web servers on this machine")
    port, usual = servers.ports(workspace / "ports.json", ("pages", "pydoc"))
    if not usual:
        name = f"{name}-{port['pages']}-{port['pydoc']}"
        say(f"  another program has taken a port of the last time: these are other addresses, so the run is {name}")
    with contextlib.ExitStack() as stack:
        book = stack.enter_context(servers.folder_server(site, port["pages"]))
        python = stack.enter_context(servers.pydoc_server(port["pydoc"], workspace / "pydoc"))
        say(f"  {book} and {python} (Python's own documentation)")
        addresses = {"0": [book + seed for seed in seeds], "1": [python, f"{python}topics.html"]}
        settings |= {f"sources.{index}.crawl.seeds": value for index, value in addresses.items()}
        settings["sources.2.files.paths"] = _code_paths(size)
        settings["name"] = name
        status = _run(settings, workspace)
    if status == 0:
        _show(workspace / "runs" / name, time.monotonic() - started)
    elif status in (INTERRUPTED, PREEMPTED):
        say("demo: stopped; the same command goes on from here")
    return status


def _debian_pages(size: str, workspace: Path, site: Path) -> list[str]:
    """The seeds of the Debian pages that could be had; none without apt or its network."""
    if not debian.available():
        say("  no apt-get on this machine")
        return []
    packages = (debian.HANDBOOK, *debian.REFERENCE, *(debian.OFFICE_HELP if size == "full" else ()))
    say(f"  from Debian, without installing: {', '.join(package.name for package in packages)}")
    debian.bring(packages, workspace / "packages", site, say)
    seeds = BOOK_SEEDS + (HELP_SEEDS if size == "full" else ())
    return [seed for seed in seeds if (site / seed).is_file()]


def _debian_settings(size: str) -> dict[str, object]:
    return {} if size == "full" else {"train.tokens": "1M", "sources.1.crawl.max_pages": 60}


def _own_pages(site: Path) -> list[str]:
    names = pages.write_site(REPOSITORY, site / "own")
    say(f"  taking this project's own {len(names)} pages instead: far too little text for a good model,")
    say("  and hardly any Chinese. The asked ratio zh:en:code = 4:4:2 cannot be had from it; the solver takes the")
    say("  nearest one there is (mixture.relax) and says which.")
    return ["own/index.html"]


def _own_settings() -> dict[str, object]:
    return {
        "mixture.relax": True,
        "train.tokens": "300k",
        "tokenizer.vocab_size": 2048,
        "sources.1.crawl.max_pages": 60,
    }


def _code_paths(size: str) -> list[str]:
    """The standard library of the Python that runs this."""
    library = Path(sysconfig.get_path("stdlib"))
    names = FULL_CODE if size == "full" else TINY_CODE
    return [str(library / name) for name in names if "*" in name or (library / name).is_dir()]


def _run(settings: dict[str, object], workspace: Path) -> int:
    """Run the recipe; its exit code. Ctrl-C and SIGTERM are the run's: it ends at a safe place."""
    recipe = REPOSITORY / "recipes" / "demo.yaml"
    overrides = [f"{key}={json.dumps(value) if isinstance(value, list) else value}" for key, value in settings.items()]
    command = ["run", str(recipe), "--workspace", str(workspace)]
    command += [part for override in overrides for part in ("--set", override)]
    say("3. the chain, by this command:")
    say("  .venv/bin/headwater " + shlex.join(command))
    # A session of its own: Ctrl-C comes here alone and is passed on once, since a second one means "at once".
    process = subprocess.Popen(
        [sys.executable, "-m", "headwater", *command], cwd=REPOSITORY, stdin=subprocess.DEVNULL, start_new_session=True
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
        except SystemExit:
            process.send_signal(signal.SIGTERM)


def _show(run: Path, seconds: float) -> None:
    report = run / "report.html"
    say(f"\ndone in {seconds:.0f} s. The report: {report}")
    say("More to try:")
    say(f"  .venv/bin/headwater generate {_short(run)} --prompt 'Debian 是'")
    say(f"  .venv/bin/headwater trace {_short(run)} --step 10")
    graphical = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if graphical and sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open(report.as_uri())


def _short(path: Path) -> str:
    """A path as the reader would type it."""
    with contextlib.suppress(ValueError):  # outside the current folder: the whole path
        return str(path.relative_to(Path.cwd()))
    return str(path)


if __name__ == "__main__":
    sys.exit(main())
