"""A pytest plugin that starts no test after a moment in time, so that a slow suite fits a machine.

In: HEADWATER_TEST_UNTIL, seconds since the epoch (unset: no limit). Out: later tests are skipped, and say so.
A slow test that names no limit of its own may take LIMIT_S: the quick tests' limit is for quick tests.
Used as `pytest -p tests.budget`.
"""

from __future__ import annotations

import os
import time

import pytest

LIMIT_S = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LIMIT_S))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    until = float(os.environ.get("HEADWATER_TEST_UNTIL", "inf"))
    if time.time() > until:
        pytest.skip("no time is left for this slow test; `make test-slow` runs it")
