"""An audit round on real text with planted dirt: what is listed, what learning without it changes.

In: the folder of corpora. Out: a section of the page. The corpora are clean, so wrong encodings, an advertisement and a
site's own nonsense are planted into some of their documents, spread over made-up sites; what is found of these is
counted against what was planted.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater import document
from headwater.cli.tokenizer_audit import phrases
from headwater.tokenizer import apply, audit, report, review, train
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.encode import Encoder

CORPORA = {"corpus-zh": 2_500_000, "corpus-en": 2_500_000, "corpus-code": 1_000_000}  # bytes read of each
CONFIG = TokenizerConfig(vocab_size=16_384)
SITES = 40
SHOWN = 6  # tokens a reason
WIDEST = 24  # characters of one
PLANTED = {
    "mojibake": ("锟斤拷锟斤拷烫烫烫", "æ–‡å­—ä¹±ç â€™s cafÃ© naÃ¯ve "),
    "sensitive": ("澳门赌场网址，百家乐投注平台。注册送彩金！",),
}
ONE_SITE = "Welcome to Zorblaxquux, the Quuxinator of zorblaxquuxery. "
OWN = ("zorblax", "quuxinator")  # what its tokens hold
EVERY = 12  # one document in so many holds dirt of a kind


def section(data: Path, output: Path) -> str:
    """Markdown of one round. About a minute on two cores."""
    with tempfile.TemporaryDirectory(prefix="headwater-audit-") as name:
        folder = Path(name)
        clean = list(_clean(data))
        planted = list(_planted(clean))
        train.save(folder / "before", train.train_from(planted, CONFIG), CONFIG)
        before = Encoder.load(folder / "before")
        began = time.monotonic()
        found = _findings(folder / "before", before, planted)
        review.write(folder / "review.tsv", found)
        took = time.monotonic() - began
        asked = apply.plan(folder / "before", folder / "review.tsv")
        built = apply.learn(asked, lambda: planted)
        train.save(folder / "after", built, asked.config, asked.barred)
        after = Encoder.load(folder / "after")
        again = _findings(folder / "after", after, planted)
        figures = [report.compression(encoder, clean) for encoder in (before, after)]
    return _told(found, again, apply.compared(before, after, asked.dropped), figures, took)


def _findings(folder: Path, encoder: Encoder, batches: Iterable[pa.RecordBatch]) -> list[review.Finding]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / train.NAME))
    return audit.findings(encoder, audit.survey(encoder, batches), tokenizer, phrases())


def _clean(data: Path) -> Iterator[pa.RecordBatch]:
    """The sample of the corpora, a channel a corpus."""
    for name, size in CORPORA.items():
        for whole in document.read([str(data / f"{name}.jsonl.zst")]):
            sizes = np.cumsum(pc.binary_length(whole.column("text")).to_numpy())
            batch = whole.slice(0, int(np.searchsorted(sizes, size)) + 1)
            yield batch.append_column("channel", pa.array([name.removeprefix("corpus-")] * batch.num_rows))
            size -= int(sizes[-1])
            if size <= 0:
                break


def _planted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The sample, its documents on made-up sites, dirt planted into some."""
    rng = random.Random(17)
    for batch in batches:
        rows = batch.to_pylist()
        for row in rows:
            row["url"] = f"https://site{rng.randrange(SITES)}.example/{row['id']}"
            for pieces in PLANTED.values():
                if rng.randrange(EVERY) == 0:
                    row["text"] += "\n" + rng.choice(pieces) * 4
            if rng.randrange(EVERY * 4) == 0:
                row["url"], row["text"] = f"https://zorblax.example/{row['id']}", f"{row['text']}\n{ONE_SITE * 4}"
        yield pa.RecordBatch.from_pylist(rows, schema=batch.schema)


def _told(
    found: list[review.Finding],
    again: list[review.Finding],
    changed: apply.Changed,
    figures: list[dict[str, Any]],
    took: float,
) -> str:
    size = sum(CORPORA.values()) / 1e6
    own = [f for f in found if any(word in f.token.lower() for word in OWN)]
    seen = sum(f.reason == audit.ONE_HOST for f in own)
    others = ", ".join(sorted({f"`{f.reason}`" for f in own if f.reason != audit.ONE_HOST})) or "nothing"
    lines = [
        "## An audit round",
        f"A vocabulary of {CONFIG.vocab_size} tokens was learned from {size:.0f} MB of the corpora, one document in "
        f"{EVERY} spoiled by a wrong encoding, one in {EVERY} by an advertisement for gambling, and one in {EVERY * 4} "
        f"by the nonsense of one site. The audit read the text in {took:.1f} s and listed {len(found)} tokens:",
        _reasons(found, again),
        f"Of the {len(own)} listed tokens that hold the site's own words, {seen} are listed as on one host only, the "
        f"others for {others}.",
        f"The {changed.dropped} tokens proposed to drop were dropped as they stood, and the vocabulary learned anew: "
        f"{changed.dependants} tokens that held one of them went too, {changed.others} others changed, {changed.new} "
        f"are new; it has {changed.vocab_size} tokens, as before ({changed.size_before}). On the text as it was before "
        "it was spoiled:",
        _compression(figures),
    ]
    return "\n\n".join(lines)


def _reasons(found: list[review.Finding], again: list[review.Finding]) -> str:
    rows = ["| reason | listed | to drop | listed after | to drop after | such as |", "| - | -: | -: | -: | -: | - |"]
    for reason in audit.REASONS:
        mine, then = ([f for f in findings if f.reason == reason] for findings in (found, again))
        if not mine and not then:
            continue
        drops = [sum(f.action == review.DROP for f in findings) for findings in (mine, then)]
        shown = " ".join(_visible(f.token) for f in mine[:SHOWN])
        rows.append(f"| {reason} | {len(mine)} | {drops[0]} | {len(then)} | {drops[1]} | {shown} |")
    return "\n".join(rows)


def _visible(token: str) -> str:
    """A token as code in a table, white space and what has no glyph escaped."""
    spelled = token.encode("unicode_escape").decode("ascii") if not token.isprintable() else token
    return "`` " + spelled[:WIDEST].replace("`", "'").replace("|", "\\|").replace(" ", "␣") + " ``"


def _compression(figures: list[dict[str, Any]]) -> str:
    rows = ["| channel | bytes a token before | after | change |", "| - | -: | -: | -: |"]
    for name in [*figures[0]["channels"], "total"]:
        pair = [(f["channels"] | {"total": f["total"]})[name]["bytes_per_token"] for f in figures]
        rows.append(f"| {name} | {pair[0]:.4f} | {pair[1]:.4f} | {pair[1] / pair[0] - 1:+.2%} |")
    return "\n".join(rows)
