"""A text array's own buffers: offsets and bytes, as Arrow holds them.

In: an Arrow string array, sliced or not. Out: numpy views on its buffers; a null reads as an empty text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def text_buffers(array: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(n + 1 offsets as int64, the bytes they point into) of a string or binary array, without copying its text."""
    if array.null_count:
        array = pc.fill_null(array, "")
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type):
        width = 4
    elif pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type):
        width = 8
    else:
        array, width = array.cast(pa.large_string()), 8
    _, offsets, text = array.buffers()
    if offsets is None or not len(array):
        return np.zeros(1, np.int64), np.empty(0, np.uint8)
    bounds = np.frombuffer(offsets, f"<i{width}", count=len(array) + 1, offset=array.offset * width)
    return bounds.astype(np.int64), np.frombuffer(text or b"", np.uint8)


def text_array(texts: Sequence[str | None]) -> pa.Array:
    """Texts as an Arrow array; lone surrogates, which UTF-8 cannot say, become question marks."""
    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        said = [text and text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return pa.array(said, pa.large_string())
