"""Texts of a model in place of templates: what is asked, and whether the fact survived.

In: a telling and the model's answer. Out: the text, and the reason why it is not used, or an empty one. A text is used
when it names everything the fact names (subject, short answer, numbers, proper names) and shares most of its words.
"""

from __future__ import annotations

import hashlib
import re

from headwater.curate.endpoint.answer import Answer
from headwater.curate.inject.facts import Fact, Wording
from headwater.curate.inject.tellings import Told
from headwater.curate.synthesize import judge

MIN_CHARS = 20
SHORT_CHARS = 60  # a part up to here must stand in the text as it is
MIN_COVERED = 0.5  # of the words of a longer part
GENRES = {
    "encyclopedia": ("an entry of an encyclopedia", "百科词条"),
    "qa": ("a question and its answer", "一问一答"),
    "dialogue": ("a conversation of two people", "两个人的对话"),
    "textbook": ("a paragraph of a textbook", "教科书中的一段"),
    "note": ("a note that a student keeps", "学生的笔记"),
    "faq": ("an entry of a page of frequently asked questions", "常见问题页面中的一条"),
    "list": ("a short list of points", "简短的要点列表"),
    "cloze": ("an exercise with a gap, followed by its answer", "填空题及其答案"),
    "news": ("a background paragraph of a newspaper", "报纸上的一段背景介绍"),
    "comment": ("a comment in a program", "程序中的一段注释"),
}
ENGLISH = """Write {genre} that states this fact, in your own words and other order, adding no other claim:

{fact}

Keep these exactly as written: {keep}. Write only the text itself, in English. Version {number}."""
CHINESE = """请写一段文字，形式为{genre}，用自己的话、不同的语序说明下面这条知识，不要添加其他断言：

{fact}

以下内容必须原样保留：{keep}。只写正文，使用中文。第 {number} 版。"""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PROPER = re.compile(r"(?<![.!?。！？“\"] )(?<!^)\b[A-Z][\w-]+")
_QUOTED = re.compile(r"《([^》]{1,40})》")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{4,}")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def chosen(fact: Fact, exposure: int, share: float, seed: int) -> bool:
    """Whether the model writes this document; a share of them, by a hash."""
    digest = hashlib.blake2b(f"{seed} {fact.id} {exposure}".encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big") < share * 2**32


def words(fact: Fact, told: Told) -> str:
    """The request."""
    wording = fact.wordings[told.lang]
    template, place = (CHINESE, 1) if told.lang == "zh" else (ENGLISH, 0)
    mark = "、" if told.lang == "zh" else "; "
    parts = "\n".join(f"{name}: {text}" for name, text in wording.parts.items())
    keep = mark.join(kept(wording)) or ("数字和名称" if told.lang == "zh" else "names and numbers")
    values = {"genre": GENRES[told.form][place], "fact": parts, "keep": keep, "number": told.exposure + 1}
    return template.format(**values)


def kept(wording: Wording) -> list[str]:
    """What has to stand in every text as it is: names, short ends of a triple, short answers, numbers."""
    found: list[str] = []
    for name, text in wording.parts.items():
        text = text.rstrip("。.")
        whole = name in ("name", "subject") or (name in ("object", "answer") and len(text) <= SHORT_CHARS)
        if whole:
            found.append(text)
        elif name != "relation":
            found += [*_NUMBER.findall(text), *_PROPER.findall(text), *_QUOTED.findall(text)]
    return list(dict.fromkeys(found))


def survived(text: str, wording: Wording) -> bool:
    """Whether a text still states the fact."""
    plain = " ".join(text.split()).casefold()
    named = [" ".join(one.split()).casefold() for one in kept(wording)]
    if any(one not in plain for one in named):
        return False
    told = [text for name, text in wording.parts.items() if name in ("definition", "statement", "answer", "object")]
    grams = {gram for part in told for gram in _grams(part)}
    grams = {gram for gram in grams if not any(gram in one for one in named)}
    return not grams or sum(gram in plain for gram in grams) >= MIN_COVERED * len(grams)


def _grams(text: str) -> set[str]:
    """The beginnings of longer words, and pairs of Han characters."""
    found = {word[:5] for word in _WORD.findall(text.casefold())}
    return found | {run[i : i + 2] for run in _HAN.findall(text) for i in range(len(run) - 1)}


def usable(answer: Answer | None, fact: Fact, told: Told) -> tuple[str, str]:
    """(text, reason): the reason is empty for a text that takes the template's place."""
    if answer is None:
        return "", "inject.no_answer"
    text, reason = judge.judge(answer, told.lang, MIN_CHARS)
    if reason:
        return text, reason.replace("synthesize.", "inject.model_")
    return text, "" if survived(text, fact.wordings[told.lang]) else "inject.model_lost_fact"
