"""The stage: rows stay in place, sites lose their own lines, the same bytes whatever the workers or the cuts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater.curate.clean import edits, stage
from headwater.curate.clean.config import CleanConfig, LinesConfig, PiiConfig, clean_fields
from headwater.pipeline.engine.local import LocalEngine
from tests.curate import workspace
from tests.curate.workspace import CHINESE, CODE, ENGLISH


def clean(root: Path, shards: list[list[dict]], config: CleanConfig | None = None, workers: int = 1) -> dict:
    documents = workspace.write_documents(root / "acquire", shards)
    engine = LocalEngine(workers)
    try:
        given = {"acquire": documents}
        return stage.run(workspace.context("clean", root / "clean", given, config or CleanConfig(), engine=engine))
    finally:
        engine.close()


def texts(root: Path) -> list[str]:
    return [row["text"] for row in workspace.rows(root / "clean" / "documents")]


def site(host: str, pages: int, line: str = "Ask the keeper of this site") -> list[dict]:
    return [
        {"url": f"https://{host}/{n}", "text": f"{line}\n\nPage {n}. {ENGLISH}\n\nSeen on {host}", "kind": "general"}
        for n in range(pages)
    ]


def test_rows_stay_in_place_and_edits_stand_beside_them(tmp_path):
    rows = [
        {"text": "cafÃ© at a@b.com", "kind": "general"}, {"text": ENGLISH, "kind": "general"},
        {"text": "Share on Facebook", "kind": "general"}, {"text": f"{CHINESE}\n责任编辑：张三", "kind": "general"},
        {"text": "cafÃ© at a@b.com", "kind": "instruct"}, {"text": "Read more\u200b", "kind": "specific"},
        {"text": f"# me@mail.org\n{CODE}\u200b", "kind": "general", "lang": "code"}, {"text": "", "kind": ""},
    ]  # fmt: skip
    figures = clean(tmp_path, [rows[:5], rows[5:]])
    assert figures["counts"] == {"in": 8, "kept": 8, "rejected": {}} and figures["edited"] == 5
    assert texts(tmp_path) == [
        "café at <EMAIL>", ENGLISH, "", CHINESE, "cafÃ© at a@b.com", "Read more", f"# <EMAIL>\n{CODE}\u200b", "",
    ]  # fmt: skip
    before, after = (workspace.rows(tmp_path / name / "documents") for name in ("acquire", "clean"))
    assert [row["id"] for row in before] == [row["id"] for row in after]
    assert [row["url"] for row in before] == [row["url"] for row in after]
    done = workspace.rows(tmp_path / "clean" / "edits")
    assert [row["id"] for row in done] == [row["id"] for row in after]
    assert (done[0]["mojibake"], done[0]["pii_email"], done[2]["boilerplate_line"]) == (1, 1, 1)
    assert [row["bytes_after"] for row in done] == [len(row["text"].encode()) for row in after]


def test_summary_shows_examples_but_no_personal_data(tmp_path):
    clean(tmp_path, [[{"text": f"{ENGLISH}\njohn.smith99@mail.org writes: cafÃ©", "kind": "general"}]])
    summary = json.loads((tmp_path / "clean" / "edits.json").read_text("utf-8"))
    assert summary["edits"]["pii_email"] == {"edits": 1, "documents": 1} and summary["in"] == summary["edited"] == 1
    assert summary["examples"]["pii_email"] and "john" not in json.dumps(summary)


def test_a_site_loses_the_lines_that_its_pages_share(tmp_path):
    figures = clean(tmp_path, [site("a.example", 4), [*site("a.example", 8)[4:], *site("b.example", 4)]])
    found = texts(tmp_path)
    assert all("keeper" not in text and "Seen on" not in text and text.startswith("Page") for text in found[:8])
    assert all("keeper" in text for text in found[8:]), "a site of four pages is too small to tell"
    assert figures["edits"]["shared_line"] == {"edits": 16, "documents": 8}


def pages(bodies: list[str]) -> list[dict]:
    return [{"url": f"https://a.example/{n}", "text": body, "kind": "general"} for n, body in enumerate(bodies)]


@pytest.mark.parametrize(
    "body",
    [
        "Dish {0}\n\n用料\n盐\n糖\n生抽\n\n做法\n1. 先洗{0}干净。\n2. 趁热装盘。\n\n小贴士\n{0}要选新鲜的。",
        "Scene {0}\n\nHAMLET\n\nI saw the {0} men.\n\nHORATIO\n\nMy lord, {0} of them?",
        "HAMLET\n\nI saw the {0} men.\n\nHORATIO\n\nWhat, {0}?\n\nHAMLET\n\nYes, {0} of them.",
        "f{0}\n\nParameters\n- x: a list of {0}\n\nReturns\n\nThe {0} of it.\n\nRaises\n- Error\n- None\n\nfor {0}",
    ],
)
def test_the_structure_of_a_sites_pages_stays(tmp_path, body):
    bodies = [body.format(f"number{n}") for n in range(12)]
    clean(tmp_path, [pages(bodies)])
    assert texts(tmp_path) == bodies


def test_furniture_of_several_lines_goes_at_the_edges_and_in_long_runs_of_large_sites(tmp_path):
    head, run, foot = (
        "Our site\n- Home\nHome | About | Contact\nThe daily",
        "Rate it\nOne star\nFive stars",
        "Ask us\nBye",
    )
    bodies = [f"Page {n}. {ENGLISH}" for n in range(24)]
    clean(tmp_path, [pages([f"{head}\n\n{body}\n\n{run}\n\nThe end of {body}\n{foot}" for body in bodies])])
    assert texts(tmp_path) == [f"{body}\n\nThe end of {body}" for body in bodies]


def test_copies_of_a_text_are_no_site(tmp_path):
    poem = {"url": "https://a.example/1", "text": "One line\nAnother line\nA third line", "kind": "general"}
    clean(tmp_path, [[poem] * 20])
    assert set(texts(tmp_path)) == {poem["text"]}


def test_everything_can_be_switched_off(tmp_path):
    rows = [{"text": "Share\ncafÃ© a@b.com", "kind": "general"}]
    clean(tmp_path, [rows], CleanConfig(enabled=False))
    assert texts(tmp_path) == [rows[0]["text"]]
    off = CleanConfig(lines=LinesConfig(boilerplate=False, shared=False), pii=PiiConfig(action="none"))
    clean(tmp_path / "two", [rows], off)
    assert texts(tmp_path / "two") == ["Share\ncafé a@b.com"]


def test_c4_lines_where_asked_for(tmp_path):
    rows = [{"text": "A title\nThis is one sentence.\nUse of cookies is fine.", "kind": "general", "lang": "en"}]
    rows.append({**rows[0], "lang": "zh"})
    clean(tmp_path, [rows], CleanConfig(lines=LinesConfig(c4=True)))
    assert texts(tmp_path) == ["This is one sentence.", rows[1]["text"]]


def test_licence_headers_where_asked_for(tmp_path):
    source = "# Copyright 2020 The Authors.\n# Licensed under the Apache License, Version 2.0.\n\nimport os\n"
    rows = [{"text": source, "lang": "code"}, {"text": CODE, "lang": "code"}]
    clean(tmp_path, [rows], CleanConfig(licence_headers=True))
    assert texts(tmp_path) == ["import os\n", CODE]


def test_drop_masks_and_says_so_to_the_rules(tmp_path):
    config = CleanConfig(pii=PiiConfig(action="none", email="drop"))
    clean(tmp_path, [[{"text": "a@b.com and c@d.org 中13812345678", "kind": "general"}, {"text": "no one"}]], config)
    table = pq.read_table(next((tmp_path / "clean" / "edits").glob("*.parquet")))
    (rule,) = edits.rules(config)
    assert rule.reason == "pii.email" and edits.columns(table)["pii_email"].tolist() == [2, 0]
    assert rule.broken(edits.columns(table)).tolist() == [True, False]
    assert texts(tmp_path)[0] == "<EMAIL> and <EMAIL> 中13812345678"
    masked = CleanConfig(pii=PiiConfig(action="none", email="mask"))
    assert not edits.rules(masked) and clean_fields(masked) == clean_fields(config), "no text is read again"


@pytest.mark.slow
def test_the_same_bytes_for_any_workers_and_shards(tmp_path, monkeypatch):
    shards = [site("a.example", 6), site("b.example", 6), [{"text": "cafÃ© a@b.com", "kind": "general"}]]
    clean(tmp_path / "one", shards)
    clean(tmp_path / "two", shards, workers=2)
    one, two = (workspace.public_bytes(tmp_path / name / "clean") for name in ("one", "two"))
    assert one == two
    monkeypatch.setattr("headwater.curate.clean.shared_lines.ROWS_PER_PARTITION", 2)
    clean(tmp_path / "three", shards)
    assert workspace.public_bytes(tmp_path / "three" / "clean") == one


@pytest.mark.parametrize("text", ["", "\n" * 100, "\u200b", "a" * 200_000, "Read more\n" * 50_000])
def test_odd_texts(tmp_path, text):
    clean(tmp_path, [[{"text": text, "kind": "general", "url": "https://a.example/1"}]])
    assert np.all([isinstance(found, str) for found in texts(tmp_path)])


def test_a_notebook_that_came_as_raw_json_becomes_its_script(tmp_path):
    cells = [{"cell_type": "code", "source": ["x = 1\n", "print(x)"], "outputs": [{"text": "1"}]},
             {"cell_type": "markdown", "source": "所以 x 是一"}]  # fmt: skip
    raw = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    rows = [
        {"text": raw, "lang": "code"}, {"text": raw[:-9], "lang": "code"}, {"text": raw, "kind": "instruct"},
        {"text": '{"nbformat": 4}', "lang": "code"},
    ]  # fmt: skip
    clean(tmp_path, [rows])
    script = "# %%\nx = 1\nprint(x)\n\n# %% [markdown]\n# 所以 x 是一\n"
    assert texts(tmp_path) == [script, raw[:-9], raw, '{"nbformat": 4}']
    assert [row["notebook"] for row in workspace.rows(tmp_path / "clean" / "edits")] == [1, 0, 0, 0]
