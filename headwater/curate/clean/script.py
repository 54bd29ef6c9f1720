"""Chinese in one script: simplified or traditional, where the settings ask for one.

In: a column of texts and which rows may be Chinese. Out: the column, those rows in the script asked for. A text with
kana is Japanese, whose characters are its own, and stays.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.clean.edits import Counts
from headwater.curate.han import Script, convert

KIND = "chinese_script"
KANA = r"[\x{3041}-\x{30FF}]"


def in_one_script(texts: pa.Array, wanted: np.ndarray, to: Script, counts: Counts) -> pa.Array:
    """Raises HeadwaterError missing_extra where OpenCC is not installed and a text needs it."""
    kana = pc.fill_null(pc.match_substring_regex(texts, KANA), False).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(wanted & ~kana)
    if not len(rows):
        return texts
    given = pc.fill_null(texts.take(pa.array(rows)), "").cast(pa.large_string())
    converted = convert(given, to)
    changed = pc.not_equal(given, converted).to_numpy(zero_copy_only=False)
    if not changed.any():
        return texts
    counts[KIND][rows[changed]] += 1
    mask = np.zeros(len(texts), bool)
    mask[rows[changed]] = True
    return pc.replace_with_mask(texts, pa.array(mask), converted.filter(pa.array(changed)).cast(texts.type))
