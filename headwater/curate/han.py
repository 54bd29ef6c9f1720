"""Han characters: traditional or simplified, common or rare, and one made into the other.

In: texts. Out: counts by class for the rules; texts converted, where a recipe asks for that.
The classes come from `lists/han.txt` (OpenCC's tables) and from two national character sets: what neither GB 2312 nor
the first level of Big5 holds is rare, and a page of rare characters is one that was decoded wrongly. Counting needs
nothing installed; converting is done by OpenCC itself, which weighs whole phrases (头发 is 頭髮, 发现 is 發現).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from headwater.curate import lists
from headwater.errors import missing_extra

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Script = Literal["simplified", "traditional"]
CLASSES = ("other", "common", "rare", "traditional", "simplified")
COMMON, RARE, TRADITIONAL, SIMPLIFIED = 1, 2, 3, 4
CONFIGS = {"simplified": "t2s", "traditional": "s2t"}
BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000))
GB2312_ROWS, BIG5_ROWS = range(0xB0, 0xF8), range(0xA4, 0xC7)  # first bytes of the characters in common use


@cache
def table() -> np.ndarray:
    """The class of every code point, as uint8 (0x110000,)."""
    import numpy as np

    classes = np.zeros(0x110000, np.uint8)
    for start, end in BLOCKS:
        classes[start:end] = RARE
    codes = np.frombuffer((_of("gb2312", GB2312_ROWS) + _of("big5", BIG5_ROWS)).encode("utf-32-le"), np.uint32)
    classes[codes] = COMMON
    for name, number in (("traditional", TRADITIONAL), ("simplified", SIMPLIFIED)):
        told = np.frombuffer("".join(lists.sections("han.txt")[name]).encode("utf-32-le"), np.uint32)
        classes[told[classes[told] == COMMON]] = number  # a rare one stays rare: it tells more of a wrong encoding
    classes.flags.writeable = False
    return classes


def _of(encoding: str, rows: range) -> str:
    """The Han characters of a two-byte encoding whose first byte is one of `rows`."""
    pairs = (bytes((first, second)) for first in rows for second in range(0x40, 0xFF))
    return "".join(c for pair in pairs for c in pair.decode(encoding, "ignore") if ord(c) >= BLOCKS[0][0])


def count(texts: pa.Array, rows: np.ndarray) -> np.ndarray:
    """Int64 [rows, CLASSES] of the texts at `rows`."""
    from headwater.kernels import kinds
    from headwater.kernels.arrow import text_buffers

    return kinds.count(*text_buffers(texts), rows, table(), len(CLASSES))[0]


def convert(texts: pa.Array, to: Script) -> pa.Array:
    """The texts with every Han character in one script; a text that needs no change is passed on as it is."""
    import numpy as np
    import pyarrow as pa

    from headwater.kernels.arrow import text_array

    counts = count(texts, np.arange(len(texts)))
    changes = counts[:, [RARE, TRADITIONAL if to == "simplified" else SIMPLIFIED]].sum(1) > 0
    if to == "traditional":  # 后, 里 and 干 are common to both, and change by the words they stand in
        changes |= counts[:, SIMPLIFIED] >= counts[:, TRADITIONAL]
    if not changes.any():
        return texts
    converter = _converter(to)
    converted = text_array([converter.convert(text or "") for text in texts.filter(pa.array(changes)).to_pylist()])
    places = np.where(changes, np.cumsum(changes) - 1 + len(texts), np.arange(len(texts)))
    return pa.chunked_array([texts.cast(pa.large_string()), converted]).take(pa.array(places)).combine_chunks()


@cache
def _converter(to: Script) -> Any:
    try:
        import opencc
    except ImportError:
        raise missing_extra("opencc", "chinese") from None
    return opencc.OpenCC(CONFIGS[to])
