"""Small corpora made of rules: Chinese, English and code, in as many documents as a test wants."""

from __future__ import annotations

import json
import random
from pathlib import Path

NOUNS = "river water model page token crawler corpus language engine machine paper garden window letter".split()
VERBS = "reads carries measures follows holds trains filters keeps writes moves".split()
ZH_NOUNS = "河流 模型 网页 词表 语料 机器 论文 花园 窗户 信件 老师 学生 城市 山谷".split()
ZH_VERBS = "阅读 携带 测量 跟随 保存 训练 过滤 书写 移动 观察".split()
ZH_PLACES = "在北方 清晨 下雨之前 收获以后 安静地 小心地".split()


STOP = "the be to of and that have with in on for as it was by from".split()
SYLLABLES = "ba co di fer gan hol im jus kel lo mar nit op per qui ran sol tem ul ver wan yor zet".split()


def english(rng: random.Random, sentences: int = 12) -> str:
    """Varied enough that no rule against repetition finds anything."""
    lines = []
    for _ in range(sentences):
        words = []
        for _ in range(rng.randint(5, 9)):
            words += [rng.choice(STOP), "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3)))]
        lines.append(f"The {rng.choice(NOUNS)} {rng.choice(VERBS)} {' '.join(words)}.")
    return "\n".join(" ".join(lines[i : i + 3]) for i in range(0, len(lines), 3))


def chinese(rng: random.Random, sentences: int = 12) -> str:
    lines = []
    for _ in range(sentences):
        a, b = rng.sample(ZH_NOUNS, 2)
        lines.append(f"{rng.choice(ZH_PLACES)}，{a}{rng.choice(ZH_VERBS)}{b}，这是第{rng.randint(0, 999)}次的记录。")
    return "\n".join("".join(lines[i : i + 3]) for i in range(0, len(lines), 3))


def code(rng: random.Random, functions: int = 6) -> str:
    parts = []
    for _ in range(functions):
        a, b = rng.sample(NOUNS, 2)
        n = rng.randint(1, 99)
        parts.append(f"def {a}_{b}_{n}({a}, {b}):\n    if {a} > {n}:\n        return {b} + {n}\n    return {a} * {b}\n")
    return "\n".join(parts)


MAKERS = {"zh": chinese, "en": english, "code": code}


def write_jsonl(path: Path, lang: str, num_documents: int, seed: int = 0, **fields: str) -> Path:
    """A JSONL corpus of one language; every tenth document is an exact copy of an earlier one."""
    rng = random.Random(f"{lang}-{seed}")
    texts: list[str] = []
    with open(path, "w", encoding="utf-8") as out:
        for index in range(num_documents):
            texts.append(texts[index // 2] if index % 10 == 9 else MAKERS[lang](rng))
            row = {
                "id": f"{lang}-{seed}-{index}",
                "text": texts[-1],
                "url": f"https://{lang}.example/{index}",
                "lang": lang,
            }
            out.write(json.dumps(row | fields, ensure_ascii=False) + "\n")
    return path


def write_recipe(folder: Path, num_documents: int = 60, **sections: object) -> Path:
    """A recipe over four small corpora (one of a capped domain), and the corpora; seconds to run."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = []
    for index, (lang, kind, domain) in enumerate(
        [
            ("zh", "general", ""),
            ("en", "general", ""),
            ("code", "specific", ""),
            ("en", "specific", "math"),
            ("zh", "specific", ""),
        ]
    ):
        path = write_jsonl(folder / f"{lang}{index}.jsonl", lang, num_documents, index)
        sources.append({"files": {"paths": [str(path)], "kind": kind, **({"domain": domain} if domain else {})}})
    recipe = {
        "name": "tiny",
        "sources": sources,
        "split": {"samples": 8, "window_tokens": 64},
        "tokenizer": {"vocab_size": 600, "reserve": 8},
        "mixture": {
            "lang": {"zh": 4, "en": 4, "code": 2},
            "kind": {"general": 1, "specific": 1},
            "max_domain_share": 0.15,
        },
        "model": {
            "preset": "llama-1m",
            "hidden_size": 32,
            "num_layers": 2,
            "num_heads": 2,
            "num_kv_heads": 1,
            "head_size": 16,
            "ffn_size": 64,
        },
        "train": {
            "tokens": 20000,
            "batch_tokens": 512,
            "sequence_length": 64,
            "checkpoint_every_steps": 5,
            "compile": "off",
        },
        "evaluate": {"probe_samples": 8, "continuations": 1, "continuation_tokens": 8},
    }
    for name, value in sections.items():
        recipe[name] = {**recipe.get(name, {}), **value} if isinstance(value, dict) else value  # type: ignore[dict-item]
    path = folder / "recipe.yaml"
    path.write_text(json.dumps(recipe, ensure_ascii=False, indent=1), "utf-8")
    return path
