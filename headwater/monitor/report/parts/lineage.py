"""One training token, followed back to the page it was written on."""

from __future__ import annotations

import shlex
from typing import Any

from headwater.errors import HeadwaterError
from headwater.monitor.report.gather import Facts
from headwater.monitor.report.html import Safe, both, count, h, join, link, sample, table

FEWEST_TOKENS = 8  # a part of a document shorter than this says little
TOKENS_SHOWN = 24
CHARS_SHOWN = 240


def render(facts: Facts) -> Safe:
    found = lineage(facts)
    if not found:
        return Safe("")
    words = both(
        "Any token the model was trained on can be traced. These were in the last step:",
        "模型训练过的任何词元都可以追溯。下面的例子来自最后一步：",
        "p",
    )
    row, offset = found.get("row"), found.get("offset")
    token = f", {found['ids'][0]}" if found.get("ids") else ""
    rows = [
        [both("training step", "训练步"), count(found["step"])],
        [both("row of the batch, token of the row", "批次中的行、行中的词元"), f"{count(row)}, {count(offset)}"],
        [both("channel, first token's number", "通道、首个词元编号"), f"{found.get('channel', '')}{token}"],
    ]
    if found.get("piece"):
        rows.append([both("what the tokens spell", "这些词元的内容"), sample(found["piece"], CHARS_SHOWN, "made")])
    rows += [
        [both("document", "文档"), h("code", found.get("id", ""))],
        [both("page", "网页"), link(found.get("url", ""))],
    ]
    if found.get("warc_file"):
        record = f"{found['warc_file']} @ {count(found.get('warc_offset'))}"
        rows.append(
            [both("record as fetched (WARC file and byte)", "抓取存档（WARC 文件与字节位置）"), h("code", record)]
        )
    if found.get("text"):
        rows.append([both("how the document begins", "文档开头"), sample(str(found["text"]), CHARS_SHOWN)])
    return join([words, table(["", ""], rows), _commands(facts, found)])


def _commands(facts: Facts, found: dict[str, Any]) -> Safe:
    name, document = shlex.quote(f"runs/{facts.name}"), shlex.quote(str(found.get("id", "")))
    commands = [f"headwater trace {name} --step {found['step']}", f"headwater trace {name} --doc {document}"]
    return h("pre", h("code", "\n".join(commands)))


def lineage(facts: Facts) -> dict[str, Any]:
    """A part of a document in the last step; empty where the run keeps too little to tell.

    {"step", "row", "offset", "channel", "id", "url", "warc_file", "warc_offset", "ids", "piece", "text"}
    """
    if not len(facts.curves) or not {"pack", "mix"} <= set(facts.stages):
        return {}
    step = int(facts.curves.step[-1])
    try:
        from headwater.monitor.run import Run

        run = Run(facts.run_folder)
        parts = [part for part in run.documents(step) if part["tokens"] >= FEWEST_TOKENS]
        if not parts:
            return {}
        part = next((part for part in parts if part.get("warc_file")), parts[0])
        ids = (
            run.batch(step).tokens_BT1[part["row"], part["offset"] :][: min(part["tokens"] - 1, TOKENS_SHOWN)].tolist()
        )
        text = run.document(part["id"])["text"]
        return {"step": step, **part, "ids": ids, "piece": _spelled(facts, ids), "text": text}
    except (HeadwaterError, ImportError, OSError, LookupError, ValueError, TypeError, AttributeError) as error:
        facts.notices.append(f"lineage of step {step}: {error}")
        return {}


def _spelled(facts: Facts, ids: list[int]) -> str:
    """What tokens spell; empty without a tokenizer."""
    if "tokenizer" not in facts.stages:
        return ""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(facts.stages["tokenizer"] / "tokenizer.json")).decode(ids)
