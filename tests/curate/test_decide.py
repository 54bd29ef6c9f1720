"""The curate stage: counts add up, copies name their survivor, and nothing depends on how it was run."""

import random
import shutil

import pytest

from headwater.curate import annotate, decide
from headwater.curate.config import CurateConfig, GopherConfig
from headwater.curate.dedup import firsts
from headwater.errors import HeadwaterError
from tests.curate import workspace
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM

MENU = "Home\nAbout us\nProducts\nContact\nImprint\nSign in"


def corpus(shards=3, documents=8, seed=0):
    rng = random.Random(seed)
    texts = [ENGLISH, CHINESE, CODE, POEM, MENU, "\x00" * 40]
    return [[{"text": rng.choice(texts) + " " * rng.randint(0, 2)} for _ in range(documents)] for _ in range(shards)]


@pytest.fixture
def documents(tmp_path):
    return workspace.write_documents(tmp_path / "acquire", corpus())


def test_counts_and_copies(tmp_path):
    shards = [[{"text": MENU}, {"text": ENGLISH}], [{"text": ENGLISH + "\n"}, {"text": MENU}, {"text": POEM}]]
    figures = workspace.run_all(tmp_path, workspace.write_documents(tmp_path / "acquire", shards))
    assert figures["curate"]["counts"] == {"in": 5, "kept": 2, "rejected": {"dedup.exact": 1, "gopher.num_words": 2}}
    rows = workspace.rows(tmp_path / "curate" / "verdicts")
    assert [row["id"] for row in rows] == ["d0-0", "d0-1", "d1-0", "d1-1", "d1-2"]
    assert [row["kept"] for row in rows] == [False, True, False, False, True]
    assert rows[2]["reason"] == "dedup.exact" and rows[2]["duplicate_of"] == "d0-1" and rows[2]["value"] is None
    assert rows[0]["value"] == 8 and rows[0]["duplicate_of"] == "", "a rejected document is no copy"
    assert rows[1]["channel"] == "en-general" and rows[4]["channel"] == "zh-general"
    assert rows[1]["cluster"] == rows[2]["cluster"]


def test_report(tmp_path, documents):
    workspace.run_all(tmp_path, documents)
    report = workspace.report(tmp_path)
    assert report["in"] == 24 == report["kept"] + sum(report["rejected"].values())
    assert sum(figures["in"] for figures in report["by_lang"].values()) == 24
    assert sum(figures["kept"] for figures in report["by_channel"].values()) == report["kept"]
    assert set(report["examples"]) == set(report["rejected"])
    assert all(1 <= len(ids) <= 3 for ids in report["examples"].values())


def test_a_copy_of_a_rejected_document_is_judged_for_itself(tmp_path):
    page = {"text": "Practice makes perfect.", "lang": "en", "url": "https://a.example/"}
    note = {"text": "Practice makes perfect.", "lang": "en"}
    workspace.run_all(tmp_path, workspace.write_documents(tmp_path / "acquire", [[page, note]]))
    assert [row["kept"] for row in workspace.rows(tmp_path / "curate" / "verdicts")] == [False, True]


def test_dedup_can_be_switched_off(tmp_path):
    shards = [[{"text": POEM}, {"text": POEM}]]
    documents = workspace.write_documents(tmp_path / "acquire", shards)
    figures = workspace.run_all(tmp_path, documents, CurateConfig(exact_dedup=False))
    assert figures["curate"]["counts"] == {"in": 2, "kept": 2, "rejected": {}}


def everything(root):
    return {name: workspace.public_bytes(root / name) for name in ("annotate", "curate", "split")}


def test_result_does_not_depend_on_partitions(tmp_path, documents, monkeypatch):
    workspace.run_all(tmp_path / "one", documents)
    monkeypatch.setattr(firsts, "KEY_BYTES", 50_000_000)
    workspace.run_all(tmp_path / "many", documents)
    assert everything(tmp_path / "one") == everything(tmp_path / "many")


def test_result_does_not_depend_on_workers(tmp_path, documents):
    workspace.run_all(tmp_path / "one", documents)
    workspace.run_all(tmp_path / "two", documents, workers=2)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_result_does_not_depend_on_how_documents_lie_in_shards(tmp_path):
    rows = [row | {"id": f"x{number}"} for number, row in enumerate(sum(corpus(), []))]
    for name, shards in (("one", [rows]), ("four", [rows[:3], rows[3:4], [], rows[4:]])):
        documents = workspace.write_documents(tmp_path / name / "acquire", shards)
        workspace.run_all(tmp_path / name, documents)
    one, four = (workspace.rows(tmp_path / name / "curate" / "verdicts") for name in ("one", "four"))
    assert one == four
    assert workspace.report(tmp_path / "one") == workspace.report(tmp_path / "four")


class Cut(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 4, 5, 6])
def test_a_stage_cut_short_goes_on_and_ends_the_same(tmp_path, documents, monkeypatch, calls):
    from headwater.pipeline import phases

    workspace.run_all(tmp_path / "whole", documents)
    shutil.copytree(tmp_path / "whole" / "annotate", tmp_path / "cut" / "annotate")
    left, perform = [calls], phases.perform

    def cut(call):
        if not left[0]:
            raise Cut
        left[0] -= 1
        return perform(call)

    given = workspace.context(
        "curate", tmp_path / "cut" / "curate", {"annotate": tmp_path / "cut" / "annotate"}, CurateConfig()
    )
    with monkeypatch.context() as patch:
        patch.setattr(phases, "perform", cut)
        with pytest.raises(Cut):
            decide.run(given)
    done = list((tmp_path / "cut" / "curate" / ".tasks").rglob("*.json"))
    assert len(done) == calls
    decide.run(given)
    assert workspace.public_bytes(tmp_path / "cut" / "curate") == workspace.public_bytes(tmp_path / "whole" / "curate")


def test_nothing_kept_names_the_top_reasons(tmp_path):
    documents = workspace.write_documents(
        tmp_path / "acquire", [[{"text": MENU}, {"text": "\x00" * 30}, {"text": MENU}]]
    )
    with pytest.raises(HeadwaterError, match=r"gopher\.num_words \(2\), minimal\.control_characters \(1\)") as caught:
        workspace.run_all(tmp_path, documents)
    assert caught.value.failure == "empty_corpus" and caught.value.exit_code == 3


def test_no_documents_at_all(tmp_path):
    with pytest.raises(HeadwaterError, match="no documents"):
        workspace.run_all(tmp_path, workspace.write_documents(tmp_path / "acquire", [[]]))


def test_a_changed_threshold_reads_no_text(tmp_path, documents):
    given = workspace.context("annotate", tmp_path / "annotate", {"acquire": documents}, CurateConfig())
    annotate.run(given)
    shutil.rmtree(documents)
    strict = CurateConfig(gopher=GopherConfig(min_words=10_000))
    given = workspace.context("curate", tmp_path / "curate", {"annotate": tmp_path / "annotate"}, strict)
    assert decide.run(given)["counts"]["rejected"]["gopher.num_words"] > 0
