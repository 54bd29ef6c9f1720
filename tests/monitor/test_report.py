"""The report says what was done, in both languages, whatever is missing, and nothing in it can run."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import storage
from headwater.monitor import report
from headwater.monitor.report import gather, html
from headwater.monitor.report.page import POLICY
from headwater.monitor.report.reasons import explain, own_words
from headwater.monitor.report.style import CSS
from tests.monitor import synthetic
from tests.monitor.payloads import PAYLOADS

ELEMENTS = set(
    "html head meta title style body div header nav main section h1 h2 h3 p span b a ul li pre code table thead tbody "
    "tr th td caption figure figcaption details summary input label svg path line rect circle text".split()
)
ATTRIBUTES = set(
    "lang class id dir href rel referrerpolicy charset http-equiv content name type checked for open tabindex role "
    "scope aria-label aria-hidden viewbox preserveaspectratio width height x y x1 x2 y1 y2 cx cy r rx d transform "
    "text-anchor stroke-dasharray".split()
)
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class Inspector(HTMLParser):
    """Notes every element and attribute, and collects the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.styles = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            self.wrong.append(f"<{tag}>")
        self.styles += tag == "style"
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(f"{tag} {name}={value}")
            if name == "href":
                self.links.append(value)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data):
        self.wrong.append(f"comment {data}")

    def handle_pi(self, data):
        self.wrong.append(f"instruction {data}")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def written(root: Path, **options) -> str:
    run_folder, stages = synthetic.make(root, **options)
    return report.write(run_folder, stages).read_text("utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    return written(tmp_path_factory.mktemp("report"))


def check_inert(page: str) -> Inspector:
    seen = Inspector(page)
    assert not seen.wrong
    assert seen.styles == 1 and page.count("<style>") == 1 and CSS in page
    assert all(re.match(r"https?://[^\s\"'<>]+$|#[a-z]+$", link) for link in seen.links), seen.links
    assert not STEERING.search(page)
    assert f'content="{POLICY}"'.replace("'", "&#39;") in page
    return seen


def test_the_stage_writes_one_file_and_names_it(tmp_path):
    run_folder, stages = synthetic.make(tmp_path, steps=5)
    said: list[str] = []
    context = SimpleNamespace(
        run_folder=run_folder, folder=run_folder, inputs=stages, report=SimpleNamespace(say=said.append)
    )
    assert report.run(context) == {"files": ["report.html"]}
    first = (run_folder / "report.html").read_bytes()
    report.run(context)
    assert (run_folder / "report.html").read_bytes() == first, "equal inputs are equal bytes"
    assert said and "report.html" in said[0]


def test_it_says_what_was_made(page):
    text = check_inert(page).text
    for part in (
        "1.05 M parameters",
        "4.92 M tokens",
        "2,148 documents",
        "4 : 4 : 2",
        "4.00 : 4.00 : 2.00",
        "llama-1m",
    ):
        assert part in text, part
    for part in (
        "≥ 50 · 21.4 %",
        "≤ 1000 · 7.1 %",
        "just outside",
        "Least alike",
        "share of the question",
        "cafÃ©",
        "Vendi",
        "Gini",
    ):
        assert part in text, part
    for part in ("一个从零训练的语言模型", "困惑度", "抓取的页面", "要求与实际", "词数过少或过多"):
        assert part in text, part
    assert "too few words, or far too many" in text and "gopher.num_words" in text and "status 404" in text
    assert "清晨" in text and "def gather(rows)" in text and "Home | About | Contact" in text
    assert text.count("the loss jumped") == 1 and "headwater generate runs/demo" in text


def test_it_needs_nothing_from_outside(page):
    assert not re.search(r"(?i)\bsrc=|srcset|@import|url\(", page)
    assert len(page) < 1_000_000


def test_every_english_line_has_its_chinese(page):
    assert page.count('class="en') == page.count('class="zh')


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_are_inert_in_every_sink(tmp_path, payload):
    sinks: list[str] = []

    def hostile(text: str) -> str:
        sinks.append(text)
        return payload

    seen = check_inert(written(tmp_path, say=hostile, steps=3))
    assert len(sinks) > 30
    shown = html.visible(payload)
    assert shown[:60].strip() in seen.text, "the text is shown as it is"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_are_inert_where_only_a_damaged_run_has_them(tmp_path, payload):
    """Names of reasons, channels, stages, events and packages are ours, but a file may say anything."""
    run_folder, stages = synthetic.make(tmp_path, steps=3)
    channel = {
        payload: {"tokens": 5, "share": 1.0, "ppl": 3.0, "low": 2.0, "high": 4.0, "n": 2, "documents": {"train": 1}}
    }
    for path in (stages["mix"] / "mixture.json", stages["pack"] / "pack.json", stages["tokenizer"] / "report.json",
                 stages["split"] / "split.json", run_folder / "eval" / "perplexity.json"):  # fmt: skip
        more = {"feasible": False, "conflicts": [payload], "relaxation": payload}
        storage.write_json(path, {"channels": channel, "tasks": {}, "vocab_size": payload, **more})
    storage.write_json(stages["curate"] / "report.json", {"in": 1, "kept": 0, "rejected": {payload: 1}})
    storage.write_json(
        stages["crawl.0"] / "report.json", {"fetched": 1, "rejected": {payload: 1}, "refused": {payload: 1}}
    )
    storage.write_json(run_folder / "environment.json", {payload: payload, "packages": {payload: payload}})
    row = {"step": 4, "loss": 1.0, "loss_by_channel": {payload: 1.0}}
    synthetic.write_rows(run_folder / "metrics.jsonl", [row])
    synthetic.write_rows(
        run_folder / "events.jsonl", [{"step": payload, "kind": payload, "documents": [{"url": payload}]}]
    )
    synthetic.write_rows(run_folder / "ledger.jsonl", [{"stage": payload, "event": "done", "seconds": 1}])
    storage.write_text(run_folder / "recipe.resolved.yaml", payload)
    storage.write_json(run_folder / "checkpoints" / "step-00000003" / "model.json", {"preset": payload})
    check_inert(report.write(run_folder, stages).read_text("utf-8"))


@pytest.mark.parametrize(
    "gone", ["crawl.0", "acquire", "clean", "curate", "split", "tokenizer", "pack", "mix", "train", "evaluate"]
)
def test_a_part_that_was_not_run_is_left_out(tmp_path, gone):
    run_folder, stages = synthetic.make(tmp_path, steps=4)
    if gone == "train":
        for name in ("metrics.jsonl", "events.jsonl"):
            (run_folder / name).unlink()
        shutil.rmtree(run_folder / "checkpoints")
    elif gone == "evaluate":
        shutil.rmtree(run_folder / "eval")
    else:
        shutil.rmtree(stages[gone])
    stages.pop(gone)
    check_inert(report.write(run_folder, stages).read_text("utf-8"))


def test_an_empty_run_is_a_page_too(tmp_path):
    seen = check_inert(report.write(tmp_path / "runs" / "none", {}).read_text("utf-8"))
    assert "no model has been trained yet" in seen.text and "尚未训练模型" in seen.text


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"channels": 3, "tasks": []}']
)
def test_damaged_files_are_said_and_the_rest_is_shown(tmp_path, content):
    run_folder, stages = synthetic.make(tmp_path, steps=3)
    for path in [
        *run_folder.rglob("*.json*"),
        *(tmp_path / "store").rglob("*.json"),
        *run_folder.rglob("*.safetensors"),
    ]:
        path.write_bytes(content)
    for path in (tmp_path / "store").rglob("*.parquet"):
        path.write_bytes(content)
    check_inert(report.write(run_folder, stages).read_text("utf-8"))


class Traced:
    """Stands in for a run whose last step read one crawled document."""

    text = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def documents(self, step: int) -> list[dict]:
        short = {"id": "a", "row": 0, "offset": 0, "tokens": 2}
        traced = {"id": self.text, "url": self.text, "channel": self.text, "row": 1, "offset": 3, "tokens": 20}
        return [short, {**traced, "warc_file": self.text, "warc_offset": 4711}]

    def batch(self, step: int) -> SimpleNamespace:
        return SimpleNamespace(tokens_BT1=np.arange(60).reshape(2, 30))

    def document(self, id_: str) -> dict:
        return {"text": self.text}


@pytest.mark.parametrize("payload", ["https://a.example/page 文", *PAYLOADS[::5]])
def test_a_token_is_followed_to_its_page(tmp_path, monkeypatch, payload):
    import headwater.monitor.run
    from headwater.monitor.report.parts import lineage

    monkeypatch.setattr(headwater.monitor.run, "Run", Traced)
    monkeypatch.setattr(Traced, "text", payload)
    monkeypatch.setattr(lineage, "_spelled", lambda facts, ids: f"{ids[0]}{payload}")
    seen = check_inert(written(tmp_path, steps=3))
    assert "4,711" in seen.text and f"33{html.visible(payload)[:40]}" in seen.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["channels", "tasks", "step", "a"]), inner)
    ),
    max_leaves=6,
)
KEYS = (
    "channels tasks loss loss_by_channel step tokens lr in kept rejected figures counts event seconds kind documents"
).split()


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6))
def test_values_of_any_type_never_break_the_page(tmp_path_factory, value):
    root = tmp_path_factory.mktemp("fuzz")
    run_folder, stages = synthetic.make(root, steps=2)
    line = json.dumps(value)
    for path in [*run_folder.rglob("*.json"), *(root / "store").rglob("*.json")]:
        path.write_text(line, "utf-8")
    for name in ("metrics.jsonl", "events.jsonl", "ledger.jsonl"):
        (run_folder / name).write_text(f"{line}\n", "utf-8")
    check_inert(report.write(run_folder, stages).read_text("utf-8"))


@given(st.text())
def test_any_text_is_escaped_and_legible(text):
    seen = Inspector(html.h("p", text, aria_label=text))
    assert not seen.wrong and not STEERING.search(seen.text)
    assert seen.text == html.visible(text)


def test_only_plain_web_addresses_become_links():
    for url in ("https://a.example/b?c=d#e", "http://例子.中国/路径"):
        assert 'href="' in html.link(url) and 'rel="noopener noreferrer nofollow"' in html.link(url)
    for url in (
        "ftp://a/",
        "javascript:alert(1)",
        "https://",
        "https://u:p@a/",
        "https://a/\u202e",
        "https:///x",
        "",
        "x",
    ):
        assert "href" not in html.link(url), url


def curation_reasons() -> set[str]:
    """Every reason that curation can give a document."""
    from headwater.curate import annotate, judge
    from headwater.curate.chosen import REASONS as CHOSEN
    from headwater.curate.clean import edits
    from headwater.curate.clean.config import CleanConfig, PiiConfig
    from headwater.curate.config import CurateConfig
    from headwater.curate.decontaminate import verdict
    from headwater.curate.decontaminate.config import DecontaminateConfig
    from headwater.curate.diversity import caps
    from headwater.curate.split import TWIN

    columns = judge.columns_of(annotate.SCHEMA.empty_table(), CurateConfig())
    found = [rule for _, rules in judge.rule_sets(columns, CurateConfig()) for rule in rules]
    dropping = dict.fromkeys(edits.PII, "drop")
    found += edits.rules(CleanConfig(pii=PiiConfig(**dropping)))
    found += verdict.rules(DecontaminateConfig())
    copies = {"dedup.exact", "dedup.url", "dedup.minhash", "dedup.semantic"}
    return {rule.reason for rule in found} | {*CHOSEN.values(), caps.HOST_REASON, caps.CLUSTER_REASON, TWIN} | copies


def test_every_curation_rule_is_said_in_words():
    reasons = curation_reasons()
    assert len(reasons) > 60
    assert not sorted(reason for reason in reasons if own_words(reason) is None)
    assert explain("fetch.status_503")[0].endswith("503") and explain("nobody.knows") == explain("another")
    assert explain("chinese.dup_8gram")[1].startswith("8 字") and "7 words" in explain("gopher.dup_7gram")[0]


def test_parameters_are_counted_without_torch(tmp_path):
    run_folder, _ = synthetic.make(tmp_path, steps=2)
    assert gather.count_parameters(run_folder / "checkpoints" / "step-00000002" / "model.safetensors") == 8192 * 128
    assert gather.count_parameters(tmp_path / "none") is None
