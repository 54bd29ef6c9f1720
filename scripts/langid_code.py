"""Source code by kind, and prose about programs, for language id: what code is told from prose by.

In: a folder of clones as for `langid_corpus.py`. Out: `{text, lang, source}` lines for `python -m
headwater.curate.langid.train --data`: `code` rows whose source is a repository and a kind of file, so that training can
draw as much of each, commands by themselves, and paragraphs of documentation in many languages with the names, commands
and options in them.

    python scripts/langid_code.py CLONES -o code.jsonl.zst
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import zstandard
from langid_corpus import VERSIONS, Clones

MOST_A_KIND = 300  # files of one kind of a repository
MOST_OF = {".sql": 2000}  # many of a kind that there is only one repository of
MOST_COMMANDS = 900
MOST_A_LANGUAGE = 4000  # paragraphs of one language of a repository
KEPT_CHARS, LEAST_CHARS, MOST_CHARS = 28_000, 40, 300_000
PARAGRAPH_CHARS, LEAST_COMMAND_CHARS = 40, 10
FILES = {
    "TheAlgorithms+Haskell": r"\.hs$",
    "TheAlgorithms+Java": r"\.java$",
    "TheAlgorithms+PHP": r"\.php$",
    "TheAlgorithms+Ruby": r"\.rb$",
    "TheAlgorithms+Lua": r"\.lua$",
    "TheAlgorithms+Kotlin": r"\.kt$",
    "google+benchmark": r"CMakeLists\.txt$|\.cmake$",
    "abseil+abseil-cpp": r"CMakeLists\.txt$|\.(cmake|sh)$",
    "TheLartians+ModernCppStarter": r"CMakeLists\.txt$|\.cmake$",
    "sqlfluff+sqlfluff": r"\.(sql|yml|yaml|cfg|toml)$",
    "mdn+learning-area": r"\.(html|css|js|json|xml|svg)$",
    "jessfraz+dockerfiles": r"Dockerfile$|\.(sh|conf|yml)$",
    "h5bp+server-configs-apache": r"\.(conf|htaccess|yml|sh)$",
    "ttroy50+cmake-examples": r"CMakeLists\.txt$|\.(cmake|cpp|h|sh)$",
    "ohmyzsh+ohmyzsh": r"\.(zsh|sh|zsh-theme|yml)$",
    "apache+commons-lang": r"\.(xml|java|xsd|yml)$",
    "spring-projects+spring-petclinic": r"\.(html|xml|sql|yml|properties|java|scss)$",
    "openstreetmap+iD": r"(?<!locales)/[\w.-]+\.(js|css|html|svg)$",
    "SchemaStore+schemastore": r"\.(json|yaml|yml|toml|xml|ini|cfg|csproj|cmd)$",
    "highlightjs+highlight.js": r"\.(css|scss|js)$",
    "PrismJS+prism-themes": r"\.css$",
    "mdn+css-examples": r"\.(css|html)$",
    "mdn+dom-examples": r"\.(html|css|js)$",
    "theory+pgtap": r"\.(sql|pl|sh|yml)$",
    "nodejs+nodejs.org": r"\.(tsx|ts|css|mjs)$",
    "home-assistant+frontend": r"\.(ts|json|html|yml|yaml|scss|sh)$",
}
PAGES = {
    "fastapi+fastapi": r"^docs/([\w-]+)/docs/.*\.md$",
    "nodejs+nodejs.org": r"/pages/([\w-]+)/.*\.mdx?$",
    "electron+i18n": r"^content/([\w-]+)/.*\.md$",
    "tldr-pages+tldr": r"^pages\.(\w+)/.*\.md$",
}
_FENCED = re.compile(r"(?ms)^ *(```|~~~).*?^ *\1\s*$|^---\n.*?^---$|<!--.*?-->")
_MARKS = re.compile(r"\{ ?[#%*].*?\}|\]\([^)]*\)|\[|\]\[[^\]]*\]|\]|</?\w[^>]*>|\*\*|^[#>*-]+ ", re.M)


def files(clones: Clones) -> Iterator[tuple[str, str, str]]:
    """(`code`, repository and kind, text): as many of each kind of file at most."""
    for name, pattern in FILES.items():
        kinds: dict[str, list[str]] = {}
        for path in clones.files(name, pattern):
            kinds.setdefault(Path(path).suffix.lower() or Path(path).name, []).append(path)
        for kind, paths in sorted(kinds.items()):
            random.Random(name + kind).shuffle(paths)
            for path in paths[: MOST_OF.get(kind, MOST_A_KIND)]:
                text = clones.read(name, path)
                if LEAST_CHARS < len(text) < MOST_CHARS:
                    yield "code", f"{name} {kind}", text[:KEPT_CHARS]


def commands(clones: Clones) -> Iterator[tuple[str, str, str]]:
    """(`code`, source, command): lines typed into a shell, their gaps filled with the names that stand there."""
    name, found = "tldr-pages+tldr", dict[str, None]()
    paths = list(clones.files(name, r"^pages/(common|linux)/.*\.md$"))
    random.Random(name).shuffle(paths)
    for path in paths[:MOST_COMMANDS]:
        for line in re.findall(r"(?m)^`([^`]+)`$", clones.read(name, path))[:3]:
            chosen = re.sub(r"\{\{\[[^{}]*?([^|{}]*)\]\}\}", r"\1", line)
            found[re.sub(r"\{\{|\}\}", "", chosen)] = None
    lines = sorted(line for line in found if len(line) >= LEAST_COMMAND_CHARS)
    yield from (("code", f"{name} commands", line) for line in random.Random(name).sample(lines, MOST_COMMANDS))


def paragraphs(clones: Clones) -> Iterator[tuple[str, str, str]]:
    """(language, `technical`, text): paragraphs without their links and blocks of code, with the code inside a line."""
    for name, pattern in PAGES.items():
        counts, seen = Counter[str](), set[str]()
        paths = list(clones.files(name, pattern))
        random.Random(name).shuffle(paths)
        for path in paths:
            found = re.search(pattern, path)
            language = found[1].lower().replace("-", "_") if found else ""
            if counts[language] >= MOST_A_LANGUAGE:
                continue
            for block in re.split(r"\n\s*\n", _FENCED.sub("\n\n", clones.read(name, path))):
                if block.startswith(("`", "{{", "|", "import ", "///")):
                    continue
                text = " ".join(_MARKS.sub("", block).split())
                if len(text) >= PARAGRAPH_CHARS and text not in seen:
                    seen.add(text)
                    counts[language] += 1
                    yield VERSIONS.get(language, language.split("_")[0]), "technical", text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    clones, counts = Clones(options.clones), Counter[str]()
    with zstandard.open(options.output, "wt", encoding="utf-8") as out:
        for rows in (files(clones), commands(clones), paragraphs(clones)):
            for language, source, text in rows:
                counts[source if language == "code" else language] += 1
                out.write(json.dumps({"text": text, "lang": language, "source": source}, ensure_ascii=False) + "\n")
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
