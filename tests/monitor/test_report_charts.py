"""A curve hides nothing: every spike is drawn, gaps are marked, and later lives of a step win."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.monitor.report import chart, curves, thin


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_spike_is_lost_at_any_zoom(data):
    size = data.draw(st.integers(1, 20_000))
    y = np.random.default_rng(data.draw(st.integers(0, 99))).normal(3.0, 0.1, size)
    spikes = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=5, unique=True))
    y[spikes] = 9.0
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size - 1))
    x = np.arange(size)[first : last + 1]
    kept = set(thin.keep(x, y[first : last + 1], 700).tolist())
    columns = np.minimum(((x - first) / max(1, last - first) * 700).astype(int), 699)
    for spike in (s - first for s in spikes if first <= s <= last):
        assert any(y[first + k] == 9.0 and columns[k] == columns[spike] for k in kept)
    assert len(kept) <= 4 * 700


def test_a_million_points_keep_first_lowest_highest_last():
    y = np.random.default_rng(1).normal(0, 1, 1_000_000)
    kept = thin.keep(np.arange(len(y)), y, 684)
    assert len(kept) <= 4 * 684 and {0, len(y) - 1, int(y.argmax()), int(y.argmin())} <= set(kept.tolist())


def test_a_loss_that_is_no_number_is_a_gap_with_a_mark():
    y = np.array([3.0, 2.9, math.nan, 2.8, math.inf, 2.7])
    drawn = chart.lines([chart.Series(name="a", x=np.arange(6), y=y)], title="t", x_label="x", y_label="y")
    curve = re.search(r'd="(M[^"]+)" class="curve', drawn)
    assert curve and curve.group(1).count("M") == 3 and drawn.count('class="gap"') == 2
    assert "nan" not in drawn and "inf" not in drawn


def test_later_lives_of_a_step_replace_earlier_ones():
    rows = [{"step": s, "loss": float(s), "attempt": 1} for s in range(1, 9)]
    rows += [{"step": 4, "probe": {"a": {}}}, *({"step": s, "loss": s + 0.5, "attempt": 2} for s in (5, 6))]
    found = curves.read_curves(rows)
    assert found.step.tolist() == [1, 2, 3, 4, 5, 6] and found.loss.tolist() == [1, 2, 3, 4, 5.5, 6.5]
    assert len(found.probes) == 1


@given(st.lists(st.floats(-9, 9) | st.just(math.nan), max_size=40), st.integers(1, 8))
def test_the_running_mean_is_the_mean_of_the_last_values(values, window):
    found = curves.running_mean(np.array(values), window)
    finite = [v for v in values if math.isfinite(v)]
    slow = [np.mean(finite[max(0, i + 1 - window) : i + 1]) for i in range(len(finite))]
    assert found[np.isfinite(found)].tolist() == pytest.approx(slow)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_ticks_span_what_they_label(low, span):
    high = low + span
    found = chart.ticks(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert found[0] <= low + slack and found[-1] >= high - slack and 2 <= len(found) <= 12
