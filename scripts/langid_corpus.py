"""Labelled text for language id, out of clones of public repositories: what the shipped model was trained on.

In: a folder of git repositories, each OWNER+NAME/repo (bare) or OWNER+NAME (a clone); those that are missing are said
and passed over. Out: `{text, lang, source}` lines for `python -m headwater.curate.langid.train --data`. Sources and
their licences are listed in docs/cleaning/language-id.md.

Translations of programs come from Debian packages (`apt-get download firefox-esr-l10n-*  libreoffice-l10n-*`).

    python scripts/langid_corpus.py CLONES --packages FOLDER_OF_DEBS -o corpus.jsonl.zst
"""

from __future__ import annotations

import argparse
import gettext
import io
import json
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import zstandard

MOST_A_SOURCE = 4000  # lines of one language from one source
WORD_LINES = 1500  # lines drawn from a word list
VERSIONS = {"no": "nb", "nb_no": "nb", "nn_no": "nn", "pt_br": "pt", "pt_pt": "pt", "fil": "tl", "iw": "he"}
BIBLES = {
    "Basque-NT": "eu", "Gujarati-NT": "gu", "Latvian-NT": "lv", "Swahili-NT": "sw", "Ukranian-NT": "uk",
    "Zulu-NT": "zu", "Armenian-PART": "hy", "Estonian-PART": "et", "Gaelic-PART": "",
}  # fmt: skip
TREEBANKS = {
    "UD_Croatian-SET": "hr", "UD_Serbian-SET": "sr", "UD_Norwegian-Bokmaal": "nb", "UD_Norwegian-Nynorsk": "nn",
    "UD_Danish-DDT": "da", "UD_Indonesian-GSD": "id",
}  # fmt: skip
UDHR = {
    "afr": "af", "arb": "ar", "azj_latn": "az", "bel": "be", "bul": "bg", "ben": "bn", "bos_latn": "bs", "cat": "ca",
    "ces": "cs", "cym": "cy", "dan": "da", "deu_1996": "de", "ell_monotonic": "el", "eng": "en", "epo": "eo",
    "spa": "es", "est": "et", "eus": "eu", "pes_1": "fa", "fin": "fi", "fra": "fr", "gle": "ga", "guj": "gu",
    "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "hye": "hy", "ind": "id", "isl": "is", "ita": "it",
    "jpn": "ja", "kat": "ka", "kaz": "kk", "kor": "ko", "lat": "la", "lug": "lg", "lit": "lt", "lav": "lv",
    "mri": "mi", "mkd": "mk", "khk": "mn", "mar": "mr", "mly_latn": "ms", "nob": "nb", "nld": "nl", "nno": "nn",
    "pan": "pa", "pol": "pl", "por_PT": "pt", "por_BR": "pt", "ron_2006": "ro", "rus": "ru", "slk": "sk",
    "slv": "sl", "sna": "sn", "som": "so", "als": "sq", "srp_cyrl": "sr", "srp_latn": "sr", "sot": "st", "swe": "sv",
    "swh": "sw", "tam": "ta", "tel": "te", "tha": "th", "tgl": "tl", "tsn": "tn", "tur": "tr", "tso_ZW": "ts",
    "ukr": "uk", "urd": "ur", "vie": "vi", "xho": "xh", "yor": "yo", "cmn_hans": "zh", "cmn_hant": "zh", "zul": "zu",
}  # fmt: skip


class Clones:
    """Files of repositories, read through git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, name: str, *arguments: str) -> str:
        place = self.folder / name
        place = next((path for path in (place / "repo", place / ".git", place) if path.exists()), place)
        done = subprocess.run(["git", f"--git-dir={place}", *arguments], capture_output=True, check=False)
        return done.stdout.decode("utf-8", "replace") if not done.returncode else ""

    def files(self, name: str, pattern: str) -> Iterator[str]:
        paths = self.git(name, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
        if not paths:
            print(f"{name}: not here", file=sys.stderr)
        yield from (path for path in paths if re.search(pattern, path))

    def read(self, name: str, path: str) -> str:
        return self.git(name, "show", f"HEAD:{path}")


def bibles(clones: Clones) -> Iterator[tuple[str, str]]:
    for name, language in BIBLES.items():
        text = clones.read("christos-c+bible-corpus", f"bibles/{name}.xml") if language else ""
        for verse in re.findall(r"<seg[^>]*>([^<]+)</seg>", text):
            yield language, " ".join(verse.split())


def treebanks(clones: Clones) -> Iterator[tuple[str, str]]:
    for name, language in TREEBANKS.items():
        for path in clones.files(f"UniversalDependencies+{name}", r"\.conllu$"):
            text = clones.read(f"UniversalDependencies+{name}", path)
            for sentence in re.findall(r"(?m)^# text = (.+)$", text):
                yield language, sentence


def declarations(clones: Clones) -> Iterator[tuple[str, str]]:
    for code, language in UDHR.items():
        text = clones.read("eric-muller+udhr", f"data/udhr/udhr_{code}.xml")
        if not text:
            print(f"udhr_{code}: not here", file=sys.stderr)
        for line in re.findall(r"<para>([^<]+)</para>", text):
            yield language, " ".join(line.split())


def manuals(clones: Clones) -> Iterator[tuple[str, str]]:
    """GNOME's help: translated strings of gettext files, without their markup."""
    for path in clones.files("GNOME+gnome-user-docs", r"^gnome-help/.*\.po$"):
        text = clones.read("GNOME+gnome-user-docs", path)
        for block in re.split(r"\n\s*\n", text):
            found = re.search(r'(?s)msgid ((?:"[^\n]*"\s*)+)msgstr ((?:"[^\n]*"\s*)+)$', block)
            if not found or "fuzzy" in block[: found.start()] or found[1].strip() == found[2].strip():
                continue
            line = "".join(re.findall(r'"([^\n]*)"', found[2]))
            line = re.sub(r"<[^>]*>|\\.|&\w+;", " ", line)
            yield Path(path).stem.split("@")[0].lower(), " ".join(line.split())


def pages(clones: Clones) -> Iterator[tuple[str, str]]:
    """tldr: the sentences of its pages, without the commands."""
    for path in clones.files("tldr-pages+tldr", r"^pages\.\w+/.*\.md$"):
        language = path.split("/")[0].removeprefix("pages.").lower()
        if random.Random(path).random() < 0.5:
            for line in re.findall(r"(?m)^[->] ([^<\n]+?):?$", clones.read("tldr-pages+tldr", path)):
                yield language, re.sub(r"`[^`]*`|\[|\]", " ", line)


def labels(clones: Clones) -> Iterator[tuple[str, str]]:
    """The iD editor's locales: labels and short sentences."""

    def strings(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for item in value.values():
                yield from strings(item)
        elif isinstance(value, str) and value.count(" ") >= 3:
            yield re.sub(r"\{[^}]*\}|<[^>]*>|https?:\S*", " ", value)

    for path in clones.files("openstreetmap+iD", r"^dist/locales/[\w-]+\.min\.json$"):
        for line in strings(json.loads(clones.read("openstreetmap+iD", path))):
            yield Path(path).name.split(".")[0].lower(), line


def word_lists(clones: Clones) -> Iterator[tuple[str, str]]:
    """Lines of words drawn by how often films say them; no sentences, but every small word of a language."""
    for path in clones.files("hermitdave+FrequencyWords", r"^content/2018/\w+/\w+_50k\.txt$"):
        language = Path(path).name.removesuffix("_50k.txt")
        rows = [line.split(" ") for line in clones.read("hermitdave+FrequencyWords", path).splitlines()]
        rows = [row for row in rows if len(row) == 2 and row[1].isdigit() and row[0].isalpha()]
        if language in ("zh_cn", "zh_tw", "ze_zh", "ze_en", "th", "ja") or not rows:
            continue
        rng = random.Random(language)
        weights = [int(count) ** 0.75 for _, count in rows]
        words = rng.choices([word for word, _ in rows], weights, k=WORD_LINES * 8)
        for at in range(0, len(words), 8):
            yield language, " ".join(words[at : at + 8])


def programs(folder: Path | None) -> Iterator[tuple[str, str]]:
    """Strings of Firefox and LibreOffice; what two languages have alike was not translated."""
    found: dict[str, set[str]] = {}
    for package in sorted(folder.glob("*.deb")) if folder else []:
        language = package.name.split("-l10n-")[1].split("_")[0].split("-")[0]
        done = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            for member in tar.getmembers():
                data = handle.read() if member.isfile() and (handle := tar.extractfile(member)) else b""
                for line in strings_of(member.name, data):
                    line = re.sub(r"\{[^{}]*\}|<[^>]*>|[%$]\w+\$?|[~_](?=\w)|&\w+;", " ", line)
                    if line.count(" ") >= 3:
                        found.setdefault(" ".join(line.split()), set()).add(language)
    yield from ((min(languages), line) for line, languages in found.items() if len(languages) == 1)


def strings_of(name: str, data: bytes) -> Iterator[str]:
    if name.endswith(".mo"):
        catalog = gettext.GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
        yield from (value for key, value in catalog.items() if key and isinstance(value, str))
    elif name.endswith(".xpi"):
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            for member in pack.namelist():
                if member.endswith((".ftl", ".properties")):
                    text = pack.read(member).decode("utf-8", "replace")
                    yield from re.findall(r"(?m)^\s*[\w.-]+\s*=\s*(\S.*)$", text)


SOURCES = {
    "bible": bibles, "ud": treebanks, "udhr": declarations, "gnome-help": manuals, "tldr": pages, "id-editor": labels,
    "words": word_lists,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--packages", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    clones, counts = Clones(options.clones), Counter[tuple[str, str]]()
    with zstandard.open(options.output, "wt", encoding="utf-8") as out:
        for source in (*SOURCES, "programs"):
            lines = SOURCES[source](clones) if source in SOURCES else programs(options.packages)
            rows = sorted({(VERSIONS.get(lang, lang), line.strip()) for lang, line in lines if len(line) > 8})
            random.Random(source).shuffle(rows)
            for language, line in rows:
                counts[source, language] += 1
                if counts[source, language] <= MOST_A_SOURCE:
                    out.write(json.dumps({"text": line, "lang": language, "source": source}, ensure_ascii=False) + "\n")
    totals = Counter[str]()
    for (source, _), count in counts.items():
        totals[source] += min(count, MOST_A_SOURCE)
    print(json.dumps(totals))


if __name__ == "__main__":
    main()
