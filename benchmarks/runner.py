"""Keeps benchmark results: ours and the peer's from one process run, with machine and versions.

`save` writes `benchmarks/results/NAME.json` and prints one line; every benchmark calls it once.
"""

from __future__ import annotations

import json
import os
import platform
import time
from importlib import metadata
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "headwater", "numpy", "pyarrow", "torch", "tokenizers", "transformers", "aiohttp", "trafilatura", "datatrove",
    "scrapy", "ray",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Processor, cores, memory and Python of this machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def save(name: str, ours: dict[str, Any], peer: dict[str, Any], ratio: float, **extra: Any) -> Path:
    """Write a result and print it. `ratio` is ours over the peer's, above 1 when ours is better."""
    result = {
        "benchmark": name,
        "ours": ours,
        "peer": peer,
        "ratio": round(ratio, 4),
        "machine": machine(),
        "versions": versions(),
        "date": time.strftime("%Y-%m-%d"),
        **extra,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    print(f"{name}: ratio {ratio:.2f} (ours {ours}, peer {peer}) -> {path.name}")
    return path
