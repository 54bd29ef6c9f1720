"""Traditional and simplified: told apart by characters, and converted by OpenCC where it is installed."""

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate import han
from headwater.errors import HeadwaterError

TEXTS = pa.array(["头发发现", "plain text", None, "電腦軟體", "后面的里程"], pa.large_string())


def test_classes_of_known_characters():
    expected = {"我": "common", "们": "simplified", "們": "traditional", "后": "common", "後": "traditional",
                "a": "other", "。": "other", "銆": "rare", "𠀀": "rare", "カ": "other"}  # fmt: skip
    assert {character: han.CLASSES[han.table()[ord(character)]] for character in expected} == expected


def test_the_lists_hold_no_character_of_the_other_script():
    classes = han.table()
    assert np.count_nonzero(classes == han.TRADITIONAL) > 1500 < np.count_nonzero(classes == han.SIMPLIFIED)
    for text, wanted in (("這個國家的語言學會", han.TRADITIONAL), ("这个国家的语言学会", han.SIMPLIFIED)):
        counts = han.count(pa.array([text]), np.array([0]))[0]
        assert counts[wanted] >= 5 and counts[wanted] + counts[han.COMMON] == len(text)


def test_conversion():
    pytest.importorskip("opencc", reason="converting needs OpenCC")
    assert han.convert(TEXTS, "simplified").to_pylist()[:4:3] == ["头发发现", "电脑软体"]
    assert han.convert(TEXTS, "traditional").to_pylist() == ["頭髮發現", "plain text", "", "電腦軟體", "後面的里程"]
    assert han.convert(TEXTS.slice(1, 1), "simplified").to_pylist() == ["plain text"]
    assert han.convert(TEXTS.slice(0, 0), "traditional").to_pylist() == []


def test_without_opencc_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opencc", None)
    han._converter.cache_clear()
    with pytest.raises(HeadwaterError, match="opencc") as error:
        han.convert(TEXTS, "simplified")
    assert error.value.failure == "missing_extra" and "chinese" in error.value.mend
    han._converter.cache_clear()
