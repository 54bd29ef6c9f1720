"""What must hold of `headwater curate` for any documents, however they are dealt to files, shards and workers."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.curate import inputs, judge
from headwater.curate.config import CurateConfig
from tests.corpora import chinese, code, english
from tests.faults import curated

_rng = random.Random(2026)
PIECES = [
    *(make(_rng, 6) for make in (english, chinese) for _ in range(4)),
    *(code(_rng) for _ in range(3)),
    "Accept all cookies\nSkip to content\nHome | About | Contact",
    "Copyright © 2024 Example Ltd. All rights reserved.\n点击下载\n上一篇：没有了",
    "Write to ann.lee@example.org or call +1 212-555-0187, 手机 13812345678.",
    "cafÃ© naÃ¯ve â€œquotedâ€\x9d caf&eacute; &amp;amp; &lt;b&gt;",
    "the same line again\n" * 12,
    "• one\n• two\n• three\n• four",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \u200b\u200b\ufeff\u202e",
    "short",
    "加微信领取优惠券" * 6,
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11\n" * 8,
    "lorem ipsum dolor sit amet {",
    "function(a){return a};" * 60,
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("\n\n".join)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": TEXTS,
            "url": st.sampled_from(["", "https://a.example/x", "https://b.example/casino", "http://1.2.3.4/"]),
            "lang": st.sampled_from(["", "en", "zh", "code"]),
            "kind": st.sampled_from(["general", "general", "specific"]),
        }
    ),
    min_size=1,
    max_size=12,
)
FEW = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
LATER = ("dedup.", "cap.")  # verdicts that ask which document comes first


@pytest.fixture(autouse=True, scope="module")
def unsynced() -> Iterator[None]:
    """Waiting for the disk is most of a small command, and no power is cut here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def decided(files: list[list[dict]], shard_rows: int, *more: str) -> tuple[dict[str, tuple], list[dict], list[dict]]:
    """(verdict by id, kept rows, rejected rows) of some files of rows, in shards of so many."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "SHARD_ROWS", shard_rows)
        folder, paths = Path(name), []
        for number, rows in enumerate(files):
            paths.append(folder / f"{number}.jsonl")
            paths[-1].write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        curated.survive(paths, folder / "out", 60, *more)
        kept, out = (curated.rows(folder / "out" / part) for part in ("kept", "rejected"))
    verdicts = {row["id"]: (row.get("reason", ""), row.get("value"), row["text"]) for row in [*kept, *out]}
    return verdicts, kept, out


def named(rows: list[dict]) -> list[dict]:
    """The rows with an id each, and an address that no other has."""
    return [
        row | {"id": f"d{i}", "source": "s", "url": row["url"] and f"{row['url']}?{i}"} for i, row in enumerate(rows)
    ]


@FEW
@given(rows=ROWS, seed=st.integers(0, 99), shard_rows=st.integers(1, 5), cut=st.integers(0, 12))
def test_a_verdict_by_the_rules_does_not_depend_on_the_others_order(rows, seed, shard_rows, cut) -> None:
    rows = named(rows)
    shuffled = random.Random(seed).sample(rows, len(rows))
    one, _, _ = decided([rows], 50_000)
    two, _, _ = decided([shuffled[:cut], shuffled[cut:]], shard_rows)
    assert {name: text for name, (_, _, text) in one.items()} == {name: text for name, (_, _, text) in two.items()}
    for name, (reason, value, _) in one.items():
        reason_then, value_then, _ = two[name]
        if not (reason or "dedup.").startswith(LATER) or not (reason_then or "dedup.").startswith(LATER):
            assert (reason, value) == (reason_then, value_then)


@FEW
@given(rows=ROWS)
def test_what_was_kept_is_kept_again_as_it_is(rows) -> None:
    _, kept, _ = decided([named(rows)], 50_000)
    if kept:
        _, again, out = decided([[row | {"meta": dict(row["meta"])} for row in kept]], 50_000)
        assert [(row["id"], row["reason"], row["value"]) for row in out] == []
        assert [(row["id"], row["text"]) for row in again] == [(row["id"], row["text"]) for row in kept]


@FEW
@given(rows=ROWS)
def test_the_value_of_every_rejected_document_is_outside_its_rules_limits(rows) -> None:
    _, _, out = decided([named(rows)], 50_000)
    limits = all_rules()
    for row in out:
        if not row["reason"].startswith(LATER):
            low, high = limits[row["reason"]]
            assert (low is not None and row["value"] < low) or (high is not None and row["value"] > high), row
        elif row["reason"] == "dedup.minhash":
            assert 0.7 <= row["value"] <= 1
        assert row["duplicate_of"] == "" or row["reason"].startswith("dedup.")


def all_rules() -> dict[str, tuple[float | None, float | None]]:
    """(lowest, highest) value that each rule of the defaults lets pass."""
    import numpy as np

    from headwater.curate.filters import chinese as zh

    class Columns(dict):
        def __missing__(self, name: str) -> np.ndarray:
            return np.zeros(1)

    found = {}
    columns = Columns(lang=np.array(["en"], object), kind=np.array(["general"], object), domain=np.array([""], object))
    columns["crawled"] = np.array([True])
    for _, rules in judge.rule_sets(columns, CurateConfig()):
        for rule in rules:
            found[rule.reason] = (rule.low, rule.high)
    return found | {rule.reason: (rule.low, rule.high) for rule in zh.rules(CurateConfig().chinese)}


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_many_kept_again_as_they_are(rows) -> None:
    test_what_was_kept_is_kept_again_as_it_is.hypothesis.inner_test(rows)
