"""What the fields of a fact are called, in English and Chinese, and what one row says under them.

In: a row of any table. Out: for each language ("" where none is said) the parts of the fact, by our names for them:
name, definition, subject, relation, object, question, answer, statement. `term_zh`, `term.en` and
`{"term": {"zh": …}}` say a part's language.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

from headwater.curate import languages

PARTS: dict[str, tuple[str, ...]] = {
    "name": ("term", "name", "concept", "word", "headword", "entity", "title", "术语", "名称", "词条", "概念", "词语",
             "名词", "词"),
    "definition": (
        "definition", "def", "description", "desc", "meaning", "gloss", "explanation",
        "定义", "释义", "解释", "含义", "描述", "说明",
    ),
    "subject": ("subject", "subj", "head", "s", "主体", "主语", "头实体"),
    "relation": ("relation", "predicate", "property", "attribute", "rel", "p", "r", "关系", "谓词", "谓语", "属性"),
    "object": ("object", "obj", "tail", "value", "o", "客体", "宾语", "属性值", "尾实体", "值"),
    "question": ("question", "q", "query", "prompt", "instruction", "问题", "提问", "问"),
    "answer": ("answer", "answers", "a", "response", "output", "completion", "答案", "回答", "答"),
    "statement": ("statement", "fact", "text", "sentence", "claim", "content", "assertion", "陈述", "事实", "内容",
                  "句子", "知识"),
}  # fmt: skip
OWN: dict[str, tuple[str, ...]] = {
    "id": ("id", "fact_id", "factid", "uid", "key", "编号"),
    "lang": ("lang", "language", "locale", "语言"),
    "license": ("license", "licence", "许可", "许可证"),
    "code": ("programming_language", "code_language", "编程语言"),
}
TRIPLES = ("triple", "triplet", "spo", "三元组")
SUFFIXES = {
    "zh": "zh", "cn": "zh", "zh_cn": "zh", "zh_hans": "zh", "zh_hant": "zh", "zh_tw": "zh", "chinese": "zh",
    "中文": "zh",
    "en": "en", "en_us": "en", "en_gb": "en", "english": "en", "英文": "en",
}  # fmt: skip
NAMES = {spelling: part for part, spellings in PARTS.items() for spelling in spellings}
RANKS = {spelling: rank for spellings in PARTS.values() for rank, spelling in enumerate(spellings)}
LIST_MARKS = {"zh": "、", "en": ", "}
Said = dict[str, dict[str, Any]]


def said(row: dict[str, Any]) -> Said:
    """{language or "": {part: value}}; of two spellings of a part, the earlier in PARTS is taken."""
    found: Said = {}
    ranks: dict[tuple[str, str], int] = {}
    for key, value in row.items():
        spelling, lang = _split(_plain(key))
        if spelling in SUFFIXES and value is not None:  # all of one language together
            inner = value if isinstance(value, dict) else {"statement": value}
            found.setdefault(SUFFIXES[spelling], {}).update(said(inner).get("", {}))
        elif spelling in TRIPLES and isinstance(value, list | tuple) and len(value) == 3:
            found.setdefault(lang, {}).update(zip(("subject", "relation", "object"), value, strict=True))
        elif spelling in NAMES:
            part, rank = NAMES[spelling], RANKS[spelling]
            for own, inner in _by_language(value, lang):
                if inner is not None and rank < ranks.get((own, part), len(NAMES)):
                    ranks[own, part] = rank
                    found.setdefault(own, {})[part] = inner
    for parts in found.values():  # entity, attribute, value
        if "name" in parts and ("relation" in parts or "object" in parts):
            parts.setdefault("subject", parts["name"])
    return found


def own(row: dict[str, Any], name: str) -> str:
    """A field that says something about the fact: its id, language, licence or programming language."""
    wanted = OWN[name]
    for key, value in row.items():
        if _plain(key) in wanted and isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value).strip()
    return ""


def _plain(key: Any) -> str:
    return str(key)[:100].strip().lower().replace(" ", "_").replace("-", "_").replace(".", "_")


def _split(key: str) -> tuple[str, str]:
    """`term_zh` as (term, zh)."""
    if key in NAMES or key in TRIPLES:
        return key, ""
    for suffix, lang in SUFFIXES.items():
        if key.endswith(f"_{suffix}"):
            return key[: -len(suffix) - 1], lang
    return key, ""


def _by_language(value: Any, lang: str) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(lang, value)]
    pairs = [(SUFFIXES.get(_plain(key), languages.normalise(str(key))), inner) for key, inner in value.items()]
    return [(own, inner) for own, inner in pairs if own]


def as_text(value: Any, part: str, lang: str) -> str | None:
    """A part's value as text: numbers as written, a list of objects joined, the first of several answers."""
    if not isinstance(value, list | tuple):
        return _scalar(value)
    texts = [text for one in value if (text := _scalar(one))]
    if part in ("answer", "question"):
        texts = texts[:1]
    return LIST_MARKS.get(lang, ", ").join(texts) if texts else None


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, str | int | float) else None
