"""Examples: spread over a corpus by a hash, or nearest to a rule's limits."""

from __future__ import annotations

import pytest

from headwater import storage
from headwater.curate import samples
from headwater.errors import HeadwaterError
from tests.curate import workspace

NEAR = {
    "low": 50.0,
    "high": None,
    "inside": [{"id": "d0-0", "value": 50.0}, {"id": "d1-0", "value": 70.0}],
    "outside": [{"id": "d0-1", "value": 49.0}, {"id": "gone", "value": 2.0}],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run's folder, as links lay it out: acquire, annotate, curate."""
    root = tmp_path_factory.mktemp("run")
    short = {"text": "Home. About us. Contact the owner.", "url": "https://a.example/2", "lang": "en"}
    whole = {"text": workspace.ENGLISH, "url": "https://a.example/1", "lang": "en"}
    documents = workspace.write_documents(root / "acquire", [[whole, short], [{**whole, "text": workspace.CHINESE}]])
    workspace.run_all(root, documents)
    storage.write_json(root / "curate" / "statistics.json", {"nearest": {"gopher.num_words": NEAR}})
    return root


def test_both_sides_of_a_limit_with_what_became_of_them(run):
    rows = samples.near(run, "gopher.num_words", 5)
    assert [(row["id"], row["near"]["side"], row["near"]["value"]) for row in rows] == [
        ("d0-0", "inside", 50.0), ("d1-0", "inside", 70.0), ("d0-1", "outside", 49.0),
    ]  # fmt: skip
    assert rows[2]["near"] == {"rule": "gopher.num_words", "side": "outside", "value": 49.0, "low": 50.0, "high": None}
    assert rows[0]["text"] == workspace.ENGLISH and rows[2]["reason"] and not rows[0]["reason"]
    assert [row["id"] for row in samples.near(run, "gopher", 1)] == ["d0-0", "d0-1"]


def test_text_is_shown_as_the_rules_saw_it(run, tmp_path):
    for name in ("acquire", "curate"):
        (tmp_path / name).symlink_to(run / name)
    workspace.write_documents(
        tmp_path / "clean", [[{"text": "repaired"}, {"text": "too"}], [{"text": "and this", "lang": "en"}]]
    )
    assert samples.near(tmp_path, "gopher.num_words", 1)[0]["text"] == "repaired"
    assert {row["text"] for row in samples.draw(tmp_path, "", 9)} <= {"repaired", "too", "and this"}


def test_an_unknown_rule_is_answered_with_the_nearest_name(run, tmp_path):
    with pytest.raises(HeadwaterError, match="gopher.num_word'") as caught:
        samples.near(run, "gopher.num_word", 5)
    assert "gopher.num_words" in str(caught.value.mend)
    with pytest.raises(HeadwaterError, match="thresholds"):
        samples.near(tmp_path, "gopher", 5)
    with pytest.raises(HeadwaterError) as caught:
        samples.draw(run, "nothing.such", 5)
    assert caught.value.failure == "unknown_name"


def test_a_sample_is_the_same_each_time(run):
    assert samples.draw(run, "", 2) == samples.draw(run, "", 2)
