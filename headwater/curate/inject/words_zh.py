"""A fact in Chinese sentences, questions and gaps.

In: a Wording. Out: its Content. Punctuation is full-width. A definition that begins with 是 or 指, or with the name
itself, is joined as it stands; a relation that is a verb stands between its ends, one that is a noun follows 的.
"""

from __future__ import annotations

import re

from headwater.curate.inject.content import GAP, Content, unique
from headwater.curate.inject.facts import Wording

_ENDED = re.compile(r"[。！？….!?；;][”’」』）)\]】》\"']*$")
_COPULA = re.compile(r"(是指|即指|就是|指的是|是|指|即|为)(?![否非南标令挥导数定使出向教纹甲了时将便兴刻席位期何人止])")
_VERB = re.compile(
    r"(是|属于|位于|出生|生于|卒于|毕业|成立|包含|包括|导致|用于|引起|发明了|发现了|创作了|写了|提出了|建于|来自|位|等于|"
    r"有|没有|拥有|需要|使用|采用|依赖|支持|产生|组成|构成|由|被|以|在|与|和|能|可以|可|会|曾|继承|实现|返回|调用|替代|取代|"
    r"隶属|坐落|起源|发源|流经|流入|邻接|接壤|主演|执导|获得|担任|加入|创建了|创立了|开发了|治疗|抑制|影响)"
)
_VERB_END = re.compile(r"[于在为自到至向对成由作了过着入给]$")
_VERB_NOUNS = re.compile(
    r"(由来|以来|在位时间|在任.*|可.*性|会员|会长|会址|会议|有效.*|与会.*|和声|能力|能量|位置|位数|使用.*[数量者期法率])$"
)
_QUESTION = re.compile(
    r"(什么|谁|哪|几|多少|如何|怎么|怎样|为何|为什么|是否|何时|何地|何|吗|呢|么|多久|多大|多高|多长|多远)"
)


def content(wording: Wording) -> Content:
    return {"definition": _definition, "triple": _triple, "question": _question, "statement": _statement}[
        wording.shape
    ](wording)


def ended(text: str) -> str:
    return text if _ENDED.search(text) or "\n" in text else text.rstrip("，、：,: ") + "。"


def asked(text: str) -> str:
    if _ENDED.search(text) or "\n" in text:
        return text
    return text + ("？" if _QUESTION.search(text) else "。")


def _definition(wording: Wording) -> Content:
    name, given = wording.parts["name"], ended(wording.parts["definition"])
    names = [name] + ([f"{name}（英文：{wording.other_name}）"] if wording.other_name else [])
    by_itself = given.startswith(name) and bool(_COPULA.match(given[len(name) :].lstrip("，, ")))
    copula = _COPULA.match(given)
    inline = "\n" not in given
    sentences = [given, f"一句话概括：{given}"] if by_itself else []
    for n in names:
        quoted = n.replace(name, f"“{name}”", 1)
        sentences += [f"{n}：{given}", f"{n}的定义：{given}", f"关于{quoted}，词条写道：{given}"]
        sentences += [f"{quoted}可以这样解释：{given}", f"对{quoted}的说明如下：{given}"]
        if inline and copula:
            sentences += [f"{n}{given}", f"所谓{quoted}，{given}"]
        elif inline and not by_itself:
            sentences += [f"{n}是指{given}", f"所谓{n}，指的是{given}", f"{quoted}这个说法指的是{given}"]
            sentences += [f"{quoted}的意思是{given}", f"通常所说的{quoted}，指的就是{given}"]
    asks = [f"什么是{name}？", f"“{name}”是什么意思？", f"请解释一下“{name}”。", f"应当怎样理解“{name}”？"]
    asks += [f"{name}的定义是什么？"]
    pairs = [(ask, answer) for ask in asks for answer in (given, *sentences[:2])]
    pairs.append((f"下面这段话解释的是哪个术语？“{given}”", f"是“{name}”。"))
    gaps = [(f"{GAP}：{given}", name), (f"横线上应填哪个术语？{GAP}：{given}", name)]
    if inline and not by_itself:
        gaps.append((f"{GAP}{given}" if copula else f"{GAP}是指{given}", name))
    lines = [f"{n}：{given}" for n in names] + [f"{n}——{given}" for n in names]
    return Content(topics=unique(names), lines=unique(lines), sentences=unique(sentences), pairs=tuple(pairs),
                   gaps=tuple(gaps))  # fmt: skip


def is_verb(relation: str) -> bool:
    """Whether a relation stands between its ends by itself, as 出生于 does and 首都 does not."""
    if _VERB_NOUNS.search(relation):
        return False
    return bool(_VERB.match(relation) or _VERB_END.search(relation))


def _triple(wording: Wording) -> Content:
    subject, object = wording.parts["subject"], wording.parts["object"]
    relation = wording.parts["relation"].strip("：: ")
    end = ended(object)
    record = [f"{subject}——{relation}：{end}", f"{subject}，{relation}：{end}"]
    gaps = [(f"{subject}——{relation}：{GAP}。", object), (f"{GAP}——{relation}：{end}", subject)]
    split = re.fullmatch(r"(是.*?)(?:…+|\.{3}|X|×)+(的.+)", relation)
    if split:
        body = object.rstrip("。")
        said, gap = f"{subject}{split[1]}{body}{split[2]}。", f"{subject}{split[1]}{GAP}{split[2]}。"
    elif is_verb(relation):
        said, gap = f"{subject}{_joint(subject, relation)}{relation}{_joint(relation, end)}{end}", ""
        gap = said[: len(said) - len(end)] + f"{GAP}。"
    else:
        relation = relation.removeprefix("的")
        said, gap = f"{subject}的{relation}是{end}", f"{subject}的{relation}是{GAP}。"
    noun = not split and said.startswith(f"{subject}的{relation}是")
    gaps.append((gap, object))
    sentences = [
        *record,
        said,
        f"资料表明，{said}",
        f"需要记住的一点是：{said}",
        f"关于{subject}，可以确定的是：{said}",
    ]
    asks = [f"关于{subject}，应当记住什么？", f"请说一条关于{subject}的知识。"]
    if noun:
        sentences += [f"说到{subject}的{relation}，答案是{end}", f"就{subject}而言，{relation}是{end}"]
        asks += [f"{subject}的{relation}是什么？", f"请问{subject}的{relation}是？", f"你知道{subject}的{relation}吗？"]
    pairs = [(ask, answer) for ask in asks for answer in (said, sentences[3], sentences[5])]
    pairs += [(f"{subject}的{relation}是什么？", end)] if noun else []
    pairs += [(f"“{said}”这句话对吗？", f"对。{said}")]
    lines = [*record, f"{subject} | {relation} | {object}"]
    return Content(topics=(subject,), lines=unique(lines), sentences=unique(sentences), pairs=tuple(pairs),
                   gaps=tuple(gaps))  # fmt: skip


def _joint(left: str, right: str) -> str:
    """A space between two pieces that both are Latin at the joint, nothing otherwise."""
    return " " if left[-1:].isascii() and right[:1].isascii() and left[-1:].isalnum() and right[:1].isalnum() else ""


def _question(wording: Wording) -> Content:
    question, answer = asked(wording.parts["question"]), ended(wording.parts["answer"])
    apart = "\n\n" if "\n" in question + answer else ""
    sentences = [f"{question}{apart}{answer}", f"{question}{apart}答案：{answer}"]
    sentences += [f"对于“{question}”这个问题，可以这样回答：{answer}", f"如果有人问“{question}”，答案是：{answer}"]
    pairs = [(question, answer), (question, f"答案：{answer}"), (question, f"简单地说：{answer}")]
    lines = [f"{question}——{answer}", f"{question} → {answer}"]
    return Content(lines=unique(lines), sentences=unique(sentences), pairs=tuple(pairs))


def _statement(wording: Wording) -> Content:
    said, name = ended(wording.parts["statement"]), wording.parts.get("name", "")
    sentences = [said, f"一句话概括：{said}", f"要点是：{said}", f"请记住：{said}"]
    asks = [f"关于{name}，应当知道什么？"] if name else []
    asks += ["这里要记住的知识是什么？", "这一条说的是什么？", "如果记笔记，要点该怎么写？"]
    pairs = [(ask, answer) for ask in asks for answer in sentences[:3]]
    pairs += [(f"判断对错：{said}", "对。"), (f"“{said}”这个说法正确吗？", f"正确。{said}")]
    lines = [said] + ([f"{name}：{said}"] if name else [])
    return Content(topics=(name,) if name else (), lines=unique(lines), sentences=unique(sentences),
                   pairs=tuple(pairs))  # fmt: skip
