"""Openings: every line that a pattern of furniture holds for is let through, bare or dressed."""

from __future__ import annotations

import random
import re._parser as parser  # the parse tree, to draw lines from

import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate import han
from headwater.curate.clean import furniture, han_forms, openings
from headwater.kernels import arrow, line_openings

PATTERNS = [(kind, pattern) for _, kinds in furniture.KINDS for kind, listed in kinds.items() for pattern in listed]
DRESSES = (
    "{}",
    "- {}",
    "12. {}",
    "**{}**",
    '[{}](/a "b")',
    "• {}",
    "[ ](/a){}",
    "\u3000{}",
    "* [{}](http://a.example)",
)
DRAWN = 40  # lines of each pattern
LETTERS = "aZ x文件8"


def drawn(tree, chance: random.Random) -> str:
    """A text that a pattern holds for, as a rule."""
    return "".join(_part(str(op), value, chance) for op, value in tree)


def _part(op: str, value, chance: random.Random) -> str:
    if op == "LITERAL":
        return chance.choice([chr(value), chr(value).upper()])
    if op in ("ANY", "NOT_LITERAL"):
        return chance.choice(LETTERS)
    if op == "IN":
        return _one_of(value, chance)
    if op == "BRANCH":
        return drawn(chance.choice(value[1]), chance)
    if op == "SUBPATTERN":
        return drawn(value[-1], chance)
    if op == "MAX_REPEAT":
        low, high, repeated = value
        return "".join(drawn(repeated, chance) for _ in range(chance.randint(low, min(high, low + 2))))
    return ""


def _one_of(members, chance: random.Random) -> str:
    if str(members[0][0]) == "NEGATE":
        return chance.choice(LETTERS[:2])
    op, value = chance.choice(members)
    if str(op) == "RANGE":
        return chr(chance.randint(*value))
    return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " "}.get(str(value), "a") if str(op) == "CATEGORY" else chr(value)


def traditional(line: str, chance: random.Random) -> str:
    """The line in traditional characters, one of several forms of each."""
    return "".join(chance.choice(han_forms.forms(c)[1:] or [c]) for c in line)


def test_patterns_hold_no_simplified_character_without_its_traditional_forms():
    """But for those that Chinese writes either way, which a pattern holds as they are."""
    used = {c for _, pattern in PATTERNS for c in pattern if "\u4e00" <= c <= "\u9fff"}
    classes = han.table()
    assert not {c for c in used if classes[ord(c)] == han.SIMPLIFIED} - set(han_forms.SIMPLIFIED)
    assert not {c for c in used if classes[ord(c)] == han.TRADITIONAL}
    assert not set(han_forms.TRADITIONAL) & set(han_forms.SIMPLIFIED) and not used & set(han_forms.TRADITIONAL)


def test_lines_are_seen_in_one_script():
    lines = pa.array(["版權所有，翻印必究", "plain", None, "网站網站"], pa.large_string())
    assert han_forms.folded(lines).to_pylist() == ["版权所有，翻印必究", "plain", None, "网站网站"]
    assert han_forms.folded(lines.slice(1, 1)) == lines.slice(1, 1)
    assert han_forms.forms("首页") == ["首页", "首頁"] and han_forms.forms("home") == ["home"]


def test_kinds_are_those_of_the_patterns():
    assert set(openings.OPENINGS) == {kind for kind, _ in PATTERNS}


def test_a_line_of_every_pattern_is_let_through():
    chance = random.Random(5)
    without = []
    for kind, pattern in PATTERNS:
        tree = parser.parse(pattern)
        lines = pa.array([drawn(tree, chance).strip() for _ in range(DRAWN)], pa.large_string())
        lines = lines.filter(pc.match_substring_regex(lines, f"(?i)^(?:{pattern})$"))
        without += [] if len(lines) else [pattern]
        either = [script for line in lines.to_pylist() for script in (line, traditional(line, chance))]
        dressed = [dress.format(line) for line in either for dress in DRESSES]
        about = line_openings.look(*arrow.text_buffers(pa.array(dressed, pa.large_string())), openings.tables())
        missed = [
            line for line, subjects in zip(dressed, about.tolist(), strict=True) if not subjects & openings.BIT_OF[kind]
        ]
        assert not missed, (kind, pattern, missed[:3])
    assert len(without) < len(PATTERNS) // 10, without
