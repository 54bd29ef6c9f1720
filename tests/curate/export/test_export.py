"""The curated corpus as a data set: what is in it, what is not, and what its card says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from headwater import document, storage
from headwater.cli import export_dataset as command
from headwater.curate.export import card, frontmatter
from headwater.curate.export.dataset import export_dataset, plan
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter
from tests.curate.export import runs

QUIET = Reporter(quiet=True)
HOSTILE = "<script>alert(1)</script>|[x](javascript:alert(1))\n# `no` *b* \u202e"


def rows(folder: Path, part: str) -> list[dict[str, Any]]:
    return [row for path in sorted((folder / "data").glob(f"{part}-*")) for row in pq.read_table(path).to_pylist()]


def front(folder: Path) -> dict[str, Any]:
    text = (folder / "README.md").read_text("utf-8")
    assert text.startswith("---\n")
    return YAML(typ="safe", pure=True).load(text.split("---\n")[1])


def public(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_train_and_heldout_stand_apart_in_bounded_shards(tmp_path: Path) -> None:
    shards = [runs.rows_of(0, 10), runs.rows_of(1, 7)]
    run = runs.write_run(tmp_path / "r", shards)
    value = export_dataset(run, tmp_path / "ds", QUIET, shard_bytes=50)
    wanted = {part: [] for part in ("train", "heldout")}
    for shard in shards:
        for index, row in enumerate(shard):
            if (part := runs.PARTS[index % 4]) in wanted:
                wanted[part].append((row["id"], row["text"]))
    for part, pairs in wanted.items():
        assert [(row["id"], row["text"]) for row in rows(tmp_path / "ds", part)] == pairs
        names = sorted(path.name for path in (tmp_path / "ds" / "data").glob(f"{part}-*"))
        assert len(names) > 1
        assert names == [f"{part}-{number:05d}-of-{len(names):05d}.parquet" for number in range(len(names))]
    first = rows(tmp_path / "ds", "train")[0]
    assert (first["lang"], first["channel"], first["meta"], first["quality"]) == (
        "zh",
        "zh-general",
        '{"a":"1","b":"2"}',
        None,
    )
    assert value["documents"] == 14 and value["parts"] == {"train": 10, "heldout": 4}
    assert (
        pq.ParquetFile(next((tmp_path / "ds" / "data").glob("train-*"))).schema_arrow.field("text").type
        == pa.large_string()
    )
    whole = export_dataset(run, tmp_path / "whole", QUIET)
    assert len(list((tmp_path / "whole" / "data").iterdir())) == 2 and whole["parts"] == value["parts"]


def test_a_cut_export_goes_on_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 30)])
    export_dataset(run, tmp_path / "whole", QUIET, shard_bytes=100)
    real, written = document.write_parquet, []

    def stops(path: Path, *rest: Any) -> int:
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(path)
        return real(path, *rest)

    monkeypatch.setattr(document, "write_parquet", stops)
    with pytest.raises(KeyboardInterrupt):
        export_dataset(run, tmp_path / "cut", QUIET, shard_bytes=100)
    assert not (tmp_path / "cut" / "README.md").exists()
    with pytest.raises(HeadwaterError, match="something else"):
        export_dataset(run, tmp_path / "cut", QUIET, shard_bytes=101)
    before = {path: path.stat().st_mtime_ns for path in written}
    monkeypatch.setattr(document, "write_parquet", real)
    export_dataset(run, tmp_path / "cut", QUIET, shard_bytes=100)
    assert public(tmp_path / "cut") == public(tmp_path / "whole")
    assert before == {path: path.stat().st_mtime_ns for path in written}
    again = {path: path.stat().st_mtime_ns for path in (tmp_path / "cut").rglob("*")}
    export_dataset(run, tmp_path / "cut", QUIET, shard_bytes=100)
    assert again == {path: path.stat().st_mtime_ns for path in (tmp_path / "cut").rglob("*")}


def test_the_card_says_what_is_there(tmp_path: Path) -> None:
    shards = [runs.rows_of(0, 8), runs.rows_of(1, 8, source="books", license="", meta={"synthetic": "true"})]
    clean = {"counts": {"in": 16, "kept": 16, "rejected": {}}, "edits": {"pii_email": 3},
             "fields": {"clean": {"pii": {"email": "mask", "ip": "none", "kinds": ["general"]}}}}  # fmt: skip
    found = {"counts": {"in": 16, "kept": 16, "rejected": {}}, "sets": {"gsm8k": {}}}
    run = runs.write_run(tmp_path / "r", shards, decontaminate=found)
    for shard in sorted((run / "acquire" / "documents").iterdir()):
        storage.make_folder(run / "clean" / "documents")
        rows_ = [row | {"text": "cleaned", "meta": dict(row["meta"])} for row in pq.read_table(shard).to_pylist()]
        document.write_parquet(run / "clean" / "documents" / shard.name, document.batches_of(rows_))
    runs.finish(run, "acquire", {})
    runs.finish(run, "clean", clean)
    for stage in ("decontaminate", "curate"):
        runs.finish(
            run,
            stage,
            found
            if stage == "decontaminate"
            else {"counts": {"in": 16, "kept": 12, "rejected": {"gopher.num_words": 3, "dedup.near": 1}}},
        )
    runs.finish(run, "split", {})
    export_dataset(run, tmp_path / "ds", QUIET)
    assert {row["text"] for row in rows(tmp_path / "ds", "train")} == {"cleaned"}
    value = front(tmp_path / "ds")
    assert value["license"] == "other" and value["language"] == ["zh"] and value["size_categories"] == ["n<1K"]
    assert {entry["split"]: entry["path"] for entry in value["configs"][0]["data_files"]} == {
        "train": "data/train-*", "heldout": "data/heldout-*"}  # fmt: skip
    assert "synthetic" in value["tags"]
    text = (tmp_path / "ds" / "README.md").read_text("utf-8")
    for line in ("| curate | 16 | 4 | 12 |", "| gopher.num_words | 3 |", "| dedup.near | 1 |", "| email | mask |",
                 "| pii_email | 3 |", "Searched for the questions of: gsm8k.", "| unknown | 6 |", "| CC-BY-4.0 | 6 |",
                 "| web | 6 | CC-BY-4.0 6 | 2026-01-01 – 2026-01-07 |", "## How to ask for removal",
                 "| headwater | "):  # fmt: skip
        assert line in text, line
    assert "## 来源 (Sources)" in text and "| 未知 | 6 |" in text


def test_hostile_names_are_inert(tmp_path: Path) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 8, source=HOSTILE, license=HOSTILE * 50)])
    export_dataset(run, tmp_path / "ds", QUIET)
    assert front(tmp_path / "ds")["license"] == "other"
    text = (tmp_path / "ds" / "README.md").read_text("utf-8")
    assert "<script" not in text and not re.search(r"(?<!\\)\]\(", text.split("## ", 1)[1]) and "\u202e" not in text
    lines = [line for line in text.split("\n") if "alert" in line]
    assert lines and all(line.startswith("| ") and line.replace("\\|", "").count("|") in (3, 5) for line in lines)
    shown = card.shown("http://evil.example | x" + "y" * 500)
    assert len(shown) < 120 and "://" not in shown


@pytest.mark.parametrize(
    ("licenses", "identifier"),
    [({"": 3}, "unknown"), ({}, "unknown"), ({"MIT": 3}, "mit"), ({"GPL-3.0-or-later": 1}, "gpl-3.0"),
     ({"MIT": 3, "": 1}, "other"), ({"MIT": 1, "CC0-1.0": 1}, "other"), ({"my own\nlicense: mit": 2}, "other")],
)  # fmt: skip
def test_a_licence_is_named_only_where_all_have_it(licenses: dict[str, int], identifier: str) -> None:
    assert frontmatter.license_of(licenses) == identifier


@pytest.mark.parametrize(
    ("count", "label"), [(0, "n<1K"), (1000, "1K<n<10K"), (5 * 10**9, "1B<n<10B"), (10**11, "10B<n<100B")]
)
def test_sizes(count: int, label: str) -> None:
    assert frontmatter.size_of(count) == label


def test_owners_who_opted_out_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.write_run(tmp_path / "runs" / "r", [runs.rows_of(0, 12)])
    (tmp_path / "out.txt").write_text("host1.example\n", "utf-8")
    recipe = f'sources:\n  - crawl:\n      opt_out: ["{tmp_path / "out.txt"}"]\n'
    (run / "recipe.resolved.yaml").write_text(recipe, "utf-8")
    monkeypatch.chdir(tmp_path)
    outcome = command.export_dataset("r", tmp_path / "ds")
    urls = [row["url"] for part in ("train", "heldout") for row in rows(tmp_path / "ds", part)]
    assert urls and not any("host1" in url for url in urls)
    assert outcome.value["left_out"] == 9 - len(urls) and outcome.value["documents"] == len(urls)
    assert "opted out" in (tmp_path / "ds" / "README.md").read_text("utf-8")
    (tmp_path / "out.txt").write_text("host2.example\n", "utf-8")
    with pytest.raises(HeadwaterError, match="something else"):
        command.export_dataset("r", tmp_path / "ds")


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 8)])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for place in (tmp_path / "full", tmp_path / "full" / "mine.txt"):
        with pytest.raises(HeadwaterError) as refused:
            export_dataset(run, place, QUIET)
        assert refused.value.failure == "arguments" and (tmp_path / "full" / "mine.txt").read_text() == "mine"
    raw = tmp_path / "raw"
    runs.finish(raw, "acquire", {})
    with pytest.raises(HeadwaterError) as refused:
        export_dataset(raw, tmp_path / "ds", QUIET)
    assert refused.value.failure == "unknown_name" and "--until split" in refused.value.mend
    with pytest.raises(HeadwaterError, match="no such run"):
        command.export_dataset(str(tmp_path / "nothing"), tmp_path / "ds")
    other = document.batches_of(runs.rows_of(5, 8))
    document.write_parquet(run / "acquire" / "documents" / "000-00000.parquet", other)
    with pytest.raises(HeadwaterError) as refused:
        export_dataset(run, tmp_path / "ds", QUIET)
    assert refused.value.failure == "damaged_file"


def test_a_finished_export_that_lost_a_shard_is_said(tmp_path: Path) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 8)])
    export_dataset(run, tmp_path / "ds", QUIET)
    record = json.loads((tmp_path / "ds" / "headwater.manifest").read_text())
    shard = next(name for name in record["files"] if name.startswith("data/"))
    assert storage.file_digest(tmp_path / "ds" / shard) == record["files"][shard]["sha256"]
    (tmp_path / "ds" / shard).unlink()
    with pytest.raises(HeadwaterError) as refused:
        export_dataset(run, tmp_path / "ds", QUIET)
    assert refused.value.failure == "damaged_file"


def test_scores_of_quality_stand_beside_the_documents(tmp_path: Path) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 8)], quality={})
    scores = pa.record_batch([pa.array([i / 8 for i in range(8)], pa.float32())], names=["score"])
    document.write_parquet(run / "quality" / "scores" / "000-00000.parquet", [scores], scores.schema)
    export_dataset(run, tmp_path / "ds", QUIET)
    assert [row["quality"] for row in rows(tmp_path / "ds", "train")] == [0.0, 0.125, 0.5, 0.625]


def test_the_folder_is_read_as_its_documents_alone(tmp_path: Path) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 8)])
    export_dataset(run, tmp_path / "ds", QUIET)
    found = [row["id"] for batch in document.read(tmp_path / "ds") for row in batch.to_pylist()]
    assert sorted(found) == ["d0-0", "d0-1", "d0-2", "d0-4", "d0-5", "d0-6"]


def test_shards_are_planned_by_size(tmp_path: Path) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 3), [], runs.rows_of(1, 1)])
    assert plan(sorted((run / "split" / "split").iterdir()), 1) == {"train": [1, 1, 1], "heldout": [1]}
    assert plan(sorted((run / "split" / "split").iterdir()), 1 << 20) == {"train": [3], "heldout": [1]}


def test_texts_of_a_stage_that_the_run_has_no_more_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.write_run(tmp_path / "r", [runs.rows_of(0, 8)])
    stale = [row | {"text": "stale"} for row in runs.rows_of(0, 8)]
    document.write_parquet(run / "clean" / "documents" / "000-00000.parquet", document.batches_of(stale))
    for stage in ("clean", "split", "acquire", "curate", "split"):  # cleaned once, and the last time no more
        runs.finish(run, stage, {})
    (tmp_path / "ds").mkdir()
    monkeypatch.chdir(tmp_path / "ds")
    export_dataset(run, Path("."), QUIET)
    assert not any(row["text"] == "stale" for row in rows(tmp_path / "ds", "train"))
