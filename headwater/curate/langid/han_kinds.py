"""What one Han character shows: simplified Chinese, traditional Chinese or Japanese.

In: OpenCC's tables (Apache-2.0), at training alone. Out: a kind a character, kept in the model.
"""

from __future__ import annotations

import numpy as np

from headwater.curate.langid.model import FIRST_HAN, NUM_HAN
from headwater.kernels.languages import HANS, HANT, JAPANESE


def han_kinds() -> np.ndarray:
    """uint8 [NUM_HAN]: 0 where a character is written in both; all 0 where OpenCC is not installed."""
    kinds = np.zeros(NUM_HAN, np.uint8)
    try:
        import opencc
    except ImportError:
        return kinds
    simple, traditional = opencc.OpenCC("t2s"), opencc.OpenCC("s2t")
    taiwan, japanese = opencc.OpenCC("s2tw"), opencc.OpenCC("jp2t")
    for place in range(NUM_HAN):
        letter = chr(FIRST_HAN + place)
        to_simple = simple.convert(letter)
        kept = letter in (traditional.convert(letter), taiwan.convert(letter))
        if to_simple != letter and kept:
            kinds[place] = HANT
        elif to_simple == letter and not kept and traditional.convert(letter) not in _AMBIGUOUS:
            kinds[place] = HANS
        elif to_simple == letter and traditional.convert(letter) == letter and japanese.convert(letter) != letter:
            kinds[place] = JAPANESE
    for letter in _AMBIGUOUS:
        kinds[ord(letter) - FIRST_HAN] = 0
    return kinds


# Characters of traditional text too, though a simplified one is written alike.
_AMBIGUOUS = (
    "后里面干系只余云台几谷斗松朴板叶制准划卜合吁咸回奸姜家局岳布幸弦征志念念愿托才折克术表舍致蔑蒙虫裹跡迹遊游郁采野"
)
