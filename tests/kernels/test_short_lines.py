"""Short lines: equal to the slow reference; equal lines have equal hashes and others do not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, short_lines
from tests.reference import short_lines as reference

TEXTS = st.lists(
    st.sampled_from(
        ["a", "分享", " ", "    ", "\t", "\n", "\n", "# ", "|", "```", "~~~", "- ", "}", "\r", "long line"]
    ),
    max_size=20,
).map("".join)


def found(texts: list[str], max_bytes: int) -> tuple[list[list[bytes]], dict[bytes, int]]:
    offsets, raw = arrow.text_buffers(pa.array(texts, pa.large_string()))
    contents: list[list[bytes]] = [[] for _ in texts]
    hashes: dict[bytes, int] = {}
    columns = short_lines.find_lines(offsets, raw, np.ones(len(texts), bool), max_bytes)
    for row, start, end, value in zip(*(column.tolist() for column in columns), strict=True):
        content = raw[start:end].tobytes()
        contents[row].append(content)
        assert hashes.setdefault(content, value) == value
    return contents, hashes


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=4), st.integers(1, 12))
@example(["~~~\n```\na\n```\n~~~\nb", "```\nopen to the end\na"], 12)
def test_equal_to_the_reference(texts, max_bytes):
    contents, hashes = found(texts, max_bytes)
    assert contents == [reference.lines(text, max_bytes) for text in texts]
    assert len(set(hashes.values())) == len(hashes)


def test_parts_are_gathered_one_after_the_other():
    _, raw = arrow.text_buffers(pa.array(["home\n关于 us"]))
    offsets, joined = short_lines.gather(raw, np.array([0, 5]), np.array([4, 11]))
    assert offsets.tolist() == [0, 4, 10] and joined.tobytes().decode() == "home关于"
