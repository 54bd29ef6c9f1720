"""`headwater curate`, `langid` and `sample`, as a person gives them."""

import io
import json

import pyarrow.parquet as pq
import pytest
import zstandard

from headwater import document, storage
from headwater.cli.main import main
from headwater.errors import HeadwaterError
from tests.curate import workspace
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM

MENU = "Home\nAbout us\nProducts\nContact\nImprint\nSign in"


@pytest.fixture
def corpus(tmp_path):
    texts = [ENGLISH, CHINESE, CODE, POEM, MENU, ENGLISH]
    lines = [json.dumps({"id": f"r{i}", "text": text, "lang": "xx"}) for i, text in enumerate(texts)]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join([*lines, "{broken", '{"id": "r9"}']) + "\n", "utf-8")
    return path


def command(capsys, *arguments):
    code = main([str(a) for a in arguments] + ["--json", "--quiet"])
    return code, json.loads(capsys.readouterr().out)


def rows(folder):
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_curate_writes_kept_rejected_and_the_report(tmp_path, corpus, capsys):
    code, value = command(capsys, "curate", corpus, "-o", tmp_path / "out")
    assert code == 0
    rejected = {"dedup.exact": 1, "gopher.num_words": 1, "input.invalid_json": 1, "input.no_text": 1}
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert (report["in"], report["kept"], report["rejected"]) == (8, 4, rejected) and value["rejected"] == rejected
    assert report["in"] == report["kept"] + sum(report["rejected"].values())
    kept, out = rows(tmp_path / "out" / "kept"), rows(tmp_path / "out" / "rejected")
    assert [(row["id"], row["lang"]) for row in kept] == [("r0", "en"), ("r1", "zh"), ("r2", "code"), ("r3", "zh")]
    assert [(r["id"], r["reason"], r["value"], r["duplicate_of"]) for r in out] == [
        ("r4", "gopher.num_words", 8.0, ""),
        ("r5", "dedup.exact", None, "r0"),
    ]
    assert kept[0]["text"] == ENGLISH
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "diversity.json", "edits.json", "kept", "rejected", "report.json", "statistics.json",
    ]  # fmt: skip
    assert pq.read_schema(next((tmp_path / "out" / "kept").iterdir())).equals(document.SCHEMA)


def test_curate_again_replaces_what_was_there(tmp_path, corpus, capsys):
    command(capsys, "curate", corpus, "-o", tmp_path / "out")
    (tmp_path / "out" / "kept" / "zzz.parquet").write_bytes(b"stale")
    code, value = command(capsys, "curate", corpus, "-o", tmp_path / "out", "--kind", "specific")
    assert code == 0 and value["kept"] == 5
    assert not (tmp_path / "out" / "kept" / "zzz.parquet").exists()


def test_a_command_cut_short_while_it_put_its_results_in_place_goes_on(tmp_path, corpus, capsys, monkeypatch):
    real = storage.publish_folder

    def cut_short(source, target):
        if target.name == "rejected":
            raise HeadwaterError("disk_full", "no space is left", where=str(target))
        real(source, target)

    monkeypatch.setattr(storage, "publish_folder", cut_short)
    code, _ = command(capsys, "curate", corpus, "-o", tmp_path / "out")
    assert code == 5 and [(tmp_path / "out" / name).exists() for name in ("kept", "rejected")] == [True, False]
    monkeypatch.setattr(storage, "publish_folder", real)
    code, value = command(capsys, "curate", corpus, "-o", tmp_path / "out")
    assert code == 0 and value["kept"] == len(rows(tmp_path / "out" / "kept")) == 4


def test_the_output_can_be_curated_again(tmp_path, corpus, capsys):
    command(capsys, "curate", corpus, "-o", tmp_path / "out")
    code, value = command(capsys, "curate", tmp_path / "out" / "kept", "-o", tmp_path / "again")
    assert code == 0 and (value["in"], value["kept"]) == (4, 4)


def test_nothing_kept_leaves_3_and_the_rejected(tmp_path, capsys):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"text": MENU}) + "\n", "utf-8")
    code, value = command(capsys, "curate", path, "-o", tmp_path / "out")
    assert code == 3 and value["error"] == "empty_corpus" and "gopher.num_words" in value["message"]
    assert len(rows(tmp_path / "out" / "rejected")) == 1
    assert json.loads((tmp_path / "out" / "report.json").read_text())["kept"] == 0


def test_wrong_arguments_leave_2(tmp_path, corpus, capsys):
    assert command(capsys, "curate", corpus, "-o", tmp_path / "out", "--kind", "best")[0] == 2
    assert command(capsys, "curate", tmp_path / "none.jsonl", "-o", tmp_path / "out")[0] == 2
    assert command(capsys, "sample", tmp_path / "none")[0] == 2


def test_langid_ignores_the_given_language(tmp_path, corpus, capsys):
    code, value = command(capsys, "langid", corpus, "-o", tmp_path / "out.jsonl.zst")
    assert code == 0 and value["documents"] == 6
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO((tmp_path / "out.jsonl.zst").read_bytes()))
    found = [json.loads(line) for line in reader.read().decode().splitlines()]
    assert [(row["id"], row["lang"]) for row in found] == [
        ("r0", "en"), ("r1", "zh"), ("r2", "code"), ("r3", "zh"), ("r4", "en"), ("r5", "en"),
    ]  # fmt: skip
    assert all({"id", "lang", "score"} <= set(row) <= {"id", "lang", "score", "script"} for row in found)
    assert all(0 < row["score"] <= 1 for row in found)


@pytest.mark.parametrize("source", ["folder", "run"])
def test_sample_shows_kept_and_rejected(tmp_path, corpus, capsys, source):
    if source == "folder":
        command(capsys, "curate", corpus, "-o", tmp_path / "x")
    else:
        shards = [[{"text": ENGLISH, "id": "r0"}, {"text": MENU, "id": "r4"}], [{"text": ENGLISH, "id": "r5"}]]
        documents = workspace.write_documents(tmp_path / "x" / "acquire", shards)
        workspace.run_all(tmp_path / "x", documents)
    code, value = command(capsys, "sample", tmp_path / "x", "--reason", "gopher.num_words")
    (row,) = value["documents"]
    assert (
        code == 0 and row["id"] == "r4" and row["value"] == 8 and row["text"] == MENU and row["channel"] == "en-general"
    )
    assert command(capsys, "sample", tmp_path / "x", "--reason", "gopher")[1]["documents"] == [row]
    (copy,) = command(capsys, "sample", tmp_path / "x", "--reason", "dedup.exact")[1]["documents"]
    assert copy["duplicate_of"] == "r0" and copy["value"] is None
    kept = command(capsys, "sample", tmp_path / "x", "-n", "1")[1]["documents"]
    assert len(kept) == 1 and kept[0]["reason"] == ""
    code, value = command(capsys, "sample", tmp_path / "x", "--reason", "gopher.num_wrods")
    assert code == 2 and "gopher.num_words" in value["mend"]
