"""`headwater trace` as a person gives it: a step's text, the steps of spikes, a URL written otherwise."""

from __future__ import annotations

import json

import pytest

from headwater.cli.main import main
from tests.monitor.traced import make_run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder, documents = make_run(tmp_path_factory.mktemp("workspace"))
    events = [{"step": 3, "kind": "spike"}, {"step": 5, "kind": "checkpoint"}, {"step": 2, "kind": "non_finite"}]
    (folder / "events.jsonl").write_text("".join(json.dumps(event | {"attempt": 1}) + "\n" for event in events))
    return str(folder), {row["id"]: row["text"] for row in documents}


def called(capsys, *arguments):
    capsys.readouterr()
    code = main(["trace", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_text_of_a_step_stands_in_its_documents(made, capsys):
    folder, texts = made
    code, value = called(capsys, folder, "--step", "4", "--text")
    assert code == 0 and value["step"] == 4 and len(value["documents"]) >= 8
    for one in value["documents"]:
        assert {"id", "url", "channel", "row", "offset", "tokens", "warc_file", "warc_offset"} <= set(one)
        assert (one["before"] + one["text"] + one["after"]).strip("\ufffd") in texts[one["id"]]
        assert one["text"].strip("\ufffd") in texts[one["id"]]
    assert main(["trace", folder, "--step", "4", "--text"]) == 0
    assert f"⟦{value['documents'][0]['text']}⟧" in capsys.readouterr().out


def test_the_documents_of_steps_that_went_wrong(made, capsys):
    code, value = called(capsys, made[0], "--spikes")
    assert code == 0 and [one["step"] for one in value["steps"]] == [2, 3]
    assert value["steps"][1]["documents"] == called(capsys, made[0], "--step", "3")[1]["documents"]


@pytest.mark.parametrize("url", ["http://example.org/zh/0", "https://www.example.org/zh/0/", "example.org/zh/0?q#a"])
def test_a_url_written_otherwise_is_named(made, capsys, url):
    code, value = called(capsys, made[0], "--url", url)
    assert code == 2 and value["error"] == "unknown_name" and value["mend"] == "did you mean https://example.org/zh/0?"


@pytest.mark.parametrize("asked", [[], ["--step", "1", "--doc", "a"], ["--spikes", "--url", "a"], ["--step", "999999"]])
def test_what_cannot_be_asked_is_refused(made, capsys, asked):
    code, value = called(capsys, made[0], *asked)
    assert code == 2 and value["error"] == "arguments"
