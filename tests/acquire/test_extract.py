"""Extraction: structure and white space kept, hostile pages only rejected, the gold pages matched."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from headwater.acquire import extract, warc

DATA = Path(__file__).parents[3] / "shared" / "data" / "html"
PAGE = """<html lang="zh-CN"><head><title> 标题 &amp; Title </title></head><body><nav><a href=/>Home</a></nav><article>
<h1>分词器 Tokenizers</h1><p>第一段文字足够长，讲的是分词器的训练方法，以及它为什么重要。It is long enough to stay.</p>
<h2>Code</h2><pre><code>def snake_case(x):
    if x:
        return r"\\_*"   # two  spaces
</code></pre><p>The name snake_case and the *star* and [bracket] stay as they are, whatever Markdown says of them.</p>
<ul><li>one item</li><li>另一项</li></ul></article><footer>Copyright</footer></body></html>"""


def text_of(html: str) -> str:
    return extract.extract(html.encode(), "http://h/x", "utf-8").text


def test_structure_stays() -> None:
    page = extract.extract(PAGE.encode(), "http://h/x", "")
    assert (page.title, page.html_lang) == ("标题 & Title", "zh-cn")
    assert "# 分词器 Tokenizers\n\n第一段文字足够长" in page.text and "## Code" in page.text
    assert 'def snake_case(x):\n    if x:\n        return r"\\_*"   # two  spaces' in page.text
    assert "The name snake_case and the *star* and [bracket] stay" in page.text
    assert "- one item\n- 另一项" in page.text


def test_same_bytes_same_text() -> None:
    texts = {text_of(PAGE)}
    for other in (PAGE.replace("one", "two"), "<html><p>between</p>"):
        text_of(other)
        texts.add(text_of(PAGE))
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "extract.no_text"), ("   ", "extract.no_text"), ("<html><body></body></html>", "extract.no_text"),
        ("<html><script>var x = 1;</script></html>", "extract.no_text"), ("<p>" * 300_000, "extract.too_large"),
        ("<html>" + "x" * (9 << 20), "extract.too_large"),
    ],
)  # fmt: skip
def test_pages_without_text(html: str, reason: str) -> None:
    with pytest.raises(extract.NoText) as error:
        text_of(html)
    assert error.value.reason == reason


def fuzzed(rng: random.Random) -> bytes:
    """A page bent out of shape: pieces repeated, moved, cut, bytes changed."""
    pieces = re.split(r"(?=<)", PAGE)
    for _ in range(rng.randrange(1, 8)):
        i = rng.randrange(len(pieces))
        action = rng.randrange(4)
        if action == 0:
            pieces[i] = pieces[i] * rng.choice((2, 50, 400))
        elif action == 1:
            pieces.insert(rng.randrange(len(pieces)), pieces[i])
        elif action == 2:
            pieces[i] = rng.choice(
                ("<div", "<table><tr>", "&#0;", "&#xD800;", "]]>", "<svg><title>", "<!--", "\x00", "<a href='")
            )
        else:
            del pieces[i:]
            pieces.append("<p>")
    data = bytearray("".join(pieces).encode())
    for _ in range(rng.randrange(4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def reasons_of_fuzz(number: int, seed: int) -> Counter[str]:
    rng = random.Random(seed)
    reasons: Counter[str] = Counter()
    for _ in range(number):
        try:
            page = extract.extract(fuzzed(rng), "http://h/", rng.choice(("", "utf-8", "gbk")))
            assert page.text.strip() and "\x00" not in page.text and "\ud800" not in page.text
            (page.text + page.title).encode("utf-8")
            reasons["kept"] += 1
        except extract.NoText as error:
            reasons[error.reason] += 1
    return reasons


def test_hostile_pages_are_only_rejected() -> None:
    reasons = reasons_of_fuzz(150, 1)
    assert set(reasons) <= {"kept", "extract.no_text", "extract.failed", "extract.too_large"}


@pytest.mark.slow
def test_a_thousand_hostile_pages() -> None:
    reasons = reasons_of_fuzz(1000, 2)
    print(dict(reasons))
    assert set(reasons) <= {"kept", "extract.no_text", "extract.failed", "extract.too_large"}


@pytest.mark.parametrize("depth", [300, 5000])
def test_deep_nesting(depth: int) -> None:
    html = "<html><body>" + "<div><table><tr><td>" * depth + "<p>words at the bottom of it all, quite a few of them</p>"
    try:
        assert text_of(html)
    except extract.NoText as error:
        assert error.reason in ("extract.no_text", "extract.failed", "extract.too_large")


def score(found: str, wanted: str) -> float:
    """F1 of word counts."""
    a, b = (Counter(re.findall(r"\w+", text)) for text in (found, wanted))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


@pytest.mark.slow
def test_gold_pages() -> None:
    if not (DATA / "pages.warc.gz").exists():
        pytest.skip("../shared/data/html is not on this machine")
    import zstandard

    with open(DATA / "gold.jsonl.zst", "rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as reader:
        gold = {row["url"]: row["gold"] for row in map(json.loads, reader.read().splitlines())}
    with open(DATA / "pages.warc.gz", "rb") as handle:
        records = list(warc.read_records(handle, {}))
    scores, present, absent = [], [], []
    for record in records:
        text = extract.extract(record.body, record.url, record.charset).text
        wanted = gold[record.url]
        if "text" in wanted:
            scores.append(score(text, wanted["text"]))
        present += [snippet in text for snippet in wanted.get("with", ())]
        absent += [snippet not in text for snippet in wanted.get("without", ())]
    print(
        f"F1 {sum(scores) / len(scores):.4f}, with {sum(present)}/{len(present)}, without {sum(absent)}/{len(absent)}"
    )
    assert len(scores) == 118 and sum(scores) / len(scores) > 0.95
    assert sum(present) / len(present) > 0.75 and sum(absent) / len(absent) > 0.85
