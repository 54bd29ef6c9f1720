"""Openings and tells: nothing that the slow reference sees is passed over, and little else is let through."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, line_openings
from tests.reference import line_openings as reference

OPENINGS = [("home", 1), ("ad", 2), ("continue", 4), ("首页", 1), ("您", 8), ("english", 2)]
TELLS = [("cookie", 3, 16), ("©", 0, 32), ("未经", 2, 16), ("okay", 0, 64)]
PASSED = "«（\u3000"
PARTS = st.sampled_from(
    ["home", "Home", "AD", "ad", "cont", "continue", "首", "首页", "您", "大", "cookie", "COOKIE", "©", "未", "经",
     "okay", " ", "1.", "- ", "[", "](", "«", "（", "\u3000", "english", "x", "é", "😀"]
)  # fmt: skip
TABLES = line_openings.build(OPENINGS, TELLS, PASSED)


def seen(lines: list[str]) -> list[int]:
    return line_openings.look(*arrow.text_buffers(pa.array(lines, pa.large_string())), TABLES).tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(PARTS, max_size=6).map("".join), max_size=6))
def test_equal_to_the_reference(lines):
    tells = [(tell, subject) for tell, _, subject in TELLS]
    assert seen(lines) == [reference.subjects(line, OPENINGS, tells, PASSED) for line in lines]


def test_a_line_between_others_is_seen_alone():
    assert seen(["home", "cook", "ie ©", ""]) == [1, 0, 32, 0]
