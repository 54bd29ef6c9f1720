"""Mistakes in the `evaluate:` section are named, with the nearest right word."""

from __future__ import annotations

from headwater.evaluate.config import EvaluateConfig


def test_the_default_is_right():
    assert EvaluateConfig().check() == []


def test_all_mistakes_are_found_at_once():
    config = EvaluateConfig(tasks=("perplexity", "perplexty"), probe_samples=0, batch=0, continuation_tokens=0)
    found = dict(config.check())
    assert set(found) == {"tasks.1", "probe_samples", "batch", "continuation_tokens"}
    assert "did you mean 'perplexity'" in found["tasks.1"]


def test_an_unlike_name_lists_what_there_is():
    [(path, message)] = EvaluateConfig(tasks=("zzz",)).check()
    assert path == "tasks.0" and "known are: perplexity" in message


def test_a_task_is_named_once():
    assert EvaluateConfig(tasks=("perplexity", "perplexity")).check() == [("tasks", "a task is named twice")]
