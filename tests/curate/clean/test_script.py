"""Chinese in one script: what is converted, and what is not Chinese."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.clean import edits, script

pytest.importorskip("opencc")
TEXTS = ["臺灣的鐵路經過這條河。", "这条河流过磨坊。", "古い機械が國の川を渡った。", "The river.", ""]


def test_only_chinese_that_needs_it_is_converted():
    counts = edits.none_yet(len(TEXTS))
    found = script.in_one_script(pa.array(TEXTS, pa.large_string()), np.ones(len(TEXTS), bool), "simplified", counts)
    assert found.to_pylist()[1:] == TEXTS[1:] and "铁路经过这条河" in found[0].as_py()
    assert counts[script.KIND].tolist() == [1, 0, 0, 0, 0]


def test_rows_that_are_not_meant_stay():
    counts = edits.none_yet(len(TEXTS))
    texts = pa.array(TEXTS, pa.large_string())
    assert script.in_one_script(texts, np.zeros(len(TEXTS), bool), "simplified", counts).equals(texts)
