"""Language identification: scripts, small words, source code, and honest scores."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import characters, langid, languages
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM

SENTENCES = Path(__file__).parents[3] / "shared" / "data" / "langid" / "sentences.jsonl.zst"
EXAMPLES = {
    "en": ENGLISH,
    "zh": CHINESE,
    "code": CODE,
    "de": "Der Fluss, der an der alten Mühle vorbeifließt, war in diesem Sommer niedrig, und die Kinder bauten Dämme.",
    "fr": "La rivière qui passe près du vieux moulin était basse cet été, et les enfants ont construit des barrages.",
    "es": "El río que pasa por el viejo molino estaba bajo ese verano, y los niños construyeron pequeñas presas.",
    "ru": "Река, которая течёт мимо старой мельницы, была в то лето мелкой, и дети строили на ней плотины.",
    "uk": "Річка, яка тече повз старий млин, була того літа мілкою, і діти будували на ній греблі.",
    "ja": "古い水車小屋のそばを流れる川は、その夏とても浅かった。子どもたちは小さなダムを作った。",
    "ko": "오래된 물레방앗간 옆을 흐르는 강은 그해 여름 아주 얕았다.",
    "ar": "كان النهر الذي يمر بجانب الطاحونة القديمة منخفضا في ذلك الصيف",
    "vi": "Con sông chảy qua cối xay cũ rất cạn vào mùa hè đó và những đứa trẻ đã xây các con đập.",
    "tr": "Eski değirmenin yanından geçen nehir o yaz çok sığdı ve çocuklar için bu en güzel yazdı.",
    "th": "แม่น้ำที่ไหลผ่านโรงสีเก่านั้นตื้นมากในฤดูร้อนปีนั้น",
    "el": "Το ποτάμι που περνά από τον παλιό μύλο ήταν ρηχό εκείνο το καλοκαίρι.",
}


@pytest.mark.parametrize("language", EXAMPLES)
def test_plain_text_of_a_language(language):
    found = langid.identify([EXAMPLES[language]])
    assert found.langs == [language]
    assert found.scores[0] > 0.5


@pytest.mark.parametrize("text", ["", "12345 67890", "!!! ???", "\x00\x01", "\u200b" * 100, "😀😀😀"])
def test_text_without_letters_is_unknown(text):
    found = langid.identify([text])
    assert found.langs == ["und"] and found.scores[0] == 0


def test_a_poem_and_a_technical_page_in_chinese_are_chinese():
    page = "在 Linux 上安装：\n\n```\nsudo apt-get install headwater\n```\n\n然后运行这个命令，等待完成。"
    assert langid.identify([POEM, page]).langs == ["zh", "zh"]


def test_half_and_half_scores_lower_than_the_whole():
    whole, half = langid.identify([ENGLISH, ENGLISH[:150] + EXAMPLES["ru"] * 2]).scores
    assert half < whole


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_code_and_a_score(text):
    found = langid.identify([text])
    assert found.langs[0] == "und" or found.langs[0] in languages.KNOWN
    assert 0 <= found.scores[0] <= 1


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("zh-Hans-CN", "zh"), ("EN_us", "en"), ("eng", "en"), ("no", "nb"), ("iw", "he"), ("fil", "tl"), ("code", "code"),
     ("", ""), ("und", ""), ("klingon", ""), ("../x", "")],
)  # fmt: skip
def test_codes_are_normalised(given_, expected):
    assert languages.normalise(given_) == expected


def test_script_share_of_a_language():
    def share(language, text):
        return langid.in_script(language, characters.counts(characters.code_points(text)))

    assert share("zh", CHINESE) == 1 and share("en", CHINESE) == 0 and share("zh", ENGLISH) == 0
    assert share("zh", "123") == 1 and share("code", CHINESE) == 1
    assert share("ja", EXAMPLES["ja"]) == 1 and share("ru", EXAMPLES["ru"]) == 1


@pytest.mark.skipif(not SENTENCES.exists(), reason="needs ../shared/data/langid")
def test_scores_are_honest_on_real_sentences():
    """Right more often where the score is higher, and nearly always where it is high."""
    import zstandard

    data = zstandard.ZstdDecompressor().stream_reader(SENTENCES.read_bytes()).read().decode()
    rows = [json.loads(line) for line in data.splitlines()][::5]
    found = langid.identify([row["text"] for row in rows])
    right: dict[int, Counter[bool]] = defaultdict(Counter)
    for row, code, score in zip(rows, found.langs, found.scores, strict=True):
        right[min(int(score * 4), 3)][code == row["lang"]] += 1
    accuracy = [right[b][True] / right[b].total() for b in sorted(right)]
    assert accuracy == sorted(accuracy)
    assert accuracy[-1] > 0.97
    assert sum(r[True] for r in right.values()) / len(rows) > 0.8


def test_a_chinese_list_of_options_is_not_code() -> None:
    text = "\n".join(f"    `option{i}`：第 {i} 个选项（默认：无）；" for i in range(20))
    assert langid.identify([text]).langs == ["zh"]
