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
# Other names of a code: old ones, macrolanguages and their members, ISO 639-2 and 639-3.
ALIASES = {
    "no": "nb", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "fil": "tl", "mo": "ro", "sh": "sr", "hbs": "sr",
    "cmn": "zh", "zho": "zh", "chi": "zh", "yue": "zh", "wuu": "zh", "lzh": "zh", "nan": "zh", "hak": "zh", "gan": "zh",
    "ger": "de", "fre": "fr", "dut": "nl", "arb": "ar", "arz": "ar", "ary": "ar", "apc": "ar", "ars": "ar", "acm": "ar",
    "cze": "cs", "nor": "nb", "gre": "el", "rum": "ro", "may": "ms", "zsm": "ms", "zlm": "ms", "per": "fa", "pes": "fa",
    "prs": "fa", "swh": "sw", "alb": "sq", "als": "sq", "aln": "sq", "azj": "az", "azb": "az", "arm": "hy", "baq": "eu",
    "bur": "my", "geo": "ka", "ice": "is", "khk": "mn", "lvs": "lv", "ekk": "et", "mac": "mk", "mao": "mi", "slo": "sk",
    "tib": "bo", "wel": "cy", "uzn": "uz", "npi": "ne", "ory": "or", "plt": "mg", "gaz": "om", "pbt": "ps", "kmr": "ku",
    "ydd": "yi", "english": "en", "chinese": "zh",
}  # fmt: skip
_THREE = (
    "afr af amh am ara ar asm as aze az bak ba bel be ben bn bod bo bos bs bre br bul bg cat ca ces cs chv cv cos co"
    " cym cy dan da deu de div dv ell el eng en epo eo est et eus eu fao fo fas fa fin fi fra fr fry fy gla gd gle ga"
    " glg gl grn gn guj gu hat ht hau ha heb he hin hi hrv hr hun hu hye hy ibo ig ind id isl is ita it jav jv jpn ja"
    " kan kn kat ka kaz kk khm km kin rw kir ky kor ko kur ku lao lo lat la lav lv lin ln lit lt ltz lb lug lg mal ml"
    " mar mr mkd mk mlg mg mlt mt mon mn mri mi msa ms mya my nep ne nld nl nno nn nob nb nya ny oci oc ori or orm om"
    " pan pa pol pl por pt pus ps que qu ron ro rus ru san sa sin si slk sk slv sl sna sn snd sd som so sot st spa es"
    " sqi sq srp sr sun su swa sw swe sv tam ta tat tt tel te tgk tg tgl tl tha th tir ti tsn tn tso ts tuk tk tur tr"
    " uig ug ukr uk urd ur uzb uz vie vi wol wo xho xh yid yi yor yo zha za zul zu"
).split()
ALIASES.update(zip(_THREE[::2], _THREE[1::2], strict=True))
# The language of a script that one language writes, as far as we know it.
OF_SCRIPT = {
    "Hani": "zh", "Kana": "ja", "Hang": "ko", "Grek": "el", "Hebr": "he", "Beng": "bn", "Guru": "pa", "Gujr": "gu",
    "Orya": "or", "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml", "Sinh": "si", "Thai": "th", "Laoo": "lo",
    "Tibt": "bo", "Mymr": "my", "Geor": "ka", "Ethi": "am", "Khmr": "km", "Armn": "hy", "Mong": "mn",
}  # fmt: skip


def normalise(given: str) -> str:
    """`zh-Hans-CN`, `eng` or `EN_us` as a code of ours; empty for what is no language."""
    first = re.split(r"[-_]", given.strip().lower(), maxsplit=1)[0]
    code = ALIASES.get(first, first)
    return code if code in KNOWN else ""
