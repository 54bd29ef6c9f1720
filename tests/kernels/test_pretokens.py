"""Where text is cut: the scanner's pieces are those of each pattern's expression in `tokenizers`, to the byte."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import code_points, pretokens
from headwater.kernels.arrow import text_buffers
from headwater.tokenizer import patterns
from tests.reference import pretokens as reference
from tests.tokenizer.made import HOSTILE

ALL = [(name, digits) for name in patterns.NAMES for digits in patterns.NUMBERS]
SIGNS = (
    "'’ſsStTdDmMlLrReEvV09٣²Ⅷ½ \t\r\n\x0b\x0c\x1c\x85\xa0\u2028\u3000\u200b.,-_(`~😀"
    "中々〆〇ひーｱ한é\u00e9\u0301\u0e31ªK\x00\ud7ff\U0010ffff"
)
TEXTS = st.text(
    st.one_of(st.sampled_from(SIGNS), st.characters(exclude_categories=["Cs"]), st.sampled_from("0a 中'\n")),
    max_size=60,
)


def ends(texts: list[str], name: str, digits: str) -> list[list[int]]:
    offsets, text = text_buffers(pa.array(texts, pa.large_string()))
    indptr, found = pretokens.ends(offsets, text, code_points.flags(), patterns.rules(name, digits))
    return [
        (found[first:last] - offset).tolist()
        for (first, last), offset in zip(pairwise(indptr.tolist()), offsets.tolist(), strict=False)
    ]


@pytest.mark.parametrize(("name", "digits"), ALL, ids=["-".join(pair) for pair in ALL])
@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(["'Sx 'ſ 'LLa 'reb''s", "", "a\u3000b \n c  ", "\r\n \r\n  x", " '", "12345678 1234 ½½½½"])
def test_equal_to_the_expression(name, digits, texts):
    assert ends(texts, name, digits) == [reference.ends(text, name, digits) for text in texts]


@pytest.mark.parametrize(("name", "digits"), ALL, ids=["-".join(pair) for pair in ALL])
def test_hostile_text_is_cut_as_by_the_expression(name, digits):
    texts = [*HOSTILE, *("7" * size for size in range(1, 70)), "9" * 5_000, "'" * 99, "\r\n" * 99 + " a"]
    assert ends(texts, name, digits) == [reference.ends(text, name, digits) for text in texts]


@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.slow)])
def test_code_points_have_the_class_that_the_expression_gives_them(step):
    """Each stands before a letter and after a space, so a wrong class shows."""
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(letters), 1 << 17):
        text = "".join(f"{letter}a {letter}1\n" for letter in letters[start : start + (1 << 17) : step])
        for name in ("headwater", "cl100k"):
            assert ends([text], name, "auto")[0] == reference.ends(text, name, "auto")


@pytest.mark.slow
def test_the_table_is_what_the_script_makes(tmp_path):
    root = Path(__file__).parents[2]
    command = [sys.executable, str(root / "scripts/code_point_classes.py"), str(tmp_path / "made.txt")]
    subprocess.run(command, check=True, timeout=300)
    kept = root / "headwater/kernels/code_points.txt"
    assert (tmp_path / "made.txt").read_text().splitlines()[1:] == kept.read_text().splitlines()[1:]


def test_gpt2_as_its_own_file_says_it_is_the_same_pattern():
    level = patterns.pre_tokenizer("bbpe", "gpt2", "auto")
    for text in HOSTILE:
        sizes = [stop - start for _, (start, stop) in level.pre_tokenize_str(text)]
        assert sum(sizes) == len(text)
        assert sizes == [len(piece) for piece in reference.pieces(text, "gpt2", "auto")]


@pytest.mark.parametrize("name", patterns.NAMES)
def test_broken_utf8_is_cut_without_reading_past_it(name):
    rng = np.random.default_rng(1)
    for _ in range(200):
        text = rng.choice(np.array([0x20, 0x27, 0x41, 0x80, 0xBF, 0xC2, 0xE4, 0xF0, 0xFF], np.uint8), 30)
        offsets = np.array([0, 7, 7, 30])
        indptr, found = pretokens.ends(offsets, text, code_points.flags(), patterns.rules(name, "triple"))
        for row in range(3):
            mine = [int(offsets[row]), *found[indptr[row] : indptr[row + 1]].tolist()]
            assert mine == sorted(set(mine)) and mine[-1] == offsets[row + 1]


@pytest.mark.parametrize("unit", ["1", "a", "中", " ", "\n", " \n", "-", "'", "\u0301", "1a", "。", "\t "])
def test_time_grows_with_length_alone(unit):
    text = np.frombuffer((unit * (2_000_000 // len(unit.encode())) + "x").encode(), np.uint8)
    offsets = np.array([0, len(text)])
    pretokens.ends(np.zeros(1, np.int64), text[:0], code_points.flags(), patterns.rules("gpt2", "auto"))
    started = time.process_time()
    for digits in patterns.NUMBERS:
        pretokens.ends(offsets, text, code_points.flags(), patterns.rules("headwater", digits))
    assert time.process_time() - started < 4  # a quadratic scanner takes hours
