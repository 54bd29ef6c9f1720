"""Wikitext to plain text: what a reader sees of an article's prose, as Markdown.

In: the wikitext of a page, and what is to know of its wiki. Out: text with headings, lists, tables, code and
mathematics; references, files, categories and the templates that only decorate are gone.
Steps: comments and verbatim tags out (`wikitags.py`) → one walk over the brackets with a stack, each closed bracket
replaced by its text (templates in `wikitemplates.py`, tables in `wikitables.py`) → lines (`wikilines.py`).
Every step is linear in the page, whatever it holds: brackets nest at most MAX_DEPTH deep, and what is not closed is
text.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from headwater.document import wikilines, wikitables, wikitags, wikitemplates

MAX_DEPTH = 40
VARIANT_WIKIS = ("zh", "gan", "wuu", "yue", "sr", "kk", "ku", "uz", "tg", "crh", "iu", "shi", "ban")
FILE_NAMES = ("file", "image", "media", "category", "文件", "檔案", "档案", "图像", "圖像", "分类", "分類")
FILE_KEYS = (-2, 6, 14)  # the namespaces Media, File and Category
_TOKEN = re.compile(r"(?m:^[ \t:]*\{\|(?!\}))|(?m:^[ \t]*\|\}(?!\}))|\{+|\}+|\[\[|\]\]|\|")
_INTERWIKI = re.compile(r"(?:[a-z]{2,3}|simple)(?:-[a-z-]{2,12})?:(?=\S)")
_EXTERNAL = re.compile(r"\[(?:https?:|ftp:|mailto:)?(?://)[^\s\[\]]{1,2000}(?:[ \t]+([^\]\[\n]{0,1000}))?\]")
_SWITCH = re.compile(r"__[A-Z\u4e00-\u9fff]{2,30}__")
_QUOTES = re.compile(r"'{2,5}")
_GONE = wikitags.GONE  # where a template stood that says nothing
_EMPTY_BRACKETS = re.compile(f" ?[(（][\\s,;:，；：、]{{0,20}}{_GONE}[\\s,;:，；：、{_GONE}]{{0,40}}[)）]")
_LEFT_IN_BRACKETS = re.compile(f"(?<=[(（]){_GONE}[\\s,;，；、{_GONE}]{{0,40}}")
_BEFORE_MARK = re.compile(f" {_GONE}(?=[,.;:!?)，。；：、！？）])")
_SPACES = re.compile(r"(?<=\S) {2,}")
_STRAY = re.compile(r"\{\{+|\}\}+|\[\[+|\]\]+")
_VARIANT = re.compile(r"\s*(?:[^;:]{0,200}=>)?\s*([a-z]{2,3}(?:-[a-z]{2,10})?)\s*:(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Wiki:
    """What the text of a page depends on beside itself. `namespaces`: lower-case names by key."""

    lang: str = "en"
    namespaces: dict[int, str] = field(default_factory=dict)


class _Frame:
    """An open bracket and the parts, separated by `|`, that have been read since."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.parts: list[list[str]] = [[]]

    def add(self, text: str) -> None:
        self.parts[-1].append(text)

    def texts(self) -> list[str]:
        return ["".join(part) for part in self.parts]


def plain_text(source: str, wiki: Wiki) -> str:
    """The text of a page; "" where nothing is left."""
    verbatim: list[str] = []
    text = wikitags.broken(wikitags.cut(source, verbatim))
    text = _Walk(wiki).text_of(text)
    text = _SWITCH.sub("", _EXTERNAL.sub(lambda match: match.group(1) or "", text))
    text = _QUOTES.sub("", wikitags.without_tags(text))
    text = html.unescape(_STRAY.sub("", text)).replace("\xa0", " ")
    text = _LEFT_IN_BRACKETS.sub("", _EMPTY_BRACKETS.sub("", text))
    text = _BEFORE_MARK.sub("", text).replace(_GONE, "")
    text = _SPACES.sub(" ", text)
    return wikitags.restored("\n".join(wikilines.markdown(text)), verbatim).strip()


class _Walk:
    """One pass over the brackets of a page."""

    def __init__(self, wiki: Wiki) -> None:
        self._has_variants = wiki.lang.split("-")[0] in VARIANT_WIKIS
        self._variants = _preferred(wiki.lang)
        self._files = {*FILE_NAMES, *(wiki.namespaces[key] for key in FILE_KEYS if key in wiki.namespaces)}
        self._stack: list[_Frame] = []

    def text_of(self, source: str) -> str:
        self._stack = [_Frame("")]
        at = 0
        for match in _TOKEN.finditer(source):
            start = match.start()
            if start < at:
                continue
            self._stack[-1].add(source[at:start])
            at = self._token(match.group(), source, match.end())
        self._stack[-1].add(source[at:])
        while len(self._stack) > 1:
            self._flatten()
        return "".join(self._stack[0].texts())

    def _token(self, token: str, source: str, end: int) -> int:
        """Take one token; where reading goes on."""
        top = self._stack[-1]
        if token == "|":
            if top.kind in ("", "{|"):
                top.add(token)
            else:
                top.parts.append([])
        elif token == "[[":
            self._open("[[", token)
        elif token == "]]":
            self._close("[[", token)
        elif token.endswith("{|"):
            self._open("{|", token)
        elif token.endswith("|}"):
            self._end_table(token)
        elif token[0] == "{":
            self._braces(token)
        else:
            return self._close_braces(len(token), source, end)
        return end

    def _open(self, kind: str, token: str) -> None:
        if len(self._stack) <= MAX_DEPTH:
            self._stack.append(_Frame(kind))
        else:
            self._stack[-1].add(token)

    def _braces(self, token: str) -> None:
        """`{{{` a parameter, `{{` a template, `-{` words that depend on the variant, `{` itself."""
        left = len(token)
        if left == 1:
            part = self._stack[-1].parts[-1]
            if self._has_variants and part and part[-1].endswith("-"):
                part[-1] = part[-1][:-1]
                self._open("-{", "-{")
            else:
                self._stack[-1].add("{")
            return
        if left > 3 * MAX_DEPTH:
            self._stack[-1].add(" ")
            return
        while left >= 2:
            size = 3 if left == 3 or left > 4 else 2
            self._open("{" * size, "{" * size)
            left -= size
        self._stack[-1].add("{" * left)

    def _close_braces(self, left: int, source: str, end: int) -> int:
        """Close what `left` braces close, innermost first; where reading goes on."""
        while left:
            kinds = [kind for kind, size in (("{{", 2), ("{{{", 2), ("-{", 1)) if left >= size]
            if left > 1 or source[end : end + 1] != "-":
                kinds = [kind for kind in kinds if kind != "-{"]
            number = next((i for i in range(len(self._stack) - 1, 0, -1) if self._stack[i].kind in kinds), 0)
            if number == 0:
                self._stack[-1].add("}" * left)
                return end
            kind = self._stack[number].kind
            self._close(kind, "")
            if kind == "-{":
                return end + 1
            left -= 3 if kind == "{{{" and left >= 3 else 2
        return end

    def _end_table(self, token: str) -> None:
        number = next((i for i in range(len(self._stack) - 1, 0, -1) if self._stack[i].kind in ("{|", "{{")), 0)
        if number and self._stack[number].kind == "{|":
            self._close("{|", token)
        else:
            self._token("|", "", 0)
            self._stack[-1].add("}")

    def _close(self, kind: str, token: str) -> None:
        """Close the innermost bracket of a kind, and with it what was left open inside it."""
        number = next((i for i in range(len(self._stack) - 1, 0, -1) if self._stack[i].kind == kind), 0)
        if number == 0:
            self._stack[-1].add(token)
            return
        while len(self._stack) > number + 1:
            self._flatten()
        frame = self._stack.pop()
        self._stack[-1].add(self._rendered(frame))

    def _flatten(self) -> None:
        """An open bracket that is never closed is text."""
        frame = self._stack.pop()
        text = "|".join(frame.texts())
        self._stack[-1].add(wikitables.markdown(text) if frame.kind == "{|" else frame.kind + text)

    def _rendered(self, frame: _Frame) -> str:
        texts = frame.texts()
        if frame.kind == "[[":
            return self._link(texts)
        if frame.kind == "{|":
            return wikitables.markdown(texts[0])
        if frame.kind == "-{":
            return variant(texts, self._variants)
        if frame.kind == "{{{":
            return texts[1] if len(texts) > 1 else ""
        return wikitemplates.text_of(texts) or _GONE

    def _link(self, texts: list[str]) -> str:
        target = texts[0].strip()
        prefix, colon, rest = target.partition(":")
        if colon and prefix.strip().lower() in self._files:
            return ""
        if len(texts) > 1:
            label = texts[-1].strip()
            return label or re.sub(r"\s*[(（][^()（）]{0,200}[)）]$", "", rest if colon else target)
        if _INTERWIKI.match(target):
            return ""
        return target.removeprefix(":")


def _preferred(lang: str) -> tuple[str, ...]:
    """Variants from the most wanted to the least; Chinese is read in simplified characters."""
    return ("zh-hans", "zh-cn", "zh-sg", "zh-my", "zh") if lang.startswith("zh") else (lang,)


def variant(texts: list[str], wanted: tuple[str, ...]) -> str:
    """The words of `-{flags|variant:words;…}-` for the variant most wanted."""
    flags = {flag.strip().upper() for flag in texts[0].split(";")} if len(texts) > 1 else set()
    body = "|".join(texts[1:]) if len(texts) > 1 else texts[0]
    if flags & {"H", "T", "-"}:
        return ""
    if "R" in flags:
        return body
    found: dict[str, str] = {}
    for rule in body.split(";"):
        match = _VARIANT.fullmatch(rule)
        if match:
            found.setdefault(match.group(1), match.group(2).strip())
    if not found:
        return body
    return next((found[name] for name in wanted if name in found), next(iter(found.values())))
