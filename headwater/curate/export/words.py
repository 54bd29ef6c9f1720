"""The words of a data set's card, in English and Chinese."""

from __future__ import annotations

from typing import Any

_LOAD = """```python
import pyarrow.dataset as ds
train = ds.dataset("data", format="parquet").to_table(columns=["id", "text"])

from datasets import load_dataset
corpus = load_dataset("path/to/this/folder", split="train")
```"""
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "top": "[中文](#中文)",
        "about": "A corpus for pretraining: {documents:,} documents, cleaned and chosen by headwater. Every figure"
        " below was counted from the data or read from the record of the run that made it.",
        "splits": "Splits",
        "splits_head": ("split", "documents"),
        "load": "How to load it",
        "load_text": _LOAD + "\n\nColumns: those of a document (`id`, `text`, `url`, `title`, `source`, `license`,"
        " `lang`, `domain`, `kind`, `fetched_at`, `warc_file`, `warc_offset`, `digest`, `duplicate_of`), `meta` as JSON"
        " text, `channel`, and `quality` (a score from 0 to 1, null where none was given). No near-copy of a held-out"
        " document is in `train` as far as copies were looked for.",
        "languages": "Languages",
        "languages_head": ("language", "documents"),
        "channels": "Channels",
        "channels_text": "A channel is language, kind and domain; sizes are of text, by the split.",
        "channels_head": ("channel", "documents", "MB"),
        "sources": "Sources",
        "sources_head": ("source", "documents", "licences", "fetched"),
        "synthetic": "{n:,} documents were written by a program or a model, and say so in `meta.synthetic`.",
        "licences": "Licences",
        "licences_text": "As the sources say them, document by document; nobody has reviewed them. A document without a"
        " licence is under its author's copyright until you know better.",
        "licences_head": ("licence", "documents"),
        "unknown": "unknown",
        "funnel": "What went in and what was kept",
        "funnel_text": "Stage by stage, in the order they ran; in = rejected + kept.",
        "funnel_head": ("stage", "in", "rejected", "kept"),
        "reasons": "Why documents were rejected",
        "reasons_head": ("reason", "documents"),
        "refused": "never asked for",
        "copies": "Copies, and caps of hosts and clusters",
        "none": "None was rejected for this.",
        "contamination": "Decontamination",
        "not_searched": "No evaluation set was named, so none was searched for.",
        "searched": "Searched for the questions of: {sets}.",
        "personal": "Personal data",
        "no_policy": "Nothing was done about personal data by this run. Texts may hold names, addresses and numbers.",
        "policy": "What was found by pattern and checksum was treated so; what a pattern does not find is still there.",
        "policy_head": ("kind", "action"),
        "found_head": ("kind", "found"),
        "removal": "How to ask for removal",
        "removal_text": "Write to who published this data set, with the document's `url` or `id`. Whoever makes it anew"
        " puts the host or address on an opt-out list: it is not asked for again, and left out of the next export.",
        "left_out": "{n:,} documents were left out because their owners opted out.",
        "made": "Made by",
        "made_head": ("what", "version or digest"),
        "others": "{n} others",
    },
    "zh": {
        "top": "# 中文",
        "about": "预训练语料，共 {documents:,} 篇文档，由 headwater 清洗并筛选。"
        "下列数字均由数据统计得出，或取自生成它的运行记录。",
        "splits": "划分 (Splits)",
        "splits_head": ("划分", "文档数"),
        "load": "如何加载 (How to load it)",
        "load_text": _LOAD + "\n\n列：文档各字段（`id`、`text`、`url`、`title`、`source`、`license`、`lang`、`domain`、"
        "`kind`、`fetched_at`、`warc_file`、`warc_offset`、`digest`、`duplicate_of`），"
        "JSON 文本形式的 `meta`，`channel`，以及 `quality`（0 到 1 的得分，未评分时为空）。"
        "在所查找的重复范围内，留出文档的近似副本不会出现在 `train` 中。",
        "languages": "语言 (Languages)",
        "languages_head": ("语言", "文档数"),
        "channels": "通道 (Channels)",
        "channels_text": "通道由语言、类别与领域构成；大小为文本字节数，取自划分记录。",
        "channels_head": ("通道", "文档数", "MB"),
        "sources": "来源 (Sources)",
        "sources_head": ("来源", "文档数", "许可证", "抓取日期"),
        "synthetic": "其中 {n:,} 篇由程序或模型写成，并在 `meta.synthetic` 中注明。",
        "licences": "许可证 (Licences)",
        "licences_text": "按来源所声明逐篇记录，未经人工审核。未声明许可证的文档，在另有证据之前应视为作者保留版权。",
        "licences_head": ("许可证", "文档数"),
        "unknown": "未知",
        "funnel": "进入与保留 (Funnel)",
        "funnel_text": "按运行顺序逐阶段列出；进入 = 剔除 + 保留。",
        "funnel_head": ("阶段", "进入", "剔除", "保留"),
        "reasons": "剔除原因 (Reasons)",
        "reasons_head": ("原因", "文档数"),
        "refused": "从未请求",
        "copies": "重复文档，以及站点与簇的上限 (Copies and caps)",
        "none": "没有文档因此被剔除。",
        "contamination": "去污染 (Decontamination)",
        "not_searched": "未指定评测集，因此没有查找。",
        "searched": "已查找下列评测集的题目：{sets}。",
        "personal": "个人信息 (Personal data)",
        "no_policy": "本次运行未对个人信息做任何处理。文本中可能含有姓名、地址和号码。",
        "policy": "按模式与校验和找到的个人信息处理如下；模式未能找到的仍在文本之中。",
        "policy_head": ("类型", "处理方式"),
        "found_head": ("类型", "找到"),
        "removal": "如何申请移除 (Removal)",
        "removal_text": "请写信给本数据集的发布者，并附上文档的 `url` 或 `id`。"
        "重新生成数据集时，将该主机或网址加入退出名单：此后不再请求它，下一次导出也会将其排除。",
        "left_out": "有 {n:,} 篇文档因所有者要求退出而被排除。",
        "made": "生成信息 (Made by)",
        "made_head": ("项目", "版本或摘要"),
        "others": "其余 {n} 项",
    },
}
