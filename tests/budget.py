"""A pytest plugin that starts no test after a moment in time, so that a slow suite fits a machine.

In: HEADWATER_TEST_UNTIL, seconds since the epoch (unset: no limit). Out: later tests are skipped, and say so.
Used as `pytest -p tests.budget`.
"""

from __future__ import annotations

import os
import time

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    until = float(os.environ.get("HEADWATER_TEST_UNTIL", "inf"))
    if time.time() > until:
        pytest.skip("no time is left for this slow test; `make test-slow` runs it")
