"""`headwater init` and `headwater schema`: a recipe to start from, and its schema for editors."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from headwater.cli.console import Outcome
from headwater.errors import HeadwaterError

TEMPLATE = """\
# yaml-language-server: $schema=recipe.schema.json
# A headwater recipe: from web pages to an evaluated base model.
#   headwater run recipe.yaml --dry-run     what would happen, and every derived number
#   headwater run recipe.yaml --limit 20    a smoke test on 20 documents a source
#   headwater run recipe.yaml               all of it; the same command again continues
# Numbers take suffixes: k, M, B (powers of ten), Ki, Mi, Gi (powers of two).
# 配方：从网页到评测过的基座模型。数字可带后缀 k、M、B（十进制）和 Ki、Mi、Gi（二进制）。

name: {name}            # names the folder runs/{name} / 运行名
seed: 7                 # every random choice follows from it / 随机种子
engine: local           # local: processes on this machine; ray: a cluster / 执行引擎

sources:                # where text comes from / 数据来源
  - crawl:
      seeds: ["https://example.org/"]   # start pages; the crawl stays on their hosts / 起始网页
      max_pages: 400
      kind: specific                    # general: broad crawl; specific: chosen sites; instruct
      delay_s: 1.0                      # seconds between two requests to one host / 同一主机的请求间隔
  # - files:
  #     paths: [corpus.jsonl.zst]       # JSONL, Parquet, text, source code; plain, .gz or .zst
  #     domain: general                 # a label that mixture.max_domain_share can cap; general never is

curate: {{preset: web}}   # filters by language and kind, exact dedup / 清洗
tokenizer: {{vocab_size: 16384, digits: single, reserve: 256}}
mixture:                # shares of the training tokens / 配比
  # lang: {{zh: 4, en: 4, code: 2}}
  # kind: {{general: 1, specific: 1}}
  # max_domain_share: 0.15
  max_epochs: 4         # no text is repeated more often than this
model: {{preset: llama-10m}}
train: {{tokens: 20M, batch_tokens: 32k, sequence_length: 512, optimizer: adamw, schedule: wsd}}
evaluate: {{probe_samples: 200, tasks: [perplexity]}}
"""


def init(folder: Path = typer.Argument(..., help="folder to write recipe.yaml into")) -> Outcome:
    """Write a commented recipe to start from, and the schema that lets an editor check it.

    Example: headwater init my-model
    """
    from headwater import storage
    from headwater.recipe.schema import recipe_schema

    target = folder / "recipe.yaml"
    if target.exists():
        raise HeadwaterError("arguments", "is there already; nothing was written", where=str(target))
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in folder.resolve().name).strip(
        "-._"
    )
    storage.write_text(target, TEMPLATE.format(name=name or "run"))
    storage.write_text(folder / "recipe.schema.json", json.dumps(recipe_schema(), ensure_ascii=False, indent=1) + "\n")
    text = f"wrote {target}\nnext: put your pages or files into `sources:`, then\n  headwater run {target} --dry-run"
    return Outcome(value={"recipe": str(target), "schema": str(folder / "recipe.schema.json")}, text=text)


def schema() -> Outcome:
    """Print the JSON Schema of recipes.

    Example: headwater schema > recipe.schema.json
    """
    from headwater.recipe.schema import recipe_schema

    value = recipe_schema()
    return Outcome(value=value, text=json.dumps(value, ensure_ascii=False, indent=1))
