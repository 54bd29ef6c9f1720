"""Signs of broken characters: equal to the slow reference."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.curate.clean import marks
from headwater.kernels import arrow, defects
from tests.reference import defects as reference

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aÃ©â€™ÖÐÎÄ涓\ue15f枃鍦&;#1\u200b\u0301\xa0\r中文ａ\U000e0041"),
    ),
    max_size=60,
)


def mark(character: str) -> int:
    code = ord(character)
    if code < defects.TABLE_SIZE:
        return int(marks.table()[code])
    return defects.LOOK_1 if 0xE0000 <= code < 0xE1000 else 0


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=5))
@example(["cafÃ©", "ÖÐÎÄ", "涓a枃涓b", "&nbsp;&;&#8217;", "&" * 40 + "a" * 40 + ";"])
def test_equal_to_the_reference(texts):
    found = defects.find_signs(*arrow.text_buffers(pa.array(texts, pa.large_string())), marks.table())
    assert found.tolist() == [reference.signs(text, mark) for text in texts]
