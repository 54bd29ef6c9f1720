"""What a model is asked to write: a topic for a reader in a form, none of them twice.

In: topics, readers, forms and a seed. Out: prompts by number, the same for the same settings. Topics take turns; each
meets every pair of reader and form, in an order of its own, before one comes again with other examples asked for.
Variety by topic and audience is phi-1's way to textbook data (arXiv 2306.11644, section 2.2); the words are our own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

AUDIENCES = {
    "child": ("a curious child of ten", "一个好奇的十岁孩子"),
    "school": ("a pupil in secondary school", "一名中学生"),
    "undergraduate": ("a first-year student of the subject", "刚开始学习这门学科的大一学生"),
    "graduate": ("a student who knows the basics well", "已经掌握基础的高年级学生"),
    "practitioner": ("someone who needs it at work", "工作中要用到它的人"),
    "layperson": ("an adult who has never met the subject", "从未接触过这个主题的成年人"),
}
STYLES = {
    "section": (
        "a section of a textbook: definitions, explanation, an example, and two exercises with answers",
        "教科书中的一节：先给出定义，再解释，举一个例子，最后是两道附答案的练习",
    ),
    "worked_examples": (
        "three worked examples from easy to hard, each step with its reason",
        "由易到难的三个例题，每一步都说明理由",
    ),
    "dialogue": (
        "a conversation of a teacher and a learner who asks good questions",
        "老师与善于提问的学生之间的一段对话",
    ),
    "misconceptions": (
        "the mistakes that learners make most, why each is tempting, and what is right",
        "学习者最常犯的错误：每个错误为什么容易犯，正确的又是什么",
    ),
    "story": ("a short story in which somebody comes to understand it", "一个短故事，主人公在其中逐渐明白这个道理"),
    "questions": (
        "questions a reader would ask, each with a thorough answer",
        "读者会提出的问题，每个都给出透彻的回答",
    ),
    "comparison": (
        "a comparison with something similar: what they share, where they differ, when to use which",
        "与相近事物的比较：有何相同，有何不同，何时该用哪一个",
    ),
    "derivation": (
        "how one could have found it: from a problem, step by step, to the idea",
        "它是怎样被想到的：从一个问题出发，一步步走到这个想法",
    ),
}
ENGLISH = """Write about: {topic}

Reader: {audience}
Form: {style}

Be correct and concrete; explain every term when it first appears; write whole sentences. Write only the text itself:
no preface, no remarks on the task, no closing words to the reader of this request."""
CHINESE = """请写一篇关于“{topic}”的文字。

读者：{audience}
形式：{style}

内容要正确、具体；每个术语第一次出现时都要解释；用完整的句子。只写正文：不要前言，不要谈论这个任务，结尾也不要对提出要求的人说话。"""
AGAIN = {
    "en": "\nThis is version {number}: use other examples and another order than the versions before.",
    "zh": "\n这是第 {number} 个版本：请使用与之前版本不同的例子和顺序。",
}
TEMPLATES = {"en": (ENGLISH, 0), "zh": (CHINESE, 1)}


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One text to be written: its number, what it is about, and the words of the request."""

    number: int
    topic: str
    audience: str
    style: str
    words: str


def assignment(
    number: int, topics: tuple[str, ...], audiences: tuple[str, ...], styles: tuple[str, ...], lang: str, seed: int
) -> Assignment:
    """The request of that number, from 0; every number has one, and all are different."""
    topic = topics[number % len(topics)]
    turn = number // len(topics)
    pairs = [(audience, style) for audience in audiences or AUDIENCES for style in styles or STYLES]
    random.Random(f"{seed} {topic}").shuffle(pairs)
    audience, style = pairs[turn % len(pairs)]
    template, place = TEMPLATES[lang]
    words = template.format(topic=topic, audience=AUDIENCES[audience][place], style=STYLES[style][place])
    if turn >= len(pairs):
        words += AGAIN[lang].format(number=turn // len(pairs) + 1)
    return Assignment(number=number, topic=topic, audience=audience, style=style, words=words)
