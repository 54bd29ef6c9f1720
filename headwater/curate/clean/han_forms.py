"""Chinese lines of furniture in one script, so that every pattern is written once.

In: lines; words in simplified characters. Out: the lines as the patterns want them, with the traditional forms of the
characters that patterns hold in their simplified form; every way of writing a word. This is for looking at a line only:
what is kept of a text keeps its script.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TRADITIONAL = (
    "與專業絲嚴個為爲舉習書於雲們眾衆會傳體餘儲關興內冊寫擊別製務協單參發臺號後聽啓啟員響迴團圖聲處備復複覆頭寧實審對"
    "導將屬佈帳幫並廣應開歸當錄戶掃護報換數無舊顯晉機權條來標欄檔歡滬註瀏點煩熱現瓊電監盜碼礙簽籤簡類粵係繫糾級經結給"
    "絡絕繼續維編網羣聯腦臉節蘇薦營襲見觀視覽訂讓議訊記許論設訪証證評識誠該詳請讀謝責賬購貼貴費資讚贊贛蹤車轉載較輯遼"
    "過運還這進違連選郵鄭採裏裡鍊鏈錯鍵鏡長門閉問間聞閩閱閲際陝隱頁頂項須頻題饋馬魯"
)
SIMPLIFIED = (
    "与专业丝严个为为举习书于云们众众会传体余储关兴内册写击别制务协单参发台号后听启启员响回团图声处备复复复头宁实审对"
    "导将属布帐帮并广应开归当录户扫护报换数无旧显晋机权条来标栏档欢沪注浏点烦热现琼电监盗码碍签签简类粤系系纠级经结给"
    "络绝继续维编网群联脑脸节苏荐营袭见观视览订让议讯记许论设访证证评识诚该详请读谢责账购贴贵费资赞赞赣踪车转载较辑辽"
    "过运还这进违连选邮郑采里里链链错键镜长门闭问间闻闽阅阅际陕隐页顶项须频题馈马鲁"
)
_FOLD = str.maketrans(TRADITIONAL, SIMPLIFIED)
_FORMS = {one: one + "".join(t for t, s in zip(TRADITIONAL, SIMPLIFIED, strict=True) if s == one) for one in SIMPLIFIED}


def folded(lines: pa.Array) -> pa.Array:
    """The lines, with the characters of TRADITIONAL as those of SIMPLIFIED."""
    other = pc.fill_null(pc.match_substring_regex(lines, f"[{TRADITIONAL}]"), False).to_numpy(zero_copy_only=False)
    if not other.any():
        return lines
    new = [line.translate(_FOLD) for line in lines.filter(pa.array(other)).to_pylist()]
    places = np.arange(len(lines))
    places[other] = len(lines) + np.arange(len(new))
    return pa.chunked_array([lines, pa.array(new, lines.type)]).take(pa.array(places)).combine_chunks()


def forms(word: str) -> list[str]:
    """Every way of writing a word, that of the patterns first."""
    return ["".join(way) for way in product(*(_FORMS.get(character, character) for character in word))]
