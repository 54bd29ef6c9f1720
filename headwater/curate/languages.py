"""Language codes: which are known, and how others spell them.

In: what a row or a page says its language is. Out: ISO 639-1, `nb`, `nn`, `tl`, `he`, `code` or ``.
"""

from __future__ import annotations

import re

KNOWN = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee"
        " el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io"
        " is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn"
        " mr ms mt my na nb nd ne ng nl nn nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg"
        " si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa"
        " wo xh yi yo za zh zu code"
    ).split()
)
ALIASES = {
    "no": "nb", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "fil": "tl", "mo": "ro", "sh": "sr", "cmn": "zh",
    "zho": "zh", "chi": "zh", "yue": "zh", "wuu": "zh", "lzh": "zh", "eng": "en", "deu": "de", "ger": "de", "fra": "fr",
    "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "dut": "nl", "rus": "ru", "ukr": "uk", "jpn": "ja",
    "kor": "ko", "ara": "ar", "arb": "ar", "heb": "he", "hin": "hi", "tha": "th", "vie": "vi", "tur": "tr", "pol": "pl",
    "ces": "cs", "cze": "cs", "swe": "sv", "dan": "da", "nob": "nb", "nno": "nn", "nor": "nb", "fin": "fi", "ell": "el",
    "gre": "el", "hun": "hu", "ron": "ro", "rum": "ro", "ind": "id", "msa": "ms", "may": "ms", "fas": "fa", "per": "fa",
    "urd": "ur", "ben": "bn", "tgl": "tl", "english": "en", "chinese": "zh",
}  # fmt: skip


def normalise(given: str) -> str:
    """`zh-Hans-CN`, `eng` or `EN_us` as a code of ours; empty for what is no language."""
    first = re.split(r"[-_]", given.strip().lower(), maxsplit=1)[0]
    code = ALIASES.get(first, first)
    return code if code in KNOWN else ""
