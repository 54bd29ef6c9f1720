"""`headwater doctor`: what this machine can do, and what is missing, with the line that mends it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from headwater import __version__
from headwater.cli.console import Outcome, table

CORE = (
    "numpy", "pyarrow", "zstandard", "orjson", "ruamel.yaml", "typer", "aiohttp", "protego", "fastwarc", "lxml",
    "trafilatura", "fsspec", "scipy", "tokenizers",
)  # fmt: skip
EXTRAS = {"torch": "train", "safetensors": "train", "transformers": "interop", "ray": "ray"}
VARIABLES = ("HF_HOME", "HF_HUB_OFFLINE", "CUDA_VISIBLE_DEVICES", "NO_COLOR", "OMP_NUM_THREADS", "TMPDIR")
KEYS = {  # what the environment may hold, and what needs it
    "BRAVE_API_KEY": "only `search --provider brave` needs it",
    "HEADWATER_API_KEY": "only endpoints that ask for a key need it (classify label, synthesize)",
    "HEADWATER_CONTACT": "an address that site owners can write to, sent by every crawl",
}
MIN_FREE_BYTES = 5 << 30
MIN_MEMORY_BYTES = 4 << 30


def environment() -> dict[str, Any]:
    """Versions and machine of this process, as kept in a run's environment.json."""
    return {
        "headwater": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": _cores(),
        "memory_bytes": _memory_bytes(),
        "packages": {name: _version(name) for name in (*CORE, *EXTRAS)},
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _cores() -> int:
    from headwater.pipeline.engine.local import available_cores

    return available_cores()


def _memory_bytes() -> int:
    """Memory this process may use: the machine's, or its control group's limit where that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        with open("/sys/fs/cgroup/memory.max") as handle:
            limit = handle.read().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def _checks() -> list[tuple[str, str, str, str]]:
    """(subject, ok | missing | warn, what was found, mend) for each thing looked at."""
    rows = [
        ("python", "ok" if sys.version_info >= (3, 11) else "missing", platform.python_version(), "use Python 3.11+")
    ]
    for name in CORE:
        found = _version(name)
        rows.append((name, "ok" if found else "missing", found or "not installed", "pip install headwater"))
    for name, extra in EXTRAS.items():
        found = _version(name)
        rows.append((name, "ok" if found else "warn", found or "not installed", f"pip install 'headwater[{extra}]'"))
    rows.append(_compiler())
    rows.append(_accelerator())
    rows += [_key(name, what) for name, what in KEYS.items()]
    free = shutil.disk_usage(".").free
    state = "ok" if free >= MIN_FREE_BYTES else "warn"
    rows.append(("disk", state, f"{free / 2**30:.1f} GiB free here", "`headwater clean` frees what no run uses"))
    memory = _memory_bytes()
    state = "ok" if memory >= MIN_MEMORY_BYTES else "warn"
    rows.append(("memory", state, f"{memory / 2**30:.1f} GiB", "the demo wants 4 GiB"))
    rows.append(("cores", "ok", str(_cores()), ""))
    return rows


def _key(name: str, what: str) -> tuple[str, str, str, str]:
    """Whether a key or setting is in the environment; never its value."""
    return (name, "ok" if os.environ.get(name) else "warn", "set" if os.environ.get(name) else "not set", what)


def _compiler() -> tuple[str, str, str, str]:
    found = shutil.which(os.environ.get("CXX", "g++")) or shutil.which("clang++")
    mend = "apt-get install -y g++ (without it training works, but torch.compile is off)"
    return ("C++ compiler", "ok" if found else "warn", found or "not found", mend)


def _accelerator() -> tuple[str, str, str, str]:
    if find_spec("torch") is None:
        return ("accelerator", "warn", "torch is not installed", "pip install 'headwater[train]'")
    import torch

    if torch.cuda.is_available():
        return ("accelerator", "ok", torch.cuda.get_device_name(0), "")
    return ("accelerator", "warn", "none: training runs on the CPU", "fine for small models")


def doctor() -> Outcome:
    """Say what this machine can do and what is missing.

    Example: headwater doctor
    """
    rows = _checks()
    missing = [row for row in rows if row[1] == "missing"]
    shown = [[mark, subject, found, mend if mark != "ok" else ""] for subject, mark, found, mend in rows]
    text = table(shown, ["", "what", "found", "mend"])
    value = {
        "ok": not missing,
        "checks": [dict(zip(("what", "state", "found", "mend"), row, strict=True)) for row in rows],
        "environment": environment(),
    }
    summary = f"{len(missing)} missing" if missing else "everything needed is here"
    return Outcome(value=value, text=f"{text}\n\n{summary}", exit_code=5 if missing else 0)
