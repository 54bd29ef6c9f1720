"""A trained token is traced to its URL and WARC record, and back, through a real crawl and a real run."""

from __future__ import annotations

import http.server
import json
import random
import threading

import pytest

import headwater
from headwater.cli.main import main
from tests.corpora import chinese, english, write_recipe

NUM_PAGES = 40


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A small website on loopback: an index and linked pages in two languages."""
    folder = tmp_path_factory.mktemp("site")
    rng = random.Random(0)
    names = [f"page{i}.html" for i in range(NUM_PAGES)]
    for index, name in enumerate(names):
        text = (chinese if index % 2 else english)(rng, 40)
        paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        title = f"<title>Page {index}</title>"
        (folder / name).write_text(
            f"<html><head><meta charset=utf-8>{title}</head><body><article>{paragraphs}</article></body></html>"
        )
    links = "".join(f'<a href="{name}">{name}</a> ' for name in names)
    (folder / "index.html").write_text(f"<html><body>{links}</body></html>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def run(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lineage")
    crawl = {"seeds": [site], "allow_private": True, "delay_s": 0, "kind": "specific"}
    recipe = write_recipe(
        folder / "corpus",
        10,
        sources=[{"crawl": crawl}],
        train={"tokens": 8000, "batch_tokens": 512, "sequence_length": 64, "compile": "off"},
    )
    value = json.loads(recipe.read_text())
    value["mixture"] = {}
    recipe.write_text(json.dumps(value))
    assert main(["run", str(recipe), "--workspace", str(folder / "w"), "--until", "train", "--quiet"]) == 0
    return folder / "w" / "runs" / "tiny"


def test_random_tokens_lead_to_pages_that_contain_them_and_back(run, site):
    from headwater.acquire.warc import read_record
    from headwater.tokenizer.encode import Encoder

    found = headwater.Run(run)
    encoder = Encoder.load(run / "tokenizer")
    rng = random.Random(1)
    for _ in range(50):
        step = rng.randint(1, found.schedule.num_steps)
        tokens = found.batch(step).tokens_BT1
        part = rng.choice([d for d in found.documents(step) if d["tokens"] > 4])
        ids = tokens[part["row"], part["offset"] : part["offset"] + part["tokens"]]
        text = encoder.decode([int(i) for i in ids if i != encoder.eod_id]).strip("\ufffd").strip()
        document = found.document(part["id"])
        assert text in document["text"] and part["url"].startswith(site)
        record = read_record(run / part["warc_file"], part["warc_offset"])
        assert record.url == part["url"]
        payload = record.body.decode()
        line = max(text.split("\n"), key=len)
        assert line in payload
        assert step in found.steps(doc=part["id"]) and step in found.steps(url=part["url"])


def test_trace_prints_both_ways(run, capsys):
    assert main(["trace", str(run), "--step", "3", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["step"] == 3 and {"id", "url", "channel", "row", "offset", "tokens"} <= set(shown["documents"][0])
    for flag, key in (("--url", "url"), ("--doc", "id")):
        assert main(["trace", str(run), flag, shown["documents"][0][key], "--json"]) == 0
        assert 3 in json.loads(capsys.readouterr().out)["steps"]
    assert main(["show", shown["documents"][0]["id"], "--run", str(run), "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    assert story["verdict"]["kept"] and 3 in story["steps"] and story["document"]["warc_file"]
    assert story["record"]["status"] == 200 and story["record"]["url"] == story["document"]["url"]
    rules = {rule["reason"]: rule for rule in story["rules"]}
    assert rules["minimal.control_characters"]["value"] == 0 and not any(rule["broken"] for rule in rules.values())
    assert main(["show", shown["documents"][0]["id"], "--run", str(run), "--text"]) == 0
    told = capsys.readouterr().out
    assert "record" in told and "minimal.empty" in told and told.rstrip().endswith(story["document"]["text"].rstrip())


def test_show_tells_of_a_crawl_that_no_run_used(site, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["crawl", site, "-o", str(out), "--allow-private", "--delay-s", "0", "--max-pages", "3", "--quiet"]
    assert main(arguments) == 0
    (first, *_) = [row for batch in headwater.read(out / "documents.jsonl.zst") for row in batch.to_pylist()]
    capsys.readouterr()
    assert main(["show", first["id"], "--run", str(out), "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    assert story["document"]["text"] == first["text"] and story["record"]["offset"] == first["warc_offset"]
    assert main(["show", "no-such-id", "--run", str(out)]) == 2
    assert main(["sample", str(out), "-n", "2", "--json"]) == 0
    sampled = json.loads(capsys.readouterr().out)["documents"]
    assert len(sampled) == 2 and all(row["channel"] == f"{row['lang']}-specific" for row in sampled)
    assert main(["sample", str(out), "--reason", "gopher"]) == 2
    assert main(["sample", str(out / "documents.jsonl.zst"), "-n", "1"]) == 0


def test_every_page_was_crawled_once(run):
    from collections import Counter

    rows = [row for batch in headwater.read(run / "acquire" / "documents") for row in batch.to_pylist()]
    assert max(Counter(row["url"] for row in rows).values()) == 1
    assert len(rows) == NUM_PAGES + 1, "the pages and the index"
