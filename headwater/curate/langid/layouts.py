"""Prose and code in other shapes than a corpus has them: pages of manuals, fragments of sentences, single statements.

In: texts of one language, or of code, and a generator. Out: an example for `code_fit`. A manual is prose though half of
its lines are headings in capitals, options and names, and all are cut hard and set in; a statement is code though it
stands alone, on one line, in small letters.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Sequence

HEADINGS = "NAME SYNOPSIS DESCRIPTION OPTIONS ARGUMENTS COMMANDS EXAMPLES FILES ENVIRONMENT NOTES BUGS AUTHOR".split()
INDENTS, WIDTHS = (0, 2, 3, 4, 5, 6, 7, 7, 7, 8), (60, 100)
MAX_SECTIONS, MAX_BLOCKS, FEWEST_LINES, MAX_LINES = 4, 5, 3, 60
SENTENCE_CHARS = (50, 400)
TERMS_SHARE, SHOWN_SHARE, FLAGS_SHARE = 0.45, 0.12, 0.06  # of the blocks: options, lines of code, lists of options
HEADED, ENUMERATED = 0.6, 0.3  # pages that begin and end with their name; sections whose terms are plain words
TERMS = (
    "-{c}", "--{a}", "-{c}, --{a}", "-{c}, --{a}={B}", "--{a}={B}", "--{a} {B}", "-{c} {B}", "-{c} {b}", "--{a}-{b}",
    "--[no-]{a}", "--{a}-{b}={B}", "-{a} {b}", "{B}", "{b}", "{a}_{b}", "{a}.{b}", "{a}({b})", "{A}_{B}", "{A}",
    "/{a}/{b}", "{a} [{b}]", "{a} {B}", "[{a}]", "{A}_{B}_{A}", "<{a}>", "{a}:", "{a}=", "{b} ({c})",
)  # fmt: skip
SYNOPSES = (
    "{a} [OPTION]... [{B}]...", "{a} [-{c}] [--{b}={A}] {B}", "{a} [options] {b}",
    "{a} {b} [--{a}={B}] [--{b} | --{c}]", "{a} {B} [{b}...]", "[--{a}={B}] [--{b}={A}; default=\"{c}\"]",
    "#include <{a}/{b}.h>", "int {a}(char *{b}, int {c});",
)  # fmt: skip
TITLES_SHARE = 0.4  # of the fragments
NUMBERS_BEFORE = ("", "", "", "{n}. ", "{n}.{n} ", "({c}) ", "{C}{n}: ", "{C}{C}{n} ", "{C}-{n}: ", "{n}) ", "[{n}] ")
NUMBERS_AFTER = ("", "", "", " ({C})", " {n}", " ({n})", ", {n}", ":", " [{c}]", " ({C}{n})", " #{n}")
_WORD = re.compile(r"[A-Za-z]{2,12}")
_SIGNS = re.compile(r"[;(){}\[\]=<>$|]")
_COMMENT = re.compile(r"\s*(//|#|--|/?\*|<!|\"\"\"|;)")
_STATEMENT = re.compile(r"(?im)^[ \t]*((?:select|insert into|update|delete from|create|alter|drop|with)\b[^;]{8,600};)")
MAX_JOINED = 4  # lines that are written as one


def manual(texts: Sequence[str], line_of_code: Callable[[], str], rng: random.Random) -> str:
    """A page of a manual, or some lines of one, whose sentences are of `texts`."""
    indent, width = rng.choice(INDENTS), rng.randint(*WIDTHS)
    cropped = rng.random() < HEADED
    lines: list[str] = []
    head = _named("{A}({c})", line_of_code(), rng)
    for _ in range(rng.randint(1, MAX_SECTIONS)):
        sentence = _sentence(texts, rng)
        words = sentence.split()[: rng.randint(1, 3)]
        heading = rng.choice(HEADINGS) if rng.random() < HEADED else " ".join(words)[:40].upper()
        lines.append(" " * rng.choice((0, 0, 0, 3)) + heading)
        plain = rng.random() < ENUMERATED
        for _ in range(rng.randint(1, MAX_BLOCKS)):
            lines += [*_block(texts, line_of_code, (plain, not cropped), (indent, width), rng), ""]
    if rng.random() < HEADED:
        title = " ".join(_sentence(texts, rng).split()[:3])
        lines = [f"{head}   {title}   {head}", "", *lines, f"{title}   {head}"]
    if cropped:
        size = int(FEWEST_LINES * (MAX_LINES / FEWEST_LINES) ** rng.random())
        at = rng.randrange(max(len(lines) - size, 1))
        lines = lines[at : at + size]
    return "\n".join(lines).strip("\n")


def _block(
    texts: Sequence[str],
    line_of_code: Callable[[], str],
    kinds: tuple[bool, bool],
    shape: tuple[int, int],
    rng: random.Random,
) -> list[str]:
    """A paragraph, a term and what it means, or what a command looks like.

    `kinds`: whether terms are plain words; whether code by itself may stand here, which a few lines may not be.
    """
    (plain, shown_too), (indent, width) = kinds, shape
    drawn, more = rng.random(), indent + rng.choice((3, 4, 6, 7, 8))
    if drawn < SHOWN_SHARE and shown_too:
        shown = [_named(rng.choice(SYNOPSES), line_of_code(), rng) if rng.random() < 0.5 else line_of_code()]
        return _wrapped("  ".join(shown * rng.randint(1, 2)), rng.choice((indent, more)), width)
    if drawn < SHOWN_SHARE + FLAGS_SHARE:
        flags = ", ".join(_named(rng.choice(TERMS), line_of_code(), rng) for _ in range(rng.randint(2, 12)))
        return _wrapped(f"{_sentence(texts, rng)} {flags}.", indent, width)
    sentence = _sentence(texts, rng)
    if drawn > SHOWN_SHARE + FLAGS_SHARE + TERMS_SHARE:
        return _wrapped(sentence, indent, width)
    term = sentence.split()[0] if plain else _named(rng.choice(TERMS), line_of_code(), rng)
    if rng.random() < HEADED:
        return [" " * indent + term, *_wrapped(sentence, more, width)]
    return _wrapped(f"{term}{' ' * rng.randint(1, 6)}{sentence}", indent, width, more)


def _sentence(texts: Sequence[str], rng: random.Random) -> str:
    """Some of a text, on one line, from one break to another."""
    text = rng.choice(texts)
    size = rng.randint(*SENTENCE_CHARS)
    at = rng.randrange(max(len(text) - size, 1))
    cut = " ".join(text[at : at + size].split())
    return (cut.split(" ", 1)[-1] if at else cut) or "-"


def _named(form: str, code: str, rng: random.Random) -> str:
    """A form of option or name with words out of code in its gaps."""
    words = _WORD.findall(code) or ["file"]
    first, second = rng.choice(words), rng.choice(words)
    return form.format(
        a=first.lower(), b=second.lower(), A=first.upper(), B=second.upper(), c=rng.choice("abcdfhlnpqrsv1")
    )


def _wrapped(text: str, indent: int, width: int, more: int | None = None) -> list[str]:
    later = " " * (indent if more is None else more)
    return textwrap.wrap(text, width, initial_indent=" " * indent, subsequent_indent=later, break_on_hyphens=True)


def fragment(text: str, rng: random.Random) -> str:
    """A few words of a text; now and then as a title, with the numbers and letters that titles are counted by."""
    words = text[:4000].split()
    size = rng.randint(2, 9)
    at = rng.randrange(max(len(words) - size, 1))
    found = " ".join(words[at : at + size])
    if rng.random() > TITLES_SHARE:
        return found
    before, after = rng.choice(NUMBERS_BEFORE), rng.choice(NUMBERS_AFTER)
    number, letter = rng.randint(1, 999), rng.choice("ABCDEFGHIJKLMNOPRSTUVWX")
    counted = [part.format(n=number, c=letter.lower(), C=letter) for part in (before, after)]
    return found.title().join(counted)


def statement(text: str, rng: random.Random) -> str:
    """One statement of code, or a few lines that are no comment, as they stand or on one line; "" for none."""
    found = _STATEMENT.findall(text)
    if found:
        one = rng.choice(found)
        one = one if rng.random() < 0.5 else one.lower()
        return one if rng.random() < 0.5 else " ".join(one.split())
    lines = [line for line in text.splitlines() if line.strip() and not _COMMENT.match(line)]
    places = [at for at, line in enumerate(lines) if _SIGNS.search(line)]
    if not places:
        return ""
    at, size = rng.choice(places), rng.choice((1, 1, 1, rng.randint(2, MAX_JOINED)))
    return " ".join(line.strip() for line in lines[at : at + size])
