"""Lessons and chatter by rule, in Chinese, English and code: two classes that differ in their words, not in length."""

from __future__ import annotations

import json
import random
from pathlib import Path

COMMON = {
    "en": "the of a in to and is that it as on with they from this by at not".split(),
    "zh": "的 是 在 和 了 有 这 那 一个 我们 他们 可以 没有".split(),
    "code": "self value return if for in index result None".split(),
}
GOOD = {
    "en": "theorem example because define therefore exercise explain proof concept compare reason measure".split(),
    "zh": "定理 例如 因为 定义 所以 练习 解释 证明 概念 比较 原因 测量".split(),
    "code": "docstring raises assert typed parse_header compute_mean bounded validate".split(),
}
OTHER = {
    "en": "buy click subscribe sale login cookies banner share follow coupon shipping cart".split(),
    "zh": "购买 点击 订阅 促销 登录 横幅 分享 关注 优惠券 包邮 购物车 下单".split(),
    "code": "foo bar tmp1 tmp2 x1 x2 asdf hack".split(),
}


def text(rng: random.Random, lang: str, good: bool, words: int) -> str:
    own = (GOOD if good else OTHER)[lang]
    pieces = [rng.choice(own if rng.random() < 0.25 else COMMON[lang]) for _ in range(words)]
    joined = ("" if lang == "zh" else " ").join(pieces)
    return f"{joined}。" if lang == "zh" else f"{joined}."


def write(path: Path, good: bool, langs: tuple[str, ...] = ("en", "zh", "code"), count: int = 40, seed: int = 0) -> str:
    """`count` documents of each language; the path."""
    rng = random.Random(f"{seed} {good}")
    with open(path, "w", encoding="utf-8") as out:
        for lang in langs:
            for number in range(count):
                row = {
                    "id": f"{lang}-{good}-{seed}-{number}",
                    "lang": lang,
                    "url": f"https://s{number % 9}.example/{good}",
                }
                row["text"] = text(rng, lang, good, rng.randint(20, 60))
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return str(path)
