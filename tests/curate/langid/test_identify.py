"""Language identification: languages, scripts, source code, and honest scores."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import langid, languages
from headwater.curate.langid import LangidConfig, train
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM

SENTENCES = Path(__file__).parents[4] / "shared" / "data" / "langid" / "sentences.jsonl.zst"
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


BUILD = """name: build
on: [push]
jobs:
  test:
    runs-on: linux
    steps:
      - uses: actions/checkout@v4
      - run: make test
"""
COMMENTED = """# 计算列表里所有数字的总和，然后返回
def total(xs):
    # 遍历所有元素并且累加起来得到最后的结果
    s = 0
    for x in xs:
        s += x  # 累加
    return s
"""
LATEX = (
    "\\section{Schemes}\nLet $X$ be a smooth scheme over $k$. Then $\\pi_1(X)$ is a group, and we have\n"
    "\\begin{equation} a = b \\end{equation}\nas claimed in the first section of this chapter."
)
README = (
    "# Installing\n\nRun this first:\n\n```python\nimport os\nprint(os.getcwd())\nfor x in y:\n    foo(x)\n```\n\n"
    "Then you will see the folder that you are in. It takes a few seconds, so wait until the line is there.\n"
)


def codes(*texts: str) -> list[str]:
    return langid.identify(list(texts)).langs


@pytest.mark.parametrize("language", EXAMPLES)
def test_plain_text_of_a_language(language):
    found = langid.identify([EXAMPLES[language]])
    assert found.langs == [language]
    assert found.scores[0] > 0.5


@pytest.mark.parametrize(
    "text",
    ["", "12345 67890", "!!! ???", "\x00\x01", "\u200b" * 100, "😀😀😀", "https://example.com/foo/bar?x=1 a@b.example"],
)
def test_text_without_letters_is_unknown(text):
    found = langid.identify([text])
    assert found.langs == ["und"] and found.scores[0] == 0


def test_a_null_is_an_empty_text():
    assert langid.identify(pa.array([None, ENGLISH])).langs == ["und", "en"]


def test_random_letters_are_no_language():
    assert codes("xkqzj wvbnp qtrlk zzgfd hjkwq pqxzv bdfgh", "fabdecaf dbeefadc cafebabe") == ["und", "und"]


def test_a_poem_and_a_technical_page_in_chinese_are_chinese():
    page = "在 Linux 上安装：\n\n```\nsudo apt-get install headwater\n```\n\n然后运行这个命令，等待完成。"
    assert codes(POEM, page) == ["zh", "zh"]


def test_a_chinese_list_of_options_is_not_code():
    assert codes("\n".join(f"    `option{i}`：第 {i} 个选项（默认：无）；" for i in range(20))) == ["zh"]


def test_code_and_what_only_looks_like_it():
    assert codes(COMMENTED, BUILD, LATEX, README) == ["code", "code", "en", "en"]


SOURCES = {
    "sql": "CREATE TABLE invoice (\n  id BIGINT PRIMARY KEY,\n  customer_id BIGINT NOT NULL REFERENCES customer (id),\n"
    "  issued DATE NOT NULL\n);\nSELECT c.name, SUM(i.total) AS total\nFROM invoice AS i\n"
    "JOIN customer AS c ON c.id = i.customer_id\nWHERE i.issued >= '2024-01-01'\nGROUP BY c.name\n"
    "ORDER BY total DESC;\n",
    "html": '<!DOCTYPE html>\n<html lang="en">\n<head>\n  <meta charset="utf-8">\n  <title>Orders</title>\n'
    '  <link rel="stylesheet" href="main.css">\n</head>\n<body>\n  <div class="row">\n    <ul id="menu">\n'
    '      <li><a href="/">Home</a></li>\n    </ul>\n  </div>\n</body>\n</html>\n',
    "xml": '<?xml version="1.0" encoding="UTF-8"?>\n<beans>\n  <bean id="clock" class="org.example.Clock">\n'
    '    <property name="zone" value="UTC"/>\n  </bean>\n</beans>\n',
    "dockerfile": "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n"
    "    ca-certificates \\\n    curl\nWORKDIR /srv\nCOPY . /srv\nEXPOSE 8080\nENTRYPOINT [\"/srv/run\"]\n",
    "conf": "[server]\nlisten = 0.0.0.0:8080\nworkers = 4\n\n[log]\nlevel = info\npath = /var/log/server.log\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_is_code(kind):
    assert codes(SOURCES[kind]) == ["code"]


def test_prose_about_source_is_prose():
    talk = (
        "To see which customers have ordered something, select from the table where the date is known, and join it\n"
        "with the other one. A page is made of a head and a body; write the title into the head, then add a list.\n"
    )
    paths = "The file /etc/postfix/access_helo lists the domain names that the server refuses; see postmap(1) as well."
    assert (
        codes(talk, paths, "MINUTES OF THE MEETING HELD ON TUESDAY: ALL MEMBERS WERE PRESENT AND NOBODY OBJECTED.")
        == ["en"] * 3
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Datei /etc/fstab listet alle Dateisysteme; mit mount -a werden sie eingehängt, mit umount gelöst."),
        ("fr", "Le paquet apache2-utils fournit la commande htpasswd ; voyez aussi /etc/apache2/conf-enabled/."),
        ("ja", "設定は /etc/ssh/sshd_config に書き、systemctl restart ssh を実行すると反映されます。"),
        ("zh", "先用 git checkout -b fix-login 建立分支，再修改 config.yaml 里的 max_retries，最后执行 make test。"),
        ("ru", "Команда apt-get install --no-install-recommends ставит пакет без необязательных зависимостей."),
    ],
)
def test_a_sentence_with_commands_and_paths_is_prose(language, text):
    assert codes(text) == [language]


def test_chinese_has_two_scripts():
    found = langid.identify(["这个国家的语言是什么", "這個國家的語言是什麼", "人山人海"])
    assert found.langs == ["zh"] * 3 and found.scripts == ["Hans", "Hant", ""]


def test_serbian_has_two_scripts():
    latin = "Vlada je saopštila da će novi zakon stupiti na snagu sledeće nedelje i da se građani ne treba da brinu."
    cyrillic = "Влада је саопштила да ће нови закон ступити на снагу следеће недеље и да грађани не треба да брину."
    found = langid.identify([latin, cyrillic])
    assert found.langs == ["sr", "sr"] and found.scripts == ["Latn", "Cyrl"]


def test_half_and_half_scores_lower_than_the_whole():
    whole, half = langid.identify([ENGLISH, ENGLISH[:150] + EXAMPLES["ru"] * 2]).scores
    assert half < whole


def test_a_long_text_is_the_language_of_most_of_it():
    german = (EXAMPLES["de"] + "\n") * 300
    assert codes(german + (EXAMPLES["fr"] + "\n") * 100, german * 10) == ["de", "de"]


def test_an_answer_does_not_depend_on_its_neighbours():
    texts = [*EXAMPLES.values(), README, COMMENTED]
    together = langid.identify(texts)
    for row, text in enumerate(texts):
        alone = langid.identify([text])
        assert (alone.langs[0], alone.scores[0]) == (together.langs[row], together.scores[row])
    sliced = langid.identify(pa.array(["x", *texts]).slice(1))
    assert sliced.langs == together.langs and np.array_equal(sliced.scores, together.scores)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_code_and_a_score(text):
    found = langid.identify([text])
    assert found.langs[0] == "und" or found.langs[0] in languages.KNOWN
    assert 0 <= found.scores[0] <= 1


@pytest.mark.parametrize("unit", ["a", "\u0301", "是", "𠀋", "<", "\\", "http://", "\n", " ", "\x00", "e\u0301"])
def test_twenty_megabytes_of_one_thing_take_no_longer_than_a_page(unit):
    assert langid.identify([unit * (20_000_000 // len(unit.encode()))]).langs[0] in {"und", *languages.KNOWN}


def test_what_a_row_says_stands_where_its_script_fits():
    texts = [CHINESE, CHINESE, ENGLISH, "123", EXAMPLES["ru"], CODE]
    found = langid.resolve(texts, ["zh-Hans", "en", "", "fr", "klingon", "code"], LangidConfig())
    assert found.langs == ["zh", "zh", "en", "fr", "ru", "code"]
    assert np.isnan(found.scores).tolist() == [True, False, False, True, False, True]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("zh-Hans-CN", "zh"), ("EN_us", "en"), ("eng", "en"), ("no", "nb"), ("iw", "he"), ("fil", "tl"), ("code", "code"),
     ("", ""), ("und", ""), ("klingon", ""), ("../x", "")],
)  # fmt: skip
def test_codes_are_normalised(given_, expected):
    assert languages.normalise(given_) == expected


@pytest.fixture(scope="module")
def unseen() -> list[dict[str, str]]:
    """Sentences that the shipped model was not trained on."""
    if not SENTENCES.exists():
        pytest.skip("needs ../shared/data/langid")
    import zstandard

    with zstandard.open(SENTENCES, "rt", encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle]
    return [row for row in rows if train.held_out(row["text"])]


def test_unseen_sentences_are_identified(unseen):
    found = langid.identify([row["text"] for row in unseen])
    by_language: dict[str, list[bool]] = {}
    for row, lang in zip(unseen, found.langs, strict=True):
        by_language.setdefault(row["lang"], []).append(lang == row["lang"])
    assert len(by_language) >= 75
    assert np.mean([np.mean(right) for right in by_language.values()]) >= 0.96


def test_scores_are_honest_on_unseen_sentences(unseen):
    """Right about as often as the score says, whole and cut to a few words."""
    texts = [row["text"] for row in unseen]
    found = langid.identify(texts + [" ".join(text.split()[:4]) for text in texts], LangidConfig(min_score=0))
    right = np.array([lang == row["lang"] for lang, row in zip(found.langs, unseen * 2, strict=True)])
    edges = [0, 0.4, 0.7, 0.9, 1.01]
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (found.scores >= low) & (found.scores < high)
        if inside.sum() >= 50:
            assert abs(right[inside].mean() - found.scores[inside].mean()) < 0.15, (low, high)
